package credentials

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials/keep"
	"github.com/mayfly-id/mayfly/internal/dpop"
)

const signinPrefix = "signin"

// LoginToken is what a session of "aws login" has (~/.aws/login/cache). Its credentials live for 15 minutes, the session for up to 12 hours.
type LoginToken struct {
	AccessKeyID     string
	SecretAccessKey Secret
	SessionToken    Secret
	AccountID       string
	Expires         time.Time
	TokenType       string
	ClientID        string // such as "arn:aws:signin:::devtools/same-device"
	RefreshToken    Secret // serves once
	IDToken         Secret
	DPoPKey         Secret // PEM of the EC key of P-256 that the session is bound to
}

// Credentials gives the credentials of the session.
func (t *LoginToken) Credentials() aws.Credentials {
	return aws.Credentials{
		AccessKeyID: t.AccessKeyID, SecretAccessKey: string(t.SecretAccessKey), SessionToken: string(t.SessionToken), AccountID: t.AccountID, CanExpire: true,
		Expires: t.Expires, Source: "LoginSession",
	}
}

// RefreshLogin brings a new token for an old one (CreateOAuth2Token). The old refresh token serves nobody after that: whoever calls has to keep the new token.
// A session that has ended is a LoginRequiredError without a command, which wraps the ServiceError with its Reason: TOKEN_EXPIRED, USER_CREDENTIALS_CHANGED,
// AUTHCODE_EXPIRED, or INSUFFICIENT_PERMISSIONS, where signing in again helps once somebody is allowed signin:CreateOAuth2Token.
// (https://docs.aws.amazon.com/signin/latest/APIReference/API_CreateOAuth2Token.html)
func (c *Client) RefreshLogin(ctx context.Context, old *LoginToken) (*LoginToken, error) {
	if old.RefreshToken == "" {
		return nil, LoginRequired("", "", errNoRefresh)
	}
	key, err := dpop.Parse(string(old.DPoPKey))
	if err != nil {
		return nil, LoginRequired("", "", err) // nothing but a new session has another one
	}
	r := &call{
		service: signinPrefix, operation: "CreateOAuth2Token", method: http.MethodPost, path: "/v1/token",
		prove: func(method, address string, at time.Time) (string, error) {
			return key.Proof(random(c.Random), method, address, at)
		},
	}
	in := map[string]string{"clientId": old.ClientID, "grantType": grantFresh, "refreshToken": string(old.RefreshToken)}
	var out loginAnswer
	began := c.local()
	if err := c.restAt(ctx, r, in, &out); err != nil {
		return nil, loginError(err)
	}
	return out.token(old, c.since(began))
}

// loginAnswer is the answer of CreateOAuth2Token.
type loginAnswer struct {
	AccessToken struct {
		AccessKeyID     string `json:"accessKeyId"`
		SecretAccessKey string `json:"secretAccessKey"`
		SessionToken    string `json:"sessionToken"`
	} `json:"accessToken"`
	ExpiresIn    int64  `json:"expiresIn"`
	RefreshToken string `json:"refreshToken"`
	IDToken      string `json:"idToken"`
	TokenType    string `json:"tokenType"`
}

func (a *loginAnswer) token(old *LoginToken, began time.Time) (*LoginToken, error) {
	t, k := *old, a.AccessToken
	if k.AccessKeyID == "" || k.SecretAccessKey == "" || k.SessionToken == "" || a.ExpiresIn <= 0 || a.ExpiresIn > mostLife {
		return nil, errIncomplete
	}
	t.AccessKeyID, t.SecretAccessKey, t.SessionToken = k.AccessKeyID, Secret(k.SecretAccessKey), Secret(k.SessionToken)
	t.Expires = began.Add(time.Duration(a.ExpiresIn) * time.Second).UTC()
	if a.RefreshToken != "" {
		t.RefreshToken = Secret(a.RefreshToken)
	}
	if a.IDToken != "" { // comes with the first token alone
		t.IDToken = Secret(a.IDToken)
	}
	if a.TokenType != "" {
		t.TokenType = a.TokenType
	}
	return &t, nil
}

// loginError tells a session that has ended from a service in trouble. A grant that was used already, by another process, is a ValidationException.
func loginError(err error) error {
	var e *ServiceError
	if !errors.As(err, &e) || e.Status == http.StatusTooManyRequests || e.Status >= http.StatusInternalServerError {
		return err
	}
	switch first(e.Reason, e.Code) {
	case "TOKEN_EXPIRED", "USER_CREDENTIALS_CHANGED", "INSUFFICIENT_PERMISSIONS", "AUTHCODE_EXPIRED":
		return LoginRequired("", "", err)
	}
	if e.Code == "AccessDeniedException" || e.Code == "ValidationException" || e.Reason == "INVALID_REQUEST" {
		return LoginRequired("", "", err)
	}
	return err
}

// LoginSession gives the credentials of a session of "aws login", and refreshes them when five minutes are left, as the AWS CLI does. The AWS CLI and the SDKs
// know nothing of this package's lock: a refresh token that one of them has used meanwhile is looked for anew.
type LoginSession struct {
	Client *Client
	Load   func(ctx context.Context) (*LoginToken, error) // reads the cache anew each time
	Save   func(ctx context.Context, t *LoginToken) error
	Store  Store  // is locked while the session is refreshed; nothing is kept there
	Name   string // of the lock

	Title   string // of the session, for errors
	Command string // that signs in, for errors
	// Warn is told when a new token could not be saved: it serves this process. nil: nobody is told.
	Warn func(err error)

	turn    keep.Turn
	unsaved *LoginToken // which the cache did not take
	spent   Secret      // the refresh token that brought it
}

// loginEarly is how long before their end credentials are refreshed.
const loginEarly = 5 * time.Minute

// Retrieve implements aws.CredentialsProvider.
func (p *LoginSession) Retrieve(ctx context.Context) (aws.Credentials, error) {
	done, err := p.turn.Take(ctx)
	if err != nil {
		return aws.Credentials{}, err
	}
	defer done()
	t, err := p.load(ctx)
	if err != nil {
		return aws.Credentials{}, err
	}
	if p.left(t) > loginEarly {
		return t.Credentials(), nil
	}
	unlock, err := p.Store.Lock(ctx, p.Name)
	if err != nil {
		return aws.Credentials{}, err
	}
	defer unlock()
	if t, err = p.load(ctx); err != nil {
		return aws.Credentials{}, err
	}
	if p.left(t) > loginEarly {
		return t.Credentials(), nil
	}
	return p.refresh(ctx, t)
}

func (p *LoginSession) left(t *LoginToken) time.Duration { return t.Expires.Sub(p.Client.Time()) }

// load reads the token, or gives the newer one that the cache did not take.
func (p *LoginSession) load(ctx context.Context) (*LoginToken, error) {
	t, err := p.Load(ctx)
	if err != nil {
		return nil, err
	}
	if p.unsaved != nil && t.RefreshToken == p.spent {
		return p.unsaved, nil
	}
	p.unsaved, p.spent = nil, ""
	return t, nil
}

// refresh brings a new token and saves it. What the cache could not take once it is asked to take first: the refresh uses up what is there.
func (p *LoginSession) refresh(ctx context.Context, old *LoginToken) (aws.Credentials, error) {
	if err := p.Save(ctx, old); err != nil {
		return p.orOld(old, &keep.NotKeptError{Cause: err})
	}
	p.unsaved, p.spent = nil, ""
	linger, done := keep.Lingering(ctx)
	t, err := p.Client.RefreshLogin(linger, old)
	done()
	if needsLogin(err) {
		if now, lerr := p.Load(ctx); lerr == nil && now.RefreshToken != old.RefreshToken && p.left(now) > 0 {
			return now.Credentials(), nil // another program was faster
		}
		return aws.Credentials{}, LoginRequired(p.Title, p.Command, errors.Unwrap(err))
	}
	if err != nil {
		return p.orOld(old, err)
	}
	if err := p.Save(context.WithoutCancel(ctx), t); err != nil {
		p.unsaved, p.spent = t, old.RefreshToken
		if p.Warn != nil {
			p.Warn(&keep.NotKeptError{Cause: err})
		}
	}
	return t.Credentials(), nil
}

// orOld gives the old credentials until their end, for an error that may go away.
func (p *LoginSession) orOld(old *LoginToken, err error) (aws.Credentials, error) {
	if p.left(old) > 0 {
		return old.Credentials(), nil
	}
	return aws.Credentials{}, err
}

func (p *LoginSession) skew() time.Duration { return p.Client.Skew() }
