package login

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/vault"
)

// Opened is a session that is ready for use.
type Opened struct {
	*Session
	Server *credentials.Client
	Store  *vault.Vault
	Pool   *credentials.UserPool // of kindUserPool
	SSO    *credentials.SSO      // of kindSSO
	Tokens Keeper                // nil: the session has no tokens of its own
	Keys   aws.CredentialsProvider
	User   *credentials.Cached // of kindKeys: the session of the user, below the role
	// unattended signs in with what the environment has; nil when it has nothing.
	Unattended credentials.TokenSource
	// withoutKeys is why the session gives no credentials, where keys is nil.
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

// DefaultSession is the session of commands that name none.
const DefaultSession = "default"

// Choose finds the session that a command is about: the one it names, MAYFLY_SESSION, the only one there is, or the default.
func (c *World) Choose(name string) (*Session, error) {
	s, ok, err := c.Lookup(name)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, c.none(name, s.Name)
	}
	if err := s.Check(); err != nil {
		return nil, c.located(s, err)
	}
	return s, nil
}

// none says that a session is not there. given is what the command names, if anything.
func (c *World) none(given, name string) error {
	if f, err := c.LoadConfig(); err == nil && given == "" && c.Getenv("MAYFLY_SESSION") == "" && len(f.Names()) > 0 {
		return Usage("name a session: %s", strings.Join(f.Names(), ", "))
	}
	return Usage("there is no session %s: run %s configure %s --server URL", name, c.Self, name)
}

// located adds to what is wrong with a session where in the file that may be.
func (c *World) located(s *Session, err error) error {
	f, failed := c.LoadConfig()
	if failed != nil {
		return err
	}
	text := ", in " + f.Path
	for _, p := range f.Unknown() {
		if p.Session == s.Name {
			text += fmt.Sprintf("; line %d says %s, which is no setting", p.Line, p.What)
		}
	}
	return Usage("%w%s", err, text)
}

// Lookup finds a session as choose does; ok is false when it is not configured.
func (c *World) Lookup(name string) (s *Session, ok bool, err error) {
	f, err := c.LoadConfig()
	if err != nil {
		return nil, false, err
	}
	if name == "" {
		name = c.Getenv("MAYFLY_SESSION")
	}
	if all := f.Names(); name == "" && len(all) == 1 {
		name = all[0]
	}
	if name == "" {
		name = DefaultSession
	}
	s, ok = f.Session(name)
	return s, ok, nil
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
	o.Server.GlobalSTS = s.stsFrom == legacySTS
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

func (s *Session) options() (credentials.RoleOptions, error) {
	d, err := s.life()
	return credentials.RoleOptions{SessionName: s.roleSession, ExternalID: s.externalID, Duration: d}, err
}

// stored is the name under which something of the session is kept. It depends on all of its settings: what was kept for others is not taken for its own.
func (s *Session) stored(what string) string {
	h := sha256.New()
	for _, set := range s.Settings() {
		h.Write([]byte(set.Key + "=" + *set.Text + "\x00"))
	}
	h.Write([]byte(s.poolRole))
	return s.Name + "." + what + "-" + hex.EncodeToString(h.Sum(nil)[:8])
}

// signedIn is the part of a session that its tokens are of. What they are used for may change without another sign-in.
func (s *Session) signedIn() *Session {
	part := &Session{Name: s.Name, Kind: s.Kind, Endpoint: s.Endpoint}
	if s.Kind == KindSSO {
		part.ssoStartURL, part.SSORegion, part.ssoScopes = s.ssoStartURL, s.SSORegion, s.ssoScopes
	} else {
		part.Region, part.UserPoolID, part.ClientID, part.username = s.Region, s.UserPoolID, s.ClientID, s.username
	}
	return part
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
