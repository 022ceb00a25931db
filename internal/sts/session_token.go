package sts

import (
	"context"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// Durations of GetSessionToken (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html).
const (
	sessionTokenDefault = 12 * time.Hour
	sessionTokenRoot    = time.Hour
)

// GetSessionToken gives a user or the account root temporary credentials with their own permissions. It needs no permission, and long-term keys, which
// is a rule of access.
func (s *Service) GetSessionToken(ctx context.Context, in *stsapi.GetSessionTokenRequest) (*stsapi.GetSessionTokenResponse, error) {
	p := *caller.PrincipalFrom(ctx)
	if in.SerialNumber != nil || in.TokenCode != nil {
		return nil, accessDenied.New("MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.")
	}
	d := sessionTokenDefault
	if in.DurationSeconds != nil {
		d = time.Duration(*in.DurationSeconds) * time.Second
	}
	if p.Kind == caller.Root {
		d = min(d, sessionTokenRoot)
	}
	now := caller.RequestFrom(ctx).Time
	p.Session = &caller.Session{IssuedAt: now, RootIssuedAt: now, Expires: now.Add(d)}
	c, err := s.Minter.Mint(p)
	if err != nil {
		return nil, err
	}
	return &stsapi.GetSessionTokenResponse{Credentials: credentials(c)}, nil
}
