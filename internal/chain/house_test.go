package chain

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsfile"
)

// noon is the time of the tests.
func noon() time.Time { return time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC) }

// home is a home with the shared files, and an environment.
type home struct {
	dir string
	env map[string]string
}

// newHome makes a home. "HOME" in the files and in the environment stands for its folder. The metadata service is off unless the environment says "".
func newHome(t *testing.T, config, creds string, env map[string]string) *home {
	t.Helper()
	h := &home{dir: t.TempDir(), env: map[string]string{metadataDisabled: "true"}}
	h.env["HOME"] = h.dir
	for k, v := range env {
		h.env[k] = strings.ReplaceAll(v, "HOME", h.dir)
	}
	for name, text := range map[string]string{"config": config, "credentials": creds} {
		if text != "" {
			h.write(t, filepath.Join(".aws", name), strings.ReplaceAll(text, "HOME", h.dir))
		}
	}
	return h
}

func (h *home) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(h.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (h *home) chain() *Chain {
	return &Chain{
		Shared: awsfile.Load(func(name string) string { return h.env[name] }, "linux"), Now: noon,
		Lookup: func(_ context.Context, host string) ([]string, error) {
			switch host {
			case "localhost":
				return []string{"127.0.0.1", "::1"}, nil
			case "rebound.example.com":
				return []string{"127.0.0.1", "203.0.113.7"}, nil
			}
			return nil, errors.New("no such host")
		},
	}
}

// state gives the state of a link, with what hides it.
func (r *Resolution) state(name, profile string) string {
	for _, l := range r.Links {
		if l.Name == name && (profile == "" || l.Profile == profile) {
			if l.HiddenBy != "" {
				return string(l.State) + " by " + l.HiddenBy
			}
			return string(l.State)
		}
	}
	return "unlisted"
}

// fakeSTS answers AssumeRole and AssumeRoleWithWebIdentity with an access key that tells the role, and remembers what it was asked.
type fakeSTS struct {
	*httptest.Server
	forms []url.Values
	auth  []string
}

func newSTS(t *testing.T) *fakeSTS {
	t.Helper()
	s := &fakeSTS{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			http.Error(w, "form", http.StatusBadRequest)
			return
		}
		s.forms, s.auth = append(s.forms, r.PostForm), append(s.auth, r.Header.Get("Authorization"))
		op := r.PostForm.Get("Action")
		role := r.PostForm.Get("RoleArn")
		fmt.Fprintf(w, `<%[1]sResponse><%[1]sResult><Credentials><AccessKeyId>ASIA%[2]s</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>`+
			`<Expiration>2026-05-04T13:00:00Z</Expiration></Credentials><AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/r/s</Arn></AssumedRoleUser></%[1]sResult></%[1]sResponse>`,
			op, role[strings.LastIndexByte(role, '/')+1:])
	}))
	t.Cleanup(s.Close)
	return s
}
