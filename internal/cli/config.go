package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsfile"
)

// Ways to sign in.
const (
	kindUserPool    = "user-pool"    // user and password, or API token
	kindWebIdentity = "web-identity" // a token that is in a file
)

// session is one way to sign in and what one gets by it, as the configuration has it. It holds no secret.
type session struct {
	name     string
	kind     string
	endpoint string // base URL of a Mayfly server; empty: AWS
	region   string

	userPoolID, clientID, identityPoolID string
	username                             string
	flow                                 string // srp or password
	tokenFile                            string

	roleARN, roleSession, externalID string
	duration                         string // seconds
}

// setting is one key of a session.
type setting struct {
	key  string
	text *string
}

// settings gives the keys of a session in the order in which they are written.
func (s *session) settings() []setting {
	return []setting{
		{"kind", &s.kind}, {"endpoint", &s.endpoint}, {"region", &s.region},
		{"user_pool_id", &s.userPoolID}, {"client_id", &s.clientID}, {"identity_pool_id", &s.identityPoolID}, {"username", &s.username}, {"flow", &s.flow},
		{"web_identity_token_file", &s.tokenFile},
		{"role_arn", &s.roleARN}, {"role_session_name", &s.roleSession}, {"external_id", &s.externalID}, {"duration_seconds", &s.duration},
	}
}

var sessionName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,62}$`)

// check finds what keeps a session from working.
func (s *session) check() error {
	need := func(key, text string) error {
		if text == "" {
			return usage("session %s has no %s", s.name, key)
		}
		return nil
	}
	if !sessionName.MatchString(s.name) {
		return usage("%q is no name of a session: lower-case letters, digits, '.', '-' and '_'", s.name)
	}
	if err := need("region", s.region); err != nil {
		return err
	}
	if _, err := s.life(); err != nil {
		return err
	}
	switch s.kind {
	case kindUserPool:
		if s.flow != "srp" && s.flow != "password" {
			return usage("session %s: flow is srp or password", s.name)
		}
		if err := need("user_pool_id", s.userPoolID); err != nil {
			return err
		}
		return need("client_id", s.clientID)
	case kindWebIdentity:
		if err := need("role_arn", s.roleARN); err != nil {
			return err
		}
		return need("web_identity_token_file", s.tokenFile)
	}
	return usage("session %s: kind is %s or %s", s.name, kindUserPool, kindWebIdentity)
}

// life is how long sessions of the role are to last; 0 leaves it to the server.
func (s *session) life() (time.Duration, error) {
	if s.duration == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s.duration)
	if err != nil || n < 900 || n > 129600 {
		return 0, usage("session %s: duration_seconds is a number from 900 to 129600", s.name)
	}
	return time.Duration(n) * time.Second, nil
}

// config is the client's file of sessions.
type config struct {
	path string
	file *awsfile.File
}

const sessionPrefix = "session "

// configPath is where the file is: MAYFLY_CONFIG, or by the XDG base directory specification, or where the system keeps such files.
func (c *client) configPath() (string, error) {
	if p := c.Getenv("MAYFLY_CONFIG"); p != "" {
		return p, nil
	}
	if d := c.Getenv("XDG_CONFIG_HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, "mayfly", "config"), nil
	}
	if runtime.GOOS == "windows" {
		if d := c.Getenv("APPDATA"); d != "" {
			return filepath.Join(d, "mayfly", "config"), nil
		}
	}
	if home := c.Getenv("HOME"); home != "" {
		return filepath.Join(home, ".config", "mayfly", "config"), nil
	}
	return "", usage("no place for the configuration: set MAYFLY_CONFIG or HOME")
}

// loadConfig reads the file; one that is not there is empty.
func (c *client) loadConfig() (*config, error) {
	path, err := c.configPath()
	if err != nil {
		return nil, err
	}
	b, err := awsfile.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return &config{path: path, file: awsfile.Parse(b)}, nil
}

// session gives a session by name; ok is false when there is none.
func (f *config) session(name string) (s *session, ok bool) {
	s = &session{name: name}
	section := sessionPrefix + name
	for _, set := range s.settings() {
		if v, found := f.file.Get(section, set.key); found {
			*set.text, ok = string(v.Text), true
		}
	}
	return s, ok
}

// names lists the sessions in the order of the file.
func (f *config) names() []string {
	var out []string
	for _, section := range f.file.Sections() {
		if name, ok := strings.CutPrefix(section, sessionPrefix); ok {
			out = append(out, name)
		}
	}
	return out
}

// put writes a session. Keys that it has no text for are taken out; others, and comments, stay.
func (f *config) put(s *session) error {
	for _, set := range s.settings() {
		if *set.text == "" {
			if _, err := f.file.Unset(sessionPrefix+s.name, set.key); err != nil {
				return err
			}
			continue
		}
		if err := f.file.Set(sessionPrefix+s.name, set.key, *set.text); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return err
	}
	return awsfile.WriteFile(f.path, f.file.Bytes())
}
