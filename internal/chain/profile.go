package chain

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mayfly-id/mayfly/internal/awsfile"
)

// Keys of profiles.
const (
	keyRole         = "role_arn"
	keySource       = "source_profile"
	keyCredSource   = "credential_source"
	keyExternalID   = "external_id"
	keyMFA          = "mfa_serial"
	keySessionName  = "role_session_name"
	keyDuration     = "duration_seconds"
	keyWebToken     = "web_identity_token_file"
	keySSOSession   = "sso_session"
	keySSOAccount   = "sso_account_id"
	keySSORole      = "sso_role_name"
	keySSORegion    = "sso_region"
	keySSOURL       = "sso_start_url"
	keyLogin        = "login_session"
	keyProcess      = "credential_process"
	keyAccessKey    = "aws_access_key_id"
	keySecretKey    = "aws_secret_access_key"
	keySessionToken = "aws_session_token"
	keyAccountID    = "aws_account_id"
)

// envProfile names a profile that has to be there. The SDK for Go takes one that AWS_DEFAULT_PROFILE names for an empty one where it is not.
const envProfile = "AWS_PROFILE"

// Why a profile is refused as a whole.
var (
	errNoProfile = errors.New("the profile does not exist")
	errPartial   = errors.New("the profile has one of aws_access_key_id and aws_secret_access_key without the other")
	errSources   = errors.New("the profile has more than one of source_profile, credential_source, credential_process and web_identity_token_file")
	errLoop      = errors.New("source_profile comes back to a profile that has no credentials of its own")
)

// node is a profile with those that it gets its credentials from.
type node struct {
	name    string
	profile *awsfile.Profile
	off     map[string]bool // keys that do not count here
	source  *node
	session map[string]awsfile.Value // of the sso-session
}

// get gives the text of a key that counts.
func (n *node) get(key string) string {
	if n.off[key] {
		return ""
	}
	return n.profile.Get(key)
}

// from lists where keys are configured.
func (n *node) from(keys ...string) []awsfile.Place {
	var out []awsfile.Place
	for _, k := range keys {
		if n.get(k) != "" {
			out = append(out, n.profile.From(k))
		}
	}
	return out
}

func (n *node) hasKeys() bool { return n.get(keyAccessKey) != "" && n.get(keySecretKey) != "" }

func (n *node) hasSSO() bool {
	return n.get(keySSOSession) != "" || n.get(keySSORegion) != "" || n.get(keySSOAccount) != "" || n.get(keySSOURL) != "" || n.get(keySSORole) != ""
}

// hasCredentials says whether a source profile has anything that the SDK takes there, which login_session is not.
func (n *node) hasCredentials() bool {
	return n.get(keySource) != "" || n.get(keyCredSource) != "" || n.get(keyProcess) != "" || n.get(keyWebToken) != "" || n.hasSSO() || n.hasKeys()
}

func (n *node) ignore(keys ...string) {
	for _, k := range keys {
		n.off[k] = true
	}
}

// load reads a profile and its sources, with the checks of the SDK in its order. A profile that comes up again counts with its credentials alone.
func (r *run) load(name string, seen map[string]bool) (*node, error) {
	p, ok := r.Shared.Profile(name)
	if !ok {
		return nil, errNoProfile
	}
	n := &node{name: name, profile: p, off: map[string]bool{}}
	if p.Partial.File != "" {
		return nil, fmt.Errorf("%w: %s", errPartial, p.Partial)
	}
	again := seen[name]
	if again {
		n.ignore(keyRole, keyExternalID, keyMFA, keySessionName, keySource)
	} else if err := n.needsRole(); err != nil {
		return nil, err
	}
	if len(seen) > 0 && n.hasKeys() {
		return n, nil
	}
	seen[name] = true
	if n.count(keySource, keyCredSource, keyProcess, keyWebToken) > 1 {
		return nil, errSources
	}
	if n.get(keySource) != "" {
		n.ignore(keyCredSource, keyProcess, keyWebToken, keyAccessKey, keySecretKey, keySessionToken, keySSOAccount, keySSORegion, keySSORole, keySSOURL)
		if err := r.link(n, seen); err != nil {
			return nil, err
		}
	} else if again && !n.hasCredentials() {
		return nil, errLoop
	}
	if s := n.get(keySSOSession); s != "" {
		if n.session, ok = r.Shared.SSOSession(s); !ok {
			return nil, fmt.Errorf("the section [sso-session %s] does not exist", strings.TrimSpace(s))
		}
	}
	return n, nil
}

func (n *node) count(keys ...string) int {
	c := 0
	for _, k := range keys {
		if n.get(k) != "" {
			c++
		}
	}
	return c
}

// needsRole refuses what only serves to assume a role where there is none.
func (n *node) needsRole() error {
	for _, k := range []string{keySource, keyCredSource, keyWebToken} {
		if n.get(k) != "" {
			if n.get(keyRole) == "" {
				return fmt.Errorf("%s needs role_arn", k)
			}
			return nil
		}
	}
	return nil
}

// link reads the source of a profile.
func (r *run) link(n *node, seen map[string]bool) error {
	name := n.get(keySource)
	source, err := r.load(name, seen)
	if err != nil {
		if !errors.Is(err, errLoop) {
			err = fmt.Errorf("source_profile %s: %w", name, err)
		}
		return err
	}
	if !source.hasCredentials() {
		if source.get(keyLogin) != "" {
			return fmt.Errorf("source_profile %s has login_session alone, which the SDK does not take there", name)
		}
		return fmt.Errorf("source_profile %s has no credentials", name)
	}
	n.source = source
	return nil
}
