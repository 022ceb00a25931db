package signin

import (
	"fmt"
	"testing"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// Of a hundred who set a new password by one session, one does, and that one is in force.
func TestOneSetsTheNewPassword(t *testing.T) {
	h := open(t, setting{user: temporary})
	out, err := h.byName("ada", password)
	must(t, err)
	asks(t, out.ChallengeName, api.ChallengeNameTypeNewPasswordRequired)
	choice := func(i int) string { return fmt.Sprintf("Another-Horse-%d", i) }
	results := make([]error, 100)
	if n := hundred(t, func(i int) error {
		_, results[i] = h.newPassword(out.Session, map[string]string{"USERNAME": "ada", "NEW_PASSWORD": choice(i)})
		return results[i]
	}); n != 1 {
		t.Errorf("%d answers got tokens", n)
	}
	for i, refused := range results {
		if refused == nil {
			if _, err := h.byName("ada", choice(i)); err != nil {
				t.Error(err)
			}
		}
	}
}

// A code of a software token lets in once, over however many sessions it is tried.
func TestOneSessionTakesACode(t *testing.T) {
	h := open(t, setting{pool: mfa("OPTIONAL")})
	app := h.withTOTP(t)
	var sessions []*string
	for range 100 {
		sessions = append(sessions, h.password(t).Session)
	}
	code := app.code()
	// Those who come late count as wrong guesses and lock the user, which may stop the one who was right: never do two get in.
	n := hundred(t, func(i int) error {
		_, err := h.reply(api.ChallengeNameTypeSoftwareTokenMfa, sessions[i], map[string]string{"SOFTWARE_TOKEN_MFA_CODE": code})
		return err
	})
	if n > 1 {
		t.Errorf("%d sessions got tokens", n)
	}
	if step := h.user(t).TOTP.Step; step != h.clock.now().Unix()/30 {
		t.Errorf("step %d is used up", step)
	}
}

// Of a hundred who rotate one refresh token by either operation, one gets a successor, and since the others reused it that is the last.
func TestOneRotates(t *testing.T) {
	h := open(t, setting{client: func(c *directory.Client) { c.Rotation = true }})
	token := *h.in(t).RefreshToken
	successors := make(chan string, 100)
	if n := hundred(t, func(i int) error {
		if i%2 == 0 {
			r, err := h.refreshBy(token, "")
			if err == nil {
				successors <- *r.RefreshToken
			}
			return err
		}
		out, err := h.GetTokensFromRefreshToken(h.ctx, &api.GetTokensFromRefreshTokenRequest{ClientId: clientID, RefreshToken: token})
		if err == nil {
			successors <- *out.AuthenticationResult.RefreshToken
		}
		return err
	}); n != 1 {
		t.Fatalf("%d got a successor", n)
	}
	_, err := h.refreshBy(<-successors, "")
	fails(t, err, api.NotAuthorizedException, "Refresh Token has been revoked")
}
