package signin

import (
	"encoding/base64"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/srp"
)

const notRight = "Incorrect username or password."

func TestSRPSignIn(t *testing.T) {
	for name, typed := range map[string]string{"user name": "ada", "other case": "ADA", "sub": userID} {
		for _, back := range []string{"internal", "typed"} {
			t.Run(name+" "+back, func(t *testing.T) {
				h := open(t, setting{})
				x, err := h.begin(typed, nil)
				must(t, err)
				if x.challenge["USER_ID_FOR_SRP"] != "ada" || x.challenge["USERNAME"] != "ada" {
					t.Error("challenge names ", x.challenge["USER_ID_FOR_SRP"], x.challenge["USERNAME"])
				}
				params := x.answer(t, password)
				if back == "typed" {
					params["USERNAME"] = typed
				}
				out, err := h.finish(params)
				must(t, err)
				r := out.AuthenticationResult
				if r.AccessToken == nil || r.RefreshToken == nil || *r.TokenType != "Bearer" || *r.ExpiresIn != 3600 || out.Session != nil || out.ChallengeName != nil {
					t.Errorf("%+v", r)
				}
				if c := h.claimsOf(t, r.IdToken); c["sub"] != userID || c["email_verified"] != true {
					t.Error("claims are ", c)
				}
			})
		}
	}
}

// Odd numbers of digits come about by themselves: A is not padded. Many exchanges meet both cases.
func TestSRPWithOddA(t *testing.T) {
	h := open(t, setting{})
	odd := 0
	for range 40 {
		x, err := h.begin("ada", nil)
		must(t, err)
		odd += len(x.srp.A()) % 2
		_, err = h.finish(x.answer(t, password))
		must(t, err)
	}
	if odd == 0 {
		t.Error("no odd A was met")
	}
}

func TestRefusedProofs(t *testing.T) {
	for name, c := range map[string]struct {
		password string
		change   func(t *testing.T, h *house, x *exchange, params map[string]string)
		message  string
	}{
		"wrong password": {"wrong", func(*testing.T, *house, *exchange, map[string]string) {}, notRight},
		"another user's name": {password, func(_ *testing.T, _ *house, _ *exchange, p map[string]string) {
			p["USERNAME"] = "bob"
		}, notRight},
		"padded day": {password, func(_ *testing.T, _ *house, _ *exchange, p map[string]string) {
			p["TIMESTAMP"] = strings.Replace(p["TIMESTAMP"], "Jan 2", "Jan 02", 1)
		}, notRight},
		"another time": {password, func(_ *testing.T, _ *house, _ *exchange, p map[string]string) {
			p["TIMESTAMP"] = strings.Replace(p["TIMESTAMP"], "03:04:05", "03:04:06", 1)
		}, notRight},
		"signature": {password, func(_ *testing.T, _ *house, _ *exchange, p map[string]string) {
			p["PASSWORD_CLAIM_SIGNATURE"] = base64.StdEncoding.EncodeToString(make([]byte, 32))
		}, notRight},
		"not base64": {password, func(_ *testing.T, _ *house, _ *exchange, p map[string]string) {
			p["PASSWORD_CLAIM_SIGNATURE"] = "*"
		}, notRight},
		"made-up block": {password, func(_ *testing.T, _ *house, _ *exchange, p map[string]string) {
			p["PASSWORD_CLAIM_SECRET_BLOCK"] = base64.StdEncoding.EncodeToString(make([]byte, 500))
		}, "Invalid session for the user."},
		"too late": {password, func(_ *testing.T, h *house, _ *exchange, _ map[string]string) {
			h.clock.move(defaultChallenge)
		}, "Invalid session for the user, session is expired."},
		"disabled": {password, func(t *testing.T, h *house, _ *exchange, _ map[string]string) {
			h.changeUser(t, func(u *directory.User) { u.Enabled = false })
		}, "User is disabled."},
		"password changed meanwhile": {password, func(t *testing.T, h *house, _ *exchange, _ map[string]string) {
			h.clock.move(time.Second)
			h.changeUser(t, func(u *directory.User) { must(t, h.core.SetPassword(h.ctx, &h.pool, u, "Another-Horse-8")) })
		}, notRight},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, setting{})
			x, err := h.begin("ada", nil)
			must(t, err)
			params := x.answer(t, c.password)
			c.change(t, h, x, params)
			_, err = h.finish(params)
			fails(t, err, api.NotAuthorizedException, c.message)
		})
	}
}

func TestClocksOfClients(t *testing.T) {
	for off, good := range map[time.Duration]bool{0: true, 12 * time.Hour: true, -12 * time.Hour: true, 12*time.Hour + 2*time.Minute: false, -13 * time.Hour: false} {
		h := open(t, setting{})
		x, err := h.begin("ada", nil)
		must(t, err)
		h.clock.move(off)
		params := x.answer(t, password)
		h.clock.move(-off)
		if _, err := h.finish(params); (err == nil) != good {
			t.Errorf("off by %v: %v", off, err)
		}
	}
}

func TestMissingParametersOfSRP(t *testing.T) {
	h := open(t, setting{})
	for _, lacking := range []string{"USERNAME", "TIMESTAMP", "PASSWORD_CLAIM_SECRET_BLOCK", "PASSWORD_CLAIM_SIGNATURE"} {
		x, err := h.begin("ada", nil)
		must(t, err)
		params := x.answer(t, password)
		delete(params, lacking)
		_, err = h.finish(params)
		fails(t, err, api.InvalidParameterException, "Missing required parameter "+lacking)
	}
	for name, params := range map[string]map[string]string{
		"Missing required parameter USERNAME": {"SRP_A": "1234"},
		"Missing required parameter SRP_A":    {"USERNAME": "ada"},
		"SRP_A is not valid":                  {"USERNAME": "ada", "SRP_A": "0"},
	} {
		_, err := h.InitiateAuth(h.ctx, &api.InitiateAuthRequest{ClientId: clientID, AuthFlow: api.AuthFlowTypeUserSrpAuth, AuthParameters: params})
		fails(t, err, api.InvalidParameterException, name)
	}
}

// Of a hundred answers to one challenge, with the right proof all of them, one gets tokens.
func TestAChallengeIsAnsweredOnce(t *testing.T) {
	h := open(t, setting{})
	x, err := h.begin("ada", nil)
	must(t, err)
	params := x.answer(t, password)
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			_, err := h.finish(params)
			if err == nil {
				won.Add(1)
				return
			}
			fails(t, err, api.NotAuthorizedException, "Invalid session for the user, session can only be used once.")
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d answers got tokens", won.Load())
	}
}

func TestAChallengeIsForItsOwnClient(t *testing.T) {
	h := open(t, setting{})
	other := h.client
	other.ID = "another"
	must(t, h.insertClient(&other))
	x, err := h.begin("ada", nil)
	must(t, err)
	_, err = h.RespondToAuthChallenge(h.ctx, &api.RespondToAuthChallengeRequest{
		ClientId: "another", ChallengeName: api.ChallengeNameTypePasswordVerifier, ChallengeResponses: x.answer(t, password),
	})
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user.")
}

func TestSecretHash(t *testing.T) {
	const secret = "a client secret"
	right := func(name string) string { return srp.SecretHash(secret, name, clientID) }
	h := open(t, setting{secret: secret})
	x, err := h.begin("ada", right)
	must(t, err)
	_, err = h.finish(x.answer(t, password))
	must(t, err)

	_, err = h.begin("ada", nil)
	fails(t, err, api.NotAuthorizedException, "Client client is configured with secret but SECRET_HASH was not received")
	_, err = h.begin("ada", func(string) string { return right("bob") })
	fails(t, err, api.NotAuthorizedException, "Unable to verify secret hash for client client")
	x, err = h.begin("ada", right)
	must(t, err)
	params := x.answer(t, password)
	delete(params, "SECRET_HASH")
	_, err = h.finish(params)
	fails(t, err, api.NotAuthorizedException, "")
}

// A ghost answers as a user does: the same parameters of the same sizes, the same every time, and nothing fits.
func TestGhosts(t *testing.T) {
	h := open(t, setting{client: hidden})
	shape := func(m map[string]string) map[string]int {
		s := map[string]int{}
		for k, v := range m {
			s[k] = len(v)
			if k == "SALT" || k == "SRP_B" { // numbers without leading zeros
				s[k] = (len(v) + 15) / 16
			}
		}
		return s
	}
	ghost, err := h.begin("eve", nil)
	must(t, err)
	real, err := h.InitiateAuth(h.ctx, &api.InitiateAuthRequest{
		ClientId: clientID, AuthFlow: api.AuthFlowTypeUserSrpAuth, AuthParameters: map[string]string{"USERNAME": "ada", "SRP_A": ghost.srp.A()},
	})
	must(t, err)
	if d := cmp.Diff(shape(real.ChallengeParameters), shape(ghost.challenge)); d != "" {
		t.Error(d)
	}
	again, err := h.begin("EVE", nil)
	must(t, err)
	if again.challenge["SALT"] != ghost.challenge["SALT"] || again.challenge["USER_ID_FOR_SRP"] != ghost.challenge["USER_ID_FOR_SRP"] {
		t.Error("a ghost changes")
	}
	if again.challenge["SRP_B"] == ghost.challenge["SRP_B"] {
		t.Error("a ghost's exchange is not fresh")
	}
	_, err = h.finish(ghost.answer(t, password))
	fails(t, err, api.NotAuthorizedException, notRight)
	_, err = h.finish(ghost.answer(t, password))
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user, session can only be used once.")
	_, err = h.byName("eve", password)
	fails(t, err, api.NotAuthorizedException, notRight)
}

func TestLegacyTellsWhoExists(t *testing.T) {
	h := open(t, setting{})
	_, err := h.begin("eve", nil)
	fails(t, err, api.UserNotFoundException, "User does not exist.")
	_, err = h.byName("eve", password)
	fails(t, err, api.UserNotFoundException, "User does not exist.")
}

func FuzzChallenge(f *testing.F) {
	c := challenge{step: stepSRP, client: "client", sub: userID, name: "ada", a: "12ab", secret: make([]byte, 32), issued: time.Unix(5, 6), trail: trail{proven: byPassword, device: "d"}}
	f.Add(c.encode())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := decodeChallenge(b)
		if err != nil {
			return
		}
		again, err := decodeChallenge(got.encode())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(got, again, cmp.AllowUnexported(challenge{}, trail{})); d != "" {
			t.Error(d)
		}
	})
}

func BenchmarkSRPSignIn(b *testing.B) {
	h := open(b, setting{})
	for b.Loop() {
		b.StopTimer()
		c, err := h.core.Group.NewClient(h.core.Random)
		must(b, err)
		b.StartTimer()
		out, err := h.InitiateAuth(h.ctx, &api.InitiateAuthRequest{
			ClientId: clientID, AuthFlow: api.AuthFlowTypeUserSrpAuth, AuthParameters: map[string]string{"USERNAME": "ada", "SRP_A": c.A()},
		})
		must(b, err)
		b.StopTimer()
		params := (&exchange{h, c, "ada", out.ChallengeParameters, nil}).answer(b, password)
		b.StartTimer()
		_, err = h.finish(params)
		must(b, err)
	}
}

func BenchmarkPasswordSignIn(b *testing.B) {
	h := open(b, setting{})
	for b.Loop() {
		_, err := h.byName("ada", password)
		must(b, err)
	}
}

func BenchmarkPasswordSignInRS256(b *testing.B) {
	h := open(b, setting{pool: func(p *directory.Pool) { p.SigningAlg = "RS256" }})
	for b.Loop() {
		_, err := h.byName("ada", password)
		must(b, err)
	}
}
