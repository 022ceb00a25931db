package cli

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/awsfile"
)

// takeOver makes a session out of what another program is configured with. from is one of those that --from lists.
func (c *client) takeOver(ctx context.Context, name, from string, overAt string) (*session, error) {
	what, of, _ := strings.Cut(from, ":")
	switch what {
	case "stax":
		return c.fromStax(ctx, name, overAt)
	case "echostream":
		return c.fromEchoStream(name)
	case "cognito":
		return c.fromCognito(name)
	case "sso-session":
		return c.fromSSOSession(name, of)
	case "profile":
		return c.fromProfile(name, of)
	}
	return nil, usage("--from is stax, echostream, cognito, sso-session:NAME or profile:NAME")
}

// env gives the first variable that is set.
func (c *client) env(names ...string) string {
	for _, n := range names {
		if v := c.Getenv(n); v != "" {
			return v
		}
	}
	return ""
}

const staxInstallation = "au1.staxapp.cloud"

// fromStax asks the API of an installation where to sign in. Its user and identity pools are AWS's own, unless another server is named.
func (c *client) fromStax(ctx context.Context, name, server string) (*session, error) {
	own := server != ""
	if !own {
		installation := c.env("STAX_REGION")
		if installation == "" {
			installation = staxInstallation
		}
		if !strings.Contains(installation, ".") { // au1, as the Terraform provider has it
			installation += ".staxapp.cloud"
		}
		server = "https://api." + installation
	}
	d, err := credentials.Discover(ctx, c.HTTP, server)
	if err != nil {
		return nil, err
	}
	s := &session{name: name, kind: kindUserPool, region: d.Region, userPoolID: d.UserPoolID, clientID: d.ClientID, identityPoolID: d.IdentityPoolID, flow: "srp", variables: "stax"}
	if own {
		s.endpoint = d.Endpoint
	}
	return s, nil
}

// fromEchoStream reads the variables of its libraries and of its Terraform provider. It gives tokens: its API hands credentials out by itself.
func (c *client) fromEchoStream(name string) (*session, error) {
	s := &session{
		name: name, kind: kindUserPool, flow: "srp", variables: "echostream",
		userPoolID: c.env("ECHOSTREAM_USER_POOL_ID", "USER_POOL_ID"), clientID: c.env("ECHOSTREAM_CLIENT_ID", "CLIENT_ID"), username: c.env("ECHOSTREAM_USERNAME", "USER_NAME"),
	}
	if s.userPoolID == "" || s.clientID == "" {
		return nil, usage("the environment has no ECHOSTREAM_USER_POOL_ID and ECHOSTREAM_CLIENT_ID, nor USER_POOL_ID and CLIENT_ID")
	}
	s.region = regionOfPool(s.userPoolID)
	return s, nil
}

// regionOfPool reads the Region out of the id of a user pool.
func regionOfPool(id string) string {
	region, _, ok := strings.Cut(id, "_")
	if !ok {
		return ""
	}
	return region
}

// fromCognito reads ~/.aws/cognito_credentials, or COGNITO_CREDENTIALS_FILE, whose keys variables go before. The password stays where it is.
func (c *client) fromCognito(name string) (*session, error) {
	path := c.env("COGNITO_CREDENTIALS_FILE")
	if home := c.shared().Home; path == "" && home != "" {
		path = filepath.Join(home, ".aws", "cognito_credentials")
	}
	b, err := awsfile.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	file := awsfile.Parse(b)
	section := "default"
	if all := file.Sections(); len(all) > 0 && !file.Has(section) {
		section = all[0]
	}
	get := func(key string) string {
		if v := c.env("COGNITO_" + strings.ToUpper(key)); v != "" {
			return v
		}
		v, _ := file.Get(section, key)
		return string(v.Text)
	}
	s := &session{
		name: name, kind: kindUserPool, flow: "srp", variables: "cognito", username: get("username"), userPoolID: get("user_pool_id"), clientID: get("app_id"),
		identityPoolID: get("identity_pool_id"), region: get("region"), roleSession: get("role_session_name"),
	}
	if get("auth_type") == "user_password" {
		s.flow = "password"
	}
	if s.region == "" {
		s.region = regionOfPool(s.userPoolID)
	}
	if s.userPoolID == "" || s.clientID == "" {
		return nil, usage("%s has no user_pool_id and app_id", path)
	}
	if get("auth_flow") == "classic" {
		return nil, usage("the classic flow of identity pools is not spoken here: take auth_flow enhanced, or a session of kind web-identity")
	}
	return s, nil
}

// fromSSOSession takes over an sso-session of the shared config. Its tokens are shared with AWS's own programs.
func (c *client) fromSSOSession(name, of string) (*session, error) {
	shared := c.shared()
	if of == "" {
		of = name
	}
	in, ok := shared.SSOSession(of)
	if !ok {
		return nil, usage("there is no [sso-session %s] in %s", of, shared.ConfigPath)
	}
	s := &session{
		name: name, kind: kindSSO, ssoSession: of, ssoStartURL: string(in["sso_start_url"].Text), ssoRegion: string(in["sso_region"].Text),
		ssoScopes: string(in["sso_registration_scopes"].Text),
	}
	s.region = s.ssoRegion
	return s, nil
}

// fromProfile takes over a profile: one of an SSO role, or one as aws-vault uses them, with role_arn, mfa_serial and keys that are kept elsewhere.
func (c *client) fromProfile(name, of string) (*session, error) {
	shared := c.shared()
	if of == "" {
		of = name
	}
	p, ok := shared.Profile(of)
	if !ok {
		return nil, usage("there is no profile %s in %s", of, shared.ConfigPath)
	}
	region, _ := shared.Region(p)
	s := &session{
		name: name, region: region, endpoint: p.Get("endpoint_url"), roleARN: p.Get("role_arn"), roleSession: p.Get("role_session_name"), externalID: p.Get("external_id"),
		duration: p.Get("duration_seconds"), mfaSerial: p.Get("mfa_serial"),
	}
	switch {
	case p.Get("sso_session") != "" || p.Get("sso_start_url") != "":
		return c.fromSSOProfile(s, shared, p)
	case p.Get("web_identity_token_file") != "":
		s.kind, s.tokenFile, s.mfaSerial = kindWebIdentity, p.Get("web_identity_token_file"), ""
		return s, nil
	}
	s.kind = kindKeys
	s.inherit(shared, p, map[string]bool{of: true})
	if s.region == "" {
		s.region = "us-east-1"
	}
	return s, nil
}

func (c *client) fromSSOProfile(s *session, shared *awsfile.Shared, p *awsfile.Profile) (*session, error) {
	s.kind, s.ssoAccount, s.ssoRole = kindSSO, p.Get("sso_account_id"), p.Get("sso_role_name")
	s.ssoStartURL, s.ssoRegion = p.Get("sso_start_url"), p.Get("sso_region")
	if of := p.Get("sso_session"); of != "" {
		base, err := c.fromSSOSession(s.name, of)
		if err != nil {
			return nil, err
		}
		s.ssoSession, s.ssoStartURL, s.ssoRegion, s.ssoScopes = base.ssoSession, base.ssoStartURL, base.ssoRegion, base.ssoScopes
	} else {
		s.ssoSession = s.ssoStartURL // what AWS's programs keep its tokens under
	}
	if s.region == "" {
		s.region = s.ssoRegion
	}
	return s, nil
}

// inherit takes over what a profile leaves to those that it gets its credentials from, as aws-vault does: source_profile and include_profile.
func (s *session) inherit(shared *awsfile.Shared, p *awsfile.Profile, seen map[string]bool) {
	for _, key := range []string{"include_profile", "source_profile"} {
		next := p.Get(key)
		from, ok := shared.Profile(next)
		if next == "" || seen[next] || !ok {
			continue
		}
		seen[next] = true
		for have, text := range map[string]*string{"region": &s.region, "mfa_serial": &s.mfaSerial, "endpoint_url": &s.endpoint} {
			if *text == "" {
				*text = from.Get(have)
			}
		}
		s.inherit(shared, from, seen)
	}
}
