package login

import "github.com/mayfly-id/mayfly/credentials"

// openUserPool makes a session ready that signs in to a user pool. Where the environment has user name and password, it signs in by itself whenever that is needed;
// what it gets so is kept apart from what a person has got by login.
func (c *World) openUserPool(o *Opened, by Attendance) error {
	o.Pool = &credentials.UserPool{Client: o.Server, ID: o.UserPoolID, ClientID: o.ClientID}
	if username, password := c.Given(o.Session); by != SigningIn && username != "" && password != "" {
		own := *o.Session
		own.username = username
		o.Session = &own
		o.Unattended = &patient{
			to: o.SignIn(username, password, nil), secret: password, store: o.Store, name: o.signedIn().stored("refused"), now: c.Now, random: c.Random,
		}
	}
	what := "tokens"
	if o.Unattended != nil {
		what = "own-tokens"
	}
	o.Tokens = &credentials.Session{
		Login: o.Unattended, Store: o.Store, Name: o.signedIn().stored(what), Now: c.Now, Title: o.Name, Command: c.LoginCommand(o.Session), Warn: c.notKept,
		Refresh: func(old *credentials.Tokens) credentials.TokenSource {
			return &credentials.Refresh{Pool: o.Pool, Token: old.Refresh, Username: old.Username}
		},
	}
	if o.IdentityPoolID == "" {
		o.withoutKeys = "it has no identity_pool_id"
		return nil
	}
	var err error
	o.Keys, err = o.underRole(&credentials.IdentityPool{Client: o.Server, ID: o.IdentityPoolID, UserPoolID: o.UserPoolID, RoleARN: o.poolRole, Tokens: o.Tokens})
	return err
}

// SignIn is the way that the session signs in.
func (o *Opened) SignIn(username string, password credentials.Secret, steps credentials.Answerer) credentials.TokenSource {
	if o.Flow == "password" {
		return &credentials.Password{Pool: o.Pool, Username: username, Password: password, Steps: steps}
	}
	return &credentials.SRP{Pool: o.Pool, Username: username, Password: password, Steps: steps}
}
