package identitypool

import (
	"context"
	"errors"
	"maps"
	"slices"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
)

// verified is one login of a request, verified.
type verified struct {
	provider string // in AWS's spelling, whatever the request's
	Login
}

// verifyLogins verifies every login of a request against the pool's providers. One that does not hold refuses them all.
func (s *Service) verifyLogins(ctx context.Context, p *Pool, in map[string]string) ([]verified, error) {
	var out []verified
	for _, name := range slices.Sorted(maps.Keys(in)) {
		userPool, ok := s.userPool(name)
		if !ok || !slices.ContainsFunc(p.Providers, func(c Provider) bool { return c.UserPool == userPool }) {
			return nil, api.NotAuthorizedException.New("Token is not from a supported provider of this identity pool.")
		}
		check := slices.ContainsFunc(p.Providers, func(c Provider) bool { return c.UserPool == userPool && c.ServerCheck })
		l, err := s.Verifier.VerifyLogin(ctx, userPool, in[name], check)
		if err != nil {
			return nil, badLogin(err)
		}
		if !slices.ContainsFunc(p.Providers, func(c Provider) bool { return c.UserPool == userPool && c.ClientID == l.Audience }) {
			return nil, api.NotAuthorizedException.New("Token is not from a supported provider of this identity pool.")
		}
		out = append(out, verified{provider: awsName(userPool), Login: l})
	}
	return out, nil
}

// awsName is the one spelling under which logins are kept and shown.
func awsName(userPool string) string {
	region, _, _ := cutLast(userPool, "_")
	return "cognito-idp." + region + ".amazonaws.com/" + userPool
}

func badLogin(err error) error {
	switch {
	case errors.Is(err, ErrBadSignature):
		return api.NotAuthorizedException.New("Invalid login token. Couldn't verify signed token.").Because(err)
	case errors.Is(err, ErrExpired):
		return api.NotAuthorizedException.New("Invalid login token. Token is expired.").Because(err)
	case errors.Is(err, ErrRevoked):
		return api.NotAuthorizedException.New("Invalid login token. Token has been revoked.").Because(err)
	}
	return err
}
