package signin

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/wire"
)

func TestSoftwareToken(t *testing.T) {
	h := open(t, setting{pool: mfa("OPTIONAL")})
	app := h.withTOTP(t)
	out := h.password(t)
	asks(t, out.ChallengeName, api.ChallengeNameTypeSoftwareTokenMfa)
	if out.ChallengeParameters["FRIENDLY_DEVICE_NAME"] != "phone" || out.AuthenticationResult != nil {
		t.Error(out.ChallengeParameters)
	}
	_, err := h.reply(api.ChallengeNameTypeSoftwareTokenMfa, out.Session, map[string]string{"SOFTWARE_TOKEN_MFA_CODE": app.wrong()})
	fails(t, err, api.CodeMismatchException, "Invalid code received for user")
	_, err = h.reply(api.ChallengeNameTypeSmsMfa, out.Session, map[string]string{"SMS_MFA_CODE": app.code()})
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user.")
	_, err = h.reply(api.ChallengeNameTypeSoftwareTokenMfa, out.Session, nil)
	fails(t, err, api.InvalidParameterException, "Missing required parameter SOFTWARE_TOKEN_MFA_CODE")
	if n := hundred(t, func(int) error {
		_, err := h.reply(api.ChallengeNameTypeSoftwareTokenMfa, out.Session, map[string]string{"SOFTWARE_TOKEN_MFA_CODE": app.code()})
		return err
	}); n != 1 {
		t.Errorf("%d answers got tokens", n)
	}
	again := h.password(t)
	_, err = h.reply(api.ChallengeNameTypeSoftwareTokenMfa, again.Session, map[string]string{"SOFTWARE_TOKEN_MFA_CODE": app.code()})
	fails(t, err, api.CodeMismatchException, "") // a step counts once
	h.clock.move(30 * time.Second)
	_, err = h.reply(api.ChallengeNameTypeSoftwareTokenMfa, again.Session, map[string]string{"SOFTWARE_TOKEN_MFA_CODE": app.code()})
	must(t, err)
}

// Wrong codes are bounded for the session, and for the user over all sessions, however they come and whatever is restarted.
func TestWrongCodesAreCountedExactly(t *testing.T) {
	h := open(t, setting{pool: mfa("OPTIONAL")})
	app := h.withTOTP(t)
	out := h.password(t)
	var mismatches atomic.Int32
	hundred(t, func(int) error {
		_, err := h.reply(api.ChallengeNameTypeSoftwareTokenMfa, out.Session, map[string]string{"SOFTWARE_TOKEN_MFA_CODE": app.wrong()})
		if err != nil && strings.Contains(err.Error(), "CodeMismatch") {
			mismatches.Add(1)
		}
		return err
	})
	if n := mismatches.Load(); n != 5 {
		t.Errorf("%d wrong codes were judged, want 5", n)
	}
	if u := h.user(t); u.Failures != 5 || !u.LockedUntil.After(h.clock.now()) {
		t.Errorf("%d failures, locked until %v", u.Failures, u.LockedUntil)
	}
	h.restart()
	_, err := h.byName("ada", password)
	fails(t, err, api.NotAuthorizedException, "Password attempts exceeded")
	h.clock.move(time.Second)
	_, err = h.reply(api.ChallengeNameTypeSoftwareTokenMfa, out.Session, map[string]string{"SOFTWARE_TOKEN_MFA_CODE": app.code()})
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user, session can only be used once.")
	fresh := h.password(t)
	if h.user(t).Failures != 5 {
		t.Error("the password alone ends the row of failures")
	}
	_, err = h.reply(api.ChallengeNameTypeSoftwareTokenMfa, fresh.Session, map[string]string{"SOFTWARE_TOKEN_MFA_CODE": app.wrong()})
	fails(t, err, api.CodeMismatchException, "")
	if u := h.user(t); u.LockedUntil.Sub(h.clock.now()) != 2*time.Second {
		t.Error("wait is ", u.LockedUntil.Sub(h.clock.now()))
	}
	h.clock.move(time.Minute)
	_, err = h.reply(api.ChallengeNameTypeSoftwareTokenMfa, fresh.Session, map[string]string{"SOFTWARE_TOKEN_MFA_CODE": app.code()})
	must(t, err)
	if h.user(t).Failures != 0 {
		t.Error("a whole sign-in leaves failures")
	}
}

// So are guesses over many sessions, and guesses at passwords, of users and of ghosts: beyond the bound right and wrong are answered alike.
func TestGuessesAtOnceAreCountedExactly(t *testing.T) {
	judged := func(guess func(i int) error) int {
		var n atomic.Int32
		hundred(t, func(i int) error {
			err := guess(i)
			if e, ok := wire.AsError(err); ok && e.Message != "Password attempts exceeded" {
				n.Add(1)
			}
			return err
		})
		return int(n.Load())
	}
	h := open(t, setting{pool: mfa("OPTIONAL"), client: hidden})
	app := h.withTOTP(t)
	var sessions []*string
	for range 20 {
		sessions = append(sessions, h.password(t).Session)
	}
	if n := judged(func(i int) error {
		_, err := h.reply(api.ChallengeNameTypeSoftwareTokenMfa, sessions[i%20], map[string]string{"SOFTWARE_TOKEN_MFA_CODE": app.wrong()})
		return err
	}); n != account.FreeFailures {
		t.Errorf("%d codes were judged", n)
	}
	for _, name := range []string{"ada", "eve"} {
		h := open(t, setting{client: hidden})
		if n := judged(func(int) error { _, err := h.byName(name, "wrong"); return err }); n != account.FreeFailures {
			t.Errorf("%d passwords of %s were judged", n, name)
		}
		h.restart()
		_, err := h.byName(name, password)
		fails(t, err, api.NotAuthorizedException, "Password attempts exceeded")
	}
}

func TestCodesByMessage(t *testing.T) {
	for name, c := range map[string]struct {
		user                             func(*directory.User)
		challenge                        api.ChallengeNameType
		parameter, medium, to, attribute string
	}{
		"SMS":    {func(u *directory.User) { withPhone(u); u.MFA.SMS = true }, api.ChallengeNameTypeSmsMfa, "SMS_MFA_CODE", "SMS", "+*******4567", "phone_number"},
		"legacy": {func(u *directory.User) { withPhone(u); u.MFAOptions = []string{"phone_number"} }, api.ChallengeNameTypeSmsMfa, "SMS_MFA_CODE", "SMS", "+*******4567", "phone_number"},
		"e-mail": {func(u *directory.User) { withPhone(u); u.MFA.Email = true }, api.ChallengeNameTypeEmailOtp, "EMAIL_OTP_CODE", "EMAIL", "a***@e***", "email"},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, setting{pool: mfa("OPTIONAL"), user: c.user})
			out := h.password(t)
			asks(t, out.ChallengeName, c.challenge)
			if p := out.ChallengeParameters; p["CODE_DELIVERY_DELIVERY_MEDIUM"] != c.medium || p["CODE_DELIVERY_DESTINATION"] != c.to || p["USER_ID_FOR_SRP"] != "ada" {
				t.Error(p)
			}
			m := h.post.last(t)
			if m.Kind != "Authentication" || m.Medium != c.medium || len(m.Code) != 6 || m.Destination != h.user(t).Attributes[c.attribute] {
				t.Errorf("%+v", m)
			}
			_, err := h.reply(c.challenge, out.Session, map[string]string{c.parameter: "x" + m.Code[1:]})
			fails(t, err, api.CodeMismatchException, "Invalid code or auth state for the user.")
			if n := hundred(t, func(int) error {
				_, err := h.reply(c.challenge, out.Session, map[string]string{c.parameter: m.Code})
				return err
			}); n != 1 {
				t.Errorf("%d answers got tokens", n)
			}
			if h.user(t).Attributes[c.attribute+"_verified"] != "true" {
				t.Error("the address is not verified")
			}
			other := h.password(t)
			_, err = h.reply(c.challenge, other.Session, map[string]string{c.parameter: m.Code})
			fails(t, err, api.CodeMismatchException, "")
		})
	}
}

// A user is sent so many codes an hour, even by somebody who has the password.
func TestCodesAreNotSentWithoutEnd(t *testing.T) {
	h := open(t, setting{pool: mfa("OPTIONAL"), user: func(u *directory.User) { withPhone(u); u.MFA.SMS = true }})
	for range maxSent {
		h.password(t)
	}
	_, err := h.byName("ada", password)
	fails(t, err, api.TooManyRequestsException, "")
	if n := len(h.post.messages); n != maxSent {
		t.Error(n, " messages")
	}
	h.clock.move(sendWindow)
	h.password(t)
}

func TestWhichFactorIsAsked(t *testing.T) {
	const none = api.ChallengeNameType("")
	both := func(u *directory.User) { withPhone(u); u.MFA.SMS, u.MFA.Email = true, true }
	for name, c := range map[string]struct {
		pool func(*directory.Pool)
		user func(*directory.User)
		want api.ChallengeNameType
	}{
		"off":                           {func(p *directory.Pool) { p.MFA = directory.MFAConfig{SMS: true} }, both, none},
		"optional, nothing enabled":     {mfa("OPTIONAL"), withPhone, none},
		"optional, one":                 {mfa("OPTIONAL"), func(u *directory.User) { withPhone(u); u.MFA.Email = true }, api.ChallengeNameTypeEmailOtp},
		"two, none preferred":           {mfa("OPTIONAL"), both, api.ChallengeNameTypeSelectMfaType},
		"two, one preferred":            {mfa("OPTIONAL"), func(u *directory.User) { both(u); u.MFA.Preferred = "EMAIL_OTP" }, api.ChallengeNameTypeEmailOtp},
		"preferred is gone":             {mfa("OPTIONAL"), func(u *directory.User) { both(u); u.MFA.Preferred = "SOFTWARE_TOKEN_MFA" }, api.ChallengeNameTypeSelectMfaType},
		"the pool does not take it":     {func(p *directory.Pool) { p.MFA = directory.MFAConfig{Mode: "OPTIONAL", TOTP: true} }, both, none},
		"required, one address":         {func(p *directory.Pool) { p.MFA = directory.MFAConfig{Mode: "ON", SMS: true, TOTP: true} }, withPhone, api.ChallengeNameTypeSmsMfa},
		"required, two addresses":       {mfa("ON"), withPhone, api.ChallengeNameTypeSelectMfaType},
		"required, nothing is there":    {mfa("ON"), func(u *directory.User) { u.Attributes = nil }, api.ChallengeNameTypeMfaSetup},
		"optional, no number to send":   {mfa("OPTIONAL"), func(u *directory.User) { u.MFA.SMS = true }, none},
		"software token without a seed": {mfa("OPTIONAL"), func(u *directory.User) { u.MFA.TOTP = true }, none},
	} {
		t.Run(name, func(t *testing.T) {
			out := open(t, setting{pool: c.pool, user: c.user}).password(t)
			if c.want == none {
				if out.AuthenticationResult == nil {
					t.Error("asked for ", *out.ChallengeName)
				}
				return
			}
			asks(t, out.ChallengeName, c.want)
		})
	}
}

func TestChoiceOfFactor(t *testing.T) {
	h := open(t, setting{pool: mfa("OPTIONAL"), user: func(u *directory.User) { withPhone(u); u.MFA.SMS = true }})
	app := h.withTOTP(t)
	out := h.password(t)
	asks(t, out.ChallengeName, api.ChallengeNameTypeSelectMfaType)
	if got := out.ChallengeParameters["MFAS_CAN_CHOOSE"]; got != `["SMS_MFA","SOFTWARE_TOKEN_MFA"]` {
		t.Error(got)
	}
	_, err := h.reply(api.ChallengeNameTypeSelectMfaType, out.Session, map[string]string{"ANSWER": "EMAIL_OTP"})
	fails(t, err, api.InvalidParameterException, "")
	_, err = h.reply(api.ChallengeNameTypeSelectMfaType, out.Session, nil)
	fails(t, err, api.InvalidParameterException, "Missing required parameter ANSWER")
	if n := hundred(t, func(int) error {
		_, err := h.reply(api.ChallengeNameTypeSelectMfaType, out.Session, map[string]string{"ANSWER": "SMS_MFA"})
		return err
	}); n != 1 || len(h.post.messages) != 1 {
		t.Errorf("%d choices counted, %d messages", n, len(h.post.messages))
	}
	out = h.password(t)
	next, err := h.reply(api.ChallengeNameTypeSelectMfaType, out.Session, map[string]string{"ANSWER": "SOFTWARE_TOKEN_MFA"})
	must(t, err)
	done, err := h.reply(api.ChallengeNameTypeSoftwareTokenMfa, next.Session, map[string]string{"SOFTWARE_TOKEN_MFA_CODE": app.code()})
	must(t, err)
	if done.AuthenticationResult == nil {
		t.Error("no tokens")
	}
}

func TestSetUpOfASoftwareToken(t *testing.T) {
	h := open(t, setting{pool: mfa("ON"), user: func(u *directory.User) { u.Attributes = nil }})
	out := h.password(t)
	asks(t, out.ChallengeName, api.ChallengeNameTypeMfaSetup)
	if got := out.ChallengeParameters["MFAS_CAN_SETUP"]; got != `["SMS_MFA","SOFTWARE_TOKEN_MFA","EMAIL_OTP"]` {
		t.Error(got)
	}
	_, err := h.reply(api.ChallengeNameTypeMfaSetup, out.Session, nil)
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user.")
	seed, err := h.keys.AssociateSoftwareToken(h.ctx, &api.AssociateSoftwareTokenRequest{Session: out.Session})
	must(t, err)
	_, err = h.keys.AssociateSoftwareToken(h.ctx, &api.AssociateSoftwareTokenRequest{Session: out.Session})
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user, session can only be used once.")
	_, err = h.reply(api.ChallengeNameTypeMfaSetup, seed.Session, nil)
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user.")
	app := appOf(t, h, *seed.SecretCode)
	_, err = h.keys.VerifySoftwareToken(h.ctx, &api.VerifySoftwareTokenRequest{Session: seed.Session, UserCode: app.wrong()})
	fails(t, err, api.EnableSoftwareTokenMFAException, "")
	ready, err := h.keys.VerifySoftwareToken(h.ctx, &api.VerifySoftwareTokenRequest{Session: seed.Session, UserCode: app.code()})
	must(t, err)
	_, err = h.keys.AssociateSoftwareToken(h.ctx, &api.AssociateSoftwareTokenRequest{Session: ready.Session})
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user.")
	if n := hundred(t, func(int) error {
		_, err := h.reply(api.ChallengeNameTypeMfaSetup, ready.Session, nil)
		return err
	}); n != 1 {
		t.Errorf("%d answers got tokens", n)
	}
	asks(t, h.password(t).ChallengeName, api.ChallengeNameTypeSoftwareTokenMfa)
}

func TestSetUpOfAnAddress(t *testing.T) {
	h := open(t, setting{pool: mfa("ON"), user: func(u *directory.User) { u.Attributes = nil }})
	out := h.password(t)
	_, err := h.reply(api.ChallengeNameTypeMfaSetup, out.Session, map[string]string{"EMAIL": "nowhere"})
	fails(t, err, api.InvalidParameterException, "Invalid email address format.")
	next, err := h.reply(api.ChallengeNameTypeMfaSetup, out.Session, map[string]string{"EMAIL": "new@example.org"})
	must(t, err)
	asks(t, next.ChallengeName, api.ChallengeNameTypeEmailOtp)
	done, err := h.reply(api.ChallengeNameTypeEmailOtp, next.Session, map[string]string{"EMAIL_OTP_CODE": h.post.last(t).Code})
	must(t, err)
	if c := h.claimsOf(t, done.AuthenticationResult.IdToken); c["email"] != "new@example.org" || c["email_verified"] != true {
		t.Error(c)
	}
	asks(t, h.password(t).ChallengeName, api.ChallengeNameTypeEmailOtp)
}

// A session of MFA_SETUP is no way around a factor that is in force by now, nor around another password.
func TestSetUpIsForWhoHasNothing(t *testing.T) {
	h := open(t, setting{pool: mfa("ON"), user: func(u *directory.User) { u.Attributes = nil }})
	out := h.password(t)
	h.withTOTP(t)
	_, err := h.keys.AssociateSoftwareToken(h.ctx, &api.AssociateSoftwareTokenRequest{Session: out.Session})
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user.")
	_, err = h.reply(api.ChallengeNameTypeMfaSetup, out.Session, map[string]string{"EMAIL": "new@example.org"})
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user.")
	h.changeUser(t, func(u *directory.User) { u.TOTP, u.MFA.TOTP, u.PasswordSet = nil, false, u.PasswordSet.Add(1) })
	_, err = h.keys.AssociateSoftwareToken(h.ctx, &api.AssociateSoftwareTokenRequest{Session: out.Session})
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user.")
}

func TestSecondFactorAfterANewPassword(t *testing.T) {
	h := open(t, setting{pool: mfa("OPTIONAL"), user: temporary})
	app := h.withTOTP(t)
	out := h.password(t)
	asks(t, out.ChallengeName, api.ChallengeNameTypeNewPasswordRequired)
	next, err := h.newPassword(out.Session, map[string]string{"USERNAME": "ada", "NEW_PASSWORD": "Another-Horse-8"})
	must(t, err)
	asks(t, next.ChallengeName, api.ChallengeNameTypeSoftwareTokenMfa)
	_, err = h.reply(api.ChallengeNameTypeSoftwareTokenMfa, next.Session, map[string]string{"SOFTWARE_TOKEN_MFA_CODE": app.code()})
	must(t, err)
}

// A software token that the user has disabled does not answer MFA_SETUP by being there.
func TestSetUpWantsAProof(t *testing.T) {
	h := open(t, setting{pool: mfa("ON"), user: func(u *directory.User) { u.Attributes = nil }})
	h.withTOTP(t)
	h.changeUser(t, func(u *directory.User) { u.MFA.TOTP = false })
	out := h.password(t)
	asks(t, out.ChallengeName, api.ChallengeNameTypeMfaSetup)
	_, err := h.reply(api.ChallengeNameTypeMfaSetup, out.Session, nil)
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user.")
}

// A session is for its client and its user, and for a client with a secret it is not enough.
func TestSessionsAreBound(t *testing.T) {
	h := open(t, setting{pool: mfa("OPTIONAL")})
	app := h.withTOTP(t)
	other := h.client
	other.ID = "another"
	must(t, h.insertClient(&other))
	out := h.password(t)
	right := map[string]string{"USERNAME": "ada", "SOFTWARE_TOKEN_MFA_CODE": app.code()}
	in := &api.RespondToAuthChallengeRequest{
		ClientId: "another", ChallengeName: api.ChallengeNameTypeSoftwareTokenMfa, ChallengeResponses: right, Session: out.Session,
	}
	_, err := h.RespondToAuthChallenge(h.ctx, in)
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user.")
	renamed := strings.TrimSuffix(*out.Session, ".client") + ".another"
	in.Session = &renamed
	_, err = h.RespondToAuthChallenge(h.ctx, in)
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user.")
	_, err = h.reply(api.ChallengeNameTypeSoftwareTokenMfa, out.Session, map[string]string{"USERNAME": "bob", "SOFTWARE_TOKEN_MFA_CODE": app.code()})
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user.")
	_, err = h.reply(api.ChallengeNameTypeSoftwareTokenMfa, nil, right)
	fails(t, err, api.InvalidParameterException, "Missing required parameter Session")
	_, err = h.AdminRespondToAuthChallenge(h.ctx, &api.AdminRespondToAuthChallengeRequest{
		UserPoolId: poolID, ClientId: clientID, ChallengeName: api.ChallengeNameTypeSoftwareTokenMfa, ChallengeResponses: right, Session: out.Session,
	})
	must(t, err)
	_, err = h.reply(api.ChallengeNameTypeAdminNoSrpAuth, out.Session, nil)
	fails(t, err, api.InvalidParameterException, "")
}

// Sessions fit into what the protocol allows, whatever the user and the client are called.
func TestSessionsFit(t *testing.T) {
	long := strings.Repeat("\U0001F511", 128)
	h := open(t, setting{pool: everyFactor, client: byChoice, user: func(u *directory.User) { u.Username = long }})
	d := account.Door{Pool: &h.pool, Client: &directory.Client{ID: strings.Repeat("c", 128)}}
	u := h.user(t)
	p := &progress{Door: d, who: &account.Account{}, name: long}
	p.who.Row.Doc = u
	p.device, p.event, p.custom = strings.Repeat("d", 55), userID, strings.Repeat("0", 32)
	sealed, err := h.ask(h.ctx, p, &challenge{step: stepPasskey, secret: make([]byte, 33+253)}, nil)
	must(t, err)
	if n := len(sessionText(d, sealed)); n > 2048 {
		t.Errorf("a session has %d characters", n)
	}
}

// What a sign-in has proven is over when the user is disabled or gets another password.
func TestHalfASignInEndsWithItsPassword(t *testing.T) {
	for name, change := range map[string]func(*directory.User){
		"disabled": func(u *directory.User) { u.Enabled = false },
		"password": func(u *directory.User) { u.PasswordSet = u.PasswordSet.Add(time.Second) },
		"state":    func(u *directory.User) { u.Status = directory.ResetRequired },
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, setting{pool: mfa("OPTIONAL")})
			app := h.withTOTP(t)
			out := h.password(t)
			h.changeUser(t, change)
			if _, err := h.reply(api.ChallengeNameTypeSoftwareTokenMfa, out.Session, map[string]string{"SOFTWARE_TOKEN_MFA_CODE": app.code()}); err == nil {
				t.Error("got in")
			}
		})
	}
}
