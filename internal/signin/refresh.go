package signin

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// GetTokensFromRefreshToken refreshes, with the client's secret itself where it has one.
func (s *Service) GetTokensFromRefreshToken(ctx context.Context, in *api.GetTokensFromRefreshTokenRequest) (*api.GetTokensFromRefreshTokenResponse, error) {
	d, err := s.core.Open(ctx, in.ClientId)
	if err != nil {
		return nil, err
	}
	if err := s.core.CheckSecret(ctx, d, in.ClientSecret); err != nil {
		return nil, err
	}
	tokens, err := s.tokens.Refresh(ctx, d.Pool, d.Client, directory.Token(in.RefreshToken), in.ClientMetadata, func(u *directory.User) error {
		return s.mayRefresh(ctx, d, directory.Token(in.RefreshToken), account.Text(in.DeviceKey), u)
	})
	if errors.Is(err, directory.ErrTokenReused) {
		return nil, api.RefreshTokenReuseException.New("Refresh token was used before and has been invalidated.")
	}
	if err != nil {
		return nil, refreshError(err)
	}
	a := answer{tokens: &tokens}
	return &api.GetTokensFromRefreshTokenResponse{AuthenticationResult: a.result()}, nil
}

// byRefreshToken is the flow REFRESH_TOKEN_AUTH. The secret hash is over the user's name or sub, as the token's owner has them.
func (s *Service) byRefreshToken(ctx context.Context, r *request) (*answer, error) {
	token := r.params["REFRESH_TOKEN"]
	if token == "" {
		return nil, account.Missing("REFRESH_TOKEN")
	}
	tokens, err := s.tokens.Refresh(ctx, r.Pool, r.Client, directory.Token(token), r.metadata, func(u *directory.User) error {
		if err := s.core.CheckSecretHash(ctx, r.Door, r.params["SECRET_HASH"], u.Username, u.Sub); err != nil {
			return err
		}
		return s.mayRefresh(ctx, r.Door, directory.Token(token), r.params["DEVICE_KEY"], u)
	})
	if errors.Is(err, directory.ErrTokenReused) {
		err = directory.ErrTokenRevoked // the flow has no error of its own for it
	}
	if err != nil {
		return nil, refreshError(err)
	}
	return &answer{tokens: &tokens}, nil
}

// mayRefresh refuses users who may not go on, and a refresh that does not name the device of its sign-in, where the pool tracks devices: the token of a
// device is of no use elsewhere, and a request that names none is refused as well
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetTokensFromRefreshToken.html, DeviceKey).
func (s *Service) mayRefresh(ctx context.Context, d account.Door, token directory.Token, device string, u *directory.User) error {
	if d.Pool.Devices != nil {
		if own, err := s.tokens.RefreshDevice(ctx, d.Client, token); err != nil || own != device {
			return cmp.Or(err, directory.ErrTokenInvalid)
		}
	}
	switch {
	case !u.Enabled:
		return account.UserDisabled()
	case u.Status == directory.Unconfirmed:
		return api.UserNotConfirmedException.New("User is not confirmed.")
	case u.Status == directory.ResetRequired:
		return api.PasswordResetRequiredException.New("Password reset required for the user")
	}
	return nil
}

// RevokeToken ends the sign-in of a refresh token: the token itself, and the access tokens that came from it.
func (s *Service) RevokeToken(ctx context.Context, in *api.RevokeTokenRequest) (*api.RevokeTokenResponse, error) {
	d, err := s.core.Open(ctx, in.ClientId)
	if err != nil {
		return nil, err
	}
	if err := s.core.CheckSecret(ctx, d, in.ClientSecret); err != nil {
		return nil, api.UnauthorizedException.New("Invalid client secret").Because(err)
	}
	if !d.Client.Revocation {
		return nil, api.UnsupportedOperationException.New("Token revocation is not enabled for this client")
	}
	if strings.Count(in.Token, ".") == 2 {
		return nil, api.UnsupportedTokenTypeException.New("Only refresh tokens can be revoked")
	}
	err = s.tokens.Revoke(ctx, d.Client, directory.Token(in.Token))
	if errors.Is(err, directory.ErrTokenInvalid) {
		return nil, api.InvalidParameterException.New("Invalid Refresh Token")
	}
	if err != nil {
		return nil, err
	}
	return &api.RevokeTokenResponse{}, nil
}
