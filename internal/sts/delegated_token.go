package sts

import (
	"context"
	"errors"

	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Delegations trades the exchange tokens of IAM's temporary delegation.
type Delegations interface {
	// RedeemDelegation gives the principal whose session a token of the caller's account stands for, and uses the token up. check sees the
	// principal first; its error leaves the token as it was. caller.ErrUnknown is the answer to what is no such token, caller.ErrExpired to one
	// that is used or over.
	RedeemDelegation(ctx context.Context, token string, check func(*caller.Principal) error) (caller.Principal, error)
}

// DelegatedTokens hands out the credentials of delegated sessions. Every field is required.
type DelegatedTokens struct {
	Delegations Delegations
	Minter      Minter
	Preferences Preferences
}

// Operations is the table of bound operations. The permission that is asked for is sts:GetDelegatedAccessToken on "*"
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html).
func (d *DelegatedTokens) Operations() []wire.Binding {
	return []wire.Binding{wire.Bind(stsapi.GetDelegatedAccessToken, d.GetDelegatedAccessToken)}
}

// GetDelegatedAccessToken trades the exchange token of an accepted delegation request for credentials of whoever accepted it, narrowed by what
// was asked for. They end when the delegation does. They are made before the token is used up, so that nothing but its use can fail after that.
func (d *DelegatedTokens) GetDelegatedAccessToken(ctx context.Context, in *stsapi.GetDelegatedAccessTokenRequest) (*stsapi.GetDelegatedAccessTokenResponse, error) {
	var packed int
	var c caller.Credentials
	p, err := d.Delegations.RedeemDelegation(ctx, in.TradeInToken, func(p *caller.Principal) (err error) {
		if packed, err = packedSize(p.Session); err != nil {
			return err
		}
		c, err = mint(ctx, d.Minter, d.Preferences, *p)
		return err
	})
	switch {
	case errors.Is(err, caller.ErrUnknown):
		return nil, invalidValue.New("The trade-in token is not valid.").Because(err)
	case errors.Is(err, caller.ErrExpired):
		return nil, stsapi.ExpiredTradeInTokenException.New("The trade-in token has expired.").Because(err)
	case err != nil:
		return nil, err
	}
	return &stsapi.GetDelegatedAccessTokenResponse{Credentials: credentials(c), AssumedPrincipal: &p.ARN, PackedPolicySize: &packed}, nil
}
