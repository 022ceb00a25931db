package identitypool

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
)

// maxLogins is how many logins an identity can have
// (https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_MergeDeveloperIdentities.html).
const maxLogins = 20

// maxSubject is the length of a user's id at their provider, which is part of a key of the store: that of a developer's user identifier in AWS's model.
const maxSubject = 1024

// verified is one login of a request, verified.
type verified struct {
	provider string // its key
	middle   string // what stands between provider and subject in amr
	Login
	developer map[string]string // tags that a developer vouches for
	userPool  bool              // it is of a user pool of this server

	own *OpenIDToken // of a token of this service: it names an identity and is no login of its own
}

// verifyLogins verifies every login of a request against the pool's providers. One that does not hold refuses them all.
func (s *Service) verifyLogins(ctx context.Context, p *Pool, in map[string]string) ([]verified, error) {
	var out []verified
	for _, name := range slices.Sorted(maps.Keys(in)) {
		v, err := s.verifyLogin(ctx, p, name, in[name])
		if err != nil {
			return nil, badLogin(err)
		}
		if v.own == nil && (v.Subject == "" || len(v.Subject) > maxSubject || strings.Contains(v.Subject, "\x00")) {
			return nil, badLogin(ErrBadSignature)
		}
		if slices.ContainsFunc(out, func(o verified) bool { return o.provider == v.provider }) { // one user pool in two spellings
			return nil, api.InvalidParameterException.New("Logins name the provider %s twice.", v.provider)
		}
		out = append(out, v)
	}
	return out, nil
}

func (s *Service) verifyLogin(ctx context.Context, p *Pool, name, token string) (verified, error) {
	if name == providerName {
		return s.verifyOwn(ctx, p, token)
	}
	if userPool, ok := s.userPool(name); ok && slices.ContainsFunc(p.Providers, func(c Provider) bool { return c.UserPool == userPool }) {
		return s.verifyUserPool(ctx, p, userPool, token)
	}
	if arn, ok := p.oidcARN(name); ok {
		l, err := s.Federated.VerifyOIDC(ctx, arn, token)
		return verified{provider: name, middle: l.Audience, Login: l}, err
	}
	if slices.Contains(p.SAML, name) {
		l, err := s.Federated.VerifySAML(ctx, name, token)
		return verified{provider: name, middle: l.Audience, Login: l}, err
	}
	if issuer, ok := socialIssuer(name); ok && p.Social[name] != "" {
		l, err := s.Federated.VerifyKnown(ctx, issuer, p.Social[name], token)
		return verified{provider: name, middle: l.Audience, Login: l}, err
	}
	return verified{}, errUnsupported()
}

func (s *Service) verifyUserPool(ctx context.Context, p *Pool, userPool, token string) (verified, error) {
	check := slices.ContainsFunc(p.Providers, func(c Provider) bool { return c.UserPool == userPool && c.ServerCheck })
	l, err := s.Verifier.VerifyLogin(ctx, userPool, token, check)
	if err != nil {
		return verified{}, err
	}
	if !slices.ContainsFunc(p.Providers, func(c Provider) bool { return c.UserPool == userPool && c.ClientID == l.Audience }) {
		return verified{}, errUnsupported()
	}
	return verified{provider: awsName(userPool), middle: "CognitoSignIn", Login: l, userPool: true}, nil
}

// verifyOwn verifies a token of this service for an identity of the pool, which is how users of a developer's provider come back
// (https://docs.aws.amazon.com/cognito/latest/developerguide/developer-authenticated-identities.html). A guest's token is no login.
func (s *Service) verifyOwn(ctx context.Context, p *Pool, token string) (verified, error) {
	t, err := s.openIDToken(ctx, token)
	if err != nil {
		return verified{}, err
	}
	if t.PoolID != p.ID || !t.authenticated() {
		return verified{}, ErrBadSignature
	}
	return verified{provider: providerName, own: &t}, nil
}

// amr lists how the identity signed in: authenticated, and each provider alone and with the user
// (https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html).
func amr(who []verified) []string {
	if len(who) == 0 {
		return []string{"unauthenticated"}
	}
	out := make([]string, 1, 1+2*len(who))
	out[0] = "authenticated"
	for i := range who {
		v := &who[i]
		if v.own == nil {
			out = append(out, v.provider, v.provider+":"+v.middle+":"+v.Subject)
			continue
		}
		for _, how := range v.own.AMR {
			if !slices.Contains(out, how) {
				out = append(out, how)
			}
		}
	}
	return out
}

func errUnsupported() error {
	return api.NotAuthorizedException.New("Token is not from a supported provider of this identity pool.")
}

func badLogin(err error) error {
	switch {
	case errors.Is(err, ErrBadSignature):
		return api.NotAuthorizedException.New("Invalid login token. Couldn't verify signed token.").Because(err)
	case errors.Is(err, ErrExpired):
		return api.NotAuthorizedException.New("Invalid login token. Token is expired.").Because(err)
	case errors.Is(err, ErrRevoked):
		return api.NotAuthorizedException.New("Invalid login token. Token has been revoked.").Because(err)
	case errors.Is(err, ErrUnreachable):
		return api.ExternalServiceException.New("The identity provider could not be reached.").Because(err)
	}
	return err
}
