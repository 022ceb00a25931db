package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsfile"
)

// Kinds of sessions: what one signs in with.
const (
	kindUserPool    = "user-pool"    // user and password, or API token
	kindWebIdentity = "web-identity" // a token that is in a file
	kindSSO         = "sso"          // a session of IAM Identity Center
	kindKeys        = "keys"         // long-term keys, kept sealed
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
	variables                            string // whose names of variables have user name and password: stax, echostream or cognito, beside Mayfly's own
	tokenFile                            string

	ssoStartURL, ssoRegion, ssoScopes string
	ssoSession                        string // sso-session of the shared config whose tokens are shared with AWS's own programs
	ssoAccount, ssoRole               string

	roleARN, roleSession, externalID string
	duration                         string // seconds
	mfaSerial                        string

	poolRole string // role that the identity pool is asked for; chosen by a command, not configured
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
		{"variables", &s.variables}, {"web_identity_token_file", &s.tokenFile},
		{"sso_start_url", &s.ssoStartURL}, {"sso_region", &s.ssoRegion}, {"sso_registration_scopes", &s.ssoScopes}, {"sso_session", &s.ssoSession},
		{"sso_account_id", &s.ssoAccount}, {"sso_role_name", &s.ssoRole},
		{"role_arn", &s.roleARN}, {"role_session_name", &s.roleSession}, {"external_id", &s.externalID}, {"duration_seconds", &s.duration}, {"mfa_serial", &s.mfaSerial},
	}
}

var sessionName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,62}$`)

// check finds what keeps a session from working.
func (s *session) check() error {
	if !sessionName.MatchString(s.name) {
		return usage("%q is no name of a session: lower-case letters, digits, '.', '-' and '_'", s.name)
	}
	if _, err := s.life(); err != nil {
		return err
	}
	if _, ok := families()[s.variables]; !ok {
		return usage("session %s: variables is stax, echostream or cognito", s.name)
	}
	need, ok := map[string][]string{
		kindUserPool:    {"region", "user_pool_id", "client_id"},
		kindWebIdentity: {"region", "role_arn", "web_identity_token_file"},
		kindSSO:         {"region", "sso_start_url", "sso_region"},
		kindKeys:        {"region"},
	}[s.kind]
	if !ok {
		return usage("session %s: kind is %s, %s, %s or %s", s.name, kindUserPool, kindWebIdentity, kindSSO, kindKeys)
	}
	for _, set := range s.settings() {
		if *set.text == "" && slices.Contains(need, set.key) {
			return usage("session %s has no %s", s.name, set.key)
		}
	}
	if s.kind == kindUserPool && s.flow != "srp" && s.flow != "password" {
		return usage("session %s: flow is srp or password", s.name)
	}
	return nil
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

// remove takes a session out.
func (f *config) remove(name string) error {
	if _, err := f.file.Remove(sessionPrefix + name); err != nil {
		return err
	}
	return awsfile.WriteFile(f.path, f.file.Bytes())
}
