package credentials_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/credentials"
)

func quiet(context.Context, credentials.Verification) error { return nil }

func TestSSODevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newInstance(t)
		s.replies = []string{"AuthorizationPendingException", "SlowDownException", "AuthorizationPendingException", "authorization_pending"}
		began := time.Now()
		var shown credentials.Verification
		login := &credentials.SSODevice{SSO: s.sso(), Show: func(_ context.Context, v credentials.Verification) error {
			shown = v
			return nil
		}}
		tokens, err := login.Tokens(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := credentials.Verification{
			UserCode: "ABCD-EFGH", URI: "https://d-1234567890.awsapps.com/start/#/device",
			CompleteURI: "https://d-1234567890.awsapps.com/start/#/device?user_code=ABCD-EFGH", Expires: began.Add(10 * time.Minute),
		}
		if d := cmp.Diff(want, shown); d != "" {
			t.Error(d)
		}
		if string(tokens.Access) != "access-canary-5" || string(tokens.Refresh) != "refresh-canary-5" || !tokens.Expires.Equal(time.Now().Add(8*time.Hour)) {
			t.Errorf("tokens until %s", tokens.Expires)
		}
		var waits []time.Duration
		for i, at := range s.asked {
			waits = append(waits, at.Sub(append([]time.Time{began}, s.asked...)[i]))
		}
		if d := cmp.Diff([]time.Duration{time.Second, time.Second, 6 * time.Second, 6 * time.Second, 6 * time.Second}, waits); d != "" {
			t.Error(d)
		}
	})
}

// TestSSODeviceEnds: a refusal, the end of the code and a caller who leaves end the wait; a service in trouble does not.
func TestSSODeviceEnds(t *testing.T) {
	cases := map[string]struct {
		replies []string
		check   func(error) bool
	}{
		"refused":     {[]string{"AccessDeniedException"}, func(err error) bool { return credentials.IsCode(err, "AccessDeniedException") }},
		"expired":     {[]string{"AuthorizationPendingException", "ExpiredTokenException"}, func(err error) bool { return errors.Is(err, credentials.ErrNotConfirmed) }},
		"never ready": {many("AuthorizationPendingException", 700), func(err error) bool { return errors.Is(err, credentials.ErrNotConfirmed) }},
	}
	for name, c := range cases {
		synctest.Test(t, func(t *testing.T) {
			s := newInstance(t)
			s.replies = c.replies
			_, err := (&credentials.SSODevice{SSO: s.sso(), Show: quiet}).Tokens(t.Context())
			if !c.check(err) || strings.Contains(err.Error(), "canary") {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		s := newInstance(t)
		s.replies = many("AuthorizationPendingException", 700)
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		if _, err := (&credentials.SSODevice{SSO: s.sso(), Show: quiet}).Tokens(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a caller who left: %v", err)
		}
		left := errors.New("nobody is there")
		_, err := (&credentials.SSODevice{SSO: s.sso(), Show: func(context.Context, credentials.Verification) error { return left }}).Tokens(t.Context())
		if !errors.Is(err, left) {
			t.Errorf("a code that cannot be shown: %v", err)
		}
	})
}

func many(s string, n int) []string { return strings.Fields(strings.Repeat(s+" ", n)) }

// outage lets no token request through for a while.
type outage struct {
	http.RoundTripper
	until time.Time
}

func (o *outage) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/token" && time.Now().Before(o.until) {
		return nil, errors.New("no route")
	}
	return o.RoundTripper.RoundTrip(r)
}

func TestSSODeviceOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newInstance(t)
		sso := s.sso()
		sso.Client.HTTP.Transport = &outage{inProcess{s}, time.Now().Add(time.Minute)}
		if _, err := (&credentials.SSODevice{SSO: sso, Show: quiet}).Tokens(t.Context()); err != nil {
			t.Errorf("an outage of a minute ends the sign-in: %v", err)
		}
	})
}

// TestSSODeviceShows nothing that a terminal or a browser would obey.
func TestSSODeviceShows(t *testing.T) {
	for name, texts := range map[string]map[string]string{
		"code with an escape": {"userCode": "AB\x1b[2J"}, "no code": {"userCode": ""}, "no place": {"verificationUri": ""},
		"script": {"verificationUri": "javascript:alert(1)"}, "file": {"verificationUriComplete": "file:///etc/passwd"},
		"option": {"verificationUriComplete": "--profile=x"}, "user": {"verificationUri": "https://aws.amazon.com@evil.example/"},
		"shell": {"verificationUri": "https://x.example/`id`"}, "no device code": {"deviceCode": ""},
	} {
		s := newInstance(t)
		s.shown = texts
		_, err := (&credentials.SSODevice{SSO: s.sso(), Show: func(context.Context, credentials.Verification) error {
			t.Errorf("%s is shown", name)
			return nil
		}}).Tokens(t.Context())
		if err == nil {
			t.Errorf("%s: signed in", name)
		}
	}
}

// TestSSORegistration: one is kept for as long as it lives, made anew after that, or when the service has lost it.
func TestSSORegistration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newInstance(t)
		sso := s.sso()
		sign := func(want int) {
			t.Helper()
			if _, err := (&credentials.SSODevice{SSO: sso, Show: quiet}).Tokens(t.Context()); err != nil || s.registered != want {
				t.Errorf("registered %d times, not %d: %v", s.registered, want, err)
			}
		}
		sign(1)
		sign(1)
		time.Sleep(89 * 24 * time.Hour)
		sign(1)
		time.Sleep(24 * time.Hour)
		sign(2)
		s.clients = map[string]map[string]any{} // the service has begun anew
		sign(3)
		sso.Scopes = []string{"sso:account:access", "codewhisperer:completions"}
		sign(4) // another registration for other scopes
		sso.Store = nil
		if _, err := (&credentials.SSODevice{SSO: sso, Show: quiet}).Tokens(t.Context()); err == nil {
			t.Error("signed in without a place for the registration")
		}
	})
}

func TestSSORefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newInstance(t)
		sso := s.sso()
		first, err := (&credentials.SSODevice{SSO: sso, Show: quiet}).Tokens(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		refresh := &credentials.SSORefresh{SSO: sso, Token: first.Refresh, Registration: first.Registration}
		second, err := refresh.Tokens(t.Context())
		if err != nil || second.Access == first.Access || second.Refresh != first.Refresh {
			t.Errorf("the old refresh token does not stay: %v", err)
		}
		s.rotates = true
		if third, err := refresh.Tokens(t.Context()); err != nil || third.Refresh == first.Refresh {
			t.Errorf("a new refresh token is not taken: %v", err)
		}
		var ended *credentials.LoginRequiredError
		s.replies = []string{"InternalServerException", "InternalServerException", "InternalServerException"}
		if _, err := refresh.Tokens(t.Context()); err == nil || errors.As(err, &ended) {
			t.Errorf("a service in trouble ends the session: %v", err)
		}
		for _, code := range []string{"InvalidGrantException", "ExpiredTokenException", "invalid_grant", "AccessDeniedException"} {
			s.replies = []string{code}
			if _, err := refresh.Tokens(t.Context()); !errors.As(err, &ended) || strings.Contains(err.Error(), "canary") {
				t.Errorf("%s: %v", code, err)
			}
		}
		if _, err := (&credentials.SSORefresh{SSO: sso}).Tokens(t.Context()); !errors.As(err, &ended) {
			t.Errorf("no refresh token: %v", err)
		}
		if _, err := (&credentials.SSORefresh{SSO: sso, Token: first.Refresh}).Tokens(t.Context()); !errors.As(err, &ended) {
			t.Errorf("no registration: %v", err)
		}
		time.Sleep(91 * 24 * time.Hour)
		asked := len(s.asked)
		if _, err := refresh.Tokens(t.Context()); !errors.As(err, &ended) || len(s.asked) != asked {
			t.Errorf("a registration that has ended: %v", err)
		}
	})
}

// dated has every answer say the time of a server whose clock is ahead of this machine's.
type dated struct {
	http.RoundTripper
	ahead time.Duration
}

func (d dated) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := d.RoundTripper.RoundTrip(r)
	if err == nil {
		resp.Header.Set("Date", time.Now().Add(d.ahead).UTC().Format(http.TimeFormat))
	}
	return resp, err
}

// TestSSODeviceClock: a clock that is wrong neither ends a code before its time nor keeps one that has ended.
func TestSSODeviceClock(t *testing.T) {
	for _, ahead := range []time.Duration{-time.Hour, time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			s := newInstance(t)
			s.now = func() time.Time { return time.Now().Add(ahead) }
			sso := s.sso()
			sso.Client.HTTP.Transport = dated{inProcess{s}, ahead}
			s.replies = many("AuthorizationPendingException", 3)
			if _, err := (&credentials.SSODevice{SSO: sso, Show: quiet}).Tokens(t.Context()); err != nil {
				t.Errorf("a server %s ahead: %v", ahead, err)
			}
			sso = s.sso()
			sso.Client.HTTP.Transport = dated{inProcess{s}, ahead}
			s.replies = many("AuthorizationPendingException", 5000)
			began := time.Now()
			_, err := (&credentials.SSODevice{SSO: sso, Show: quiet}).Tokens(t.Context())
			if took := time.Since(began); !errors.Is(err, credentials.ErrNotConfirmed) || took > 11*time.Minute {
				t.Errorf("a server %s ahead: %v after %s", ahead, err, took)
			}
		})
	}
}

// TestSSODeviceTrouble: a service that is in trouble, or asks for patience, is asked again.
func TestSSODeviceTrouble(t *testing.T) {
	for _, status := range []int{http.StatusInternalServerError, http.StatusServiceUnavailable, http.StatusTooManyRequests} {
		synctest.Test(t, func(t *testing.T) {
			s := newInstance(t)
			sso := s.sso()
			end := time.Now().Add(time.Minute)
			sso.Client.HTTP.Transport = tripper(func(r *http.Request) (*http.Response, error) {
				if r.URL.Path == "/token" && time.Now().Before(end) {
					return said(status, nil, "{}"), nil
				}
				return inProcess{s}.RoundTrip(r)
			})
			if _, err := (&credentials.SSODevice{SSO: sso, Show: quiet}).Tokens(t.Context()); err != nil {
				t.Errorf("a minute of %d ends the sign-in: %v", status, err)
			}
		})
	}
}
