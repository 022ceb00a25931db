package signin

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// held is a session as the model knows it.
type held struct {
	text   *string
	name   api.ChallengeNameType // that it answers
	kind   string                // first or second: what its code proves; choose: a choice of second factors
	code   string                // that was sent
	issued time.Time
	wrong  int
	used   bool
}

// walker is the model of one user's sign-ins, beside the real service.
type walker struct {
	t        *rapid.T
	h        *house
	n        int
	user     string
	app      *app
	totp     bool
	sms      bool
	step     int64 // last of the software token that was accepted
	failures int
	until    time.Time
	sent     int // codes since the first of them
	since    time.Time
	sessions []*held
}

const (
	gotTokens = "tokens"
	gotLocked = "Password attempts exceeded"
	gotUsed   = "Invalid session for the user, session can only be used once."
	gotForged = "Invalid session for the user."
	gotLate   = "Invalid session for the user, session is expired."
	gotWrong  = "code mismatch"
	gotMany   = "Too many codes were requested for the user, please try after some time."
)

// outcome is what an answer of the service comes down to.
func outcome(name *api.ChallengeNameType, result *api.AuthenticationResultType, err error) string {
	if e, ok := wire.AsError(err); ok {
		if e.Type == api.CodeMismatchException {
			return gotWrong
		}
		return e.Message
	}
	switch {
	case err != nil:
		return err.Error()
	case result != nil:
		return gotTokens
	}
	return string(*name)
}

func (w *walker) expect(got, want string) {
	if got != want {
		w.t.Fatalf("got %q, the model says %q", got, want)
	}
}

func (w *walker) failed() {
	w.failures++
	if n := w.failures - account.FreeFailures; n >= 0 {
		w.until = w.h.clock.now().Add(min(time.Second<<n, 15*time.Minute))
	}
}

func (w *walker) locked() bool { return w.h.clock.now().Before(w.until) }

// afterFirst is what the first factor leads to.
func (w *walker) afterFirst() (want string, next *held) {
	switch {
	case w.totp && w.sms:
		return "SELECT_MFA_TYPE", &held{name: api.ChallengeNameTypeSelectMfaType, kind: "choose"}
	case w.totp:
		return "SOFTWARE_TOKEN_MFA", &held{name: api.ChallengeNameTypeSoftwareTokenMfa, kind: "second"}
	case w.sms:
		return "SMS_MFA", &held{name: api.ChallengeNameTypeSmsMfa, kind: "second"}
	}
	return gotTokens, nil
}

// mayBeSent counts a code that is to be sent, and tells whether it still may be.
func (w *walker) mayBeSent() bool {
	if now := w.h.clock.now(); w.sent == 0 || !now.Before(w.since.Add(sendWindow)) {
		w.sent, w.since = 0, now
	}
	if w.sent == maxSent {
		return false
	}
	w.sent++
	return true
}

// hold notes a session that the service gave.
func (w *walker) hold(next *held, session *string) {
	if next == nil {
		w.failures, w.until = 0, time.Time{}
		return
	}
	next.text, next.issued = session, w.h.clock.now()
	if next.name == api.ChallengeNameTypeSmsMfa || next.name == api.ChallengeNameTypeEmailOtp {
		w.h.post.mu.Lock()
		next.code = w.h.post.messages[len(w.h.post.messages)-1].Code
		w.h.post.mu.Unlock()
	}
	w.sessions = append(w.sessions, next)
}

func (w *walker) password(t *rapid.T) {
	w.t = t
	given, right := password, rapid.Bool().Draw(t, "right password")
	if !right {
		given = "wrong"
	}
	out, err := w.h.byName(w.user, given)
	var name *api.ChallengeNameType
	var result *api.AuthenticationResultType
	if out != nil {
		name, result = out.ChallengeName, out.AuthenticationResult
	}
	got := outcome(name, result, err)
	switch {
	case w.locked():
		w.expect(got, gotLocked)
	case !right:
		w.expect(got, notRight)
		w.failed()
	default:
		want, next := w.afterFirst()
		if want == "SMS_MFA" && !w.mayBeSent() {
			w.expect(got, gotMany)
			return
		}
		w.expect(got, want)
		w.hold(next, out.Session)
	}
}

func (w *walker) email(t *rapid.T) {
	w.t = t
	out, err := w.h.pick(w.user, map[string]string{"PREFERRED_CHALLENGE": "EMAIL_OTP"})
	switch {
	case w.locked():
		w.expect(outcome(nil, nil, err), gotLocked)
	case !w.totp && !w.sms && !w.mayBeSent():
		w.expect(outcome(nil, nil, err), gotMany)
	case err != nil:
		t.Fatal(err)
	case w.totp || w.sms: // codes are not offered to who has a second factor
		w.expect(string(*out.ChallengeName), "SELECT_CHALLENGE")
	default:
		w.expect(string(*out.ChallengeName), "EMAIL_OTP")
		w.hold(&held{name: api.ChallengeNameTypeEmailOtp, kind: "first"}, out.Session)
	}
}

// answers is the answer to a session's challenge, right or wrong, and whether it is right at all by now.
func (w *walker) answers(s *held, as api.ChallengeNameType, right bool) (params map[string]string, fits bool) {
	parameter := map[api.ChallengeNameType]string{
		api.ChallengeNameTypeSoftwareTokenMfa: "SOFTWARE_TOKEN_MFA_CODE", api.ChallengeNameTypeSmsMfa: "SMS_MFA_CODE",
		api.ChallengeNameTypeEmailOtp: "EMAIL_OTP_CODE", api.ChallengeNameTypeSelectMfaType: "ANSWER",
	}[as]
	value := "x"
	switch {
	case as == api.ChallengeNameTypeSelectMfaType:
		value, fits = "SOFTWARE_TOKEN_MFA", true
	case s.name == api.ChallengeNameTypeSoftwareTokenMfa && right:
		value, fits = w.app.code(), w.h.clock.now().Unix()/30 > w.step
	case right:
		value, fits = s.code, true
	}
	if value == "" {
		value = "x"
	}
	return map[string]string{"USERNAME": w.user, parameter: value}, fits
}

func (w *walker) reply(t *rapid.T) {
	w.t = t
	if len(w.sessions) == 0 {
		t.Skip("no session")
	}
	s := rapid.SampledFrom(w.sessions).Draw(t, "session")
	as := s.name
	if rapid.IntRange(0, 4).Draw(t, "another challenge") == 0 {
		as = rapid.SampledFrom([]api.ChallengeNameType{
			api.ChallengeNameTypeSoftwareTokenMfa, api.ChallengeNameTypeSmsMfa, api.ChallengeNameTypeEmailOtp, api.ChallengeNameTypeSelectMfaType,
		}).Draw(t, "name")
	}
	params, fits := w.answers(s, as, rapid.Bool().Draw(t, "right answer"))
	out, err := w.h.RespondToAuthChallenge(w.h.ctx, &api.RespondToAuthChallengeRequest{
		ClientId: clientID, ChallengeName: as, ChallengeResponses: params, Session: s.text,
	})
	var name *api.ChallengeNameType
	var result *api.AuthenticationResultType
	if out != nil {
		name, result = out.ChallengeName, out.AuthenticationResult
	}
	got := outcome(name, result, err)
	switch {
	case as != s.name:
		w.expect(got, gotForged)
	case w.h.clock.now().Sub(s.issued) >= defaultChallenge:
		w.expect(got, gotLate)
	case w.locked():
		w.expect(got, gotLocked)
	case s.used:
		w.expect(got, gotUsed)
	case s.kind == "choose":
		s.used = true
		w.expect(got, "SOFTWARE_TOKEN_MFA")
		w.hold(&held{name: api.ChallengeNameTypeSoftwareTokenMfa, kind: "second"}, out.Session)
	case !fits:
		w.expect(got, gotWrong)
		w.failed()
		s.wrong++
		s.used = s.wrong >= account.MaxAttempts
	default:
		w.expect(got, gotTokens)
		s.used = true
		if s.name == api.ChallengeNameTypeSoftwareTokenMfa {
			w.step = w.h.clock.now().Unix() / 30
		}
		w.hold(nil, nil)
	}
}

func (w *walker) wait(t *rapid.T) {
	w.h.clock.move(time.Duration(rapid.IntRange(1, 100).Draw(t, "seconds")) * time.Second)
}

// check holds what is stored of the user against the model.
func (w *walker) check(t *rapid.T) {
	row, err := directory.FindUser(w.h.ctx, w.h.core.Store, &w.h.pool, w.user)
	if err != nil {
		t.Fatal(err)
	}
	if row.Doc.Failures != w.failures || w.failures > 0 && w.locked() != w.h.clock.now().Before(row.Doc.LockedUntil) {
		t.Fatalf("%d failures until %v; the model has %d until %v", row.Doc.Failures, row.Doc.LockedUntil, w.failures, w.until)
	}
}

// arrive makes a user of their own for one walk.
func (w *walker) arrive(t *testing.T) {
	w.user = fmt.Sprintf("user-%d", w.n)
	sub := fmt.Sprintf("22222222-2222-4333-8444-%012d", w.n)
	u := &directory.User{
		PoolID: poolID, Sub: sub, Username: w.user, Status: directory.Confirmed, Enabled: true,
		Attributes: map[string]string{"email": w.user + "@example.org", "email_verified": "true", "phone_number": "+15551234567"},
	}
	must(t, w.h.core.SetPassword(w.h.ctx, &w.h.pool, u, password))
	secret, sealed, err := w.h.keys.NewSeed(&w.h.pool, sub)
	must(t, err)
	u.TOTP, u.MFA.TOTP, u.MFA.SMS = &directory.TOTP{Sealed: sealed, Verified: true}, w.totp, w.sms
	w.app = appOf(t, w.h, secret)
	must(t, w.h.core.Store.Update(w.h.ctx, func(wr store.Writer) error { return directory.InsertUser(w.h.ctx, wr, &w.h.pool, u) }))
}

// Random walks over the challenges, beside a model: tokens come where it says, and nowhere else; every session counts once, ends in time and bears so
// many wrong answers; failures lock the user out exactly.
func TestWalksOverTheChallenges(t *testing.T) {
	h := open(t, setting{
		pool:   func(p *directory.Pool) { everyFactor(p); mfa("OPTIONAL")(p) },
		client: func(c *directory.Client) { c.Flows = append(c.Flows, "ALLOW_USER_AUTH") },
	})
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		w := &walker{t: r, h: h, n: n, totp: rapid.Bool().Draw(r, "software token"), sms: rapid.Bool().Draw(r, "SMS")}
		w.arrive(t)
		r.Repeat(map[string]func(*rapid.T){"password": w.password, "email": w.email, "reply": w.reply, "reply again": w.reply, "wait": w.wait, "": w.check})
	})
}
