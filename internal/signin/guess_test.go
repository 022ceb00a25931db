package signin

import (
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/hook"
	"github.com/mayfly-id/mayfly/internal/wire"
)

const (
	lockedOut   = "Password attempts exceeded"
	noSuchThing = "us-east-1_11111111-2222-4333-8444-555555555555"
)

// A wrong password counts although its challenge is used up: the right one could be told from it, by what is said of the device or of the user.
func TestGuessesAtAUsedChallengeCount(t *testing.T) {
	for name, guess := range map[string]func(h *house) func(password string) error{
		"SRP": func(h *house) func(string) error {
			x, err := h.begin("ada", nil)
			must(t, err)
			return func(password string) error {
				params := x.answer(t, password)
				params["DEVICE_KEY"] = noSuchThing
				_, err := h.finish(params)
				return err
			}
		},
		"by choice": func(h *house) func(string) error {
			out, err := h.pick("ada", nil)
			must(t, err)
			return func(password string) error {
				_, err := h.reply(api.ChallengeNameTypeSelectChallenge, out.Session, map[string]string{
					"ANSWER": "PASSWORD", "PASSWORD": password, "DEVICE_KEY": noSuchThing,
				})
				return err
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, setting{pool: tracking(directory.DeviceConfig{}), client: func(c *directory.Client) { c.Flows = append(c.Flows, "ALLOW_USER_AUTH") }})
			try := guess(h)
			for range account.FreeFailures {
				if e, spoken := wire.AsError(try("wrong")); !spoken || e.Type != api.NotAuthorizedException {
					t.Error("a wrong password is answered by ", e)
				}
			}
			if n := h.user(t).Failures; n != account.FreeFailures {
				t.Errorf("%d of %d wrong passwords were counted", n, account.FreeFailures)
			}
			fails(t, try(password), api.NotAuthorizedException, lockedOut)
		})
	}
}

// Nor is the right password told from wrong ones by what only its owner may learn, once guesses that came at the same time have locked the user out.
func TestARightGuessAmongTooManyTellsNothing(t *testing.T) {
	for name, set := range map[string]setting{
		"not confirmed":  {user: func(u *directory.User) { u.Status = directory.Unconfirmed }},
		"to be reset":    {user: func(u *directory.User) { u.Status = directory.ResetRequired }},
		"unknown device": {},
		"out of date": {user: func(u *directory.User) {
			temporary(u)
			u.TemporaryUntil = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			set.pool = func(p *directory.Pool) {
				p.Devices, p.Triggers.PreAuthentication = &directory.DeviceConfig{}, "arn:pre"
			}
			h := open(t, set)
			h.hooks.answers[hook.PreAuthentication] = func(map[string]any) (any, error) {
				h.changeUser(t, func(u *directory.User) { u.Failures, u.LockedUntil = 9, h.clock.now().Add(time.Minute) })
				return object{}, nil
			}
			_, err := h.InitiateAuth(h.ctx, &api.InitiateAuthRequest{
				ClientId: clientID, AuthFlow: api.AuthFlowTypeUserPasswordAuth,
				AuthParameters: map[string]string{"USERNAME": "ada", "PASSWORD": password, "DEVICE_KEY": noSuchThing},
			})
			fails(t, err, api.NotAuthorizedException, lockedOut)
		})
	}
}

// Passwords are not guessed at the system that users come from, either: it is asked as often as a password would be judged here.
func TestGuessesAtAnotherSystemAreBounded(t *testing.T) {
	for name, client := range map[string]func(*directory.Client){"tells": nil, "hides": hidden} {
		t.Run(name, func(t *testing.T) {
			h := open(t, setting{pool: migrating, client: client})
			h.hooks.answers[hook.MigrationAuthentication] = func(r map[string]any) (any, error) {
				if r["password"] != "Imported-Horse-9" {
					return nil, api.UserLambdaValidationException.New("no")
				}
				return object{"userAttributes": object{"email": "eve@example.org"}, "finalUserStatus": "CONFIRMED"}, nil
			}
			for range account.FreeFailures {
				if _, err := h.byName("eve", "wrong"); err == nil {
					t.Error("a wrong password lets in")
				}
			}
			_, err := h.byName("eve", "Imported-Horse-9")
			fails(t, err, api.NotAuthorizedException, lockedOut)
			if n := len(h.hooks.of(hook.MigrationAuthentication)); n != account.FreeFailures {
				t.Errorf("the function was asked %d times", n)
			}
			h.clock.move(time.Minute)
			if _, err := h.byName("eve", "Imported-Horse-9"); err != nil {
				t.Error(err)
			}
		})
	}
}
