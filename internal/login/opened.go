package login

import (
	"context"
	"errors"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/vault"
)

// Opened is a session that is ready for use.
type Opened struct {
	*Session
	Server *credentials.Client
	Store  *vault.Vault
	Pool   *credentials.UserPool // of KindUserPool
	SSO    *credentials.SSO      // of KindSSO
	Tokens Keeper                // nil: the session has no tokens of its own
	Keys   aws.CredentialsProvider
	User   *credentials.Cached // of KindKeys: the session of the user, below the role
	// Unattended signs in with what the environment has; nil when it has nothing.
	Unattended credentials.TokenSource
	// withoutKeys is why the session gives no credentials, where Keys is nil.
	withoutKeys string
}

// Keeper keeps the tokens of a sign-in and renews them: credentials.Session does so in the vault, awsTokens in the cache that AWS's own programs use.
type Keeper interface {
	credentials.TokenSource
	// Kept gives the tokens without renewing them; good says whether they serve as they are. credentials.ErrNotStored when there are none.
	Kept(ctx context.Context) (t *credentials.Tokens, good bool, err error)
	SignIn(ctx context.Context, t *credentials.Tokens) error
	SignOut(ctx context.Context) error
}

// Attendance says who is there when a session is used.
type Attendance int

const (
	Alone     Attendance = iota // nobody may be asked: what needs a person is a LoginRequiredError
	Attended                    // a person may be asked for a code
	SigningIn                   // a person signs in, whatever is kept and whatever the environment has
)

// Open makes a session ready.
func (c *World) Open(s *Session, by Attendance) (*Opened, error) {
	store, err := c.vault()
	if err != nil {
		return nil, err
	}
	o := &Opened{Session: s, Store: store, Server: c.server(s.Region, s.Endpoint)}
	o.Server.GlobalSTS = s.GlobalSTS()
	switch s.Kind {
	case KindWebIdentity:
		return o, c.openWebIdentity(o)
	case KindSSO:
		return o, c.openSSO(o)
	case KindKeys:
		return o, c.openKeys(o, by)
	}
	return o, c.openUserPool(o, by)
}

// OpenNamed finds a session as Choose does, and makes it ready.
func (c *World) OpenNamed(name string, by Attendance) (*Opened, error) {
	s, err := c.Choose(name)
	if err != nil {
		return nil, err
	}
	return c.Open(s, by)
}

// server reaches the services of a Region, or of a Mayfly server.
func (c *World) server(region, endpoint string) *credentials.Client {
	return &credentials.Client{Region: region, Endpoint: endpoint, HTTP: c.HTTP, Now: c.Now, Random: c.Random, UserAgent: "mayfly-client"}
}

// notKept tells that something serves this process alone.
func (c *World) notKept(err error) { c.Say("%s", Printable(err.Error())) }

// LoginCommand is what a person runs to sign in.
func (c *World) LoginCommand(s *Session) string { return c.Self + " login " + s.Name }

// cached keeps what a provider gives in the vault.
func (c *World) cached(o *Opened, p aws.CredentialsProvider, what string) aws.CredentialsProvider {
	return &credentials.Cached{Provider: p, Store: o.Store, Name: o.stored(what), Now: c.Now, Warn: c.notKept}
}

// underRole puts the role of the session, if it has one, on top of other credentials.
func (o *Opened) underRole(base aws.CredentialsProvider) (aws.CredentialsProvider, error) {
	if o.RoleARN == "" {
		return base, nil
	}
	options, err := o.options()
	if err != nil {
		return nil, err
	}
	return &credentials.AssumeRole{Client: o.Server, Base: base, RoleARN: o.RoleARN, Options: options}, nil
}

// ForgetKeys forgets the credentials that are kept of the session, of every account and role, and under every setting.
func (o *Opened) ForgetKeys(ctx context.Context) error {
	own := regexp.MustCompile(`^` + regexp.QuoteMeta(o.Name) + `\.(keys|user)-[0-9a-f]{16}$`)
	names, err := o.Store.Names(own.MatchString)
	for _, name := range names {
		err = errors.Join(err, o.Store.Delete(ctx, name))
	}
	return err
}
