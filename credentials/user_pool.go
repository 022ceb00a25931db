package credentials

import (
	"context"
	"errors"
	"strings"

	"github.com/mayfly-id/mayfly/srp"
)

// UserPool is an app client of a user pool, as somebody signs in to it.
type UserPool struct {
	Client       *Client
	ID           string // such as "eu-west-1_Ab3dEf"; SRP needs it
	ClientID     string
	ClientSecret Secret // empty: the app client has none
}

// Challenge is a question of the server on the way to tokens, such as for a code.
type Challenge struct {
	Name       string            // such as SMS_MFA, SOFTWARE_TOKEN_MFA, EMAIL_OTP, NEW_PASSWORD_REQUIRED, SELECT_MFA_TYPE
	Parameters map[string]string // what the server says with it, such as where a code was sent
}

// Answerer answers challenges, by asking a person. The answers are the ChallengeResponses without USERNAME and SECRET_HASH, such as SMS_MFA_CODE.
type Answerer interface {
	Answer(ctx context.Context, c Challenge) (map[string]string, error)
}

// ChallengeError says that a sign-in needs an answer that nobody is there to give.
type ChallengeError struct{ Name string }

// Error implements error.
func (e *ChallengeError) Error() string { return "the sign-in asks for " + told(e.Name) }

// authenticated is the answer of a step of a sign-in.
type authenticated struct {
	ChallengeName        string
	ChallengeParameters  map[string]string
	Session              string
	AuthenticationResult *struct {
		IdToken, AccessToken, RefreshToken string
		ExpiresIn                          int64
	}
}

const (
	idpPrefix = "cognito-idp"
	idpTarget = "AWSCognitoIdentityProviderService"
)

// mostSteps is how many challenges are answered in one sign-in. Cognito's own flows need no more than five; custom ones may have some more.
const mostSteps = 50

var errEndlessSignIn = errors.New("credentials: the sign-in comes to no end")

// initiate begins a sign-in and goes on until there are tokens.
func (p *UserPool) initiate(ctx context.Context, flow, username string, parameters map[string]string, steps Answerer) (*Tokens, error) {
	if p.ClientSecret != "" && username != "" {
		parameters["SECRET_HASH"] = srp.SecretHash(string(p.ClientSecret), username, p.ClientID)
	}
	var out authenticated
	began := p.Client.local()
	err := p.Client.json(ctx, idpPrefix, idpTarget, "InitiateAuth", map[string]any{
		"AuthFlow": flow, "ClientId": p.ClientID, "AuthParameters": parameters,
	}, &out)
	for step := 0; err == nil && out.AuthenticationResult == nil; step++ {
		if step == mostSteps || out.ChallengeName == "" {
			return nil, errEndlessSignIn
		}
		began = p.Client.local()
		err = p.respond(ctx, &out, username, steps)
	}
	if err != nil {
		return nil, err
	}
	return p.tokens(&out, began, username)
}

// respond answers one challenge; out becomes the next step.
func (p *UserPool) respond(ctx context.Context, out *authenticated, username string, steps Answerer) error {
	if steps == nil {
		return &ChallengeError{out.ChallengeName}
	}
	answers, err := steps.Answer(ctx, Challenge{Name: out.ChallengeName, Parameters: out.ChallengeParameters})
	if err != nil {
		return err
	}
	name := username
	if id := out.ChallengeParameters["USER_ID_FOR_SRP"]; id != "" {
		name = id
	}
	responses := map[string]string{"USERNAME": name}
	for k, v := range answers {
		responses[k] = v
	}
	if p.ClientSecret != "" {
		responses["SECRET_HASH"] = srp.SecretHash(string(p.ClientSecret), name, p.ClientID)
	}
	in := map[string]any{"ChallengeName": out.ChallengeName, "ClientId": p.ClientID, "ChallengeResponses": responses}
	if out.Session != "" {
		in["Session"] = out.Session
	}
	*out = authenticated{}
	return p.Client.json(ctx, idpPrefix, idpTarget, "RespondToAuthChallenge", in, out)
}

// Password signs in with a password that travels to the server (USER_PASSWORD_AUTH).
type Password struct {
	Pool     *UserPool
	Username string
	Password Secret
	Steps    Answerer // nil: a challenge is a ChallengeError
}

// Tokens implements TokenSource.
func (l *Password) Tokens(ctx context.Context) (*Tokens, error) {
	return l.Pool.initiate(ctx, "USER_PASSWORD_AUTH", l.Username, map[string]string{"USERNAME": l.Username, "PASSWORD": string(l.Password)}, l.Steps)
}

// SRP signs in with a password that stays here (USER_SRP_AUTH).
type SRP struct {
	Pool     *UserPool
	Username string
	Password Secret
	Steps    Answerer // nil: a challenge is a ChallengeError
}

var errPoolID = errors.New("credentials: the id of the user pool is not of the form region_id")

// Tokens implements TokenSource.
func (l *SRP) Tokens(ctx context.Context) (*Tokens, error) {
	_, pool, ok := strings.Cut(l.Pool.ID, "_")
	if !ok || pool == "" {
		return nil, errPoolID
	}
	client, err := srp.Cognito().NewClient(random(l.Pool.Client.Random))
	if err != nil {
		return nil, err
	}
	steps := &srpSteps{login: l, pool: pool, client: client}
	return l.Pool.initiate(ctx, "USER_SRP_AUTH", l.Username, map[string]string{"USERNAME": l.Username, "SRP_A": client.A()}, steps)
}
