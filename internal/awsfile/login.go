package awsfile

import (
	"encoding/json"
	"time"
)

// RoleCredentials are short-term credentials as the AWS CLI keeps them (~/.aws/cli/cache).
type RoleCredentials struct {
	ProviderType    string // such as "sso"
	AccessKeyID     string
	SecretAccessKey Secret
	SessionToken    Secret
	Expiration      time.Time
	AccountID       string

	rest, inner *object
}

// RoleCredentials reads credentials by the path that RolePath gives. ErrAbsent when there are none, or when a part is missing.
func (c *Cache) RoleCredentials(path string) (*RoleCredentials, error) {
	o, err := readObject(path)
	if err != nil {
		return nil, err
	}
	in, err := parseObject(o["Credentials"])
	if err != nil {
		return nil, err
	}
	r := &RoleCredentials{
		ProviderType: o.text("ProviderType"), AccessKeyID: in.text("AccessKeyId"), SecretAccessKey: in.secret("SecretAccessKey"), SessionToken: in.secret("SessionToken"),
		Expiration: in.time("Expiration"), AccountID: in.text("AccountId"), rest: &o, inner: &in,
	}
	if r.AccessKeyID == "" || r.SecretAccessKey == "" || r.Expiration.IsZero() {
		return nil, ErrAbsent
	}
	return r, nil
}

// WriteRoleCredentials writes credentials to the path that RolePath gives.
func (c *Cache) WriteRoleCredentials(path string, r *RoleCredentials) error {
	o, in := object{}, object{}
	o.keep(r.rest)
	in.keep(r.inner)
	in.set("AccessKeyId", r.AccessKeyID)
	in.set("SecretAccessKey", string(r.SecretAccessKey))
	in.set("SessionToken", string(r.SessionToken))
	in.setTime("Expiration", r.Expiration)
	in.set("AccountId", r.AccountID)
	o.set("ProviderType", r.ProviderType)
	if err := o.setObject("Credentials", in); err != nil {
		return err
	}
	return o.write(path)
}

// LoginToken is the file of a session of "aws login" (~/.aws/login/cache).
type LoginToken struct {
	AccessKeyID     string
	SecretAccessKey Secret
	SessionToken    Secret
	AccountID       string
	ExpiresAt       time.Time
	TokenType       string
	ClientID        string
	RefreshToken    Secret
	IDToken         Secret // botocore's idToken; the SDK for Go calls it identityToken
	DPoPKey         Secret // PEM of an EC key of P-256

	rest, inner *object
}

// LoginToken reads a session of "aws login". ErrAbsent when there is none, or when a part is missing that both SDKs ask for.
func (c *Cache) LoginToken(session string) (*LoginToken, error) {
	o, err := readObject(c.LoginPath(session))
	if err != nil {
		return nil, err
	}
	in, err := parseObject(o["accessToken"])
	if err != nil {
		return nil, err
	}
	t := &LoginToken{
		AccessKeyID: in.text("accessKeyId"), SecretAccessKey: in.secret("secretAccessKey"), SessionToken: in.secret("sessionToken"), AccountID: in.text("accountId"),
		ExpiresAt: in.time("expiresAt"), TokenType: o.text("tokenType"), ClientID: o.text("clientId"), RefreshToken: o.secret("refreshToken"), IDToken: o.secret("idToken"),
		DPoPKey: o.secret("dpopKey"), rest: &o, inner: &in,
	}
	if t.IDToken == "" {
		t.IDToken = o.secret("identityToken")
	}
	for _, part := range []string{t.AccessKeyID, string(t.SecretAccessKey), string(t.SessionToken), t.AccountID, t.ClientID, string(t.RefreshToken), string(t.DPoPKey)} {
		if part == "" || t.ExpiresAt.IsZero() {
			return nil, ErrAbsent
		}
	}
	return t, nil
}

// WriteLoginToken writes a session of "aws login". The id token goes in under both of its names.
func (c *Cache) WriteLoginToken(session string, t *LoginToken) error {
	o, in := object{}, object{}
	o.keep(t.rest)
	in.keep(t.inner)
	in.set("accessKeyId", t.AccessKeyID)
	in.set("secretAccessKey", string(t.SecretAccessKey))
	in.set("sessionToken", string(t.SessionToken))
	in.set("accountId", t.AccountID)
	in.setTime("expiresAt", t.ExpiresAt)
	if err := o.setObject("accessToken", in); err != nil {
		return err
	}
	o.set("tokenType", t.TokenType)
	o.set("clientId", t.ClientID)
	o.set("refreshToken", string(t.RefreshToken))
	o.set("idToken", string(t.IDToken))
	o.set("identityToken", string(t.IDToken))
	o.set("dpopKey", string(t.DPoPKey))
	return o.write(c.LoginPath(session))
}

func (o object) setObject(name string, in object) error {
	b, err := json.Marshal(in)
	o[name] = b
	return err
}
