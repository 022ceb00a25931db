package sts

import (
	"context"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// Durations of credentials that stand for their caller (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html).
const (
	ownDefault = 12 * time.Hour
	ownOfRoot  = time.Hour
)

// GetSessionToken gives a user or the account root temporary credentials with their own permissions. It needs no permission, and long-term keys, which
// is a rule of access.
func (s *Service) GetSessionToken(ctx context.Context, in *stsapi.GetSessionTokenRequest) (*stsapi.GetSessionTokenResponse, error) {
	p := *caller.PrincipalFrom(ctx)
	second, err := s.proveMFA(ctx, in.SerialNumber, in.TokenCode)
	if err != nil {
		return nil, err
	}
	now := caller.RequestFrom(ctx).Time
	p.Session = &caller.Session{IssuedAt: now, RootIssuedAt: now, Expires: now.Add(ownDuration(&p, in.DurationSeconds))}
	if second {
		p.Session.MFAAt = now
	}
	c, err := s.mint(ctx, p)
	if err != nil {
		return nil, err
	}
	return &stsapi.GetSessionTokenResponse{Credentials: credentials(c)}, nil
}
