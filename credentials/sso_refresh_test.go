package credentials_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/credentials"
)

// TestSSORegistrationGiven: tokens of another program are refreshed with its registration, and without a Store.
func TestSSORegistrationGiven(t *testing.T) {
	s := newInstance(t)
	sso := s.sso()
	first, err := (&credentials.SSODevice{SSO: sso, Show: quiet}).Tokens(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := first.Registration
	if r.ClientID != "client1" || r.ClientSecret == "" || time.Until(r.Expires) < 89*24*time.Hour {
		t.Fatalf("%+v", r)
	}
	if strings.Contains(fmt.Sprintf("%v %+v %#v", r, *r, *r), "canary") {
		t.Error("the secret is printed")
	}
	elsewhere := s.sso()
	elsewhere.Store = nil
	refresh := &credentials.SSORefresh{SSO: elsewhere, Token: first.Refresh, Registration: r}
	if second, err := refresh.Tokens(t.Context()); err != nil || second.Access == first.Access {
		t.Errorf("%v", err)
	}
	refresh.Registration = &credentials.SSORegistration{ClientID: r.ClientID, ClientSecret: r.ClientSecret} // an end that nobody knows
	if _, err := refresh.Tokens(t.Context()); err != nil {
		t.Error(err)
	}
	asked := len(s.asked)
	for name, bad := range map[string]credentials.SSORegistration{
		"ended": {ClientID: r.ClientID, ClientSecret: r.ClientSecret, Expires: time.Now().Add(-time.Second)}, "no id": {ClientSecret: r.ClientSecret}, "no secret": {ClientID: r.ClientID},
	} {
		refresh.Registration = &bad
		var ended *credentials.LoginRequiredError
		if _, err := refresh.Tokens(t.Context()); !errors.As(err, &ended) || len(s.asked) != asked {
			t.Errorf("%s: %v", name, err)
		}
	}
	var ended *credentials.LoginRequiredError
	refresh.Registration = &credentials.SSORegistration{ClientID: "other", ClientSecret: "other"}
	if _, err := refresh.Tokens(t.Context()); !errors.As(err, &ended) {
		t.Errorf("a registration that the service does not know: %v", err)
	}
}

// TestSSOTwoPeople: sessions of one instance in one Store are refreshed each with the registration that opened it, whoever has signed in since, and which way.
func TestSSOTwoPeople(t *testing.T) {
	s := newInstance(t)
	sso := s.sso()
	session := func(name string) *credentials.Session {
		return &credentials.Session{Store: sso.Store, Name: name, Refresh: func(old *credentials.Tokens) credentials.TokenSource {
			return &credentials.SSORefresh{SSO: sso, Token: old.Refresh, Registration: old.Registration}
		}}
	}
	first, err := (&credentials.SSODevice{SSO: sso, Show: quiet}).Tokens(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := session("first").SignIn(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	second, err := (&credentials.SSOBrowser{SSO: sso, Open: func(_ context.Context, page string) error {
		back, good := s.browse(page)
		back.RawQuery = good.Encode()
		visit(t, http.MethodGet, back.String(), "")
		return nil
	}}).Tokens(t.Context())
	if err != nil || second.Registration.ClientID == first.Registration.ClientID {
		t.Fatal(err)
	}
	if err := session("second").SignIn(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	for name, old := range map[string]*credentials.Tokens{"first": first, "second": second} {
		for range 2 { // the registration stays with the tokens
			renewed, err := session(name).Renew(t.Context(), old)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if d := cmp.Diff(old.Registration.ClientID, renewed.Registration.ClientID); d != "" {
				t.Errorf("%s: %s", name, d)
			}
			old = renewed
		}
	}
}

// TestSSOEndlessRegistration: a registration that is said to end beyond what can be written down is none.
func TestSSOEndlessRegistration(t *testing.T) {
	s := newInstance(t)
	s.life = 290 * 365 * 24 * time.Hour
	s.now = func() time.Time { return time.Date(9900, 1, 1, 0, 0, 0, 0, time.UTC) }
	if _, err := (&credentials.SSODevice{SSO: s.sso(), Show: quiet}).Tokens(t.Context()); err == nil {
		t.Error("a registration until the year 10190 is kept")
	}
}
