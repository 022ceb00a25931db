package login

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/awsfile"
	"github.com/mayfly-id/mayfly/internal/partition"
)

// TakeOver makes a session out of what another program is configured with. from is one of those that --from lists.
func (c *World) TakeOver(ctx context.Context, name, from string, overAt string) (*Session, error) {
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
	return nil, Usage("--from is stax, echostream, cognito, sso-session:NAME or profile:NAME")
}

// env gives the first variable that is set.
func (c *World) env(names ...string) string {
	for _, n := range names {
		if v := c.Getenv(n); v != "" {
			return v
		}
	}
	return ""
}

const staxInstallation = "au1.staxapp.cloud"

// fromStax asks the API of an installation where to sign in. Its user and identity pools are AWS's own, unless another server is named.
func (c *World) fromStax(ctx context.Context, name, server string) (*Session, error) {
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
	s := &Session{Name: name, Kind: KindUserPool, Region: d.Region, UserPoolID: d.UserPoolID, ClientID: d.ClientID, IdentityPoolID: d.IdentityPoolID, Flow: "srp", variables: "stax"}
	if own {
		s.Endpoint = d.Endpoint
	}
	return s, nil
}

// fromEchoStream reads the variables of its libraries and of its Terraform provider. It gives tokens: its API hands credentials out by itself.
func (c *World) fromEchoStream(name string) (*Session, error) {
	s := &Session{
		Name: name, Kind: KindUserPool, Flow: "srp", variables: "echostream",
		UserPoolID: c.env("ECHOSTREAM_USER_POOL_ID", "USER_POOL_ID"), ClientID: c.env("ECHOSTREAM_CLIENT_ID", "CLIENT_ID"), username: c.env("ECHOSTREAM_USERNAME", "USER_NAME"),
	}
	if s.UserPoolID == "" || s.ClientID == "" {
		return nil, Usage("the environment has no ECHOSTREAM_USER_POOL_ID and ECHOSTREAM_CLIENT_ID, nor USER_POOL_ID and CLIENT_ID")
	}
	s.Region = regionOfPool(s.UserPoolID)
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
func (c *World) fromCognito(name string) (*Session, error) {
	path := c.env("COGNITO_CREDENTIALS_FILE")
	if home := c.Shared().Home; path == "" && home != "" {
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
	s := &Session{
		Name: name, Kind: KindUserPool, Flow: "srp", variables: "cognito", username: get("username"), UserPoolID: get("user_pool_id"), ClientID: get("app_id"),
		IdentityPoolID: get("identity_pool_id"), Region: get("region"), roleSession: get("role_session_name"),
	}
	if get("auth_type") == "user_password" {
		s.Flow = "password"
	}
	if s.Region == "" {
		s.Region = regionOfPool(s.UserPoolID)
	}
	if s.UserPoolID == "" || s.ClientID == "" {
		return nil, Usage("%s has no user_pool_id and app_id", path)
	}
	if get("auth_flow") == "classic" {
		return nil, Usage("the classic flow of identity pools is not spoken here: take auth_flow enhanced, or a session of kind web-identity")
	}
	return s, nil
}

// fromSSOSession takes over an sso-session of the shared config. Its tokens are shared with AWS's own programs.
func (c *World) fromSSOSession(name, of string) (*Session, error) {
	shared := c.Shared()
	if of == "" {
		of = name
	}
	in, ok := shared.SSOSession(of)
	if !ok {
		return nil, Usage("there is no [sso-session %s] in %s", of, shared.ConfigPath)
	}
	s := &Session{
		Name: name, Kind: KindSSO, ssoSession: of, ssoStartURL: string(in["sso_start_url"].Text), SSORegion: string(in["sso_region"].Text),
		ssoScopes: string(in["sso_registration_scopes"].Text),
	}
	s.Region = s.SSORegion
	return s, nil
}

// fromProfile takes over a profile: one of an SSO role, or one as aws-vault uses them, with role_arn, mfa_serial and keys that are kept elsewhere.
func (c *World) fromProfile(name, of string) (*Session, error) {
	shared := c.Shared()
	if of == "" {
		of = name
	}
	p, ok := shared.Profile(of)
	if !ok {
		return nil, Usage("there is no profile %s in %s", of, shared.ConfigPath)
	}
	region, _ := shared.Region(p)
	s := &Session{
		Name: name, Region: region, Endpoint: p.Get("endpoint_url"), RoleARN: p.Get("role_arn"), roleSession: p.Get("role_session_name"), externalID: p.Get("external_id"),
		duration: p.Get("duration_seconds"), MfaSerial: p.Get("mfa_serial"),
	}
	switch {
	case p.Get("sso_session") != "" || p.Get("sso_start_url") != "":
		return c.fromSSOProfile(s, shared, p)
	case p.Get("web_identity_token_file") != "":
		s.Kind, s.TokenFile = KindWebIdentity, p.Get("web_identity_token_file")
		s.MfaSerial, s.externalID = "", "" // AssumeRoleWithWebIdentity has neither
		return s, nil
	}
	s.Kind = KindKeys
	s.inherit(shared, p, map[string]bool{of: true})
	if s.Region == "" {
		s.Region = "us-east-1"
	}
	if p.Get("sts_regional_endpoints") == legacySTS && s.Endpoint == "" && partition.LegacySTS(s.Region) { // elsewhere it says nothing
		s.stsFrom = legacySTS
	}
	return s, nil
}

func (c *World) fromSSOProfile(s *Session, shared *awsfile.Shared, p *awsfile.Profile) (*Session, error) {
	s.Kind, s.SSOAccount, s.SSORole = KindSSO, p.Get("sso_account_id"), p.Get("sso_role_name")
	s.MfaSerial = "" // sessions of SSO roles have no device of their own
	s.ssoStartURL, s.SSORegion = p.Get("sso_start_url"), p.Get("sso_region")
	if of := p.Get("sso_session"); of != "" {
		base, err := c.fromSSOSession(s.Name, of)
		if err != nil {
			return nil, err
		}
		s.ssoSession, s.ssoStartURL, s.SSORegion, s.ssoScopes = base.ssoSession, base.ssoStartURL, base.SSORegion, base.ssoScopes
	} else {
		s.ssoSession = s.ssoStartURL // what AWS's programs keep its tokens under
	}
	if s.Region == "" {
		s.Region = s.SSORegion
	}
	return s, nil
}

// inherit takes over what a profile leaves to those that it gets its credentials from, as aws-vault does: source_profile and include_profile.
func (s *Session) inherit(shared *awsfile.Shared, p *awsfile.Profile, seen map[string]bool) {
	for _, key := range []string{"include_profile", "source_profile"} {
		next := p.Get(key)
		from, ok := shared.Profile(next)
		if next == "" || seen[next] || !ok {
			continue
		}
		seen[next] = true
		for have, text := range map[string]*string{"region": &s.Region, "mfa_serial": &s.MfaSerial, "endpoint_url": &s.Endpoint} {
			if *text == "" {
				*text = from.Get(have)
			}
		}
		s.inherit(shared, from, seen)
	}
}
