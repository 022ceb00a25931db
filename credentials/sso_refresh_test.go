package credentials_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/credentials"
)

// TestSSORegistrationGiven: tokens of another program are refreshed with its registration, and without a Store.
func TestSSORegistrationGiven(t *testing.T) {
	s := newInstance(t)
	sso := s.sso()
	if _, err := sso.Registration(t.Context()); !errors.Is(err, credentials.ErrNotStored) {
		t.Errorf("nobody has signed in: %v", err)
	}
	first, err := (&credentials.SSODevice{SSO: sso, Show: quiet}).Tokens(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r, err := sso.Registration(t.Context())
	if err != nil || r.ClientID != "client1" || r.ClientSecret == "" || time.Until(r.Expires) < 89*24*time.Hour {
		t.Fatalf("%+v, %v", r, err)
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
