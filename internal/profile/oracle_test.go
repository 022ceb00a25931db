package profile

import (
	"context"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// counted counts how often randomness is asked for: once for each verifier that is made.
type counted struct {
	io.Reader
	n atomic.Int32
}

func (c *counted) Read(b []byte) (int, error) {
	c.n.Add(1)
	return c.Reader.Read(b)
}

// Verifiers are costly, and a user's history makes more of them: only who has the code makes the server compute any. Otherwise the time would tell who
// has a history, and anybody could keep the server busy.
func TestAWrongCodeCostsNoArithmetic(t *testing.T) {
	h := open(t, setting{client: hidden})
	random := &counted{Reader: h.core.Random}
	h.core.Random = random
	for _, who := range []string{"ada", "eve"} {
		_, err := h.forgot(who)
		must(t, err)
		random.n.Store(0)
		fails(t, h.reset(who, "x", "Another-Horse-8"), api.CodeMismatchException, "")
		if n := random.n.Load(); n != 0 {
			t.Errorf("%s: a verifier was made for a wrong code", who)
		}
	}
}

// A code that went to an address that the user has given up since resets nothing: whoever reads the old mailbox is not the user.
func TestAResetCodeIsForTheAddressOfNow(t *testing.T) {
	h := open(t, setting{})
	_, err := h.forgot("ada")
	must(t, err)
	code := h.post.last(t).Code
	h.changeUser(t, func(u *directory.User) { u.Attributes["email"] = "new@example.org" })
	fails(t, h.reset("ada", code, "Another-Horse-8"), api.CodeMismatchException, "")
	_, err = h.byName("ada", password)
	must(t, err)
}

// Somebody who does not exist has an address of the kind that users of the pool recover by, and confirm.
func TestGhostsHaveAddressesOfThePool(t *testing.T) {
	for name, c := range map[string]struct {
		who, order, verified string
		wantReset, wantCode  string
	}{
		"phones":                 {"eve", "verified_phone_number", "phone_number", "SMS", "SMS"},
		"phones, typed mail":     {"eve@example.org", "verified_phone_number", "phone_number", "SMS", "SMS"},
		"addresses":              {"eve", "verified_email", "email", "EMAIL", "EMAIL"},
		"addresses, typed phone": {"+15557654321", "verified_email", "email", "EMAIL", "EMAIL"},
		"one of each":            {"eve", "verified_phone_number", "email", "SMS", "EMAIL"},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, setting{client: hidden, pool: func(p *directory.Pool) {
				p.RecoveryOrder, p.AutoVerified = []string{c.order}, []string{c.verified}
			}})
			d, err := h.forgot(c.who)
			must(t, err)
			if got := string(*d.DeliveryMedium); got != c.wantReset {
				t.Errorf("a ghost recovers by %s", got)
			}
			out, err := h.ResendConfirmationCode(h.ctx, &api.ResendConfirmationCodeRequest{ClientId: clientID, Username: c.who})
			must(t, err)
			if got := string(*out.CodeDeliveryDetails.DeliveryMedium); got != c.wantCode {
				t.Errorf("a ghost confirms by %s", got)
			}
			if masked := *d.Destination; c.wantReset == "SMS" && (len(masked) != len("+*******1234") || masked[0] != '+') {
				t.Errorf("a ghost's phone is %s", masked)
			}
		})
	}
}

// Failures of users are forgotten when those of ghosts are: otherwise waiting for some hours would tell who exists.
func TestFailuresLapseForEverybody(t *testing.T) {
	h := open(t, setting{client: hidden})
	for _, who := range []string{"ada", "eve"} {
		for range account.FreeFailures {
			_, err := h.byName(who, "wrong")
			fails(t, err, api.NotAuthorizedException, notRight)
		}
		h.clock.move(4*time.Hour + time.Minute)
		for range account.FreeFailures {
			_, err := h.byName(who, "wrong")
			fails(t, err, api.NotAuthorizedException, notRight)
		}
		_, err := h.byName(who, "wrong")
		fails(t, err, api.NotAuthorizedException, "Password attempts exceeded")
	}
}

// busyKeys does something whenever a verifier is opened, which is while a password is judged.
type busyKeys struct {
	account.Keys
	meanwhile func()
}

func (k *busyKeys) Open(ctx context.Context, p seal.Purpose, tenant string, sealed, aad []byte) ([]byte, error) {
	if p == seal.SRPVerifier {
		k.meanwhile()
	}
	return k.Keys.Open(ctx, p, tenant, sealed, aad)
}

// Who guesses at a password with somebody's access token learns no more by guessing much at once: the right guess is locked out with the others.
func TestARightGuessAmongTooManyChangesNothing(t *testing.T) {
	h := open(t, setting{})
	token, guess := *h.in(t).AccessToken, password
	h.core.Keys = &busyKeys{h.core.Keys, func() {
		h.changeUser(t, func(u *directory.User) { u.Failures, u.LockedUntil = 9, h.clock.now().Add(time.Minute) })
	}}
	_, err := h.ChangePassword(h.ctx, &api.ChangePasswordRequest{AccessToken: token, PreviousPassword: &guess, ProposedPassword: "weak"})
	fails(t, err, api.NotAuthorizedException, "Password attempts exceeded")
}

// Whoever deletes themselves leaves as little as whom an administrator deletes.
func TestDeletedUsersAreCleanedUp(t *testing.T) {
	h := open(t, setting{})
	var cleaned string
	h.Cleanup = append(h.Cleanup, func(_ context.Context, _ store.Writer, poolID, sub string) error {
		cleaned = poolID + "/" + sub
		return nil
	})
	_, err := h.DeleteUser(h.ctx, &api.DeleteUserRequest{AccessToken: *h.in(t).AccessToken})
	must(t, err)
	if cleaned != poolID+"/"+userID {
		t.Errorf("cleaned up %q", cleaned)
	}
}

// While messages queue up, users and ghosts wait alike.
func TestABusyServerTellsNothing(t *testing.T) {
	h := open(t, setting{client: hidden})
	h.Outside = func(*directory.Pool, string) bool { return true }
	released := make(chan struct{})
	defer close(released)
	for range account.MostAside {
		must(t, h.aside.Do(h.ctx, func(context.Context) error { <-released; return nil }))
	}
	ctx, cancel := context.WithTimeout(h.ctx, 50*time.Millisecond)
	defer cancel()
	for _, who := range []string{"ada", "eve"} {
		if _, err := h.ForgotPassword(ctx, &api.ForgotPasswordRequest{ClientId: clientID, Username: who}); err == nil {
			t.Errorf("%s does not wait", who)
		}
	}
}
