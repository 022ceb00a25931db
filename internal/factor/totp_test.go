package factor

import (
	"encoding/base32"
	"errors"
	"fmt"
	"testing"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/totp"
)

// app is an authenticator app.
type app struct{ seed []byte }

func newApp(t testing.TB, secret string) app {
	t.Helper()
	return app{get[[]byte](t)(base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret))}
}

func (a app) code(at time.Time) string {
	c := totp.Code(a.seed, totp.Step(at))
	return string(c[:])
}

// enrol sets a software token up for ada.
func (h *house) enrol(t testing.TB) app {
	t.Helper()
	access := token()
	out := get[*api.AssociateSoftwareTokenResponse](t)(h.AssociateSoftwareToken(h.ctx, &api.AssociateSoftwareTokenRequest{AccessToken: &access}))
	a := newApp(t, *out.SecretCode)
	verified := get[*api.VerifySoftwareTokenResponse](t)(h.VerifySoftwareToken(h.ctx, &api.VerifySoftwareTokenRequest{AccessToken: &access, UserCode: a.code(h.at)}))
	if *verified.Status != api.VerifySoftwareTokenResponseTypeSuccess || verified.Session != nil {
		t.Fatalf("answer is %+v", verified)
	}
	return a
}

// try is a sign-in with a code, as the challenge machine does it.
func (h *house) try(code string) (ok bool, err error) {
	err = h.Store.Update(h.ctx, func(w store.Writer) error {
		row, err := directory.Users.Get(h.ctx, w, poolID, ada)
		if err != nil {
			return err
		}
		if ok, err = h.VerifyTOTP(h.ctx, w, &row, code); err != nil || !ok {
			return err
		}
		return directory.UpdateUser(h.ctx, w, &h.pool, &row)
	})
	return ok, err
}

func TestVerifyTOTP(t *testing.T) {
	h := newHouse(t)
	if ok := get[bool](t)(h.try("000000")); ok {
		t.Error("a user without a software token has a right code")
	}
	a := h.enrol(t)
	step := 30 * time.Second
	for _, tc := range []struct {
		name string
		move time.Duration
		of   time.Duration // the code's time, from now
		want bool
	}{
		{"the code that set it up", 0, 0, false},
		{"the step before it", 0, -step, false},
		{"an app that is ahead", 0, step, true},
		{"the same again", 0, step, false},
		{"the step in between, older than the last", 0, 0, false},
		{"the next step, used already", step, 0, false},
		{"the step after", step, 0, true},
		{"two steps old", 5 * step, -2 * step, false},
		{"an app that is behind", 0, -step, true},
		{"two steps ahead", step, 2 * step, false},
		{"now", 0, 0, true},
	} {
		h.move(tc.move)
		if got := get[bool](t)(h.try(a.code(h.at.Add(tc.of)))); got != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
	h.move(time.Minute)
	code := a.code(h.at)
	for _, odd := range []string{"", code[:5], code + "0", " " + code, code[:5] + "٣", "-00001"} {
		if get[bool](t)(h.try(odd)) {
			t.Errorf("%q is accepted", odd)
		}
	}
	h.changeAda(t, func(u *directory.User) { u.TOTP.Sealed[len(u.TOTP.Sealed)-1] ^= 1 })
	if ok, err := h.try(code); ok || err == nil {
		t.Errorf("a seed that does not open: %v, %v", ok, err)
	}
}

// TestTOTPOnce redeems one code many times at once.
func TestTOTPOnce(t *testing.T) {
	h := newHouse(t)
	a := h.enrol(t)
	h.move(time.Minute)
	code := a.code(h.at)
	refused := errors.New("refused")
	n, _ := together(100, func() error {
		ok, err := h.try(code)
		if err == nil && !ok {
			return refused
		}
		return err
	})
	if n != 1 {
		t.Errorf("%d of 100 got in with one code", n)
	}
}

func TestSoftwareTokenSetup(t *testing.T) {
	h := newHouse(t)
	access := token()
	verify := func(code string) error {
		_, err := h.VerifySoftwareToken(h.ctx, &api.VerifySoftwareTokenRequest{AccessToken: &access, UserCode: code})
		return err
	}
	fails(t, verify("123456"), api.SoftwareTokenMFANotFoundException, "")
	out := get[*api.AssociateSoftwareTokenResponse](t)(h.AssociateSoftwareToken(h.ctx, &api.AssociateSoftwareTokenRequest{AccessToken: &access}))
	if len(*out.SecretCode) != 52 || out.Session != nil {
		t.Errorf("%d characters, session %v", len(*out.SecretCode), out.Session)
	}
	first := newApp(t, *out.SecretCode)
	fails(t, verify(first.code(h.at.Add(-time.Hour))), api.EnableSoftwareTokenMFAException, "Code mismatch and fail enable Software Token MFA")
	if get[bool](t)(h.try(first.code(h.at))) {
		t.Error("a seed without proof is in force")
	}
	must(t, verify(first.code(h.at)))
	if u := h.user(t, ada); !u.TOTP.Verified || u.MFA.TOTP || len(u.TOTP.Pending) != 0 {
		t.Errorf("the user has %+v, preference %+v", u.TOTP, u.MFA)
	}
	fails(t, verify(first.code(h.at)), api.SoftwareTokenMFANotFoundException, "")

	// A new one takes the old one's place only when it has proved itself.
	h.move(time.Hour)
	out = get[*api.AssociateSoftwareTokenResponse](t)(h.AssociateSoftwareToken(h.ctx, &api.AssociateSoftwareTokenRequest{AccessToken: &access}))
	second := newApp(t, *out.SecretCode)
	if get[bool](t)(h.try(second.code(h.at))) || !get[bool](t)(h.try(first.code(h.at))) {
		t.Error("the first software token is not the one in force")
	}
	h.move(time.Minute)
	must(t, verify(second.code(h.at)))
	h.move(time.Minute)
	if get[bool](t)(h.try(first.code(h.at))) || !get[bool](t)(h.try(second.code(h.at))) {
		t.Error("the second software token is not the one in force")
	}
}

func TestSoftwareTokenSession(t *testing.T) {
	h := newHouse(t)
	client := &directory.Client{ID: "client", PoolID: poolID}
	h.sessions["s"] = directory.MFASetup{Pool: &h.pool, Client: client, Sub: ada}
	h.sessions["late"] = directory.MFASetup{Pool: &h.pool, Client: client, Sub: ada}
	associate := func(session string) (*api.AssociateSoftwareTokenResponse, error) {
		return h.AssociateSoftwareToken(h.ctx, &api.AssociateSoftwareTokenRequest{Session: &session})
	}
	verify := func(session, code string) (*api.VerifySoftwareTokenResponse, error) {
		return h.VerifySoftwareToken(h.ctx, &api.VerifySoftwareTokenRequest{Session: &session, UserCode: code})
	}
	_, err := h.AssociateSoftwareToken(h.ctx, &api.AssociateSoftwareTokenRequest{})
	fails(t, err, api.InvalidParameterException, "")
	_, err = associate("unknown")
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user.")
	out := get[*api.AssociateSoftwareTokenResponse](t)(associate("s"))
	if *out.Session != "s+false" {
		t.Fatalf("session is %q", *out.Session)
	}
	_, err = associate("s")
	fails(t, err, api.NotAuthorizedException, "")
	a := newApp(t, *out.SecretCode)
	_, err = verify(*out.Session, a.code(h.at.Add(time.Hour)))
	fails(t, err, api.EnableSoftwareTokenMFAException, "")
	done := get[*api.VerifySoftwareTokenResponse](t)(verify(*out.Session, a.code(h.at)))
	if *done.Session != "s+false+true" || *done.Status != api.VerifySoftwareTokenResponseTypeSuccess {
		t.Errorf("answer is %+v", done)
	}
	if u := h.user(t, ada); !u.MFA.TOTP || u.MFA.Preferred != "SOFTWARE_TOKEN_MFA" || !u.TOTP.Verified {
		t.Errorf("the user has %+v, %+v", u.TOTP, u.MFA)
	}
	// Another sign-in that waits since before must not replace the software token.
	_, err = associate("late")
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user.")
	if u := h.user(t, ada); len(u.TOTP.Pending) != 0 {
		t.Error("a late session left a seed")
	}
}

func TestSoftwareTokensOff(t *testing.T) {
	h := newHouse(t, func(p *directory.Pool) { p.MFA.TOTP = false })
	access := token()
	_, err := h.AssociateSoftwareToken(h.ctx, &api.AssociateSoftwareTokenRequest{AccessToken: &access})
	fails(t, err, api.SoftwareTokenMFANotFoundException, "Software Token MFA has not been enabled by the userPool")
	_, err = h.VerifySoftwareToken(h.ctx, &api.VerifySoftwareTokenRequest{AccessToken: &access, UserCode: "123456"})
	fails(t, err, api.SoftwareTokenMFANotFoundException, "")
	name := fmt.Sprintf("%0257d", 0)
	_, err = h.VerifySoftwareToken(h.ctx, &api.VerifySoftwareTokenRequest{AccessToken: &access, UserCode: "123456", FriendlyDeviceName: &name})
	fails(t, err, api.InvalidParameterException, "")
}
