package credentials_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/mayflytest"
)

// pool is the app client of a server's first tenant.
func pool(s *mayflytest.Server) *credentials.UserPool {
	return &credentials.UserPool{Client: s.Client(), ID: s.UserPoolID, ClientID: s.ClientID}
}

// TestFromTokenToKeys goes the whole way: discovery, sign-in by either flow, exchange, and a call that STS recognises.
func TestFromTokenToKeys(t *testing.T) {
	s := mayflytest.New(t, mayflytest.Region("eu-west-1"))
	d, err := credentials.Discover(t.Context(), nil, s.URL+"/")
	if err != nil {
		t.Fatal(err)
	}
	if d.Region != "eu-west-1" || d.UserPoolID != s.UserPoolID || d.ClientID != s.ClientID || d.IdentityPoolID != s.IdentityPoolID || len(d.APIs) != 1 {
		t.Fatalf("discovered %+v", d)
	}
	for name, login := range map[string]credentials.TokenSource{
		"password": &credentials.Password{Pool: pool(s), Username: s.APIAccessKey, Password: credentials.Secret(s.APISecretKey)},
		"SRP":      &credentials.SRP{Pool: pool(s), Username: s.APIAccessKey, Password: credentials.Secret(s.APISecretKey)},
	} {
		tokens, err := login.Tokens(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if tokens.ID == "" || tokens.Access == "" || tokens.Refresh == "" || time.Until(tokens.Expires) < 30*time.Minute {
			t.Errorf("%s: tokens until %s", name, tokens.Expires)
		}
		exchange := &credentials.IdentityPool{Client: s.Client(), ID: s.IdentityPoolID, UserPoolID: s.UserPoolID, Tokens: login}
		keys, err := exchange.Retrieve(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		who, err := s.Client().WhoAmI(t.Context(), keys)
		if err != nil || who.Account != s.Account || !strings.Contains(who.ARN, ":assumed-role/mayfly-api-user-") {
			t.Errorf("%s: %+v, %v", name, who, err)
		}
	}
}

func TestWrongPassword(t *testing.T) {
	s := mayflytest.New(t)
	const wrong = "wrong-Password-1-canary"
	for name, login := range map[string]credentials.TokenSource{
		"password": &credentials.Password{Pool: pool(s), Username: s.APIAccessKey, Password: wrong},
		"SRP":      &credentials.SRP{Pool: pool(s), Username: s.APIAccessKey, Password: wrong},
	} {
		_, err := login.Tokens(t.Context())
		if !credentials.IsCode(err, "NotAuthorizedException") || strings.Contains(err.Error(), wrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRefreshAndRevoke(t *testing.T) {
	s := mayflytest.New(t)
	login := &credentials.SRP{Pool: pool(s), Username: s.APIAccessKey, Password: credentials.Secret(s.APISecretKey)}
	first, err := login.Tokens(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	refresh := &credentials.Refresh{Pool: pool(s), Token: first.Refresh}
	second, err := refresh.Tokens(t.Context())
	if err != nil || second.Access == first.Access || second.Refresh != first.Refresh { // the client does not rotate: the old one stays
		t.Fatalf("%+v, %v", second, err)
	}
	if err := pool(s).Revoke(t.Context(), first.Refresh); err != nil {
		t.Fatal(err)
	}
	var ended *credentials.LoginRequiredError
	if _, err := refresh.Tokens(t.Context()); !errors.As(err, &ended) {
		t.Errorf("a revoked token brings %v", err)
	}
}

func TestRoles(t *testing.T) {
	s := mayflytest.New(t)
	own := &credentials.SessionToken{Client: s.Client(), Base: s.Root(), Duration: 15 * time.Minute}
	keys, err := own.Retrieve(t.Context())
	if err != nil || keys.AccountID != s.Account || !keys.CanExpire || time.Until(keys.Expires) > 16*time.Minute {
		t.Fatalf("%+v, %v", keys.Expires, err)
	}
	role := &credentials.AssumeRole{Client: s.Client(), Base: own, RoleARN: "arn:aws:iam::" + s.Account + ":role/none"}
	_, err = role.Retrieve(t.Context())
	var refused *credentials.ServiceError
	if !errors.As(err, &refused) || refused.Code != "AccessDenied" || refused.Status != http.StatusForbidden || refused.RequestID == "" {
		t.Errorf("the account root assumes a role: %v", err)
	}
}

// TestClockThatIsWrong: a clock that is an hour off is set right by the server's.
func TestClockThatIsWrong(t *testing.T) {
	s := mayflytest.New(t)
	for _, off := range []time.Duration{-time.Hour, time.Hour} {
		c := s.Client()
		c.Now = func() time.Time { return time.Now().Add(off) }
		root, err := s.Root().Retrieve(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.WhoAmI(t.Context(), root); err != nil || (c.Skew()+off).Abs() > 5*time.Second {
			t.Errorf("%s off: %v, learned %s", off, err, c.Skew())
		}
	}
}

func TestUnreachable(t *testing.T) {
	c := &credentials.Client{Region: "us-east-1", Endpoint: "http://127.0.0.1:1"}
	p := &credentials.Password{Pool: &credentials.UserPool{Client: c, ID: "us-east-1_x", ClientID: "c"}, Username: "u", Password: "canary-secret"}
	_, err := p.Tokens(t.Context())
	var down *credentials.UnreachableError
	if !errors.As(err, &down) || strings.Contains(err.Error(), "canary") {
		t.Errorf("%v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Tokens(gone); err == nil {
		t.Error("a caller who has left is served")
	}
}
