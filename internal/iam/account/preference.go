package account

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// SetSecurityTokenServicePreferences says of which version session tokens from the global endpoint are: version 2 ones are good in Regions,
// too, that an account has to enable.
func (s *Service) SetSecurityTokenServicePreferences(ctx context.Context, in *iamapi.SetSecurityTokenServicePreferencesRequest) (*wire.Empty, error) {
	version := 0
	switch in.GlobalEndpointTokenVersion {
	case iamapi.GlobalEndpointTokenVersionV1Token:
		version = 1
	case iamapi.GlobalEndpointTokenVersionV2Token:
		version = 2
	default:
		return nil, edge.ValidationError.New("GlobalEndpointTokenVersion must be v1Token or v2Token.")
	}
	return &wire.Empty{}, s.change(ctx, account(ctx), func(_ store.Writer, a *record.Account) error {
		a.TokenVersion = version
		return nil
	})
}

// TokenVersion tells of which version session tokens from the global endpoint are for an account: 1, if it has not said, or 2.
func (s *Service) TokenVersion(ctx context.Context, account string) (int, error) {
	a, err := s.cached(ctx, account)
	if err != nil {
		return 0, err
	}
	return max(a.TokenVersion, 1), nil
}
