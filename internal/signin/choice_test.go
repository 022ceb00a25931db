package signin

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

func byChoice(c *directory.Client) { c.Flows = []string{"ALLOW_USER_AUTH"} }

func everyFactor(p *directory.Pool) {
	p.FirstFactors = []string{"PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"}
}

func (h *house) pick(name string, more map[string]string) (*api.InitiateAuthResponse, error) {
	params := map[string]string{"USERNAME": name}
	for k, v := range more {
		params[k] = v
	}
	return h.InitiateAuth(h.ctx, &api.InitiateAuthRequest{ClientId: clientID, AuthFlow: api.AuthFlowTypeUserAuth, AuthParameters: params})
}

func verifiedAddresses(u *directory.User) {
	u.Attributes = map[string]string{"email": "ada@example.org", "email_verified": "true", "phone_number": "+15551234567", "phone_number_verified": "true"}
}

func TestChoiceOfFirstFactor(t *testing.T) {
	type names = []api.ChallengeNameType
	for name, c := range map[string]struct {
		pool     func(*directory.Pool)
		user     func(*directory.User)
		passkeys bool
		want     names
	}{
		"default":          {nil, verifiedAddresses, true, names{"PASSWORD", "PASSWORD_SRP"}},
		"all":              {everyFactor, verifiedAddresses, true, names{"PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"}},
		"not verified":     {everyFactor, withPhone, false, names{"PASSWORD", "PASSWORD_SRP"}},
		"no password":      {everyFactor, func(u *directory.User) { verifiedAddresses(u); u.SealedVerifier = nil }, false, names{"EMAIL_OTP", "SMS_OTP"}},
		"MFA for everyone": {func(p *directory.Pool) { everyFactor(p); mfa("ON")(p) }, verifiedAddresses, true, names{"PASSWORD", "PASSWORD_SRP"}},
		"MFA of the user": {func(p *directory.Pool) { everyFactor(p); mfa("OPTIONAL")(p) }, func(u *directory.User) {
			verifiedAddresses(u)
			u.MFA.SMS = true
		}, true, names{"PASSWORD", "PASSWORD_SRP"}},
		"passkeys that are several": {func(p *directory.Pool) { everyFactor(p); mfa("ON")(p); p.WebAuthn.Factor = multiFactor }, verifiedAddresses, true, names{"PASSWORD", "PASSWORD_SRP", "WEB_AUTHN"}},
		"nothing":                   {everyFactor, func(u *directory.User) { u.SealedVerifier, u.Attributes = nil, nil }, false, names{"PASSWORD", "PASSWORD_SRP"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, setting{client: byChoice, pool: c.pool, user: c.user})
			if c.passkeys {
				h.keys.subs.Store(userID, true)
			}
			out, err := h.pick("ada", nil)
			must(t, err)
			asks(t, out.ChallengeName, api.ChallengeNameTypeSelectChallenge)
			if d := cmp.Diff(c.want, out.AvailableChallenges); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestSelectChallenge(t *testing.T) {
	h := open(t, setting{client: byChoice, pool: everyFactor, user: verifiedAddresses})
	fresh := func() *string {
		out, err := h.pick("ada", nil)
		must(t, err)
		return out.Session
	}
	pick := func(session *string, params map[string]string) (*api.RespondToAuthChallengeResponse, error) {
		return h.reply(api.ChallengeNameTypeSelectChallenge, session, params)
	}
	session := fresh()
	_, err := pick(session, map[string]string{"ANSWER": "WEB_AUTHN"})
	fails(t, err, api.InvalidParameterException, "")
	_, err = pick(session, nil)
	fails(t, err, api.InvalidParameterException, "Missing required parameter ANSWER")
	_, err = pick(session, map[string]string{"ANSWER": "PASSWORD", "PASSWORD": "wrong"})
	fails(t, err, api.NotAuthorizedException, notRight)
	_, err = pick(session, map[string]string{"ANSWER": "PASSWORD", "PASSWORD": password})
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user, session can only be used once.")
	session = fresh()
	if n := hundred(t, func(int) error {
		_, err := pick(session, map[string]string{"ANSWER": "PASSWORD", "PASSWORD": password})
		return err
	}); n != 1 {
		t.Errorf("%d answers got tokens", n)
	}
	session = fresh()
	next, err := pick(session, map[string]string{"ANSWER": "PASSWORD"})
	must(t, err)
	_, err = pick(session, map[string]string{"ANSWER": "PASSWORD"})
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user, session can only be used once.")
	asks(t, next.ChallengeName, api.ChallengeNameTypePassword)
	done, err := h.reply(api.ChallengeNameTypePassword, next.Session, map[string]string{"PASSWORD": password})
	must(t, err)
	if done.AuthenticationResult == nil {
		t.Error("no tokens")
	}
}

func TestPasswordsByChoiceWithSRP(t *testing.T) {
	h := open(t, setting{client: byChoice})
	c, err := h.core.Group.NewClient(h.core.Random)
	must(t, err)
	check := func(params map[string]string) {
		t.Helper()
		out, err := h.finish((&exchange{h, c, "ada", params, nil}).answer(t, password))
		must(t, err)
		if out.AuthenticationResult == nil {
			t.Error("no tokens")
		}
	}
	first, err := h.pick("ada", map[string]string{"PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": c.A()})
	must(t, err)
	asks(t, first.ChallengeName, api.ChallengeNameTypePasswordVerifier)
	check(first.ChallengeParameters)
	first, err = h.pick("ada", map[string]string{"PREFERRED_CHALLENGE": "PASSWORD_SRP"})
	must(t, err)
	asks(t, first.ChallengeName, api.ChallengeNameTypePasswordSrp)
	next, err := h.reply(api.ChallengeNameTypePasswordSrp, first.Session, map[string]string{"SRP_A": c.A()})
	must(t, err)
	check(next.ChallengeParameters)
	_, err = h.pick("ada", map[string]string{"PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": "0"})
	fails(t, err, api.InvalidParameterException, "SRP_A is not valid")
	_, err = h.pick("ada", map[string]string{"PREFERRED_CHALLENGE": "MAGIC"})
	fails(t, err, api.InvalidParameterException, "")
	direct, err := h.pick("ada", map[string]string{"PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": password})
	must(t, err)
	if direct.AuthenticationResult == nil {
		t.Error("no tokens")
	}
	instead, err := h.pick("ada", map[string]string{"PREFERRED_CHALLENGE": "EMAIL_OTP"})
	must(t, err)
	asks(t, instead.ChallengeName, api.ChallengeNameTypeSelectChallenge)
}

func TestSignInByCode(t *testing.T) {
	for choice, parameter := range map[string]string{"EMAIL_OTP": "EMAIL_OTP_CODE", "SMS_OTP": "SMS_OTP_CODE"} {
		t.Run(choice, func(t *testing.T) {
			h := open(t, setting{client: byChoice, pool: everyFactor, user: verifiedAddresses})
			out, err := h.pick("ada", map[string]string{"PREFERRED_CHALLENGE": choice})
			must(t, err)
			asks(t, out.ChallengeName, api.ChallengeNameType(choice))
			code := h.post.last(t).Code
			if len(code) != 8 || out.ChallengeParameters["USER_ID_FOR_SRP"] != "" {
				t.Error("code has ", len(code), " digits; ", out.ChallengeParameters)
			}
			_, err = h.reply(api.ChallengeNameType(choice), out.Session, map[string]string{parameter: "0" + code})
			fails(t, err, api.CodeMismatchException, "Invalid code or auth state for the user.")
			if n := hundred(t, func(int) error {
				_, err := h.reply(api.ChallengeNameType(choice), out.Session, map[string]string{parameter: code})
				return err
			}); n != 1 {
				t.Errorf("%d answers got tokens", n)
			}
			late, err := h.pick("ada", map[string]string{"PREFERRED_CHALLENGE": choice})
			must(t, err)
			h.clock.move(defaultChallenge)
			_, err = h.reply(api.ChallengeNameType(choice), late.Session, map[string]string{parameter: h.post.last(t).Code})
			fails(t, err, api.NotAuthorizedException, "Invalid session for the user, session is expired.")
		})
	}
}

// Only the right code tells what state a user is in.
func TestStatesBehindACode(t *testing.T) {
	h := open(t, setting{client: byChoice, pool: everyFactor, user: func(u *directory.User) { verifiedAddresses(u); u.Enabled = false }})
	out, err := h.pick("ada", map[string]string{"PREFERRED_CHALLENGE": "EMAIL_OTP"})
	must(t, err)
	_, err = h.reply(api.ChallengeNameTypeEmailOtp, out.Session, map[string]string{"EMAIL_OTP_CODE": "00000000"})
	fails(t, err, api.CodeMismatchException, "")
	_, err = h.reply(api.ChallengeNameTypeEmailOtp, out.Session, map[string]string{"EMAIL_OTP_CODE": h.post.last(t).Code})
	fails(t, err, api.NotAuthorizedException, "User is disabled.")
}

func TestPasskeySignIn(t *testing.T) {
	h := open(t, setting{client: byChoice, pool: everyFactor})
	h.keys.subs.Store(userID, true)
	begin := func() (*string, string) {
		out, err := h.pick("ada", map[string]string{"PREFERRED_CHALLENGE": "WEB_AUTHN"})
		must(t, err)
		asks(t, out.ChallengeName, api.ChallengeNameTypeWebAuthn)
		var options struct{ Challenge string }
		must(t, json.Unmarshal([]byte(out.ChallengeParameters["CREDENTIAL_REQUEST_OPTIONS"]), &options))
		return out.Session, options.Challenge
	}
	answer := func(session *string, credential string) error {
		_, err := h.reply(api.ChallengeNameTypeWebAuthn, session, map[string]string{"CREDENTIAL": credential})
		return err
	}
	session, challenge := begin()
	fails(t, answer(session, "what is this"), api.InvalidParameterException, "Invalid CREDENTIAL.")
	if n := hundred(t, func(int) error { return answer(session, "good:"+challenge) }); n != 1 {
		t.Errorf("%d answers got tokens", n)
	}
	session, challenge = begin()
	fails(t, answer(session, "bad:"+challenge), api.NotAuthorizedException, "Invalid passkey credential.")
	fails(t, answer(session, "good:"+challenge), api.NotAuthorizedException, "Invalid session for the user, session can only be used once.")
}

// A passkey that counts as several factors is not followed by another; beside a password it can be the second.
func TestPasskeyAsSeveralFactors(t *testing.T) {
	pool := func(p *directory.Pool) { everyFactor(p); mfa("ON")(p); p.WebAuthn.Factor = multiFactor }
	h := open(t, setting{client: byChoice, pool: pool, user: func(u *directory.User) { u.MFA.WebAuthn = true }})
	h.keys.subs.Store(userID, true)
	challenge := func(params map[string]string) string {
		var options struct{ Challenge string }
		must(t, json.Unmarshal([]byte(params["CREDENTIAL_REQUEST_OPTIONS"]), &options))
		return "good:" + options.Challenge
	}
	alone, err := h.pick("ada", map[string]string{"PREFERRED_CHALLENGE": "WEB_AUTHN"})
	must(t, err)
	done, err := h.reply(api.ChallengeNameTypeWebAuthn, alone.Session, map[string]string{"CREDENTIAL": challenge(alone.ChallengeParameters)})
	must(t, err)
	if done.AuthenticationResult == nil {
		t.Error("asked for ", *done.ChallengeName)
	}
	second, err := h.pick("ada", map[string]string{"PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": password})
	must(t, err)
	asks(t, second.ChallengeName, api.ChallengeNameTypeWebAuthn)
	done, err = h.reply(api.ChallengeNameTypeWebAuthn, second.Session, map[string]string{"CREDENTIAL": challenge(second.ChallengeParameters)})
	must(t, err)
	if done.AuthenticationResult == nil {
		t.Error("asked for ", *done.ChallengeName)
	}
}

// Whoever asks about names learns nothing: a ghost is offered factors, the same every time, its challenges look as those of users do, nothing fits them,
// and nobody is sent anything.
func TestGhostsChoose(t *testing.T) {
	h := open(t, setting{client: func(c *directory.Client) { byChoice(c); hidden(c) }, pool: everyFactor, user: verifiedAddresses})
	h.keys.subs.Store(userID, true)
	parameters := map[string]string{"PASSWORD": "PASSWORD", "PASSWORD_SRP": "SRP_A", "EMAIL_OTP": "EMAIL_OTP_CODE", "SMS_OTP": "SMS_OTP_CODE", "WEB_AUTHN": "CREDENTIAL"}
	seen := map[api.ChallengeNameType]bool{}
	for _, name := range []string{"eve", "mallory", "trent", "peggy", "victor", "walter", "+15550001111", "e@example.org"} {
		out, err := h.pick(name, nil)
		must(t, err)
		again, err := h.pick(strings.ToUpper(name), nil)
		must(t, err)
		if !slices.Equal(out.AvailableChallenges, again.AvailableChallenges) || len(out.AvailableChallenges) < 3 {
			t.Error(name, out.AvailableChallenges, again.AvailableChallenges)
		}
		for _, factor := range out.AvailableChallenges {
			seen[factor] = true
			if factor == "PASSWORD_SRP" {
				continue
			}
			ghost, err := h.pick(name, map[string]string{"PREFERRED_CHALLENGE": string(factor)})
			must(t, err)
			real, err := h.pick("ada", map[string]string{"PREFERRED_CHALLENGE": string(factor)})
			must(t, err)
			if d := cmp.Diff(outline(real), outline(ghost)); d != "" {
				t.Errorf("%s %s: %s", name, factor, d)
			}
			response := map[string]string{"USERNAME": name, parameters[string(factor)]: "bad:12345678"}
			_, err = h.RespondToAuthChallenge(h.ctx, &api.RespondToAuthChallengeRequest{
				ClientId: clientID, ChallengeName: factor, Session: ghost.Session, ChallengeResponses: response,
			})
			response["USERNAME"] = "ada"
			_, want := h.RespondToAuthChallenge(h.ctx, &api.RespondToAuthChallengeRequest{
				ClientId: clientID, ChallengeName: factor, Session: real.Session, ChallengeResponses: response,
			})
			if err == nil || want == nil || err.Error() != want.Error() {
				t.Errorf("%s %s: %v, for a user %v", name, factor, err, want)
			}
			h.clock.move(time.Hour) // so that neither waits
		}
	}
	if len(seen) != 5 {
		t.Error("ghosts were offered only ", seen)
	}
	for _, m := range h.post.messages {
		if m.User.Sub != userID {
			t.Errorf("%s was sent a message", m.User.Username)
		}
	}
}

// outline is a challenge without its secrets: which parameters there are, and how long they and the session are, roughly.
func outline(r *api.InitiateAuthResponse) map[string]int {
	m := map[string]int{"challenge " + string(*r.ChallengeName): 1, "session": (len(*r.Session) + 63) / 128}
	for k, v := range r.ChallengeParameters {
		m[k] = len(v)
		if k == "CODE_DELIVERY_DELIVERY_MEDIUM" || k == "CODE_DELIVERY_DESTINATION" {
			m[k] = 0
		}
	}
	return m
}

// Messages that leave the server leave after the answer where the client hides who exists.
func TestMessagesOfHiddenClientsLeaveLater(t *testing.T) {
	h := open(t, setting{client: func(c *directory.Client) { byChoice(c); hidden(c) }, pool: everyFactor})
	h.outside = func(*directory.Pool, string) bool { return true }
	h.restart()
	out, err := h.pick("ada", map[string]string{"PREFERRED_CHALLENGE": "EMAIL_OTP"})
	must(t, err)
	h.Drain()
	_, err = h.reply(api.ChallengeNameTypeEmailOtp, out.Session, map[string]string{"EMAIL_OTP_CODE": h.post.last(t).Code})
	must(t, err)
}

// Who has signed up and confirmed an address signs in by the session alone, once.
func TestFromSignUpToSignIn(t *testing.T) {
	h := open(t, setting{client: byChoice, pool: everyFactor})
	d := account.Door{Pool: &h.pool, Client: &h.client}
	u := h.user(t)
	begun, err := h.SignedUp(h.ctx, d, &u)
	must(t, err)
	confirm := func(u *directory.User, session string) (out string, err error) {
		err = h.core.Store.Update(h.ctx, func(w store.Writer) error {
			out, err = h.Confirmed(h.ctx, w, d, u, session, "email")
			return err
		})
		return out, err
	}
	enter := func(session string) (*api.InitiateAuthResponse, error) {
		return h.InitiateAuth(h.ctx, &api.InitiateAuthRequest{
			ClientId: clientID, AuthFlow: api.AuthFlowTypeUserAuth, AuthParameters: map[string]string{"USERNAME": "ada"}, Session: &session,
		})
	}
	_, err = enter(begun)
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user.")
	_, err = confirm(&directory.User{Sub: "another"}, begun)
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user.")
	confirmed, err := confirm(&u, begun)
	must(t, err)
	_, err = confirm(&u, begun)
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user, session can only be used once.")
	if n := hundred(t, func(int) error { _, err := enter(confirmed); return err }); n != 1 {
		t.Errorf("%d sessions got tokens", n)
	}
}
