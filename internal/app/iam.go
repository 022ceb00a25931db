package app

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/iam/account"
	"github.com/mayfly-id/mayfly/internal/iam/advisor"
	"github.com/mayfly-id/mayfly/internal/iam/certificate"
	"github.com/mayfly-id/mayfly/internal/iam/credential"
	"github.com/mayfly-id/mayfly/internal/iam/delegation"
	"github.com/mayfly-id/mayfly/internal/iam/identity"
	"github.com/mayfly-id/mayfly/internal/iam/instance"
	"github.com/mayfly-id/mayfly/internal/iam/mfa"
	"github.com/mayfly-id/mayfly/internal/iam/password"
	"github.com/mayfly-id/mayfly/internal/iam/policy"
	"github.com/mayfly-id/mayfly/internal/iam/principal"
	"github.com/mayfly-id/mayfly/internal/iam/provider"
	"github.com/mayfly-id/mayfly/internal/iam/servicelinked"
	"github.com/mayfly-id/mayfly/internal/iam/simulate"
	"github.com/mayfly-id/mayfly/internal/organization"
	"github.com/mayfly-id/mayfly/internal/webtoken"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// areas are the services of IAM, and of the organization that its accounts are in.
type areas struct {
	account       *account.Service
	advisor       *advisor.Service
	certificate   *certificate.Service
	credential    *credential.Service
	delegation    *delegation.Service
	identity      *identity.Service
	instance      *instance.Service
	mfa           *mfa.Service
	password      *password.Service
	policy        *policy.Service
	provider      *provider.Service
	serviceLinked *servicelinked.Service
	simulate      *simulate.Service

	organization *organization.Service
	issuers      *webtoken.Service
}

// operations lists what is bound.
func (s *areas) operations() [][]wire.Binding {
	return [][]wire.Binding{
		s.account.Operations(), s.advisor.Operations(), s.certificate.Operations(), s.credential.Operations(), s.delegation.Operations(), s.identity.Operations(),
		s.instance.Operations(), s.mfa.Operations(), s.password.Operations(), s.policy.Operations(), s.provider.Operations(), s.serviceLinked.Operations(),
		s.simulate.Operations(), s.organization.Operations(),
	}
}

// trustedServices are those of this server that an organization can trust.
func trustedServices() []string { return []string{"iam.amazonaws.com", "sso.amazonaws.com"} }

// buildAreas makes the services of IAM and connects them.
func (a *App) buildAreas(o *outside, entities *principal.Principals) *areas {
	s := &areas{
		certificate: certificate.New(certificate.Config{Store: a.db, Keys: a.ring, Now: a.now, Random: a.random}),
		credential:  credential.New(credential.Config{Store: a.db, Keys: a.ring, Now: a.now, Random: a.random, Uses: a.uses}),
		identity:    identity.New(identity.Config{Store: a.db, Keys: a.ring, Now: a.now, Random: a.random, LastUse: a.activity}),
		issuers:     webtoken.New(webtoken.Config{Store: a.db, Keys: a.ring, Now: a.now, Random: a.random, URL: a.cfg.URL}),
		mfa:         mfa.New(mfa.Config{Store: a.db, Keys: a.ring, Now: a.now, Random: a.random}),
		organization: organization.New(organization.Config{
			Store: a.db, Keys: a.ring, Accounts: newAccounts{a.now, a.random}, Account: a.deployment.Account, Trusted: trustedServices(), Now: a.now, Random: a.random,
		}),
		password: password.New(password.Config{Store: a.db, Keys: a.ring, Now: a.now, Random: a.random, Accounts: accountNames{a.db}}),
		policy:   policy.New(policy.Config{Store: a.db, Keys: a.ring, Now: a.now, Random: a.random}),
		provider: provider.New(provider.Config{
			Store: a.db, Keys: a.ring, Now: a.now, Random: a.random, ReadMetadata: samlMetadata, Loopback: onLoopback(a.cfg.URL),
		}),
	}
	s.advisor = advisor.New(advisor.Config{
		Store: a.db, Keys: a.ring, Now: a.now, Random: a.random, Tracker: a.activity, Organizations: scopes{s.organization}, Services: deployed(),
	})
	s.delegation = delegation.New(delegation.Config{
		Store: a.db, Keys: a.ring, Now: a.now, Random: a.random, Channel: topics{o.triggers, a.outbox, a.now}, Entities: entities, Policies: entities,
		Organizations: s.organization, Report: func(_ context.Context, err error) { a.report(err) },
	})
	s.instance = instance.New(instance.Config{Store: a.db, Keys: a.ring, Roles: s.identity, Now: a.now, Random: a.random})
	s.serviceLinked = servicelinked.New(servicelinked.Config{Store: a.db, Usage: serviceRoles{s.organization}, Now: a.now, Random: a.random})
	s.simulate = simulate.New(simulate.Config{Store: a.db, Keys: a.ring, Policies: entities, Organizations: s.organization})
	s.account = account.New(account.Config{
		Store: a.db, Keys: a.ring, Now: a.now, Roles: s.identity, Profiles: s.instance, Uses: a.uses, Issuers: s.issuers, Organizations: rootFeatures{s.organization},
	})
	return s
}
