package credentials

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/sigv4"
)

const (
	stsPrefix  = "sts"
	stsVersion = "2011-06-15"
)

// errIncomplete means that a service answered with less than credentials.
var errIncomplete = errors.New("credentials: the service gave no complete credentials")

// complete refuses credentials that lack a part.
func complete(c aws.Credentials) (aws.Credentials, error) {
	if c.AccessKeyID == "" || c.SecretAccessKey == "" || c.SessionToken == "" || c.Expires.IsZero() {
		return aws.Credentials{}, errIncomplete
	}
	return c, nil
}

// issued is the part of STS's answers that has credentials.
type issued struct {
	AccessKeyId     string
	SecretAccessKey string
	SessionToken    string
	Expiration      time.Time
}

func (i *issued) credentials(source, assumed string) (aws.Credentials, error) {
	c := aws.Credentials{
		AccessKeyID: i.AccessKeyId, SecretAccessKey: i.SecretAccessKey, SessionToken: i.SessionToken, CanExpire: true, Expires: i.Expiration.UTC(), Source: source,
	}
	if parts := strings.SplitN(assumed, ":", 6); len(parts) == 6 {
		c.AccountID = parts[4]
	}
	return complete(c)
}

// RoleOptions narrow and name the session of a role. The zero value asks for what the role gives by itself.
type RoleOptions struct {
	SessionName       string        // 2 to 64 of letters, digits, _+=,.@-; empty is "mayfly-" and the time
	Duration          time.Duration // 15 minutes to what the role allows; 0 leaves it to the server: an hour
	Policy            string        // a session policy
	PolicyARNs        []string      // managed session policies
	Tags              map[string]string
	TransitiveTagKeys []string
	SourceIdentity    string
	ExternalID        string
}

func (o *RoleOptions) form(roleARN string, now time.Time) url.Values {
	name := o.SessionName
	if name == "" {
		name = "mayfly-" + strconv.FormatInt(now.Unix(), 10)
	}
	v := url.Values{"RoleArn": {roleARN}, "RoleSessionName": {name}}
	set := func(key, text string) {
		if text != "" {
			v.Set(key, text)
		}
	}
	if o.Duration > 0 {
		v.Set("DurationSeconds", strconv.Itoa(int(o.Duration/time.Second)))
	}
	set("Policy", o.Policy)
	set("SourceIdentity", o.SourceIdentity)
	set("ExternalId", o.ExternalID)
	for i, arn := range o.PolicyARNs {
		v.Set("PolicyArns.member."+strconv.Itoa(i+1)+".arn", arn)
	}
	for i, key := range o.TransitiveTagKeys {
		v.Set("TransitiveTagKeys.member."+strconv.Itoa(i+1), key)
	}
	keys := make([]string, 0, len(o.Tags))
	for k := range o.Tags {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for i, k := range keys {
		member := "Tags.member." + strconv.Itoa(i+1)
		v.Set(member+".Key", k)
		v.Set(member+".Value", o.Tags[k])
	}
	return v
}

// MFA is a second factor of a user with long-term keys.
type MFA struct {
	SerialNumber string
	// Code gives the code that the device shows now.
	Code func(ctx context.Context) (string, error)
}

func (m *MFA) add(ctx context.Context, v url.Values) error {
	if m == nil {
		return nil
	}
	code, err := m.Code(ctx)
	if err != nil {
		return err
	}
	v.Set("SerialNumber", m.SerialNumber)
	v.Set("TokenCode", code)
	return nil
}

// AssumeRole takes the session of a role with other credentials.
type AssumeRole struct {
	Client  *Client
	Base    aws.CredentialsProvider
	RoleARN string
	Options RoleOptions
	MFA     *MFA // nil: none
}

// Retrieve implements aws.CredentialsProvider.
func (p *AssumeRole) Retrieve(ctx context.Context) (aws.Credentials, error) {
	base, err := p.Base.Retrieve(ctx)
	if err != nil {
		return aws.Credentials{}, err
	}
	form := p.Options.form(p.RoleARN, p.Client.Time())
	if err := p.MFA.add(ctx, form); err != nil {
		return aws.Credentials{}, err
	}
	return p.Client.assume(ctx, "AssumeRole", form, signer(base))
}

// WebIdentityRole takes the session of a role with the token of an OpenID Connect provider.
type WebIdentityRole struct {
	Client  *Client
	Tokens  TokenSource // the id token counts
	RoleARN string
	Options RoleOptions // session name, duration and policies
}

// Retrieve implements aws.CredentialsProvider.
func (p *WebIdentityRole) Retrieve(ctx context.Context) (aws.Credentials, error) {
	t, err := p.Tokens.Tokens(ctx)
	if err != nil {
		return aws.Credentials{}, err
	}
	form := p.Options.form(p.RoleARN, p.Client.Time())
	form.Set("WebIdentityToken", string(t.ID))
	return p.Client.assume(ctx, "AssumeRoleWithWebIdentity", form, nil)
}

// assume performs one of the operations that assume a role.
func (c *Client) assume(ctx context.Context, operation string, form url.Values, sign *sigv4.Credentials) (aws.Credentials, error) {
	type result struct {
		Credentials     issued
		AssumedRoleUser struct{ Arn string }
	}
	var out struct {
		Role result `xml:"AssumeRoleResult"`
		Web  result `xml:"AssumeRoleWithWebIdentityResult"`
	}
	if err := c.query(ctx, stsPrefix, stsVersion, operation, form, sign, &out); err != nil {
		return aws.Credentials{}, err
	}
	r := &out.Role
	if operation != "AssumeRole" {
		r = &out.Web
	}
	return r.Credentials.credentials(operation, r.AssumedRoleUser.Arn)
}

// SessionToken takes a session of the user itself, with a second factor if there is one.
type SessionToken struct {
	Client   *Client
	Base     aws.CredentialsProvider // long-term keys
	Duration time.Duration           // 15 minutes to 36 hours; 0 leaves it to the server: 12 hours
	MFA      *MFA                    // nil: none
}

// Retrieve implements aws.CredentialsProvider.
func (p *SessionToken) Retrieve(ctx context.Context) (aws.Credentials, error) {
	base, err := p.Base.Retrieve(ctx)
	if err != nil {
		return aws.Credentials{}, err
	}
	form := url.Values{}
	if p.Duration > 0 {
		form.Set("DurationSeconds", strconv.Itoa(int(p.Duration/time.Second)))
	}
	if err := p.MFA.add(ctx, form); err != nil {
		return aws.Credentials{}, err
	}
	var out struct {
		Result struct{ Credentials issued } `xml:"GetSessionTokenResult"`
	}
	if err := p.Client.query(ctx, stsPrefix, stsVersion, "GetSessionToken", form, signer(base), &out); err != nil {
		return aws.Credentials{}, err
	}
	c, err := out.Result.Credentials.credentials("GetSessionToken", "")
	c.AccountID = base.AccountID
	return c, err
}
