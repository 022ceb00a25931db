package account

import (
	"context"
	"errors"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

func featureEnabled() error {
	return iamapi.FeatureEnabledException.New("Outbound web identity federation is already enabled for this account.")
}

func featureDisabled() error {
	return iamapi.FeatureDisabledException.New("Outbound web identity federation is not enabled for this account.")
}

// EnableOutboundWebIdentityFederation lets principals of the account have web identity tokens. The first time it makes the account's issuer,
// which stays the account's for good, so that those who trust it need not be told anew.
func (s *Service) EnableOutboundWebIdentityFederation(ctx context.Context, _ *wire.Empty) (*iamapi.EnableOutboundWebIdentityFederationResponse, error) {
	a, err := s.row(ctx, account(ctx))
	if err != nil {
		return nil, err
	}
	if a.Outbound {
		return nil, featureEnabled()
	}
	var fresh string
	var insert func(context.Context, store.Writer) error
	if a.Issuer == "" {
		if fresh, insert, err = s.issuers.NewIssuer(); err != nil {
			return nil, err
		}
	}
	var issuer string
	err = s.change(ctx, a.ID, func(w store.Writer, a *record.Account) error {
		if a.Outbound {
			return featureEnabled()
		}
		if a.Issuer == "" {
			if insert == nil {
				return errors.New("iam: the account has lost its issuer")
			}
			if err := insert(ctx, w); err != nil {
				return err
			}
			a.Issuer = fresh
		}
		a.Outbound, issuer = true, a.Issuer
		return nil
	})
	if err != nil {
		return nil, err
	}
	url := s.issuers.IssuerURL(issuer)
	return &iamapi.EnableOutboundWebIdentityFederationResponse{IssuerIdentifier: &url}, nil
}

// DisableOutboundWebIdentityFederation ends that. Tokens that are out live to their end.
func (s *Service) DisableOutboundWebIdentityFederation(ctx context.Context, _ *wire.Empty) (*wire.Empty, error) {
	return &wire.Empty{}, s.change(ctx, account(ctx), func(_ store.Writer, a *record.Account) error {
		if !a.Outbound {
			return featureDisabled()
		}
		a.Outbound = false
		return nil
	})
}

// GetOutboundWebIdentityFederationInfo tells the account's issuer.
func (s *Service) GetOutboundWebIdentityFederationInfo(ctx context.Context, _ *wire.Empty) (*iamapi.GetOutboundWebIdentityFederationInfoResponse, error) {
	a, err := s.row(ctx, account(ctx))
	if err != nil {
		return nil, err
	}
	if !a.Outbound {
		return nil, featureDisabled()
	}
	url := s.issuers.IssuerURL(a.Issuer)
	return &iamapi.GetOutboundWebIdentityFederationInfoResponse{IssuerIdentifier: &url, JwtVendingEnabled: &a.Outbound}, nil
}

// OutboundIssuer gives the id of an account's issuer of web identity tokens. caller.ErrUnknown: the account has not enabled them.
func (s *Service) OutboundIssuer(ctx context.Context, account string) (string, error) {
	a, err := s.cached(ctx, account)
	if err != nil {
		return "", err
	}
	if !a.Outbound {
		return "", caller.ErrUnknown
	}
	return a.Issuer, nil
}
