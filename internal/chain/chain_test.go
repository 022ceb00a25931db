package chain

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
)

const keysOf = "aws_access_key_id = AKIA%[1]s\naws_secret_access_key = s3cr3t%[1]s\n"

func keys(name string) string { return fmt.Sprintf(keysOf, name) }

func envKeys() map[string]string {
	return map[string]string{"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "s3cr3tenv"}
}

func with(env map[string]string, more ...string) map[string]string {
	for i := 0; i < len(more); i += 2 {
		env[more[i]] = more[i+1]
	}
	return env
}

func TestOrder(t *testing.T) {
	const process = "credential_process = echo '{\"Version\":1,\"AccessKeyId\":\"AKIAPROCESS\",\"SecretAccessKey\":\"s3cr3t\"}'\n"
	for _, c := range []struct {
		name, config, creds, profile string
		env                          map[string]string
		key                          string            // access key of what answers
		states                       map[string]string // by link
	}{
		{"nothing", "", "", "", nil, "", map[string]string{"environment keys": "absent", "static keys": "absent", linkMetadata: "absent"}},
		{"environment before profile", "[default]\n" + process, "[default]\n" + keys("D"), "", envKeys(), "AKIAENV",
			map[string]string{"environment keys": "answers", "static keys": "hidden by environment keys", "credential_process": "hidden by environment keys"}},
		{"old names", "", "", "", map[string]string{"AWS_ACCESS_KEY": "AKIAOLD", "AWS_SECRET_KEY": "x"}, "AKIAOLD", nil},
		{"environment before AWS_PROFILE", "", "[dev]\n" + keys("DEV"), "", with(envKeys(), "AWS_PROFILE", "dev"), "AKIAENV", nil},
		{"a named profile before environment", "", "[dev]\n" + keys("DEV"), "dev", envKeys(), "AKIADEV",
			map[string]string{"environment keys": "hidden by profile dev, which is named", "static keys": "answers"}},
		{"half of the environment", "", "[default]\n" + keys("D"), "", map[string]string{"AWS_ACCESS_KEY_ID": "x"}, "AKIAD", map[string]string{"environment keys": "incomplete", "static keys": "answers"}},
		{"AWS_DEFAULT_PROFILE", "[profile dev]\n" + keys("DEV"), "", "", map[string]string{"AWS_DEFAULT_PROFILE": "dev"}, "AKIADEV", nil},
		{"keys hide a process", "[default]\n" + keys("D") + process, "", "", nil, "AKIAD", map[string]string{"credential_process": "hidden by static keys of profile default"}},
		{"a process", "[default]\n" + process, "", "", nil, "AKIAPROCESS", map[string]string{"credential_process": "answers", "static keys": "absent"}},
		{"a process hides the container", "[default]\n" + process, "", "", map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/"}, "AKIAPROCESS",
			map[string]string{"container full URI": "hidden by credential_process of profile default"}},
		{"credentials file before config file", "[default]\n" + keys("C") + "aws_session_token = old\n", "[default]\n" + keys("D"), "", nil, "AKIAD", nil},
		{"profile default before default", "[default]\n" + keys("A") + "[profile default]\n" + keys("B"), "", "", nil, "AKIAB", nil},
		{"a profile that AWS_DEFAULT_PROFILE misspells", "", "[dev]\n" + keys("DEV"), "", map[string]string{"AWS_DEFAULT_PROFILE": "dve"}, "", map[string]string{"static keys": "absent"}},
	} {
		r := newHome(t, c.config, c.creds, c.env).chain()
		r.Profile = c.profile
		got := r.Resolve(context.Background())
		for name, want := range c.states {
			if s := got.state(name, ""); s != want {
				t.Errorf("%s: %s: %s, not %s", c.name, name, s, want)
			}
		}
		if c.key == "" {
			if !errors.Is(got.Err, ErrNone) || got.Provider != nil || got.Answered() != nil {
				t.Errorf("%s: %v", c.name, got.Err)
			}
			continue
		}
		if got.Err != nil {
			t.Errorf("%s: %v", c.name, got.Err)
			continue
		}
		v, err := got.Provider.Retrieve(context.Background())
		if err != nil || v.AccessKeyID != c.key {
			t.Errorf("%s: %q, %v", c.name, v.AccessKeyID, err)
		}
		if c.name == "credentials file before config file" && v.SessionToken != "" {
			t.Error("the session token of other keys comes along")
		}
	}
}

// A link that counts and cannot answer ends the chain: the SDK does not go on to what may be somebody else's credentials.
func TestRefused(t *testing.T) {
	const region = "region = eu-west-1\n"
	for _, c := range []struct {
		name, config, profile, link, why string
		env                              map[string]string
	}{
		{"no such profile", "", "dev", "profile", "does not exist", nil},
		{"a profile that AWS_PROFILE misspells", "[profile dev]\n" + region, "", "profile", "does not exist", map[string]string{"AWS_PROFILE": "dve"}},
		{"half of keys", "[default]\naws_access_key_id = AKIA1\n", "", "profile", "without the other", nil},
		{"two kinds", "[default]\nrole_arn = arn:x\nsource_profile = b\ncredential_process = x\n", "", "profile", "more than one", nil},
		{"source without role", "[default]\nsource_profile = b\n", "", "profile", "needs role_arn", nil},
		{"source that is not", "[default]\nrole_arn = arn:x\nsource_profile = b\n", "", "profile", "source_profile b: the profile does not exist", nil},
		{"source without credentials", "[default]\nrole_arn = arn:x\nsource_profile = b\n[profile b]\nregion = x\n", "", "profile", "has no credentials", nil},
		{"source with login alone", "[default]\nrole_arn = arn:x\nsource_profile = b\n[profile b]\nlogin_session = arn:x\n", "", "profile", "login_session alone", nil},
		{"loop of one", "[default]\nrole_arn = arn:x\nsource_profile = default\n", "", "profile", "comes back", nil},
		{"loop of three", "[default]\nrole_arn = arn:x\nsource_profile = b\n[profile b]\nrole_arn = arn:x\nsource_profile = c\n[profile c]\nrole_arn = arn:x\nsource_profile = default\n", "", "profile", "comes back", nil},
		{"no Region", "[default]\nrole_arn = arn:x\nsource_profile = b\n[profile b]\n" + keys("B"), "", keyRole, "no Region", nil},
		{"MFA and nobody to ask", "[default]\n" + region + "role_arn = arn:x\nmfa_serial = arn:y\nsource_profile = b\n[profile b]\n" + keys("B"), "", keyRole, "nobody to ask", nil},
		{"credential_source misspelt", "[default]\nrole_arn = arn:x\ncredential_source = environment\n", "", keyCredSource, "one of Ec2InstanceMetadata", nil},
		{"credential_source without keys", "[default]\nrole_arn = arn:x\ncredential_source = Environment\n", "", keyCredSource, "no complete keys", nil},
		{"credential_source without a container", "[default]\nrole_arn = arn:x\ncredential_source = EcsContainer\n", "", keyCredSource, "neither", nil},
		{"credential_source with metadata off", "[default]\nrole_arn = arn:x\ncredential_source = Ec2InstanceMetadata\n", "", keyCredSource, metadataDisabled, nil},
		{"web identity without a file", "[default]\n" + region + "role_arn = arn:x\nweb_identity_token_file = HOME/none\n", "", linkWeb, "no such file", nil},
		{"environment web identity without a role", "", "", "environment web identity", "no role", map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": "/x", "AWS_REGION": "eu-west-1"}},
		{"no section of the session", "[default]\nsso_session = work\n", "", "profile", "[sso-session work] does not exist", nil},
		{"SSO in part", "[default]\nsso_start_url = https://x\nsso_region = eu-west-1\n", "", "SSO", "lacks sso_account_id, sso_role_name", nil},
		{"two Regions of SSO", "[default]\nsso_session = work\nsso_account_id = 1\nsso_role_name = r\nsso_region = a\n[sso-session work]\nsso_region = b\nsso_start_url = https://x\n", "", "SSO", "not the same", nil},
		{"not signed in", "[default]\nsso_start_url = https://x\nsso_region = eu-west-1\nsso_account_id = 1\nsso_role_name = r\n", "", "SSO", "sign-in is required", nil},
		{"no login", "[default]\nlogin_session = arn:x\n", "", keyLogin, "run aws login --profile default", nil},
		{"endpoint that is no URL", "[default]\n" + region + "endpoint_url = nonsense\nrole_arn = arn:x\nsource_profile = b\n[profile b]\n" + keys("B"), "", keyRole, "no URL", nil},
		{"container elsewhere", "", "", "container full URI", "only loopback", map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://203.0.113.7/"}},
		{"container with a second address", "", "", "container full URI", "only loopback", map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://rebound.example.com/"}},
		{"container with another scheme", "", "", "container full URI", "none of a credentials endpoint", map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "ftp://127.0.0.1/"}},
		{"container with a user", "", "", "container full URI", "only loopback", map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1@203.0.113.7/"}},
		{"relative URI that leads elsewhere", "", "", "container relative URI", "begins with /", map[string]string{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "@203.0.113.7/"}},
		{"container token of two lines", "", "", "container full URI", "line break", map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "a\nb"}},
		{"container token file that is not", "", "", "container full URI", "cannot be read", map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "HOME/none"}},
		{"mode of metadata", "[default]\nec2_metadata_service_endpoint_mode = ipv5\n", "", linkMetadata, "IPv4 or IPv6", map[string]string{metadataDisabled: "false"}},
	} {
		ch := newHome(t, c.config, "", c.env).chain()
		ch.Profile = c.profile
		r := ch.Resolve(context.Background())
		if r.Err == nil || r.Provider != nil || r.state(c.link, "") != "refused" || !strings.Contains(r.Err.Error(), c.why) {
			t.Errorf("%s: %v, %s", c.name, r.Err, r.state(c.link, ""))
		}
		if strings.Contains(fmt.Sprint(r.Err, r.Links, r.Findings), "s3cr3t") {
			t.Errorf("%s: a secret is told", c.name)
		}
	}
}

func TestRoles(t *testing.T) {
	s := newSTS(t)
	const arn = "role_arn = arn:aws:iam::111122223333:role/"
	config := "[default]\nregion = eu-west-1\n" + arn + "top\nsource_profile = mid\nexternal_id = ext\nduration_seconds = 3600\nrole_session_name = me\nservices = local\n" +
		"[profile mid]\n" + arn + "mid\nsource_profile = base\nmfa_serial = arn:mfa\n[profile base]\n" + keys("BASE") + "credential_process = false\n" +
		"[services local]\nsts =\n  endpoint_url = " + s.URL + "\n"
	ch := newHome(t, config, "", nil).chain()
	asked := ""
	ch.MFA = func(_ context.Context, serial string) (string, error) { asked = serial; return "123456", nil }
	r := ch.Resolve(context.Background())
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	if len(s.forms) != 0 {
		t.Error("an explanation has asked STS")
	}
	for link, want := range map[[2]string]string{
		{keySource, "default"}: "answers", {keyRole, "default"}: "answers", {keySource, "mid"}: "answers", {keyRole, "mid"}: "answers",
		{"static keys", "base"}: "answers", {keyProcess, "base"}: "hidden by static keys of profile base",
	} {
		if got := r.state(link[0], link[1]); got != want {
			t.Errorf("%v: %s, not %s", link, got, want)
		}
	}
	v, err := r.Provider.Retrieve(context.Background())
	if err != nil || v.AccessKeyID != "ASIAtop" {
		t.Fatal(v.AccessKeyID, err)
	}
	mid, top := s.forms[0], s.forms[1]
	if mid.Get("RoleArn") != "arn:aws:iam::111122223333:role/mid" || mid.Get("SerialNumber") != "arn:mfa" || mid.Get("TokenCode") != "123456" || asked != "arn:mfa" || mid.Get("DurationSeconds") != "900" {
		t.Errorf("mid: %v", mid)
	}
	if top.Get("ExternalId") != "ext" || top.Get("DurationSeconds") != "3600" || top.Get("RoleSessionName") != "me" {
		t.Errorf("top: %v", top)
	}
	if !strings.Contains(s.auth[0], "AKIABASE/") || !strings.Contains(s.auth[1], "ASIAmid/") {
		t.Errorf("signed by %q", s.auth)
	}
}

// A profile may be its own source, when it has keys.
func TestRoleOfItsOwnKeys(t *testing.T) {
	s := newSTS(t)
	config := "[default]\nrole_arn = arn:aws:iam::111122223333:role/own\nsource_profile = default\n" + keys("OWN")
	r := newHome(t, config, "", map[string]string{"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_STS": s.URL, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}).chain().Resolve(context.Background())
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	v, err := r.Provider.Retrieve(context.Background())
	if err != nil || v.AccessKeyID != "ASIAown" || !strings.Contains(s.auth[0], "AKIAOWN/") || len(s.forms) != 1 {
		t.Error(v.AccessKeyID, err, s.auth)
	}
}

func TestCredentialSourceEnvironment(t *testing.T) {
	s := newSTS(t)
	config := "[profile dev]\nrole_arn = arn:aws:iam::111122223333:role/dev\ncredential_source = Environment\n"
	ch := newHome(t, config, "", with(envKeys(), "AWS_REGION", "eu-west-1", "AWS_ENDPOINT_URL", s.URL)).chain()
	ch.Profile = "dev"
	r := ch.Resolve(context.Background())
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	if v, err := r.Provider.Retrieve(context.Background()); err != nil || v.AccessKeyID != "ASIAdev" || !strings.Contains(s.auth[0], "AKIAENV/") {
		t.Error(v.AccessKeyID, err)
	}
}

func TestWebIdentity(t *testing.T) {
	s := newSTS(t)
	role := "arn:aws:iam::111122223333:role/web"
	for name, c := range map[string]struct {
		config string
		env    map[string]string
	}{
		"environment": {"[default]\n" + keys("D"), map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": "HOME/token", "AWS_ROLE_ARN": role, "AWS_ROLE_SESSION_NAME": "me"}},
		"profile":     {"[default]\nrole_arn = " + role + "\nrole_session_name = me\nweb_identity_token_file = HOME/token\n", nil},
	} {
		s.forms = nil
		h := newHome(t, c.config, "", c.env)
		h.env["AWS_REGION"], h.env["AWS_ENDPOINT_URL"] = "eu-west-1", s.URL
		h.write(t, "token", "one\n")
		r := h.chain().Resolve(context.Background())
		if r.Err != nil {
			t.Errorf("%s: %v", name, r.Err)
			continue
		}
		h.write(t, "token", "two\n") // which is read anew
		v, err := r.Provider.Retrieve(context.Background())
		if err != nil || v.AccessKeyID != "ASIAweb" || len(s.forms) != 1 || s.forms[0].Get("WebIdentityToken") != "two" || s.forms[0].Get("RoleSessionName") != "me" {
			t.Errorf("%s: %q %v %v", name, v.AccessKeyID, err, s.forms)
		}
	}
}

func TestLoginAndItsErrors(t *testing.T) {
	h := newHome(t, "[default]\nlogin_session = arn:aws:iam::111122223333:user/ann\n", "", nil)
	ch := h.chain()
	var required *credentials.LoginRequiredError
	if r := ch.Resolve(context.Background()); !errors.As(r.Err, &required) {
		t.Fatal(r.Err)
	}
	token := func(end string) string {
		return `{"accessToken":{"accessKeyId":"ASIALOGIN","secretAccessKey":"s","sessionToken":"t","accountId":"111122223333","expiresAt":"` + end + `"},"clientId":"c","refreshToken":"r","dpopKey":"k"}`
	}
	path := ".aws/login/cache/617a42bf0cc7e52ae16d10443f260d451c255a489505091810c95d5c7ec927d1.json"
	h.write(t, path, token("2026-05-04T11:59:59Z"))
	if r := ch.Resolve(context.Background()); !errors.As(r.Err, &required) {
		t.Error("an ended one:", r.Err)
	}
	h.write(t, path, token("2026-05-04T12:10:00Z"))
	r := ch.Resolve(context.Background())
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	if v, err := r.Provider.Retrieve(context.Background()); err != nil || v.AccessKeyID != "ASIALOGIN" || !v.CanExpire {
		t.Error(v.AccessKeyID, err)
	}
	ch.Login = func(session string) aws.CredentialsProvider {
		return &static{aws.Credentials{AccessKeyID: session, SecretAccessKey: "x"}}
	}
	r = ch.Resolve(context.Background())
	if v, err := r.Provider.Retrieve(context.Background()); err != nil || v.AccessKeyID != "arn:aws:iam::111122223333:user/ann" {
		t.Error(v.AccessKeyID, err)
	}
}

func TestFindings(t *testing.T) {
	const process, sso = "credential_process = x\n", "sso_start_url = https://x\nsso_region = r\nsso_account_id = 1\nsso_role_name = r\n"
	for _, c := range []struct {
		name, config, creds string
		env                 map[string]string
		want                []string
	}{
		{"nothing", "[default]\n" + keys("D"), "", nil, nil},
		{"keys and process", "[default]\n" + process, "[default]\n" + keys("D"), nil, []string{"static-keys-hide-process"}},
		{"SSO and process", "[default]\n" + sso + process, "", nil, []string{"sso-hides-process"}},
		{"keys and SSO", "[default]\n" + sso + keys("D"), "", nil, []string{"static-keys-hide-sso"}},
		{"login and process", "[default]\nlogin_session = x\n" + process, "", nil, []string{"login-hides-process"}},
		{"source and keys", "[default]\nrole_arn = a\nsource_profile = b\n" + keys("D") + "[profile b]\n" + keys("B") + process, "", nil, []string{"source-hides-own", "static-keys-hide-process"}},
		{"environment and AWS_PROFILE", "[profile dev]\n" + keys("D"), "", with(envKeys(), "AWS_PROFILE", "dev"), []string{"environment-keys-hide-profile"}},
		{"half of the environment", "", "", map[string]string{"AWS_SECRET_ACCESS_KEY": "x"}, []string{"environment-keys-incomplete"}},
		{"keys that have ended", "", "", with(envKeys(), "AWS_CREDENTIAL_EXPIRATION", "2026-05-04T11:00:00Z"), []string{"environment-keys-ended"}},
		{"a profile that is not", "", "", map[string]string{"AWS_PROFILE": "x"}, []string{"profile-missing"}},
		{"services that are not", "[default]\nservices = x\n", "", nil, []string{"services-missing"}},
		{"sections that are none", "[dev]\n[default]\n", "[profile dev]\n", nil, []string{"section-ignored", "section-ignored"}},
		{"a profile that is refused", "[default]\nsource_profile = x\n", "", envKeys(), []string{"profile-refused"}},
	} {
		r := newHome(t, c.config, c.creds, c.env).chain().Resolve(context.Background())
		var got []string
		for _, f := range r.Findings {
			got = append(got, f.Code)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, not %q", c.name, got, c.want)
		}
	}
}
