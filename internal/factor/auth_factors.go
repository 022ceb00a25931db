package factor

import (
	"context"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// GetUserAuthFactors shows what the caller can sign in with: first factors that the pool allows and the caller is set up for, and the second
// factors that are enabled.
func (s *Service) GetUserAuthFactors(ctx context.Context, in *api.GetUserAuthFactorsRequest) (*api.GetUserAuthFactorsResponse, error) {
	v, err := s.bearer(ctx, in.AccessToken)
	if err != nil {
		return nil, err
	}
	u := &v.user.Doc
	passkeys, err := s.HasPasskeys(ctx, s.Store, v.pool.ID, u.Sub)
	if err != nil {
		return nil, err
	}
	out := &api.GetUserAuthFactorsResponse{
		Username: u.Username, ConfiguredUserAuthFactors: firstFactors(v.pool, u, passkeys), UserMFASettingList: u.MFA.List(),
	}
	if u.MFA.Preferred != "" {
		out.PreferredMfaSetting = &u.MFA.Preferred
	}
	return out, nil
}

// firstFactors are those of the pool's AllowedFirstAuthFactors that the user has.
func firstFactors(p *directory.Pool, u *directory.User, passkeys bool) []api.AuthFactorType {
	allowed := p.FirstFactors
	if len(allowed) == 0 {
		allowed = []string{string(api.AuthFactorTypePassword)}
	}
	out := []api.AuthFactorType{}
	for _, name := range allowed {
		f, has := api.AuthFactorType(name), false
		switch f {
		case api.AuthFactorTypePassword:
			has = len(u.SealedVerifier) > 0
		case api.AuthFactorTypeEmailOtp:
			has = u.Attributes["email"] != "" && u.Attributes["email_verified"] == "true"
		case api.AuthFactorTypeSmsOtp:
			has = u.Attributes["phone_number"] != "" && u.Attributes["phone_number_verified"] == "true"
		case api.AuthFactorTypeWebAuthn:
			has = passkeys
		}
		if has {
			out = append(out, f)
		}
	}
	return out
}
