package signin

import (
	"context"
	"errors"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/hook"
)

// InitiateAuth begins a sign-in. Parameters that the flow does not know are ignored, as Cognito ignores them.
func (s *Service) InitiateAuth(ctx context.Context, in *api.InitiateAuthRequest) (*api.InitiateAuthResponse, error) {
	d, err := s.core.Open(ctx, in.ClientId)
	if err != nil {
		return nil, err
	}
	r := &request{Door: d, params: in.AuthParameters, metadata: in.ClientMetadata, session: in.Session, visit: visitOf(ctx, d, in.UserContextData)}
	a, err := s.initiate(ctx, r, in.AuthFlow)
	if err != nil {
		return nil, err
	}
	return a.begun(), nil
}

// AdminInitiateAuth begins a sign-in for a server that has the user's password.
func (s *Service) AdminInitiateAuth(ctx context.Context, in *api.AdminInitiateAuthRequest) (*api.AdminInitiateAuthResponse, error) {
	d, err := s.core.OpenAs(ctx, in.UserPoolId, in.ClientId)
	if err != nil {
		return nil, err
	}
	r := &request{Door: d, params: in.AuthParameters, metadata: in.ClientMetadata, session: in.Session, visit: adminVisit(ctx, in.ContextData)}
	var a *answer
	switch in.AuthFlow {
	case api.AuthFlowTypeAdminUserPasswordAuth, api.AuthFlowTypeAdminNoSrpAuth:
		if !d.Allows("ALLOW_ADMIN_USER_PASSWORD_AUTH") {
			return nil, api.InvalidParameterException.New("Auth flow not enabled for this client")
		}
		a, err = s.byPassword(ctx, r)
	case api.AuthFlowTypeUserPasswordAuth:
		return nil, unsupportedFlow()
	default:
		a, err = s.initiate(ctx, r, in.AuthFlow)
	}
	if err != nil {
		return nil, err
	}
	return (*api.AdminInitiateAuthResponse)(a.begun()), nil
}

// initiate performs the flows that both operations know.
func (s *Service) initiate(ctx context.Context, r *request, flow api.AuthFlowType) (*answer, error) {
	var allowed, refusal string
	var begin func(context.Context, *request) (*answer, error)
	switch flow {
	case api.AuthFlowTypeUserSrpAuth:
		allowed, refusal, begin = "ALLOW_USER_SRP_AUTH", "USER_SRP_AUTH is not enabled for the client.", s.bySRP
	case api.AuthFlowTypeUserPasswordAuth:
		allowed, refusal, begin = "ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH flow not enabled for this client", s.byPassword
	case api.AuthFlowTypeRefreshTokenAuth, api.AuthFlowTypeRefreshToken:
		allowed, refusal, begin = "ALLOW_REFRESH_TOKEN_AUTH", "REFRESH_TOKEN_AUTH flow not enabled for this client", s.byRefreshToken
	case api.AuthFlowTypeCustomAuth:
		allowed, refusal, begin = "ALLOW_CUSTOM_AUTH", "CUSTOM_AUTH is not enabled for the client.", s.byFunctions
	case api.AuthFlowTypeUserAuth:
		allowed, refusal, begin = "ALLOW_USER_AUTH", "USER_AUTH flow not enabled for this client", s.byChoice
	default:
		return nil, unsupportedFlow()
	}
	if !r.Allows(allowed) {
		return nil, api.InvalidParameterException.New("%s", refusal)
	}
	return begin(ctx, r)
}

func unsupportedFlow() error {
	return api.InvalidParameterException.New("Initiate Auth method not supported.")
}

// enter finds whose sign-in begins. password is the one that was typed, by which a migration function may know somebody whom the pool does not; empty:
// no function is asked.
func (s *Service) enter(ctx context.Context, r *request, password string) (*progress, error) {
	name := r.params["USERNAME"]
	if name == "" {
		return nil, account.Missing("USERNAME")
	}
	if err := s.core.CheckSecretHash(ctx, r.Door, r.params["SECRET_HASH"], name); err != nil {
		return nil, err
	}
	a, err := s.core.Find(ctx, r.Door, name)
	if password != "" && (a.Ghost || errors.Is(err, api.UserNotFoundException)) && hooked(r.Pool, hook.MigrationAuthentication) {
		a, err = s.migrate(ctx, r, a, err, password)
	}
	if err != nil {
		return nil, err
	}
	p := &progress{Door: r.Door, who: &a, name: name, visit: r.visit}
	p.device = r.params["DEVICE_KEY"]
	return p, nil
}

// migrate asks the pool's migration trigger about somebody whom the pool does not know.
func (s *Service) migrate(ctx context.Context, r *request, a account.Account, unknown error, password string) (account.Account, error) {
	p := &progress{Door: r.Door, who: &account.Account{Ghost: true}, name: r.params["USERNAME"]}
	m := account.Migration{Door: r.Door, Name: p.name, Password: password, Report: s.report}
	m.Ask = func(ctx context.Context, answer *hook.MigrationResponse) (bool, error) {
		return s.trigger(ctx, p, hook.MigrationAuthentication, hook.MigrationRequest{Password: password, ValidationData: r.metadata}, answer)
	}
	return s.core.Migrate(ctx, m, a, unknown)
}

// byPassword signs in with a name and a password.
func (s *Service) byPassword(ctx context.Context, r *request) (*answer, error) {
	password := r.params["PASSWORD"]
	switch {
	case r.params["USERNAME"] == "":
		return nil, account.Missing("USERNAME")
	case password == "":
		return nil, account.Missing("PASSWORD")
	}
	p, err := s.enter(ctx, r, password)
	if err != nil {
		return nil, err
	}
	if err := s.core.CheckLock(ctx, p.who); err != nil {
		return nil, err
	}
	if err := s.preAuthentication(ctx, p, r.metadata); err != nil {
		return nil, err
	}
	return s.tryPassword(ctx, p, password)
}

// tryPassword holds a password against the user's. A wrong one uses up the challenge that asked for it.
func (s *Service) tryPassword(ctx context.Context, p *progress, password string) (*answer, error) {
	v, err := s.assess(ctx, p, password)
	if err != nil {
		return nil, err
	}
	right, err := s.core.PasswordFits(ctx, p.Door, p.who, password)
	if err != nil {
		return nil, err
	}
	if err := s.weigh(ctx, p, v, right); err != nil {
		return nil, err
	}
	if !right {
		return nil, s.core.Fail(ctx, p.who, answering(p.Door, p.from))
	}
	p.proven |= byPassword
	return s.next(ctx, p)
}
