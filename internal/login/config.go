package login

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/awsfile"
	"github.com/mayfly-id/mayfly/internal/partition"
	"github.com/mayfly-id/mayfly/internal/vault"
)

// Kinds of sessions: what one signs in with.
const (
	KindUserPool    = "user-pool"    // user and password, or API token
	KindWebIdentity = "web-identity" // a token that is in a file
	KindSSO         = "sso"          // a session of IAM Identity Center
	KindKeys        = "keys"         // long-term keys, kept sealed
)

// Session is one way to sign in and what one gets by it, as the configuration has it. It holds no secret.
type Session struct {
	Name     string
	Kind     string
	Endpoint string // base URL of a Mayfly server; empty: AWS
	Region   string
	stsFrom  string // regional or legacy: AWS's own endpoint of STS

	UserPoolID, ClientID, IdentityPoolID string
	username                             string
	Flow                                 string // srp or password
	variables                            string // whose names of variables have user name and password: stax, echostream or cognito, beside Mayfly's own
	TokenFile                            string

	ssoStartURL, SSORegion, ssoScopes string
	ssoSession                        string // sso-session of the shared config whose tokens are shared with AWS's own programs
	SSOAccount, SSORole               string

	RoleARN, roleSession, externalID string
	duration                         string // seconds
	MfaSerial                        string

	poolRole string // role that the identity pool is asked for; chosen by a command, not configured
}

// Setting is one key of a session.
type Setting struct {
	Key  string
	Text *string
}

// Settings gives the keys of a session in the order in which they are written.
func (s *Session) Settings() []Setting {
	return []Setting{
		{"kind", &s.Kind}, {"endpoint", &s.Endpoint}, {"region", &s.Region}, {"sts_regional_endpoints", &s.stsFrom},
		{"user_pool_id", &s.UserPoolID}, {"client_id", &s.ClientID}, {"identity_pool_id", &s.IdentityPoolID}, {"username", &s.username}, {"flow", &s.Flow},
		{"variables", &s.variables}, {"web_identity_token_file", &s.TokenFile},
		{"sso_start_url", &s.ssoStartURL}, {"sso_region", &s.SSORegion}, {"sso_registration_scopes", &s.ssoScopes}, {"sso_session", &s.ssoSession},
		{"sso_account_id", &s.SSOAccount}, {"sso_role_name", &s.SSORole},
		{"role_arn", &s.RoleARN}, {"role_session_name", &s.roleSession}, {"external_id", &s.externalID}, {"duration_seconds", &s.duration}, {"mfa_serial", &s.MfaSerial},
	}
}

// legacySTS is the value of sts_regional_endpoints that asks for the global endpoint.
const legacySTS = "legacy"

var sessionName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,62}$`)

// Check finds what keeps a session from working.
func (s *Session) Check() error {
	if !sessionName.MatchString(s.Name) {
		return Usage("%q is no name of a session: lower-case letters, digits, '.', '-' and '_'", s.Name)
	}
	if _, err := s.life(); err != nil {
		return err
	}
	if _, ok := families()[s.variables]; !ok {
		return Usage("session %s: variables is stax, echostream or cognito", s.Name)
	}
	need, ok := map[string][]string{
		KindUserPool:    {"region", "user_pool_id", "client_id"},
		KindWebIdentity: {"region", "role_arn", "web_identity_token_file"},
		KindSSO:         {"region", "sso_start_url", "sso_region"},
		KindKeys:        {"region"},
	}[s.Kind]
	if !ok {
		return Usage("session %s: kind is %s, %s, %s or %s", s.Name, KindUserPool, KindWebIdentity, KindSSO, KindKeys)
	}
	for _, set := range s.Settings() {
		if *set.Text == "" && slices.Contains(need, set.Key) {
			return Usage("session %s has no %s", s.Name, set.Key)
		}
	}
	switch s.stsFrom {
	case "", "regional", legacySTS:
	default:
		return Usage("session %s: sts_regional_endpoints is regional or legacy", s.Name)
	}
	if s.stsFrom == legacySTS && (s.Endpoint != "" || !partition.LegacySTS(s.Region)) {
		return Usage("session %s: sts_regional_endpoints = legacy is for AWS, in Regions whose customers need not opt in", s.Name)
	}
	for _, set := range s.Settings() {
		if *set.Text != "" && !serves(set.Key, s.Kind) {
			return Usage("session %s: %s is not for kind %s", s.Name, set.Key, s.Kind)
		}
	}
	if s.Kind == KindUserPool && s.Flow != "srp" && s.Flow != "password" {
		return Usage("session %s: flow is srp or password", s.Name)
	}
	return nil
}

// serves says whether a setting counts for a kind of sessions. One that does not is refused: whoever has set it means something by it.
func serves(key, kind string) bool {
	switch key {
	case "user_pool_id", "client_id", "identity_pool_id", "username", "flow", "variables":
		return kind == KindUserPool
	case "sso_start_url", "sso_region", "sso_registration_scopes", "sso_session", "sso_account_id", "sso_role_name":
		return kind == KindSSO
	case "web_identity_token_file":
		return kind == KindWebIdentity
	case "mfa_serial":
		return kind == KindKeys
	case "external_id":
		return kind != KindWebIdentity
	}
	return true
}

// life is how long sessions of the role are to last; 0 leaves it to the server.
func (s *Session) life() (time.Duration, error) {
	if s.duration == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s.duration)
	if err != nil || n < 900 || n > 129600 {
		return 0, Usage("session %s: duration_seconds is a number from 900 to 129600", s.Name)
	}
	return time.Duration(n) * time.Second, nil
}

// Take takes over the settings that were given, and the defaults of what no session can be without.
func (s *Session) Take(given *Session, changed func(key string) bool) {
	from := given.Settings()
	for i, set := range s.Settings() {
		if changed(set.Key) {
			*set.Text = *from[i].Text
		}
	}
	if s.Kind == "" {
		s.Kind = KindUserPool
	}
	if s.Kind == KindUserPool && s.Flow == "" {
		s.Flow = "srp"
	}
	s.Endpoint = strings.TrimSuffix(s.Endpoint, "/")
}

// Config is the client's file of sessions.
type Config struct {
	Path  string
	file  *awsfile.File
	locks string // folder; empty where the environment names none
}

const sessionPrefix = "session "

// ConfigPath is where the file is: MAYFLY_CONFIG, or by the XDG base directory specification, or where the system keeps such files.
func (c *World) ConfigPath() (string, error) {
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
	return "", Usage("no place for the configuration: set MAYFLY_CONFIG or HOME")
}

// LoadConfig reads the file; one that is not there is empty.
func (c *World) LoadConfig() (*Config, error) {
	path, err := c.ConfigPath()
	if err != nil {
		return nil, err
	}
	b, err := awsfile.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	f := &Config{Path: path, file: awsfile.Parse(b)}
	if dir, err := vault.Folder(runtime.GOOS, c.Getenv); err == nil {
		f.locks = dir
	}
	return f, nil
}

// Session gives a session by name; ok is false when there is none.
func (f *Config) Session(name string) (s *Session, ok bool) {
	s = &Session{Name: name}
	section := sessionPrefix + name
	for _, set := range s.Settings() {
		if v, found := f.file.Get(section, set.Key); found {
			*set.Text, ok = string(v.Text), true
		}
	}
	return s, ok
}

// Names lists the sessions in the order of the file.
func (f *Config) Names() []string {
	var out []string
	for _, section := range f.file.Sections() {
		if name, ok := strings.CutPrefix(section, sessionPrefix); ok {
			out = append(out, name)
		}
	}
	return out
}

// Unknown is something in the file that means nothing: a key that is no setting, or a section that is no session.
type Unknown struct {
	Session string // that has the key; empty for a section
	What    string // the key, or the section in its brackets
	Line    int    // of the key; 0 for a section
}

// Unknown lists what means nothing, in the order of the file.
func (f *Config) Unknown() []Unknown {
	known := map[string]bool{}
	for _, set := range (&Session{}).Settings() {
		known[set.Key] = true
	}
	var out []Unknown
	for _, section := range f.file.Sections() {
		name, ok := strings.CutPrefix(section, sessionPrefix)
		if !ok {
			out = append(out, Unknown{What: "[" + section + "]"})
			continue
		}
		in, _ := f.file.Section(section)
		begin := len(out)
		for key, v := range in {
			if !known[key] {
				out = append(out, Unknown{name, key, v.From.Line})
			}
		}
		slices.SortFunc(out[begin:], func(a, b Unknown) int { return a.Line - b.Line })
	}
	return out
}

// Put writes a session. Keys that it has no text for are taken out; others, and comments, stay.
func (f *Config) Put(ctx context.Context, s *Session) error {
	return f.edit(ctx, func(file *awsfile.File) error {
		for _, set := range s.Settings() {
			var err error
			if *set.Text == "" {
				_, err = file.Unset(sessionPrefix+s.Name, set.Key)
			} else {
				err = file.Set(sessionPrefix+s.Name, set.Key, *set.Text)
			}
			if err != nil {
				return Usage("session %s: %s cannot be written: %w", s.Name, set.Key, err)
			}
		}
		return nil
	})
}

// edit changes the file as it is now: others may have changed it since it was read. The lock keeps processes of this program apart; where there is no place for
// one, an edit that another comes in between of fails.
func (f *Config) edit(ctx context.Context, change func(*awsfile.File) error) error {
	if f.locks != "" {
		unlock, err := (&credentials.Files{Dir: f.locks}).Lock(ctx, "config")
		if err == nil {
			defer unlock()
		} else if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	_, after, err := awsfile.Edit(f.Path, change)
	if err == nil {
		f.file = awsfile.Parse(after)
	}
	return err
}

// Remove takes a session out.
func (f *Config) Remove(ctx context.Context, name string) error {
	return f.edit(ctx, func(file *awsfile.File) error {
		_, err := file.Remove(sessionPrefix + name)
		return err
	})
}
