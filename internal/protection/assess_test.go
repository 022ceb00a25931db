package protection

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// home and away are a user's usual place and another.
const (
	home = "192.0.2.10"
	away = "198.51.100.7"
)

func TestOffCostsNothing(t *testing.T) {
	for _, mode := range []string{"", "OFF"} {
		s := New(Config{}) // neither store nor lists: touching them would panic
		p := &directory.Pool{ID: testPool, AddOns: directory.AddOns{SecurityMode: mode, CustomAuthMode: enforced}}
		for _, custom := range []bool{false, true} {
			a := directory.Attempt{Pool: p, User: &directory.User{Sub: testSub}, Kind: "SignIn", Password: "password", Custom: custom}
			e := &directory.AuthEvent{Attempt: a, ID: "x", Response: "Pass", Assessment: directory.Assessment{Notify: true}}
			got, err := s.Assess(t.Context(), a)
			refused, rerr := s.Refuses(t.Context(), p, testClient, "SIGN_UP", "password")
			s.Tell(t.Context(), e)
			if err := errors.Join(err, rerr, s.Record(t.Context(), nil, e), s.Complete(t.Context(), nil, e), s.Save(t.Context(), e)); err != nil {
				t.Error(err)
			}
			if got != (directory.Assessment{}) || refused {
				t.Errorf("%+v %v", got, refused)
			}
		}
		var failed error
		if n := testing.AllocsPerRun(100, func() {
			_, failed = s.Assess(context.Background(), directory.Attempt{Pool: p, Kind: "SignIn"})
		}); n != 0 || failed != nil {
			t.Errorf("%v allocations, %v", n, failed)
		}
	}
}

func TestTakeoverLevels(t *testing.T) {
	rules := takeover("NO_ACTION", "MFA_IF_CONFIGURED", "BLOCK", true)
	for name, c := range map[string]struct {
		from, device string
		failures     int
		since        time.Duration // since the last sign-in from home
		want         directory.Assessment
	}{
		"as ever":        {home, "d1", 0, time.Hour * 2, directory.Assessment{Decision: "NoRisk", Action: "NO_ACTION"}},
		"same network":   {"192.0.2.99", "d1", 0, time.Hour * 2, directory.Assessment{Decision: "NoRisk", Action: "NO_ACTION"}},
		"three failures": {home, "d1", 3, time.Hour * 2, directory.Assessment{Decision: "NoRisk", Action: "NO_ACTION"}},
		"six failures":   {home, "d1", 6, time.Hour * 2, directory.Assessment{Decision: "AccountTakeover", Level: "Low", Action: "NO_ACTION", Notify: true}},
		"new network":    {away, "d1", 0, time.Hour * 2, directory.Assessment{Decision: "AccountTakeover", Level: "Low", Action: "NO_ACTION", Notify: true}},
		"new device":     {home, "d2", 0, time.Hour * 2, directory.Assessment{Decision: "AccountTakeover", Level: "Low", Action: "NO_ACTION", Notify: true}},
		"no address":     {"", "d1", 0, time.Hour * 2, directory.Assessment{Decision: "AccountTakeover", Level: "Low", Action: "NO_ACTION", Notify: true}},
		"both new":       {away, "d2", 0, time.Hour * 2, directory.Assessment{Decision: "AccountTakeover", Level: "Medium", Action: "MFA_IF_CONFIGURED", Notify: true}},
		"too fast":       {away, "d1", 0, time.Minute, directory.Assessment{Decision: "AccountTakeover", Level: "Medium", Action: "MFA_IF_CONFIGURED", Notify: true}},
		"all at once":    {away, "d2", 0, time.Minute, directory.Assessment{Decision: "Block", Level: "High", Action: "BLOCK", Notify: true}},
		"new, and tried": {away, "d2", 6, time.Hour * 2, directory.Assessment{Decision: "Block", Level: "High", Action: "BLOCK", Notify: true}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, enforced)
			h.setRisk(t, api.SetRiskConfigurationRequest{AccountTakeoverRiskConfiguration: rules})
			h.signIn(t, h.attempt(home, "d1"), "Pass")
			h.pass(c.since)
			for range c.failures {
				h.signIn(t, h.attempt(home, "d1"), "Fail")
			}
			if d := cmp.Diff(c.want, h.assess(t, h.attempt(c.from, c.device))); d != "" {
				t.Error(d)
			}
			h.pool.AddOns.SecurityMode = audit
			c.want.Action, c.want.Notify = "NO_ACTION", false
			if c.want.Decision == "Block" {
				c.want.Decision = "AccountTakeover"
			}
			if d := cmp.Diff(c.want, h.assess(t, h.attempt(c.from, c.device))); d != "" {
				t.Errorf("AUDIT: %s", d)
			}
		})
	}
}

func TestFirstSignInIsNoRisk(t *testing.T) {
	h := newHouse(t, enforced)
	if got := h.assess(t, h.attempt(away, "d")); got.Decision != noRisk {
		t.Errorf("%+v", got)
	}
}

// TestWhatBecomesUsual: a risky sign-in is no precedent, unless a second factor, the user or a day speaks for it.
func TestWhatBecomesUsual(t *testing.T) {
	for name, c := range map[string]struct {
		then func(h *house, e *directory.AuthEvent) error
		want string
	}{
		"nothing": {func(*house, *directory.AuthEvent) error { return nil }, "Medium"},
		"a day":   {func(h *house, _ *directory.AuthEvent) error { h.pass(settleAfter); return nil }, ""},
		"valid":   {func(h *house, e *directory.AuthEvent) error { return h.feedback(h.ctx, h.user, e.ID, "Valid", byUser) }, ""},
		"invalid, and a day": {func(h *house, e *directory.AuthEvent) error {
			h.pass(settleAfter)
			return h.feedback(h.ctx, h.user, e.ID, "Invalid", byUser)
		}, "Medium"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, enforced)
			h.signIn(t, h.attempt(home, "d1"), "Pass")
			h.pass(time.Hour)
			e := h.signIn(t, h.attempt(away, "d2"), "Pass")
			if e.Assessment.Level != "Medium" {
				t.Fatalf("%+v", e.Assessment)
			}
			h.pass(time.Hour)
			if err := c.then(h, e); err != nil {
				t.Fatal(err)
			}
			if got := h.assess(t, h.attempt(away, "d2")); got.Level != c.want {
				t.Errorf("level %q, want %q", got.Level, c.want)
			}
		})
	}
	t.Run("second factor", func(t *testing.T) {
		h := newHouse(t, enforced)
		h.signIn(t, h.attempt(home, "d1"), "Pass")
		h.pass(time.Hour)
		e := h.signIn(t, h.attempt(away, "d2"), inProgress)
		e.Response, e.Challenges = "Pass", []directory.Challenge{{Name: "Mfa", Response: "Success"}}
		if err := h.Store.Update(h.ctx, func(w store.Writer) error { return h.Complete(h.ctx, w, e) }); err != nil {
			t.Fatal(err)
		}
		if got := h.assess(t, h.attempt(away, "d2")); got.Level != "" {
			t.Errorf("%+v", got)
		}
	})
}

// TestFailuresDoNotDriveOutHistory: whoever fails often enough still is a stranger.
func TestFailuresDoNotDriveOutHistory(t *testing.T) {
	h := newHouse(t, enforced)
	h.signIn(t, h.attempt(home, "d1"), "Pass")
	h.pass(time.Hour)
	for range maxEvents + 20 {
		if err := h.Save(h.ctx, &directory.AuthEvent{Attempt: h.attempt(away, "d2"), Response: "Fail"}); err != nil {
			t.Fatal(err)
		}
	}
	if got := h.assess(t, h.attempt(away, "d2")); got.Level != "High" {
		t.Errorf("%+v", got)
	}
	if n, err := events.Count(h.ctx, h.Store, "", testPool, testSub); err != nil || n != maxEvents+1 {
		t.Errorf("%d events are kept, %v", n, err)
	}
}

func TestExceptions(t *testing.T) {
	h := newHouse(t, enforced)
	h.setRisk(t, api.SetRiskConfigurationRequest{
		RiskExceptionConfiguration: &api.RiskExceptionConfigurationType{
			BlockedIPRangeList: []string{"203.0.113.0/25", "2001:db8:bad::/48"}, SkippedIPRangeList: []string{"203.0.113.0/24"},
		},
		CompromisedCredentialsRiskConfiguration: &api.CompromisedCredentialsRiskConfigurationType{Actions: api.CompromisedCredentialsActionsType{EventAction: "BLOCK"}},
	})
	for ip, want := range map[string]string{
		"203.0.113.5": blocked, "::ffff:203.0.113.5": blocked, "2001:db8:bad::1": blocked, "2001:db8:bad::1%eth0": blocked, "": blocked,
		"203.0.113.200": noRisk, // skipped: not even its password is looked at
		"192.0.2.1":     blocked,
	} {
		a := h.attempt(ip, "d")
		a.Password = "password"
		if got := h.assess(t, a); got.Decision != want || (want == blocked) != (got.Action == actBlock) {
			t.Errorf("%s: %+v", ip, got)
		}
		a.Password, a.User = "", nil
		if got := h.assess(t, a); (got.Action == actBlock) != (want == blocked && ip != "192.0.2.1") {
			t.Errorf("%s for nobody: %+v", ip, got)
		}
	}
}

type brokenList struct{}

func (brokenList) Contains(string) (bool, error) { return false, errors.New("broken") }

func TestCompromised(t *testing.T) {
	for name, c := range map[string]struct {
		action api.CompromisedCredentialsEventActionType
		filter []api.EventFilterType
		kind   string
		known  bool
		act    bool
	}{
		"none configured":    {"", nil, "SignIn", true, false},
		"no action":          {"NO_ACTION", nil, "SignIn", true, false},
		"all":                {"BLOCK", nil, "SignUp", true, true},
		"reset":              {"BLOCK", nil, "ForgotPassword", true, true},
		"in the filter":      {"BLOCK", []api.EventFilterType{"SIGN_UP", "PASSWORD_CHANGE"}, "PasswordChange", true, true},
		"not in the filter":  {"BLOCK", []api.EventFilterType{"SIGN_UP"}, "SignIn", false, false},
		"nothing to look at": {"BLOCK", nil, "ResendCode", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, enforced)
			if c.action != "" {
				h.setRisk(t, api.SetRiskConfigurationRequest{CompromisedCredentialsRiskConfiguration: &api.CompromisedCredentialsRiskConfigurationType{
					Actions: api.CompromisedCredentialsActionsType{EventAction: c.action}, EventFilter: c.filter,
				}})
			}
			a := h.attempt(home, "d")
			a.Kind, a.Password = c.kind, "P@ssw0rd1"
			got := h.assess(t, a)
			if got.Compromised != c.known || (got.Action == actBlock) != c.act {
				t.Errorf("%+v", got)
			}
			refused, err := h.Refuses(h.ctx, h.pool, testClient, filterOf(c.kind), a.Password)
			if err != nil || refused != c.act {
				t.Error(refused, err)
			}
			a.Password = "correct horse battery staple"
			if got := h.assess(t, a); got.Compromised || got.Action == actBlock {
				t.Errorf("a good password: %+v", got)
			}
			h.pool.AddOns.SecurityMode = audit
			a.Password = "P@ssw0rd1"
			if got := h.assess(t, a); got.Compromised != c.known || got.Action == actBlock || got.Decision == blocked {
				t.Errorf("AUDIT: %+v", got)
			}
		})
	}
	h := newHouse(t, enforced)
	h.Passwords = Lists{Common(), brokenList{}}
	a := h.attempt(home, "d")
	a.Password = "unheard of"
	if _, err := h.Assess(h.ctx, a); err == nil {
		t.Error("a list that cannot be read lets a password through")
	}
	if refused, err := h.Refuses(h.ctx, h.pool, testClient, "SIGN_UP", a.Password); err == nil || !refused {
		t.Error("a list that cannot be read lets a password through")
	}
	if s := fmt.Sprintf("%v %+v %#v", a, a, a); s != "SignIn attempt SignIn attempt SignIn attempt" {
		t.Error(s)
	}
}

// TestClientOverPool: a client's own configuration stands in for the pool's, and goes when it is emptied.
func TestClientOverPool(t *testing.T) {
	h := newHouse(t, enforced)
	block := &api.RiskExceptionConfigurationType{BlockedIPRangeList: []string{"192.0.2.0/24"}}
	h.setRisk(t, api.SetRiskConfigurationRequest{RiskExceptionConfiguration: block})
	blocks := func(want bool) {
		t.Helper()
		if got := h.assess(t, h.attempt(home, "d")); (got.Action == actBlock) != want {
			t.Errorf("%+v", got)
		}
	}
	blocks(true)
	h.setRisk(t, api.SetRiskConfigurationRequest{ClientId: new(testClient), RiskExceptionConfiguration: &api.RiskExceptionConfigurationType{SkippedIPRangeList: []string{"192.0.2.0/24"}}})
	blocks(false)
	h.setRisk(t, api.SetRiskConfigurationRequest{ClientId: new(testClient)})
	blocks(true)
	h.setRisk(t, api.SetRiskConfigurationRequest{})
	blocks(false)
}

func TestCustomMode(t *testing.T) {
	h := newHouse(t, enforced)
	h.setRisk(t, api.SetRiskConfigurationRequest{RiskExceptionConfiguration: &api.RiskExceptionConfigurationType{BlockedIPRangeList: []string{"192.0.2.0/24"}}})
	a := h.attempt(home, "d")
	a.Custom = true
	for mode, want := range map[string]string{"": "", audit: actNone, enforced: actBlock} {
		h.pool.AddOns.CustomAuthMode = mode
		if got := h.assess(t, a); got.Action != want {
			t.Errorf("%s: %+v", mode, got)
		}
	}
}

// TestScore: more that speaks against a sign-in never makes it less risky.
func TestScore(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	events := rapid.Custom(func(t *rapid.T) event {
		e := event{Type: "SignIn", Response: "Pass", Time: now.Add(-time.Duration(rapid.IntRange(0, 5000).Draw(t, "minutes")) * time.Minute)}
		e.Network = rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "network")
		e.Devices = []string{rapid.SampledFrom([]string{"x", "y"}).Draw(t, "device")}
		e.Decision = rapid.SampledFrom([]string{noRisk, accountTakeover}).Draw(t, "decision")
		e.Feedback = rapid.SampledFrom([]string{"", "Valid", "Invalid"}).Draw(t, "feedback")
		return e
	})
	rapid.Check(t, func(t *rapid.T) {
		passed := rapid.SliceOfN(events, 0, 6).Draw(t, "passed")
		var failed []event
		for range rapid.IntRange(0, 8).Draw(t, "failures") {
			failed = append(failed, event{Type: "SignIn", Response: "Fail", Time: now.Add(-time.Minute)})
		}
		known := traits{Network: "a", Devices: []string{"x"}}
		p := score(&known, passed, failed, now)
		if p < 0 || p > 8 {
			t.Fatal(p)
		}
		if q := score(&traits{Network: "new", Devices: []string{"new"}}, passed, failed, now); q < p {
			t.Fatalf("a stranger has %d points, a guest %d", q, p)
		}
		if q := score(&known, passed, append(failed, event{Type: "SignIn", Response: "Fail", Time: now}), now); q < p {
			t.Fatalf("one more failure makes %d of %d", q, p)
		}
		home := event{Type: "SignIn", Response: "Pass", Time: now.Add(-time.Hour), traits: known}
		if q := score(&known, []event{home}, nil, now); q != 0 {
			t.Fatalf("at home: %d", q)
		}
	})
}

func FuzzDecodeContext(f *testing.F) {
	f.Add("eyJwYXlsb2FkIjoie1wiY29udGV4dERhdGFcIjp7XCJEZXZpY2VJZFwiOlwiYWJjXCIsXCJDbGllbnRUaW1lem9uZVwiOlwiMDE6MDBcIn19In0=")
	f.Add("e30=")
	f.Fuzz(func(t *testing.T, encoded string) {
		for name, v := range decodeContext(encoded) {
			if v == "" || len(v) > maxClaim || v != claim(v) {
				t.Errorf("%s is %q", name, v)
			}
		}
	})
}

func TestTraits(t *testing.T) {
	encoded := "eyJwYXlsb2FkIjoie1wiY29udGV4dERhdGFcIjp7XCJEZXZpY2VJZFwiOlwiYWJjXCIsXCJDbGllbnRUaW1lem9uZVwiOlwiMDE6MDBcIn19In0="
	got := traitsOf(&directory.Attempt{Encoded: encoded, UserAgent: "Fire\r\nfox", DeviceKey: "k"})
	want := traits{Agent: "Firefox", Timezone: "01:00", Devices: []string{fingerprint("key", "k"), fingerprint("id", "abc")}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for ip, want := range map[string][2]string{
		"192.0.2.7": {"192.0.2.7", "192.0.2.0/24"}, "::ffff:192.0.2.7": {"192.0.2.7", "192.0.2.0/24"}, "2001:db8:1:2::3%eth0": {"2001:db8:1:2::3", "2001:db8:1::/48"},
	} {
		if got := traitsOf(&directory.Attempt{IP: netip.MustParseAddr(ip)}); got.IP != want[0] || got.Network != want[1] {
			t.Errorf("%s: %+v", ip, got)
		}
	}
	for _, broken := range []string{"!", "e30=", "bnVsbA==", encoded[:40], "eyJwYXlsb2FkIjoxfQ=="} {
		if got := decodeContext(broken); len(got) != 0 {
			t.Errorf("%q: %v", broken, got)
		}
	}
}
