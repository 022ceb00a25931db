package signin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// answer is the outcome of a step: tokens, or the next challenge.
type answer struct {
	tokens     *directory.Tokens
	name       api.ChallengeNameType
	parameters map[string]string
	session    string
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
	return out
}

// challengeName is nil when there are tokens.
func (a *answer) challengeName() *api.ChallengeNameType {
	if a.name == "" {
		return nil
	}
	return &a.name
}

func (a *answer) sessionText() *string {
	if a.session == "" {
		return nil
	}
	return &a.session
}

// params are never nil: a finished sign-in shows an empty object.
func (a *answer) params() map[string]string {
	if a.parameters == nil {
		return map[string]string{}
	}
	return a.parameters
}

// admit goes on after the password was right. Only now does anybody learn what state the user is in. c is the challenge that was answered.
func (s *Service) admit(ctx context.Context, d account.Door, a *account.Account, c *challenge) (*answer, error) {
	u := a.User()
	if !u.Enabled {
		return nil, account.UserDisabled()
	}
	switch u.Status {
	case directory.Confirmed:
	case directory.Unconfirmed:
		return nil, api.UserNotConfirmedException.New("User is not confirmed.")
	case directory.ResetRequired:
		return nil, api.PasswordResetRequiredException.New("Password reset required for the user")
	case directory.ForceChangePassword:
		return s.askNewPassword(ctx, d, u, c)
	default:
		return nil, account.Incorrect()
	}
	now := s.core.Now()
	tokens, err := s.tokens.Issue(ctx, directory.Grant{Pool: d.Pool, Client: d.Client, User: u}, func(ctx context.Context, w store.Writer) error {
		if err := consume(ctx, w, d, c); err != nil {
			return err
		}
		return account.ConfirmUnchanged(ctx, w, u, now)
	})
	if err != nil {
		return nil, err
	}
	return &answer{tokens: &tokens}, nil
}

// askNewPassword asks the holder of a temporary password for one of their own.
func (s *Service) askNewPassword(ctx context.Context, d account.Door, u *directory.User, c *challenge) (*answer, error) {
	now := s.core.Now()
	if !u.TemporaryUntil.IsZero() && !now.Before(u.TemporaryUntil) {
		return nil, api.NotAuthorizedException.New("Temporary password has expired and must be reset by an administrator.")
	}
	sealed, err := s.sealChallenge(d, &challenge{step: stepNewPassword, sub: u.Sub, stamp: u.PasswordSet})
	if err != nil {
		return nil, err
	}
	err = s.core.Store.Update(ctx, func(w store.Writer) error {
		if err := consume(ctx, w, d, c); err != nil {
			return err
		}
		return account.ConfirmUnchanged(ctx, w, u, now)
	})
	if err != nil {
		return nil, err
	}
	required := []string{}
	for _, name := range d.Pool.RequiredMissing(u.Attributes) {
		required = append(required, "userAttributes."+name)
	}
	attributes := map[string]string{}
	for name, value := range u.Attributes {
		if d.Client.Readable(name) {
			attributes[name] = value
		}
	}
	return &answer{
		name: api.ChallengeNameTypeNewPasswordRequired, session: base64.RawURLEncoding.EncodeToString(sealed),
		parameters: map[string]string{
			"USER_ID_FOR_SRP": u.Username, "requiredAttributes": jsonText(required), "userAttributes": jsonText(attributes),
		},
	}, nil
}

// jsonText writes a list or map of texts, which always can be written.
func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "{}"
	}
	return string(b)
}
