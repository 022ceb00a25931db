package chain

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/awsfile"
)

// sso takes a role of IAM Identity Center with the tokens of a session.
func (r *run) sso(n *node) (aws.CredentialsProvider, error) {
	s, err := n.ssoSession()
	if err != nil {
		return nil, err
	}
	c, err := r.client(s.Region)
	if err != nil {
		return nil, err
	}
	p := &credentials.SSORole{Client: c, AccountID: n.get(keySSOAccount), RoleName: n.get(keySSORole)}
	if r.SSOTokens != nil {
		p.Tokens = r.SSOTokens(s)
	}
	if p.Tokens == nil {
		tokens := &cachedTokens{r: r, session: s}
		if _, err := tokens.Tokens(context.Background()); err != nil {
			return nil, err
		}
		p.Tokens = tokens
	}
	return p, nil
}

// ssoSession reads which session a profile uses. What the profile and the sso-session both say is to be the same.
func (n *node) ssoSession() (SSOSession, error) {
	s := SSOSession{Name: strings.TrimSpace(n.get(keySSOSession)), StartURL: n.get(keySSOURL), Region: n.get(keySSORegion), Profile: n.name}
	if s.Name != "" {
		for key, own := range map[string]*string{keySSOURL: &s.StartURL, keySSORegion: &s.Region} {
			of := string(n.session[key].Text)
			if *own != "" && *own != of {
				return s, fmt.Errorf("%s is not the same in the profile and in [sso-session %s]", key, s.Name)
			}
			*own = of
		}
	}
	var missing []string
	for _, need := range [][2]string{{keySSOURL, s.StartURL}, {keySSORegion, s.Region}, {keySSOAccount, n.get(keySSOAccount)}, {keySSORole, n.get(keySSORole)}} {
		if need[1] == "" {
			missing = append(missing, need[0])
		}
	}
	if len(missing) > 0 {
		return s, errors.New("it lacks " + strings.Join(missing, ", "))
	}
	return s, nil
}

// required says that somebody has to sign in to a session.
func (r *run) required(session string) error {
	command := ""
	if r.SignIn != "" && session != "" {
		command = r.SignIn + " " + session
	}
	return credentials.LoginRequired(session, command, awsfile.ErrAbsent)
}

// cachedTokens are the tokens in the AWS cache, as long as they are good.
type cachedTokens struct {
	r       *run
	session SSOSession
}

// Tokens implements credentials.TokenSource.
func (c *cachedTokens) Tokens(context.Context) (*credentials.Tokens, error) {
	t, err := c.r.Shared.Cache().SSOToken(c.session.Key())
	if err != nil || !c.r.now().Before(t.ExpiresAt) {
		return nil, c.r.required(c.session.Key())
	}
	return &credentials.Tokens{Access: credentials.Secret(t.AccessToken), Expires: t.ExpiresAt}, nil
}

// login takes the credentials of a session of "aws login".
func (r *run) login(n *node) (aws.CredentialsProvider, error) {
	session := strings.TrimSpace(n.get(keyLogin))
	if r.Login != nil {
		if p := r.Login(session); p != nil {
			return p, nil
		}
	}
	p := &cachedLogin{r: r, session: session, profile: n.name}
	_, err := p.Retrieve(context.Background())
	return p, err
}

// cachedLogin are the credentials in the cache of "aws login", as long as they are good.
type cachedLogin struct {
	r                *run
	session, profile string
}

// Retrieve implements aws.CredentialsProvider.
func (c *cachedLogin) Retrieve(context.Context) (aws.Credentials, error) {
	t, err := c.r.Shared.Cache().LoginToken(c.session)
	if err != nil || !c.r.now().Before(t.ExpiresAt) {
		return aws.Credentials{}, credentials.LoginRequired(c.session, "aws login --profile "+c.profile, awsfile.ErrAbsent)
	}
	return aws.Credentials{
		AccessKeyID: t.AccessKeyID, SecretAccessKey: string(t.SecretAccessKey), SessionToken: string(t.SessionToken), AccountID: t.AccountID, CanExpire: true, Expires: t.ExpiresAt,
		Source: "Login",
	}, nil
}

// shared is the profile of a node that may not be.
func (n *node) shared() *awsfile.Profile {
	if n == nil {
		return nil
	}
	return n.profile
}
