package cli

import "github.com/mayfly-id/mayfly/credentials"

// openUserPool makes a session ready that signs in to a user pool. Where the environment has user name and password, it signs in by itself whenever that is needed;
// what it gets so is kept apart from what a person has got by login.
func (c *client) openUserPool(o *opened, by attendance) error {
	o.pool = &credentials.UserPool{Client: o.server, ID: o.userPoolID, ClientID: o.clientID}
	if username, password := c.given(o.session); by != signingIn && username != "" && password != "" {
		own := *o.session
		own.username = username
		o.session, o.unattended = &own, o.signIn(username, password, nil)
	}
	what := "tokens"
	if o.unattended != nil {
		what = "own-tokens"
	}
	o.tokens = &credentials.Session{
		Login: o.unattended, Store: o.store, Name: o.stored(what), Now: c.Now, Title: o.name, Command: c.loginCommand(o.session), Warn: c.notKept,
		Refresh: func(old *credentials.Tokens) credentials.TokenSource {
			return &credentials.Refresh{Pool: o.pool, Token: old.Refresh, Username: old.Username}
		},
	}
	if o.identityPoolID == "" {
		o.withoutKeys = "it has no identity_pool_id"
		return nil
	}
	var err error
	o.keys, err = o.underRole(&credentials.IdentityPool{Client: o.server, ID: o.identityPoolID, UserPoolID: o.userPoolID, RoleARN: o.poolRole, Tokens: o.tokens})
	return err
}

// signIn is the way that the session signs in.
func (o *opened) signIn(username string, password credentials.Secret, steps credentials.Answerer) credentials.TokenSource {
	if o.flow == "password" {
		return &credentials.Password{Pool: o.pool, Username: username, Password: password, Steps: steps}
	}
	return &credentials.SRP{Pool: o.pool, Username: username, Password: password, Steps: steps}
}
