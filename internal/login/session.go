package login

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/partition"
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
	// kinds are those of sessions that it counts for; nil: all. One that does not count is refused: whoever has set it means something by it.
	kinds []string
	// needed are the kinds that are nothing without it.
	needed []string
}

// Settings gives the keys of a session in the order in which they are written.
func (s *Session) Settings() []Setting {
	all := []string{KindUserPool, KindWebIdentity, KindSSO, KindKeys}
	pool, token, sso, keys := all[:1], all[1:2], all[2:3], all[3:]
	return []Setting{
		{"kind", &s.Kind, nil, nil},
		{"endpoint", &s.Endpoint, nil, nil},
		{"region", &s.Region, nil, all},
		{"sts_regional_endpoints", &s.stsFrom, nil, nil},
		{"user_pool_id", &s.UserPoolID, pool, pool},
		{"client_id", &s.ClientID, pool, pool},
		{"identity_pool_id", &s.IdentityPoolID, pool, nil},
		{"username", &s.username, pool, nil},
		{"flow", &s.Flow, pool, nil},
		{"variables", &s.variables, pool, nil},
		{"web_identity_token_file", &s.TokenFile, token, token},
		{"sso_start_url", &s.ssoStartURL, sso, sso},
		{"sso_region", &s.SSORegion, sso, sso},
		{"sso_registration_scopes", &s.ssoScopes, sso, nil},
		{"sso_session", &s.ssoSession, sso, nil},
		{"sso_account_id", &s.SSOAccount, sso, nil},
		{"sso_role_name", &s.SSORole, sso, nil},
		{"role_arn", &s.RoleARN, nil, token},
		{"role_session_name", &s.roleSession, nil, nil},
		{"external_id", &s.externalID, []string{KindUserPool, KindSSO, KindKeys}, nil}, // AssumeRoleWithWebIdentity has none
		{"duration_seconds", &s.duration, nil, nil},
		{"mfa_serial", &s.MfaSerial, keys, nil},
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
	if !slices.Contains([]string{KindUserPool, KindWebIdentity, KindSSO, KindKeys}, s.Kind) {
		return Usage("session %s: kind is %s, %s, %s or %s", s.Name, KindUserPool, KindWebIdentity, KindSSO, KindKeys)
	}
	for _, set := range s.Settings() {
		switch {
		case *set.Text == "" && slices.Contains(set.needed, s.Kind):
			return Usage("session %s has no %s", s.Name, set.Key)
		case *set.Text != "" && set.kinds != nil && !slices.Contains(set.kinds, s.Kind):
			return Usage("session %s: %s is not for kind %s", s.Name, set.Key, s.Kind)
		}
	}
	return s.checkTexts()
}

// checkTexts finds settings that say nothing that can be meant.
func (s *Session) checkTexts() error {
	if _, err := s.life(); err != nil {
		return err
	}
	if _, ok := families()[s.variables]; !ok {
		return Usage("session %s: variables is stax, echostream or cognito", s.Name)
	}
	if s.Kind == KindUserPool && s.Flow != "srp" && s.Flow != "password" {
		return Usage("session %s: flow is srp or password", s.Name)
	}
	switch {
	case s.stsFrom != "" && s.stsFrom != "regional" && s.stsFrom != legacySTS:
		return Usage("session %s: sts_regional_endpoints is regional or legacy", s.Name)
	case s.GlobalSTS() && (s.Endpoint != "" || !partition.LegacySTS(s.Region)):
		return Usage("session %s: sts_regional_endpoints = legacy is for AWS, in Regions whose customers need not opt in", s.Name)
	}
	return nil
}

// GlobalSTS says that the session asks for AWS's global endpoint of STS.
func (s *Session) GlobalSTS() bool { return s.stsFrom == legacySTS }

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

func (s *Session) options() (credentials.RoleOptions, error) {
	d, err := s.life()
	return credentials.RoleOptions{SessionName: s.roleSession, ExternalID: s.externalID, Duration: d}, err
}

// stored is the name under which something of the session is kept. It depends on all of its settings: what was kept for others is not taken for its own.
func (s *Session) stored(what string) string {
	h := sha256.New()
	for _, set := range s.Settings() {
		h.Write([]byte(set.Key + "=" + *set.Text + "\x00"))
	}
	h.Write([]byte(s.poolRole))
	return s.Name + "." + what + "-" + hex.EncodeToString(h.Sum(nil)[:8])
}

// signedIn is the part of a session that its tokens are of. What they are used for may change without another sign-in.
func (s *Session) signedIn() *Session {
	part := &Session{Name: s.Name, Kind: s.Kind, Endpoint: s.Endpoint}
	if s.Kind == KindSSO {
		part.ssoStartURL, part.SSORegion, part.ssoScopes = s.ssoStartURL, s.SSORegion, s.ssoScopes
	} else {
		part.Region, part.UserPoolID, part.ClientID, part.username = s.Region, s.UserPoolID, s.ClientID, s.username
	}
	return part
}
