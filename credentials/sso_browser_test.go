package credentials_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/mayfly-id/mayfly/credentials"
)

// visit is a request of a browser or of somebody else on the machine; the answer is its status and page.
func visit(t *testing.T, method, address, host string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	r.Host = host
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := c.Do(r)
	if err != nil {
		return 0, ""
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	if resp.Header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(resp.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("headers %v", resp.Header)
	}
	return resp.StatusCode, string(b)
}

// TestSSOBrowser: whatever else talks to the listener, the answer with the right state signs in.
func TestSSOBrowser(t *testing.T) {
	s := newInstance(t)
	var done sync.WaitGroup
	var address *url.URL
	login := &credentials.SSOBrowser{SSO: s.sso(), Open: func(_ context.Context, page string) error {
		back, good := s.browse(page)
		address = back
		at := func(q url.Values) string {
			u := *back
			u.RawQuery = q.Encode()
			return u.String()
		}
		with := func(change func(url.Values)) url.Values {
			q := url.Values{"code": {good.Get("code")}, "state": {good.Get("state")}}
			change(q)
			return q
		}
		for name, q := range map[string]url.Values{
			"no state":     with(func(q url.Values) { q.Del("state") }),
			"other state":  with(func(q url.Values) { q.Set("state", strings.Repeat("x", len(q.Get("state")))) }),
			"empty state":  with(func(q url.Values) { q.Set("state", "") }),
			"two states":   with(func(q url.Values) { q.Add("state", "x") }),
			"no code":      with(func(q url.Values) { q.Del("code") }),
			"empty code":   with(func(q url.Values) { q.Set("code", "") }),
			"two codes":    with(func(q url.Values) { q.Add("code", "x") }),
			"error, other": {"error": {"access_denied"}, "state": {"x"}},
			"error alone":  {"error": {"access_denied"}},
		} {
			if status, page := visit(t, http.MethodGet, at(q), ""); status != http.StatusBadRequest || strings.Contains(page, "canary") {
				t.Errorf("%s: %d %s", name, status, page)
			}
		}
		if status, _ := visit(t, http.MethodPost, at(good), ""); status != http.StatusNotFound {
			t.Errorf("POST: %d", status)
		}
		if status, _ := visit(t, http.MethodGet, at(good), "evil.example:"+back.Port()); status != http.StatusNotFound {
			t.Errorf("a name of somebody else: %d", status)
		}
		if status, _ := visit(t, http.MethodGet, "http://"+back.Host+"/favicon.ico", ""); status != http.StatusNotFound {
			t.Errorf("another path: %d", status)
		}
		done.Go(func() {
			if status, page := visit(t, http.MethodGet, at(good), ""); status != http.StatusOK || !strings.Contains(page, "You can close this page") || strings.Contains(page, "canary") {
				t.Errorf("%d %s", status, page)
			}
		})
		return nil
	}}
	tokens, err := login.Tokens(t.Context())
	if err != nil || !strings.HasPrefix(string(tokens.Access), "access-canary") || tokens.Refresh == "" {
		t.Fatal(err)
	}
	done.Wait()
	if status, _ := visit(t, http.MethodGet, address.String(), ""); status != 0 {
		t.Error("it still listens")
	}
	if next, err := (&credentials.SSORefresh{SSO: login.SSO, Token: tokens.Refresh, Registration: tokens.Registration}).Tokens(t.Context()); err != nil || next.Refresh != tokens.Refresh {
		t.Errorf("refresh: %v", err)
	}
}

// TestSSOBrowserOneAnswer: of a hundred answers at once, one is taken.
func TestSSOBrowserOneAnswer(t *testing.T) {
	s := newInstance(t)
	var taken, refused atomic.Int64
	var all sync.WaitGroup
	_, err := (&credentials.SSOBrowser{SSO: s.sso(), Open: func(_ context.Context, page string) error {
		back, good := s.browse(page)
		back.RawQuery = good.Encode()
		for range 100 {
			all.Go(func() {
				switch status, _ := visit(t, http.MethodGet, back.String(), ""); status {
				case http.StatusOK:
					taken.Add(1)
				default: // told so, or the listener is gone
					refused.Add(1)
				}
			})
		}
		return nil
	}}).Tokens(t.Context())
	all.Wait()
	if err != nil || taken.Load() != 1 || refused.Load() != 99 {
		t.Errorf("%d taken, %d not: %v", taken.Load(), refused.Load(), err)
	}
}

// TestSSOBrowserEnds: a person who refuses, a browser that is not there, a caller who leaves.
func TestSSOBrowserEnds(t *testing.T) {
	s := newInstance(t)
	sso := s.sso()
	_, err := (&credentials.SSOBrowser{SSO: sso, Open: func(_ context.Context, page string) error {
		back, q := s.browse(page)
		back.RawQuery = url.Values{"error": {"access_denied"}, "error_description": {"no\x1b[2Jway"}, "state": {q.Get("state")}}.Encode()
		if status, text := visit(t, http.MethodGet, back.String(), ""); status != http.StatusOK || !strings.Contains(text, "refused") {
			t.Errorf("%d %s", status, text)
		}
		return nil
	}}).Tokens(t.Context())
	if !credentials.IsCode(err, "access_denied") || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("refused: %v", err)
	}
	none := errors.New("no browser")
	if _, err := (&credentials.SSOBrowser{SSO: sso, Open: func(context.Context, string) error { return none }}).Tokens(t.Context()); !errors.Is(err, none) {
		t.Errorf("no browser: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := (&credentials.SSOBrowser{SSO: sso, Open: func(context.Context, string) error { cancel(); return nil }}).Tokens(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who left: %v", err)
	}
	if s.registered != 1 {
		t.Errorf("registered %d times", s.registered)
	}
}

// TestSSOBrowserListens on 127.0.0.1 and nowhere else.
func TestSSOBrowserListens(t *testing.T) {
	s := newInstance(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := (&credentials.SSOBrowser{SSO: s.sso(), Open: func(_ context.Context, page string) error {
		defer cancel()
		back, _ := s.browse(page)
		addresses, err := net.InterfaceAddrs()
		if err != nil {
			return err
		}
		for _, a := range addresses {
			n, ok := a.(*net.IPNet)
			if !ok || n.IP.Equal(net.IPv4(127, 0, 0, 1)) || n.IP.IsLinkLocalUnicast() {
				continue
			}
			var d net.Dialer
			if c, err := d.DialContext(ctx, "tcp", net.JoinHostPort(n.IP.String(), back.Port())); err == nil {
				_ = c.Close()
				t.Errorf("it listens on %s", n.IP)
			}
		}
		return nil
	}}).Tokens(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// elsewhere answers a registration with another place to sign in.
type elsewhere struct{ place string }

func (e elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	body := `{"clientId":"c","clientSecret":"s","clientSecretExpiresAt":4102444800,"authorizationEndpoint":"` + e.place + `"}`
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// TestSSOBrowserPlace: the authorization endpoint of the registration is used, if a browser may be sent there.
func TestSSOBrowserPlace(t *testing.T) {
	for place, ok := range map[string]bool{
		"https://login.example/authorize?tenant=a%2Bb": true, "http://login.example/authorize": false, "file:///etc/passwd": false, "--help": false, "https://a@b/": false,
	} {
		sso := newInstance(t).sso()
		sso.Client.HTTP = &http.Client{Transport: elsewhere{place}}
		sso.Scopes = []string{"a", "b+c"}
		stop := errors.New("stop")
		opened := ""
		_, err := (&credentials.SSOBrowser{SSO: sso, Open: func(_ context.Context, page string) error {
			opened = page
			return stop
		}}).Tokens(t.Context())
		if errors.Is(err, stop) != ok || err == nil {
			t.Errorf("%s: %v", place, err)
		}
		if ok && (!strings.HasPrefix(opened, "https://login.example/authorize?") || !strings.Contains(opened, "tenant=a%2Bb") || !strings.Contains(opened, "scopes=a%20b%2Bc")) {
			t.Errorf("opened %s", opened)
		}
	}
}
