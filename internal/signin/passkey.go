package signin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/seal"
)

// askPasskey makes a challenge for the user's passkeys.
func (s *Service) askPasskey(ctx context.Context, p *progress, step step) (*answer, error) {
	options, state, err := s.factors.BeginPasskey(ctx, p.Pool, p.who.User())
	if err != nil {
		return nil, err
	}
	if p.who.Ghost {
		if options, err = s.hauntPasskeys(p, options); err != nil {
			return nil, err
		}
	}
	return s.askSession(ctx, p, &challenge{step: step, secret: state}, api.ChallengeNameTypeWebAuthn, map[string]string{"CREDENTIAL_REQUEST_OPTIONS": options})
}

// hauntPasskeys puts one passkey into the options of somebody who does not exist, the same every time: users who are offered passkeys have some.
func (s *Service) hauntPasskeys(p *progress, options string) (string, error) {
	var o struct {
		Challenge        string           `json:"challenge"`
		Timeout          int              `json:"timeout"`
		RPID             string           `json:"rpId"`
		AllowCredentials []map[string]any `json:"allowCredentials"`
		UserVerification string           `json:"userVerification"`
	}
	if err := json.Unmarshal([]byte(options), &o); err != nil {
		return "", fmt.Errorf("signin: options of a passkey: %w", err)
	}
	id := s.core.Keys.PRF(seal.FakeUser, p.Pool.ID, "passkey\x00"+p.who.User().Sub)
	o.AllowCredentials = []map[string]any{{
		"id": base64.RawURLEncoding.EncodeToString(id[:]), "type": "public-key", "transports": []string{"hybrid", "internal"},
	}}
	b, err := json.Marshal(o)
	return string(b), err
}

// takePasskey answers WEB_AUTHN. A credential that proves nothing uses the challenge up; text that is none does not.
func (s *Service) takePasskey(ctx context.Context, r *request) (*answer, error) {
	credential := r.params["CREDENTIAL"]
	if credential == "" {
		return nil, account.Missing("CREDENTIAL")
	}
	p, c, err := s.resume(ctx, r, stepPasskey, stepPasskeyMFA)
	if err != nil {
		return nil, err
	}
	var v verdict
	if c.step == stepPasskey {
		if v, err = s.assess(ctx, p, ""); err != nil {
			return nil, err
		}
	}
	if err = s.provePasskey(ctx, p, c, credential); err != nil {
		if e, spoken := wire.AsError(err); !spoken || e.Type != api.NotAuthorizedException {
			return nil, err
		}
	}
	if c.step == stepPasskeyMFA {
		if err != nil {
			return nil, err
		}
		return s.passedFactor(ctx, p, passkeyMFA)
	}
	if risk := s.weigh(ctx, p, v, err == nil); risk != nil {
		return nil, risk
	}
	if err != nil {
		return nil, err
	}
	p.proven |= byPasskey
	if p.Pool.WebAuthn.Factor == multiFactor {
		p.proven |= secondFactor
	}
	return s.next(ctx, p)
}

// provePasskey uses the challenge up by a credential that is right, in one transaction; by one that is wrong, in another.
func (s *Service) provePasskey(ctx context.Context, p *progress, c *challenge, credential string) error {
	wrong := false
	err := s.core.Store.Update(ctx, func(w store.Writer) error {
		wrong = false
		if err := consume(ctx, w, p.Door, c); err != nil {
			return err
		}
		err := s.factors.VerifyPasskey(ctx, w, p.Pool, p.who.User(), c.secret, credential)
		if e, spoken := wire.AsError(err); spoken {
			wrong = e.Type == api.NotAuthorizedException
		}
		return err
	})
	if wrong {
		if used := s.core.Store.Update(ctx, func(w store.Writer) error { return consume(ctx, w, p.Door, c) }); used != nil {
			return used
		}
	}
	if err == nil && p.who.Ghost {
		err = account.Incorrect()
	}
	if err == nil {
		p.from = nil
	}
	return account.WriteError(err)
}
