package app

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/config"
	"github.com/mayfly-id/mayfly/internal/idtoken"
)

// keyIDs gives the published keys of the first user pool.
func keyIDs(t *testing.T, a *App, run FirstRun) []string {
	t.Helper()
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(w, httptest.NewRequest("GET", "http://127.0.0.1:8480/"+run.UserPoolID+"/.well-known/jwks.json", nil))
	var set struct {
		Keys []struct {
			ID string `json:"kid"`
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &set); err != nil || w.Code != 200 {
		t.Fatal(w.Code, w.Body, err)
	}
	var out []string
	for _, k := range set.Keys {
		out = append(out, k.ID)
	}
	return out
}

// takes tells whether a server takes an access token.
func takes(a *App, access string) bool {
	return post(a, "AWSCognitoIdentityProviderService.GetUser", fmt.Sprintf(`{"AccessToken":%q}`, access), nil, "").Code == 200
}

// refreshOf signs the first API token in and gives a function that refreshes on a server.
func refreshOf(t *testing.T, a *App, run FirstRun) func(*App) (access string) {
	t.Helper()
	call := func(a *App, flow, parameters string) (out struct {
		AuthenticationResult struct{ AccessToken, RefreshToken string }
	}) {
		t.Helper()
		w := post(a, "AWSCognitoIdentityProviderService.InitiateAuth", fmt.Sprintf(`{"AuthFlow":%q,"ClientId":%q,"AuthParameters":{%s}}`, flow, run.ClientID, parameters), nil, "")
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != 200 {
			t.Fatal(flow, w.Code, w.Body, err)
		}
		return out
	}
	first := call(a, "USER_PASSWORD_AUTH", fmt.Sprintf(`"USERNAME":%q,"PASSWORD":%q`, run.APIAccessKey, run.APISecretKey))
	return func(a *App) string {
		t.Helper()
		return call(a, "REFRESH_TOKEN_AUTH", fmt.Sprintf(`"REFRESH_TOKEN":%q`, first.AuthenticationResult.RefreshToken)).AuthenticationResult.AccessToken
	}
}

// TestRotatePoolKeys rotates and revokes on the store of a server that is stopped.
func TestRotatePoolKeys(t *testing.T) {
	c := onDisk(t)
	a, run, stop := start(t, c)
	_, access := signIn(t, a, run)
	refresh := refreshOf(t, a, run)
	before := keyIDs(t, a, run)
	if err := RotatePoolKeys(t.Context(), c, run.UserPoolID, true); err == nil || !strings.Contains(err.Error(), "in use by another process") {
		t.Error("beside a server: ", err)
	}
	stop()
	if err := RotatePoolKeys(t.Context(), c, run.UserPoolID, false); !errors.Is(err, idtoken.ErrTooSoon) {
		t.Error("a key that nobody knows: ", err)
	}
	later := func() time.Time { return time.Now().Add(3 * time.Hour) }
	if err := rotatePoolKeys(t.Context(), c, run.UserPoolID, false, later, rand.Reader); err != nil {
		t.Fatal(err)
	}
	a, _, stop = start(t, c)
	rotated := keyIDs(t, a, run)
	if len(before) != 2 || len(rotated) != 3 || rotated[0] != before[0] || rotated[1] != before[1] {
		t.Errorf("published: %q, then %q", before, rotated)
	}
	second := refresh(a)
	if !takes(a, access) || !takes(a, second) {
		t.Error("a rotation ends tokens")
	}
	stop()
	if err := RotatePoolKeys(t.Context(), c, run.UserPoolID, true); err != nil {
		t.Fatal(err)
	}
	a, _, stop = start(t, c)
	if revoked := keyIDs(t, a, run); len(revoked) != 2 || revoked[0] != rotated[2] {
		t.Errorf("published after the revocation: %q", revoked)
	}
	if takes(a, access) || takes(a, second) {
		t.Error("a token of a revoked key is taken")
	}
	if !takes(a, refresh(a)) {
		t.Error("the next key signs nothing that is taken")
	}
	stop()
	trail, err := os.ReadFile(filepath.Join(c.Data, "audit.log"))
	if err != nil {
		t.Fatal(err)
	}
	for operation, want := range map[string]int{`"operation":"rotate-keys",`: 2, `"operation":"rotate-keys --revoke",`: 1} {
		if n := strings.Count(string(trail), operation); n != want {
			t.Errorf("%s is in the audit trail %d times, want %d", operation, n, want)
		}
	}
}

func TestRotatePoolKeysRefuses(t *testing.T) {
	c := onDisk(t)
	_, run, stop := start(t, c)
	stop()
	for name, m := range map[string]struct {
		change func(*config.Config)
		pool   string
		want   string
	}{
		"no such pool":       {func(*config.Config) {}, "us-east-1_nobody", `no user pool "us-east-1_nobody"`},
		"no pool named":      {func(*config.Config) {}, "", `no user pool ""`},
		"no such folder":     {func(c *config.Config) { c.Data = filepath.Join(t.TempDir(), "none") }, run.UserPoolID, "root.key is missing"},
		"a folder of others": {func(c *config.Config) { c.RootKey, c.Data = c.RootKeyFile(), t.TempDir() }, run.UserPoolID, "open to others"},
		"an empty store":     {func(c *config.Config) { c.RootKey, c.Data = c.RootKeyFile(), filepath.Join(t.TempDir(), "new") }, run.UserPoolID, "no server has been started"},
		"ephemeral":          {func(c *config.Config) { c.Ephemeral = true }, run.UserPoolID, "ephemeral"},
	} {
		t.Run(name, func(t *testing.T) {
			c := c
			m.change(&c)
			if err := RotatePoolKeys(t.Context(), c, m.pool, true); err == nil || !strings.Contains(err.Error(), m.want) {
				t.Errorf("got %v, want %q", err, m.want)
			}
			if _, err := os.Stat(filepath.Join(c.Data, "root.key")); name == "no such folder" && err == nil {
				t.Error("a folder was made")
			}
		})
	}
}

// TestRotatePoolKeysOfNodes revokes beside two nodes: both follow within a second.
func TestRotatePoolKeysOfNodes(t *testing.T) {
	c := onDisk(t)
	c.Store = database(t)
	a, run, _ := start(t, c)
	b, _, _ := start(t, c)
	_, access := signIn(t, a, run)
	refresh := refreshOf(t, a, run)
	if !takes(a, access) || !takes(b, access) {
		t.Fatal("the nodes do not take a token")
	}
	if err := RotatePoolKeys(t.Context(), c, run.UserPoolID, true); err != nil {
		t.Fatal(err)
	}
	until := time.Now().Add(5 * time.Second)
	for takes(a, access) || takes(b, access) {
		if time.Now().After(until) {
			t.Fatal("a node still takes tokens of a revoked key")
		}
	}
	for _, node := range []*App{a, b} {
		if next := refresh(node); !takes(a, next) || !takes(b, next) {
			t.Error("the nodes disagree on the new key")
		}
	}
}
