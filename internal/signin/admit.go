package signin

import (
	"context"
	"encoding/json"
	"time"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/hook"
	"github.com/mayfly-id/mayfly/internal/store"
)

// answer is the outcome of a step: tokens, or the next challenge.
type answer struct {
	tokens     *directory.Tokens
	device     *directory.Device // new, handed out with the tokens; nil: none
	name       api.ChallengeNameType
	parameters map[string]string
	session    string
	available  []api.ChallengeNameType
}

func (a *answer) result() *api.AuthenticationResultType {
	if a.tokens == nil {
		return nil
	}
	t := a.tokens
	access, id, bearer, seconds := string(t.Access), string(t.ID), "Bearer", int(t.Life/time.Second)
	out := &api.AuthenticationResultType{AccessToken: &access, IdToken: &id, TokenType: &bearer, ExpiresIn: &seconds}
	if t.Refresh != "" {
		refresh := string(t.Refresh)
		out.RefreshToken = &refresh
	}
	if a.device != nil {
		out.NewDeviceMetadata = &api.NewDeviceMetadataType{DeviceKey: &a.device.Key, DeviceGroupKey: &a.device.GroupKey}
	}
	return out
}

// begun is the outcome as InitiateAuth tells it. Parameters are never nil: a finished sign-in shows an empty object.
func (a *answer) begun() *api.InitiateAuthResponse {
	out := &api.InitiateAuthResponse{AuthenticationResult: a.result(), ChallengeParameters: a.parameters, AvailableChallenges: a.available}
	if a.parameters == nil {
		out.ChallengeParameters = map[string]string{}
	}
	if a.name != "" {
		out.ChallengeName = &a.name
	}
	if a.session != "" {
		out.Session = &a.session
	}
	return out
}

// continued is the outcome as RespondToAuthChallenge tells it.
func (a *answer) continued() *api.RespondToAuthChallengeResponse {
	b := a.begun()
	return &api.RespondToAuthChallengeResponse{
		AuthenticationResult: b.AuthenticationResult, ChallengeName: b.ChallengeName, ChallengeParameters: b.ChallengeParameters, Session: b.Session,
	}
}

// next goes on after the first factor. Only now does anybody learn what state the user is in. The order is Cognito's: a new password, the second
// factor or the device that stands in for it, the device, and then tokens, unless functions of the pool decide.
func (s *Service) next(ctx context.Context, p *progress) (*answer, error) {
	u := p.who.User()
	if err := mayEnter(u); err != nil {
		return nil, s.refused(ctx, p, err)
	}
	if u.Status == directory.ForceChangePassword {
		return s.askNewPassword(ctx, p)
	}
	device, err := s.deviceOf(ctx, p)
	if err != nil {
		return nil, s.unlessLocked(ctx, p, err)
	}
	if p.proven&secondFactor == 0 && !p.standsIn(device) {
		due, err := s.dueFactors(ctx, p)
		if err != nil {
			return nil, err
		}
		if due != nil {
			return s.askFactor(ctx, p, due)
		}
	}
	if device != nil && p.proven&byDevice == 0 {
		return s.askDevice(ctx, p)
	}
	if p.proven&customFlow != 0 {
		return s.define(ctx, p)
	}
	return s.admit(ctx, p, device)
}

// source is the occasion of the tokens, as the pre token generation trigger knows it.
func (p *progress) source() hook.Source {
	switch {
	case p.proven&newPassword != 0:
		return hook.TokensNewPassword
	case p.proven&byDevice != 0:
		return hook.TokensDevice
	}
	return hook.TokensAuthentication
}

// admit gives tokens. Where a function of the pool is told of it, or a new device gets its key, the challenge is used up before; else all is one
// transaction.
func (s *Service) admit(ctx context.Context, p *progress, device *store.Row[directory.Device]) (*answer, error) {
	u, now, out := p.who.User(), s.core.Now(), &answer{}
	grant := directory.Grant{Pool: p.Pool, Client: p.Client, User: u, Source: string(p.source()), Metadata: p.metadata}
	if device != nil && p.proven&byDevice != 0 {
		grant.DeviceKey = device.Doc.Key
	}
	tell, fresh := hooked(p.Pool, hook.PostAuthentication), p.Pool.Devices != nil && p.device == ""
	if tell || fresh {
		err := s.settle(ctx, p, func(ctx context.Context, w store.Writer) error {
			if !fresh {
				return nil
			}
			made, err := s.factors.NewDevice(ctx, w, p.Pool, u, p.visit.address())
			out.device, grant.DeviceKey = &made, made.Key
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if tell {
		if err := s.postAuthentication(ctx, p, fresh); err != nil {
			return nil, s.refused(ctx, p, err)
		}
	}
	tokens, err := s.tokens.Issue(ctx, grant, func(ctx context.Context, w store.Writer) error {
		if err := consume(ctx, w, p.Door, p.from); err != nil {
			return err
		}
		if err := account.ConfirmUnchanged(ctx, w, u, now); err != nil {
			return err
		}
		if device == nil || p.proven&byDevice == 0 {
			return nil
		}
		row := *device
		return s.factors.SeenDevice(ctx, w, &row, p.visit.address())
	})
	if err != nil {
		return nil, account.WriteError(err)
	}
	out.tokens = &tokens
	s.passed(ctx, p)
	return out, nil
}

// jsonText writes a list or map of texts, which always can be written.
func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "{}"
	}
	return string(b)
}
