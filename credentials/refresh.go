package credentials

import (
	"context"
	"errors"
	"time"
)

// Refresh brings new tokens for a refresh token. The old refresh token stays where none comes back, which is so unless the app client rotates them.
type Refresh struct {
	Pool     *UserPool
	Token    Secret
	Username string // goes into the tokens as it is
}

var errNoRefresh = errors.New("credentials: the session has no refresh token")

// ended lists the refusals that end a session. Every other one may go away: a server in trouble ends nobody's session.
func ended() []string {
	return []string{"NotAuthorizedException", "UserNotFoundException", "PasswordResetRequiredException", "UserNotConfirmedException", "RefreshTokenReuseException", "TokenRevokedException"}
}

// Tokens implements TokenSource. A session that has ended is a LoginRequiredError without a command.
func (r *Refresh) Tokens(ctx context.Context) (*Tokens, error) {
	if r.Token == "" {
		return nil, LoginRequired("", "", errNoRefresh)
	}
	in := map[string]any{"ClientId": r.Pool.ClientID, "RefreshToken": string(r.Token)}
	if r.Pool.ClientSecret != "" {
		in["ClientSecret"] = string(r.Pool.ClientSecret)
	}
	began := r.Pool.Client.local()
	var out authenticated
	err := r.Pool.Client.json(ctx, idpPrefix, idpTarget, "GetTokensFromRefreshToken", in, &out)
	if IsCode(err, ended()...) {
		return nil, LoginRequired("", "", err)
	}
	if err != nil {
		return nil, err
	}
	if out.AuthenticationResult == nil {
		return nil, &ChallengeError{out.ChallengeName}
	}
	t, err := r.Pool.tokens(&out, began, r.Username)
	if err != nil {
		return nil, err
	}
	if t.Refresh == "" {
		t.Refresh = r.Token
	}
	return t, nil
}

// tokens gives the tokens of an answer that has some, to a request that began at a time of this machine's clock.
func (p *UserPool) tokens(a *authenticated, began time.Time, username string) (*Tokens, error) {
	r := a.AuthenticationResult
	return p.Client.living(Tokens{ID: Secret(r.IdToken), Access: Secret(r.AccessToken), Refresh: Secret(r.RefreshToken), Username: username}, began, r.ExpiresIn)
}

// Revoke ends the session of a refresh token at the server: it and what it brought open nothing any more.
func (p *UserPool) Revoke(ctx context.Context, refresh Secret) error {
	in := map[string]any{"ClientId": p.ClientID, "Token": string(refresh)}
	if p.ClientSecret != "" {
		in["ClientSecret"] = string(p.ClientSecret)
	}
	return p.Client.json(ctx, idpPrefix, idpTarget, "RevokeToken", in, &struct{}{})
}
