package awsfile

import (
	"encoding/json"
	"time"
)

// SSOToken is the file of a sign-in by SSO (~/.aws/sso/cache), as botocore, the AWS CLI and the SDK for Go share it. What else the file has is kept.
type SSOToken struct {
	StartURL              string
	Region                string
	AccessToken           Secret
	ExpiresAt             time.Time
	ClientID              string
	ClientSecret          Secret
	RegistrationExpiresAt time.Time
	RefreshToken          Secret

	rest *object
}

// SSOToken reads the tokens of an sso-session, or of a start URL. ErrAbsent when there are none, or when an access token or its end is missing.
func (c *Cache) SSOToken(key string) (*SSOToken, error) {
	o, err := readObject(c.SSOTokenPath(key))
	if err != nil {
		return nil, err
	}
	t := &SSOToken{
		StartURL: o.text("startUrl"), Region: o.text("region"), AccessToken: o.secret("accessToken"), ExpiresAt: o.time("expiresAt"), ClientID: o.text("clientId"),
		ClientSecret: o.secret("clientSecret"), RegistrationExpiresAt: o.time("registrationExpiresAt"), RefreshToken: o.secret("refreshToken"), rest: &o,
	}
	if t.AccessToken == "" || t.ExpiresAt.IsZero() {
		return nil, ErrAbsent
	}
	return t, nil
}

// CanRefresh says whether the file has what a refresh needs.
func (t *SSOToken) CanRefresh(now time.Time) bool {
	return t.RefreshToken != "" && t.ClientID != "" && t.ClientSecret != "" && (t.RegistrationExpiresAt.IsZero() || now.Before(t.RegistrationExpiresAt))
}

// WriteSSOToken writes the tokens of an sso-session, or of a start URL.
func (c *Cache) WriteSSOToken(key string, t *SSOToken) error {
	o := object{}
	o.keep(t.rest)
	o.set("startUrl", t.StartURL)
	o.set("region", t.Region)
	o.set("accessToken", string(t.AccessToken))
	o.setTime("expiresAt", t.ExpiresAt)
	o.set("clientId", t.ClientID)
	o.set("clientSecret", string(t.ClientSecret))
	o.setTime("registrationExpiresAt", t.RegistrationExpiresAt)
	o.set("refreshToken", string(t.RefreshToken))
	return o.write(c.SSOTokenPath(key))
}

// Registration is a client that has been registered with SSO (~/.aws/sso/cache, beside the tokens).
type Registration struct {
	ClientID     string
	ClientSecret Secret
	ExpiresAt    time.Time
	Scopes       []string
	GrantTypes   []string

	rest *object
}

// Registration reads a registration by the path that RegistrationPath gives.
func (c *Cache) Registration(path string) (*Registration, error) {
	o, err := readObject(path)
	if err != nil {
		return nil, err
	}
	r := &Registration{
		ClientID: o.text("clientId"), ClientSecret: o.secret("clientSecret"), ExpiresAt: o.time("expiresAt"), Scopes: o.texts("scopes"), GrantTypes: o.texts("grantTypes"), rest: &o,
	}
	if r.ClientID == "" || r.ClientSecret == "" || r.ExpiresAt.IsZero() {
		return nil, ErrAbsent
	}
	return r, nil
}

// WriteRegistration writes a registration to the path that RegistrationPath gives.
func (c *Cache) WriteRegistration(path string, r *Registration) error {
	o := object{}
	o.keep(r.rest)
	o.set("clientId", r.ClientID)
	o.set("clientSecret", string(r.ClientSecret))
	o.setTime("expiresAt", r.ExpiresAt)
	if err := o.setTexts("scopes", r.Scopes); err != nil {
		return err
	}
	if err := o.setTexts("grantTypes", r.GrantTypes); err != nil {
		return err
	}
	return o.write(path)
}

func (o object) texts(name string) []string {
	var list []string
	if json.Unmarshal(o[name], &list) != nil {
		return nil
	}
	return list
}

func (o object) setTexts(name string, list []string) error {
	if len(list) == 0 {
		delete(o, name)
		return nil
	}
	b, err := json.Marshal(list)
	o[name] = b
	return err
}
