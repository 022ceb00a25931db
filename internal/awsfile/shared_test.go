package awsfile

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// homeOf makes a home with both files, and gives an environment with it.
func homeOf(t *testing.T, config, creds string, env map[string]string) func(string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"config": config, "credentials": creds} {
		if err := writeFile(filepath.Join(dir, ".aws", name), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	return func(name string) string {
		if name == "HOME" {
			return dir
		}
		return env[name]
	}
}

func TestLoadFindsTheFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{".aws/config", ".aws/credentials", "other"} {
		if err := writeFile(filepath.Join(dir, name), []byte("[default]\nregion = "+filepath.Base(name)+"\n")); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name, goos string
		env        map[string]string
		region     string
	}{
		{"home", "linux", map[string]string{"HOME": dir}, "credentials"},
		{"home of Windows", "windows", map[string]string{"HOME": "/none", "USERPROFILE": dir}, "credentials"},
		{"no home", "linux", map[string]string{"USERPROFILE": dir}, ""},
		{"variables", "linux", map[string]string{"AWS_CONFIG_FILE": filepath.Join(dir, "other"), "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "HOME": dir}, "other"},
		{"a file that is not", "linux", map[string]string{"AWS_CONFIG_FILE": filepath.Join(dir, "none"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(dir, "none"), "HOME": dir}, ""},
	} {
		s := Load(func(name string) string { return c.env[name] }, c.goos)
		p, _ := s.Profile("default")
		if got := p.Get("region"); got != c.region || len(s.Problems) != 0 {
			t.Errorf("%s: %q, %v", c.name, got, s.Problems)
		}
	}
	s := Load(func(name string) string { return map[string]string{"AWS_CONFIG_FILE": dir}[name] }, runtime.GOOS)
	if len(s.Problems) != 1 || len(s.Profiles()) != 0 {
		t.Error("a folder as a file:", s.Problems)
	}
}

func TestProfile(t *testing.T) {
	const config = "[default]\nregion = a\n[profile dev]\nregion = a\noutput = json\naws_access_key_id = A\naws_secret_access_key = B\naws_session_token = C\n[other]\nregion = x\n" +
		"[profile half]\naws_access_key_id = A\n[sso-session work]\nsso_region = r\n[services x]\n"
	const creds = "[dev]\nregion = b\naws_access_key_id = D\naws_secret_access_key = E\n[profile dev]\nregion = z\n[half]\nregion = c\n[only]\naws_secret_access_key = x\n"
	s := Load(homeOf(t, config, creds, nil), "linux")
	p, ok := s.Profile("dev")
	if !ok {
		t.Fatal("no profile dev")
	}
	for key, want := range map[string]string{"region": "b", "output": "json", "aws_access_key_id": "D", "aws_secret_access_key": "E", "aws_session_token": ""} {
		if got := p.Get(key); got != want {
			t.Errorf("%s: %q, not %q", key, got, want)
		}
	}
	if from := p.From("region"); from.File != s.CredentialsPath || from.Section != "dev" || from.Line != 2 {
		t.Error(from)
	}
	if from := p.From("output").String(); from != s.ConfigPath+" [profile dev] line 5" {
		t.Error(from)
	}
	for name, partial := range map[string]bool{"dev": false, "half": false, "only": true} {
		if p, ok := s.Profile(name); !ok || (p.Partial.File != "") != partial {
			t.Errorf("%s: %v %v", name, ok, p.Partial)
		}
	}
	for _, name := range []string{"other", "work", "profile dev", "x", ""} {
		if _, ok := s.Profile(name); ok {
			t.Errorf("%q is a profile", name)
		}
	}
	if d := cmp.Diff([]string{"default", "dev", "half", "only"}, s.Profiles()); d != "" {
		t.Error(d)
	}
	if in, ok := s.SSOSession(" work"); !ok || in["sso_region"].Text != "r" || in["sso_region"].From.File != s.ConfigPath {
		t.Error(ok, in)
	}
}

func TestActiveAndRegion(t *testing.T) {
	for _, c := range []struct {
		env                map[string]string
		named, want, where string
	}{
		{nil, "", "default", ""},
		{map[string]string{"AWS_DEFAULT_PROFILE": "d"}, "", "d", "AWS_DEFAULT_PROFILE"},
		{map[string]string{"AWS_DEFAULT_PROFILE": "d", "AWS_PROFILE": "p"}, "", "p", "AWS_PROFILE"},
		{map[string]string{"AWS_PROFILE": "p"}, "n", "n", ""},
	} {
		s := Load(func(name string) string { return c.env[name] }, "linux")
		if name, from := s.Active(c.named); name != c.want || from != c.where {
			t.Errorf("%v: %q from %q", c.env, name, from)
		}
	}
	p := &Profile{Keys: map[string]Value{"region": {Text: "file", From: Place{File: "f", Section: "default", Line: 2}}}}
	for _, c := range []struct {
		env         map[string]string
		want, where string
	}{
		{nil, "file", "f [default] line 2"},
		{map[string]string{"AWS_DEFAULT_REGION": "old"}, "old", "AWS_DEFAULT_REGION"},
		{map[string]string{"AWS_DEFAULT_REGION": "old", "AWS_REGION": "new"}, "new", "AWS_REGION"},
	} {
		s := Load(func(name string) string { return c.env[name] }, "linux")
		if region, from := s.Region(p); region != c.want || from.String() != c.where {
			t.Errorf("%v: %q from %q", c.env, region, from)
		}
	}
}

func TestEndpoint(t *testing.T) {
	const config = "[default]\nservices = local\nendpoint_url = http://profile\n[services local]\nsts =\n  endpoint_url = http://section\nsso_oidc =\n  endpoint_url = http://oidc\n" +
		"[profile off]\nignore_configured_endpoint_urls = true\nendpoint_url = http://profile\n"
	for _, c := range []struct {
		name, profile, service string
		env                    map[string]string
		want, from             string
	}{
		{"section", "default", "STS", nil, "http://section", "[services local] line 5"},
		{"two words", "default", "SSO OIDC", nil, "http://oidc", "[services local] line 7"},
		{"with hyphens", "default", "sso-oidc", nil, "http://oidc", "[services local]"},
		{"profile", "default", "Cognito Identity", nil, "http://profile", "[default] line 3"},
		{"variable before section", "default", "STS", map[string]string{"AWS_ENDPOINT_URL": "http://all"}, "http://all", "AWS_ENDPOINT_URL"},
		{"variable of the service", "default", "Cognito Identity Provider", map[string]string{"AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": "http://one"}, "http://one", "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"},
		{"all off", "default", "STS", map[string]string{"AWS_ENDPOINT_URL": "http://all", ignoreEndpoints: "True"}, "", ignoreEndpoints},
		{"off in the profile", "off", "STS", map[string]string{"AWS_ENDPOINT_URL": "http://all"}, "", "[profile off]"},
		{"on in the environment", "off", "STS", map[string]string{ignoreEndpoints: "false"}, "http://profile", "[profile off]"},
		{"neither", "off", "STS", map[string]string{ignoreEndpoints: "perhaps", "AWS_ENDPOINT_URL": "http://all"}, "http://all", "AWS_ENDPOINT_URL"},
	} {
		s := Load(homeOf(t, config, "", c.env), "linux")
		p, _ := s.Profile(c.profile)
		if url, from := s.Endpoint(p, c.service); url != c.want || !strings.Contains(from, c.from) {
			t.Errorf("%s: %q from %q", c.name, url, from)
		}
	}
	if url, _ := Load(homeOf(t, config, "", nil), "linux").Endpoint(nil, "STS"); url != "" {
		t.Error(url)
	}
	if !slices.Contains(Parse([]byte(config)).Sections(), "services local") {
		t.Error("no section")
	}
}
