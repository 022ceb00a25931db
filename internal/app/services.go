package app

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/access"
	"github.com/mayfly-id/mayfly/internal/account"
	"github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/eksauthapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/identitystoreapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/rolesanywhereapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/signinapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/ssoadminapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/ssoapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/ssooidcapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/front"
	"github.com/mayfly-id/mayfly/internal/iam/credential"
	"github.com/mayfly-id/mayfly/internal/iam/identity"
	"github.com/mayfly-id/mayfly/internal/iam/policy"
	"github.com/mayfly-id/mayfly/internal/iam/principal"
	"github.com/mayfly-id/mayfly/internal/identitypool"
	"github.com/mayfly-id/mayfly/internal/idtoken"
	"github.com/mayfly-id/mayfly/internal/notify"
	"github.com/mayfly-id/mayfly/internal/pooluser"
	"github.com/mayfly-id/mayfly/internal/profile"
	"github.com/mayfly-id/mayfly/internal/session"
	"github.com/mayfly-id/mayfly/internal/signin"
	"github.com/mayfly-id/mayfly/internal/sts"
	"github.com/mayfly-id/mayfly/internal/userpool"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/seal"
	"github.com/mayfly-id/mayfly/srp"
)

// describe lists the eleven services.
func describe() []*wire.Service {
	return []*wire.Service{
		cognitoidpapi.Service(), cognitoidentityapi.Service(), iamapi.Service(), stsapi.Service(), ssoadminapi.Service(), ssooidcapi.Service(),
		ssoapi.Service(), identitystoreapi.Service(), rolesanywhereapi.Service(), eksauthapi.Service(), signinapi.Service(),
	}
}

// services are the built services that the first start uses.
type services struct {
	credential   *credential.Service
	identity     *identity.Service
	policy       *policy.Service
	userpool     *userpool.Service
	pooluser     *pooluser.Service
	identitypool *identitypool.Service
	signin       *signin.Service
	profile      *profile.Service
	sts          *sts.Service
}

// operations lists what is bound.
func (s *services) operations() []wire.Binding {
	var all []wire.Binding
	for _, table := range [][]wire.Binding{
		s.credential.Operations(), s.identity.Operations(), s.policy.Operations(), s.userpool.Operations(), s.pooluser.Operations(), s.signin.Operations(), s.profile.Operations(),
		s.identitypool.Operations(), s.sts.Operations(),
	} {
		all = append(all, table...)
	}
	return all
}

// build makes the services and connects them.
func (a *App) build() *services {
	a.uses = credential.NewTracker(a.db)
	entities := principal.New(principal.Config{Store: a.db, Keys: a.ring, Uses: a.uses})
	sessions := &session.Sessions{Deployment: a.deployment.ID, Seal: a.ring.For(seal.STSSession, a.deployment.ID), Entities: entities, Random: a.random}
	group := srp.Cognito()
	a.tokens = idtoken.New(idtoken.Config{Store: a.db, Keys: a.ring, Now: a.now, Random: a.random, PublicURL: a.cfg.URL})
	sender := notify.NewSender(a.outbox, a.now)
	core := account.New(account.Config{
		Store: a.db, Keys: a.ring, Tokens: a.tokens, Notifier: postman{sender}, Group: group, Now: a.now, Random: a.random, FixedCode: a.cfg.FixedCode,
	})
	s := &services{
		credential: credential.New(credential.Config{Store: a.db, Keys: a.ring, Now: a.now, Random: a.random, Uses: a.uses}),
		identity:   identity.New(identity.Config{Store: a.db, Keys: a.ring, Now: a.now, Random: a.random}),
		policy:     policy.New(policy.Config{Store: a.db, Keys: a.ring, Now: a.now, Random: a.random}),
		userpool: userpool.New(userpool.Config{
			Store: a.db, Keys: a.ring, PoolKeys: a.tokens, Tokens: a.tokens, Now: a.now, Random: a.random, Region: a.cfg.Region,
		}),
		pooluser: pooluser.New(pooluser.Config{
			Store: a.db, Keys: a.ring, Tokens: a.tokens, Notifier: sender, Group: group, Now: a.now, Random: a.random, Region: a.cfg.Region,
		}),
		signin:  signin.New(signin.Config{Core: core, Tokens: a.tokens}),
		profile: profile.New(profile.Config{Core: core, Tokens: a.tokens}),
		identitypool: &identitypool.Service{
			Store: a.db, Random: a.random, Account: a.deployment.Account, Issuer: a.cfg.URL, Verifier: logins{a.tokens},
			Roles: roles{entities}, Minter: sessions, Keys: a.ring,
		},
		sts: &sts.Service{Roles: roles{entities}, Minter: sessions},
	}
	a.auth = &access.Authenticator{Keys: entities, Sessions: sessions}
	a.registry = wire.NewRegistry(describe()...)
	a.registry.Bind(s.operations()...)
	a.front = &front.Server{
		Registry: a.registry, Auth: a.auth, Access: &access.Authorizer{Policies: entities, Audit: a.audit},
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

// postman sends the messages of account through the sender.
type postman struct{ sender *notify.Sender }

func (p postman) Send(ctx context.Context, m directory.Message) error {
	return p.sender.SendCode(ctx, m.Pool, m.User, m.Kind, m.Code, m.Destination)
}
