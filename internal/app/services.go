package app

import (
	"slices"

	"github.com/mayfly-id/mayfly/internal/access"
	"github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/eksauthapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/identitystoreapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/rolesanywhereapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/signinapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/ssoadminapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/ssoapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/ssooidcapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/federate"
	"github.com/mayfly-id/mayfly/internal/front"
	"github.com/mayfly-id/mayfly/internal/iam/advisor"
	"github.com/mayfly-id/mayfly/internal/iam/credential"
	"github.com/mayfly-id/mayfly/internal/iam/principal"
	"github.com/mayfly-id/mayfly/internal/identitypool"
	"github.com/mayfly-id/mayfly/internal/idtoken"
	"github.com/mayfly-id/mayfly/internal/session"
	"github.com/mayfly-id/mayfly/internal/sts"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/seal"
)

// describe lists the twelve services.
func describe() []*wire.Service {
	return []*wire.Service{
		cognitoidpapi.Service(), cognitoidentityapi.Service(), iamapi.Service(), stsapi.Service(), ssoadminapi.Service(), ssooidcapi.Service(),
		ssoapi.Service(), identitystoreapi.Service(), rolesanywhereapi.Service(), eksauthapi.Service(), signinapi.Service(),
		organizationsapi.Service(),
	}
}

// services are the built services.
type services struct {
	*pools
	*areas
	identitypool *identitypool.Service
	sts          *sts.Service
	delegated    *sts.DelegatedTokens
}

// operations lists what is bound.
func (s *services) operations() []wire.Binding {
	var all []wire.Binding
	for _, table := range slices.Concat(s.pools.operations(), s.areas.operations(), [][]wire.Binding{
		s.identitypool.Operations(), s.sts.Operations(), s.delegated.Operations(),
	}) {
		all = append(all, table...)
	}
	return all
}

// build makes the services and connects them.
func (a *App) build(o *outside) *services {
	a.uses, a.activity = credential.NewTracker(a.db), advisor.NewTracker(a.db, a.now, deployed())
	entities := principal.New(principal.Config{Store: a.db, Keys: a.ring, Uses: a.uses})
	sessions := &session.Sessions{Deployment: a.deployment.ID, Seal: a.ring.For(seal.STSSession, a.deployment.ID), Entities: entities, Random: a.random}
	s := &services{areas: a.buildAreas(o, entities)}
	refusals := messages{a.ring}
	decisions := &access.Authorizer{
		Policies: entities, Audit: a.audit, Organizations: memberOf{s.organization}, Messages: refusals, Activity: a.activity,
	}
	a.tokens = idtoken.New(idtoken.Config{Store: a.db, Keys: a.ring, Now: a.now, Random: a.random, PublicURL: a.cfg.URL, Triggers: o.triggers})
	verifier := federate.New(federate.Config{Client: o.client, Store: a.db, Now: a.now, Local: a.tokens.KeySet})
	s.pools = a.buildPools(o)
	s.identitypool = &identitypool.Service{
		Store: a.db, Random: a.random, Now: a.now, Issuer: a.cfg.URL, Verifier: logins{a.tokens},
		Federated: providers{a.db, verifier, a.cfg.URL}, Roles: roles{entities}, Minter: sessions, Decisions: decisions, Keys: a.ring,
	}
	s.sts = &sts.Service{
		Roles: roles{entities}, Minter: sessions, MFA: codes{a.db, s.mfa}, Preferences: s.account, Members: rootAccess{s.organization, s.account}, Messages: refusals,
		Outbound: sts.Outbound{Tokens: identityIssuer{s.account, s.issuers, s.organization}},
		Federation: sts.Federation{
			Providers: trusted{s.provider}, Verifier: outsiders{verifier, a.cfg.URL}, Cognito: identityTokens{s.identitypool}, Decisions: decisions,
		},
	}
	s.delegated = &sts.DelegatedTokens{Delegations: s.delegation, Minter: sessions, Preferences: s.account}
	a.auth = &access.Authenticator{Keys: entities, Sessions: sessions}
	a.registry = wire.NewRegistry(describe()...)
	a.registry.Bind(s.operations()...)
	a.front = &front.Server{
		Registry: a.registry, Auth: a.auth, Access: decisions,
		Region: a.cfg.Region, Now: a.now, NewID: a.requestID, Trusted: a.cfg.Proxies, Log: a.log,
	}
	return s
}

// requestID draws the id of a request. Without randomness nothing can be issued; an id that says so is enough for the log.
func (a *App) requestID() string {
	id, err := draw.UUID(a.random)
	if err != nil {
		return "00000000-0000-0000-0000-000000000000"
	}
	return id
}
