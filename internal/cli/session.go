package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/vault"
)

// opened is a session that is ready for use.
type opened struct {
	*session
	server *credentials.Client
	store  *vault.Vault
	pool   *credentials.UserPool // of kindUserPool
	sso    *credentials.SSO      // of kindSSO
	tokens keeper                // nil: the session has no tokens of its own
	keys   aws.CredentialsProvider
	user   *credentials.Cached // of kindKeys: the session of the user, below the role
	// unattended signs in with what the environment has; nil when it has nothing.
	unattended credentials.TokenSource
	// withoutKeys is why the session gives no credentials, where keys is nil.
	withoutKeys string
}

// keeper keeps the tokens of a sign-in and renews them: credentials.Session does so in the vault, awsTokens in the cache that AWS's own programs use.
type keeper interface {
	credentials.TokenSource
	// Kept gives the tokens without renewing them; good says whether they serve as they are. credentials.ErrNotStored when there are none.
	Kept(ctx context.Context) (t *credentials.Tokens, good bool, err error)
	SignIn(ctx context.Context, t *credentials.Tokens) error
	SignOut(ctx context.Context) error
}

// defaultSession is the session of commands that name none.
const defaultSession = "default"

// choose finds the session that a command is about: the one it names, MAYFLY_SESSION, the only one there is, or the default.
func (c *client) choose(name string) (*session, error) {
	s, ok, err := c.lookup(name)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, usage("there is no session %s: run %s configure %s --server URL", s.name, c.Self, s.name)
	}
	return s, s.check()
}

// lookup finds a session as choose does; ok is false when it is not configured.
func (c *client) lookup(name string) (s *session, ok bool, err error) {
	f, err := c.loadConfig()
	if err != nil {
		return nil, false, err
	}
	if name == "" {
		name = c.Getenv("MAYFLY_SESSION")
	}
	if all := f.names(); name == "" && len(all) == 1 {
		name = all[0]
	}
	if name == "" {
		name = defaultSession
	}
	s, ok = f.session(name)
	return s, ok, nil
}

// attendance says who is there when a session is used.
type attendance int

const (
	alone     attendance = iota // nobody may be asked: what needs a person is a LoginRequiredError
	attended                    // a person may be asked for a code
	signingIn                   // a person signs in, whatever is kept and whatever the environment has
)

// open makes a session ready.
func (c *client) open(s *session, by attendance) (*opened, error) {
	store, err := c.vault()
	if err != nil {
		return nil, err
	}
	o := &opened{session: s, store: store, server: c.server(s.region, s.endpoint)}
	switch s.kind {
	case kindWebIdentity:
		return o, c.openWebIdentity(o)
	case kindSSO:
		return o, c.openSSO(o)
	case kindKeys:
		return o, c.openKeys(o, by)
	}
	return o, c.openUserPool(o, by)
}

// server reaches the services of a Region, or of a Mayfly server.
func (c *client) server(region, endpoint string) *credentials.Client {
	return &credentials.Client{Region: region, Endpoint: endpoint, HTTP: c.HTTP, Now: c.Now, Random: c.Random, UserAgent: "mayfly-client"}
}

// notKept tells that something serves this process alone.
func (c *client) notKept(err error) { c.say("%s", printable(err.Error())) }

// loginCommand is what a person runs to sign in.
func (c *client) loginCommand(s *session) string { return c.Self + " login " + s.name }

// cached keeps what a provider gives in the vault.
func (c *client) cached(o *opened, p aws.CredentialsProvider, what string) aws.CredentialsProvider {
	return &credentials.Cached{Provider: p, Store: o.store, Name: o.stored(what), Now: c.Now, Warn: c.notKept}
}

// underRole puts the role of the session, if it has one, on top of other credentials.
func (o *opened) underRole(base aws.CredentialsProvider) (aws.CredentialsProvider, error) {
	if o.roleARN == "" {
		return base, nil
	}
	options, err := o.options()
	if err != nil {
		return nil, err
	}
	return &credentials.AssumeRole{Client: o.server, Base: base, RoleARN: o.roleARN, Options: options}, nil
}

func (s *session) options() (credentials.RoleOptions, error) {
	d, err := s.life()
	return credentials.RoleOptions{SessionName: s.roleSession, ExternalID: s.externalID, Duration: d}, err
}

// stored is the name under which something of the session is kept. It depends on all settings: what was kept for others is not taken for its own.
func (s *session) stored(what string) string {
	h := sha256.New()
	for _, set := range s.settings() {
		h.Write([]byte(set.key + "=" + *set.text + "\x00"))
	}
	h.Write([]byte(s.poolRole))
	return s.name + "." + what + "-" + hex.EncodeToString(h.Sum(nil)[:8])
}

// forgetKeys forgets the credentials that are kept of the session, of every account and role, and under every setting.
func (o *opened) forgetKeys(ctx context.Context) error {
	own := regexp.MustCompile(`^` + regexp.QuoteMeta(o.name) + `\.(keys|user)-[0-9a-f]{16}$`)
	names, err := o.store.Names(own.MatchString)
	for _, name := range names {
		err = errors.Join(err, o.store.Delete(ctx, name))
	}
	return err
}
