package chain

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mayfly-id/mayfly/internal/awsfile"
)

// Finding is something in the configuration that is not what somebody who wrote it may think.
type Finding struct {
	Code    string // such as "static-keys-hide-process"
	Profile string // empty when it is about none
	Text    string // a sentence for people
	Places  []awsfile.Place
}

// findings looks at the environment, the files, and the active profile with its sources.
func (r *run) findings(err error) []Finding {
	out := r.aboutEnvironment()
	out = append(out, aboutFiles(r.Shared)...)
	if _, exists := r.Shared.Profile(r.out.Profile); err != nil && (exists || r.Profile != "") {
		out = append(out, Finding{"profile-refused", r.out.Profile, "The SDK for Go refuses to start with this profile, even where keys are in the environment: " + err.Error() + ".", nil})
	}
	for n := r.top; n != nil; n = n.source {
		out = append(out, r.inspect(n)...)
	}
	return out
}

// Inspect looks at one profile, whichever is active.
func (c *Chain) Inspect(name string) []Finding {
	r := &run{Chain: c, getenv: c.Shared.Getenv, out: &Resolution{Profile: name}}
	n, err := r.load(name, map[string]bool{})
	if err != nil {
		return []Finding{{"profile-refused", name, "The SDK for Go refuses this profile: " + err.Error() + ".", nil}}
	}
	return r.inspect(n)
}

func (r *run) aboutEnvironment() []Finding {
	var out []Finding
	keys, err := r.environmentKeys()
	var partial *incompleteError
	switch {
	case errors.As(err, &partial):
		out = append(out, Finding{"environment-keys-incomplete", "", "The keys in the environment do not count: " + partial.Error() + ".", r.variables("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY")})
	case err != nil:
	case keys.value.CanExpire && !r.now().Before(keys.value.Expires):
		out = append(out, Finding{"environment-keys-ended", "", "The keys in the environment have ended; SDKs use them all the same.", r.variables("AWS_CREDENTIAL_EXPIRATION")})
	}
	if err == nil && r.Profile == "" && r.out.ProfileFrom != "" {
		out = append(out, Finding{"environment-keys-hide-profile", r.out.Profile, "Keys in the environment go before the profile that " + r.out.ProfileFrom + " names.", r.variables("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", r.out.ProfileFrom)})
	}
	if _, ok := r.Shared.Profile(r.out.Profile); !ok && r.out.ProfileFrom != "" {
		text := r.out.ProfileFrom + " names a profile that does not exist"
		if r.out.ProfileFrom == envProfile {
			text += ": SDKs refuse to start, even where keys are in the environment"
		}
		out = append(out, Finding{"profile-missing", r.out.Profile, text + ".", r.variables(r.out.ProfileFrom)})
	}
	return out
}

// aboutFiles looks at what no profile is concerned with.
func aboutFiles(s *awsfile.Shared) []Finding {
	var out []Finding
	for _, err := range s.Problems {
		out = append(out, Finding{"file-unreadable", "", "A file counts as empty: " + err.Error() + ".", nil})
	}
	for _, name := range s.Config.Sections() {
		kind, _, two := strings.Cut(name, " ")
		known := two && (kind == "profile" || kind == "sso-session" || kind == "services")
		if !known && name != "default" && name != "plugins" && name != "preview" {
			out = append(out, Finding{"section-ignored", "", "The section [" + name + "] of the config file is no profile: those begin with \"profile\".", []awsfile.Place{{File: s.ConfigPath}}})
		}
	}
	for _, name := range s.Credentials.Sections() {
		if strings.HasPrefix(name, "profile ") {
			out = append(out, Finding{"section-ignored", "", "The section [" + name + "] of the credentials file is no profile: there they have names alone.", []awsfile.Place{{File: s.CredentialsPath}}})
		}
	}
	return out
}

// inspect looks for keys of a profile that others hide.
func (r *run) inspect(n *node) []Finding {
	var out []Finding
	add := func(code, text string, keys ...string) {
		out = append(out, Finding{code, n.name, text, places(n, keys...)})
	}
	own := func(key string) bool { return n.profile.Get(key) != "" }
	keys := own(keyAccessKey) && own(keySecretKey)
	sso := own(keySSOSession) || own(keySSOURL)
	inCredentials := n.profile.From(keyAccessKey).File == r.Shared.CredentialsPath
	if keys && own(keyProcess) {
		text := "The static keys go before credential_process, which is never run by the SDK for Go."
		if inCredentials {
			text = "The static keys go before credential_process, which is never run, neither by the SDK for Go nor by the AWS CLI."
		}
		add("static-keys-hide-process", text, keyAccessKey, keyProcess)
	}
	if sso && own(keyProcess) {
		add("sso-hides-process", "The keys of SSO go before credential_process, which is never run, neither by the SDK for Go nor by the AWS CLI.", keySSOSession, keySSOURL, keyProcess)
	}
	if keys && sso {
		add("static-keys-hide-sso", "The SDK for Go takes the static keys, and the AWS CLI takes SSO.", keyAccessKey, keySSOSession, keySSOURL)
	}
	if own(keyLogin) && own(keyProcess) {
		add("login-hides-process", "login_session goes before credential_process, which is never run.", keyLogin, keyProcess)
	}
	if n.source != nil && (keys || sso || own(keyLogin)) {
		add("source-hides-own", "source_profile goes before the credentials that the profile has itself.", keySource, keyAccessKey, keySSOSession, keySSOURL, keyLogin)
	}
	if name := n.profile.Get("services"); name != "" && !r.Shared.Config.Has("services "+name) {
		add("services-missing", fmt.Sprintf("The section [services %s] does not exist.", name), "services")
	}
	return out
}

// places lists where keys are configured, whether they count or not.
func places(n *node, keys ...string) []awsfile.Place {
	var out []awsfile.Place
	for _, k := range keys {
		if n.profile.Get(k) != "" {
			out = append(out, n.profile.From(k))
		}
	}
	return out
}
