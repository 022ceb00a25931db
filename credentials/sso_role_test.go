package credentials_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/credentials"
)

// given is a TokenSource of tokens that are there.
type given credentials.Tokens

func (g given) Tokens(context.Context) (*credentials.Tokens, error) {
	t := credentials.Tokens(g)
	return &t, nil
}

func TestSSORole(t *testing.T) {
	s := newInstance(t)
	s.keysUntil = 1792584000123
	role := &credentials.SSORole{Client: s.sso().Client, Tokens: given{Access: "access-canary"}, AccountID: "123456789012", RoleName: "Reader + Writer"}
	keys, err := role.Retrieve(t.Context())
	if err != nil || keys.AccessKeyID != "ASIA" || keys.AccountID != "123456789012" || !keys.CanExpire || !keys.Expires.Equal(time.UnixMilli(1792584000123)) {
		t.Errorf("%s until %s, %v", keys.AccessKeyID, keys.Expires, err)
	}
	for _, end := range []int64{0, -1, 253402300800000, 1<<63 - 1} {
		s.keysUntil = end
		if _, err := role.Retrieve(t.Context()); err == nil {
			t.Errorf("credentials until %d are taken", end)
		}
	}
	role.RoleName = "Admin"
	var ended *credentials.LoginRequiredError
	if _, err := role.Retrieve(t.Context()); !credentials.IsCode(err, "ResourceNotFoundException") || errors.As(err, &ended) {
		t.Errorf("no such assignment: %v", err)
	}
	role.Tokens = given{Access: "bad-canary"}
	if _, err := role.Retrieve(t.Context()); !errors.As(err, &ended) || !credentials.IsCode(err, "UnauthorizedException") || strings.Contains(err.Error(), "canary") {
		t.Errorf("a token that is not good any more: %v", err)
	}
	role.Tokens = given{Access: "bad\r\nX-Canary: canary"}
	if _, err := role.Retrieve(t.Context()); err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("a token that is none: %v", err)
	}
}

func TestSSOLists(t *testing.T) {
	s := newInstance(t)
	c := s.sso().Client
	accounts, err := c.ListAccounts(t.Context(), "access-canary")
	if err != nil {
		t.Error(err)
	}
	want := []credentials.SSOAccount{{ID: "000000000000", Name: "n", Email: "e@example.com"}, {ID: "000000000001", Name: "n", Email: "e@example.com"}, {ID: "000000000002", Name: "n", Email: "e@example.com"}}
	if d := cmp.Diff(want, accounts); d != "" {
		t.Error(d)
	}
	roles, err := c.ListAccountRoles(t.Context(), "access-canary", "1")
	if d := cmp.Diff([]string{"1", "11", "12"}, roles); d != "" || err != nil {
		t.Error(d, err)
	}
	if err := c.Logout(t.Context(), "access-canary"); err != nil || s.logouts != 1 {
		t.Errorf("%d, %v", s.logouts, err)
	}
	if err := c.Logout(t.Context(), "bad"); err != nil {
		t.Errorf("a session that has ended cannot be ended: %v", err)
	}
	var ended *credentials.LoginRequiredError
	if _, err := c.ListAccounts(t.Context(), "bad"); !errors.As(err, &ended) {
		t.Errorf("%v", err)
	}
	if _, err := c.ListAccountRoles(t.Context(), "bad", "1"); !errors.As(err, &ended) {
		t.Errorf("%v", err)
	}
}

// endless answers every page with another one.
type endless struct{ asked int }

func (e *endless) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	e.asked++
	answer(w, map[string]any{"accountList": []any{}, "nextToken": "again"})
}

func TestSSOListThatDoesNotEnd(t *testing.T) {
	s := newInstance(t)
	c, e := s.sso().Client, &endless{}
	c.HTTP.Transport = inProcess{e}
	if _, err := c.ListAccounts(t.Context(), "access-canary"); err == nil || e.asked != 1000 {
		t.Errorf("%d pages, %v", e.asked, err)
	}
}
