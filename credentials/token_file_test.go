package credentials_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/credentials"
)

func jwt(claims string) string {
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(`{"alg":"RS256"}`)) + "." + enc([]byte(claims)) + ".c2lnbmF0dXJl"
}

func TestTokenFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	f := &credentials.TokenFile{Path: path}
	if _, err := f.Tokens(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	end := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		content, subject string
		expires          time.Time
		bad              bool
	}{
		"a token":          {content: jwt(`{"sub":"system:serviceaccount:a:b","exp":1796083200}`) + "\n", subject: "system:serviceaccount:a:b", expires: end},
		"a fraction":       {content: jwt(`{"sub":"a","exp":1796083200.9}`), subject: "a", expires: end},
		"without an end":   {content: jwt(`{"sub":"a"}`), subject: "a"},
		"an end of text":   {content: jwt(`{"sub":"a","exp":"1796083200"}`)},
		"far away":         {content: jwt(`{"sub":"a","exp":1e300}`), subject: "a"},
		"before 1970":      {content: jwt(`{"sub":"a","exp":-5}`), subject: "a"},
		"for the terminal": {content: jwt(`{"sub":"a\u001b[2J","exp":1796083200}`), expires: end},
		"opaque":           {content: "some-opaque-token"},
		"two parts":        {content: "a.b"},
		"no JSON":          {content: "a.b.c"},
		"empty":            {content: " \n", bad: true},
		"two lines":        {content: "canary\ncanary", bad: true},
		"two words":        {content: "canary canary", bad: true},
		"too long":         {content: strings.Repeat("a", 20001), bad: true},
		"much too long":    {content: strings.Repeat("a", 1<<20), bad: true},
		"more behind":      {content: strings.Repeat("a", 20000) + strings.Repeat("\n", 16) + "b", bad: true},
		"binary":           {content: "canary\x00", bad: true},
	} {
		if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil { // read each time anew
			t.Fatal(err)
		}
		tokens, err := f.Tokens(t.Context())
		if c.bad {
			if err == nil || strings.Contains(err.Error(), "canary") {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || string(tokens.ID) != strings.TrimSpace(c.content) || tokens.Username != c.subject || !tokens.Expires.Equal(c.expires) {
			t.Errorf("%s: %q until %s, %v", name, tokens.Username, tokens.Expires, err)
		}
	}
}

// FuzzTokenFile: whatever is in the file, what comes back is its text, and an end that a cache can write down.
func FuzzTokenFile(f *testing.F) {
	f.Add(jwt(`{"sub":"a","exp":1796083200}`))
	f.Add(jwt(`{"exp":1e18}`))
	f.Add("..")
	f.Fuzz(func(t *testing.T, content string) {
		path := filepath.Join(t.TempDir(), "token")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		tokens, err := (&credentials.TokenFile{Path: path}).Tokens(t.Context())
		if err != nil {
			return
		}
		if string(tokens.ID) != strings.TrimSpace(content) {
			t.Errorf("%q for %q", string(tokens.ID), content)
		}
		if _, err := json.Marshal(tokens.Expires); err != nil {
			t.Error(err)
		}
	})
}
