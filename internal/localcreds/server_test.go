package localcreds

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/credentials"
)

func TestConfigs(t *testing.T) {
	p := &given{}
	long := credentials.Secret(strings.Repeat("x", 32))
	for name, c := range map[string]struct {
		config Config
		want   bool
	}{
		"nothing":         {Config{}, false},
		"a provider":      {Config{Provider: p}, true},
		"its own token":   {Config{Provider: p, Token: long}, true},
		"a short token":   {Config{Provider: p, Token: long[1:]}, false},
		"a long token":    {Config{Provider: p, Token: credentials.Secret(strings.Repeat("x", 1025))}, false},
		"a broken token":  {Config{Provider: p, Token: long + "\r\nHost: x"}, false},
		"a gap in it":     {Config{Provider: p, Token: long + " x"}, false},
		"a role":          {Config{Provider: p, Metadata: &Metadata{Role: "my+role=,.@-_1"}}, true},
		"a path":          {Config{Provider: p, Metadata: &Metadata{Role: "my/role"}}, false},
		"a long role":     {Config{Provider: p, Metadata: &Metadata{Role: strings.Repeat("r", 65)}}, false},
		"no randomness":   {Config{Provider: p, Random: iotest.ErrReader(errors.New("none"))}, false},
		"none for a key":  {Config{Provider: p, Token: long, Metadata: &Metadata{}, Random: iotest.ErrReader(errors.New("none"))}, false},
		"short of random": {Config{Provider: p, Random: bytes.NewReader(make([]byte, 31))}, false},
	} {
		c.config.Now = time.Now
		if c.config.Random == nil {
			c.config.Random = rand.Reader
		}
		s, err := New(c.config)
		if (err == nil) != c.want || (s != nil) != c.want && err == nil {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && c.config.Token != "" && strings.Contains(err.Error(), string(c.config.Token)) {
			t.Errorf("%s: the error shows the token", name)
		}
	}
}

// TestTokens: each server has one of its own, and no way of printing shows it.
func TestTokens(t *testing.T) {
	a, b := newHouse(t, &Metadata{}), newHouse(t, nil)
	if a.token == b.token || len(a.token) != 43 {
		t.Error("the tokens are alike, or short")
	}
	for _, form := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if text := fmt.Sprintf(form, a.Server); strings.Contains(text, string(a.token)) || !strings.Contains(text, "localcreds.Server") {
			t.Errorf("%s prints %s", form, text)
		}
	}
}

func TestEnvironments(t *testing.T) {
	h := newHouse(t, &Metadata{})
	url := credentials.Secret("http://" + h.address.String())
	env, err := h.Env(h.address, "")
	if d := cmp.Diff(map[string]credentials.Secret{"AWS_CONTAINER_CREDENTIALS_FULL_URI": url + "/", "AWS_CONTAINER_AUTHORIZATION_TOKEN": h.token}, env); d != "" || err != nil {
		t.Error(d, err)
	}
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := h.WriteTokenFile(path); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil || string(b) != string(h.token) {
		t.Errorf("the file holds %d bytes, %v", len(b), err)
	}
	if i, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && i.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", i.Mode(), err)
	}
	env, err = h.Env(h.address, path)
	if d := cmp.Diff(map[string]credentials.Secret{"AWS_CONTAINER_CREDENTIALS_FULL_URI": url + "/", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": credentials.Secret(path)}, env); d != "" || err != nil {
		t.Error(d, err)
	}
	env, err = h.MetadataEnv(h.address)
	if d := cmp.Diff(map[string]credentials.Secret{"AWS_EC2_METADATA_SERVICE_ENDPOINT": url + "/", "AWS_EC2_METADATA_DISABLED": "false"}, env); d != "" || err != nil {
		t.Error(d, err)
	}
	if _, err := newHouse(t, nil).MetadataEnv(h.address); err == nil {
		t.Error("there are variables of a metadata service that is off")
	}
	folder := filepath.Dir(path)
	if err := h.WriteTokenFile(filepath.Join(folder, "none", "token")); err == nil {
		t.Error("written into a folder that is not there")
	}
	if left, err := filepath.Glob(filepath.Join(folder, "*.tmp-*")); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestHosts(t *testing.T) {
	for _, c := range []struct {
		host, own string
		want      bool
	}{
		{"127.0.0.1:8080", "127.0.0.1:8080", true},
		{"[::1]:8080", "[::1]:8080", true},
		{"127.0.0.1", "127.0.0.1:80", true},
		{"127.0.0.1:80", "127.0.0.1:80", true},
		{"[::1]", "[::1]:80", true},
		{"::1", "[::1]:80", false},
		{"127.0.0.1", "127.0.0.1:8080", false},
		{"127.0.0.1:8081", "127.0.0.1:8080", false},
		{"127.0.0.2:8080", "127.0.0.1:8080", false},
		{"127.0.0.1:8080.attacker.example", "127.0.0.1:8080", false},
		{"0x7f000001:8080", "127.0.0.1:8080", false},
		{"", "127.0.0.1:80", false},
	} {
		if names(c.host, netip.MustParseAddrPort(c.own)) != c.want {
			t.Errorf("%q for %s: %v", c.host, c.own, !c.want)
		}
	}
}
