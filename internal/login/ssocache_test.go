package login

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/awsfile"
)

// center answers requests for tokens.
type center func() (status int, body string)

func (c center) RoundTrip(*http.Request) (*http.Response, error) {
	status, body := c()
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

// TestSharedTokensAreNotLost: AWS's programs renew the same tokens and take no lock, and a disk may fill up between two writes.
func TestSharedTokensAreNotLost(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, c := range map[string]struct {
		answer func(cache *awsfile.Cache, old *awsfile.SSOToken) (int, string)
		want   string
	}{
		"another program was faster": {func(cache *awsfile.Cache, old *awsfile.SSOToken) (int, string) {
			other := *old
			other.AccessToken, other.RefreshToken, other.ExpiresAt = "from-another-program", "r2", now.Add(time.Hour)
			if err := cache.WriteSSOToken("corp", &other); err != nil {
				t.Error(err)
			}
			return 400, `{"error":"invalid_grant"}`
		}, "from-another-program"},
		"no room for the new ones": {func(cache *awsfile.Cache, _ *awsfile.SSOToken) (int, string) {
			if err := os.Remove(cache.SSOTokenPath("corp")); err != nil {
				t.Error(err)
			}
			if err := os.Mkdir(cache.SSOTokenPath("corp"), 0o700); err != nil {
				t.Error(err)
			}
			return 200, `{"accessToken":"new","refreshToken":"r2","expiresIn":3600}`
		}, "new"},
		"the session has ended": {func(*awsfile.Cache, *awsfile.SSOToken) (int, string) { return 400, `{"error":"invalid_grant"}` }, ""},
	} {
		cache := &awsfile.Cache{Home: t.TempDir()}
		old := &awsfile.SSOToken{
			StartURL: "https://corp.awsapps.com/start", Region: "eu-west-1", AccessToken: "old", ExpiresAt: now.Add(-time.Minute), ClientID: "c", ClientSecret: "s",
			RegistrationExpiresAt: now.Add(time.Hour), RefreshToken: "r1",
		}
		if err := cache.WriteSSOToken("corp", old); err != nil {
			t.Fatal(err)
		}
		var said bytes.Buffer
		w := &World{
			Err: &said, Now: func() time.Time { return now }, Random: rand.Reader,
			HTTP: &http.Client{Transport: center(func() (int, string) { return c.answer(cache, old) })},
		}
		sso := &credentials.SSO{Client: w.server("eu-west-1", "https://center.example.com"), StartURL: old.StartURL, Store: &credentials.Memory{}}
		a := &awsTokens{c: w, sso: sso, cache: cache, key: "corp", title: "corp", command: "mayfly login corp"}
		tokens, err := a.Tokens(context.Background())
		if c.want == "" {
			if !IsLoginRequired(err) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || string(tokens.Access) != c.want {
			t.Errorf("%s: %v", name, err)
		}
		if told := said.Len() > 0; told != (name == "no room for the new ones") {
			t.Errorf("%s: %q", name, said.String())
		}
	}
}
