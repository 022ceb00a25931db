package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
)

// opened is a session that is ready for use.
type opened struct {
	*session
	server *credentials.Client
	pool   *credentials.UserPool
	tokens *credentials.Session
	keys   aws.CredentialsProvider // nil: the session gives tokens alone
	store  credentials.Store
}

// defaultSession is the session of commands that name none.
const defaultSession = "default"

// choose finds the session that a command is about: the one it names, MAYFLY_SESSION, the only one there is, or the default.
func (c *client) choose(name string) (*session, error) {
	f, err := c.loadConfig()
	if err != nil {
		return nil, err
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
	s, ok := f.session(name)
	if !ok {
		return nil, usage("there is no session %s: run %s configure %s --server URL", name, c.Self, name)
	}
	return s, s.check()
}

// open makes a session ready. login signs in when nothing that is kept serves; nil means that a person has to.
func (c *client) open(s *session, login credentials.TokenSource) (*opened, error) {
	store, err := c.vault()
	if err != nil {
		return nil, err
	}
	o := &opened{session: s, store: store, server: &credentials.Client{
		Region: s.region, Endpoint: s.endpoint, HTTP: c.HTTP, Now: c.Now, Random: c.Random, UserAgent: "mayfly-client",
	}}
	if s.kind == kindWebIdentity {
		return o, c.openWebIdentity(o)
	}
	o.pool = &credentials.UserPool{Client: o.server, ID: s.userPoolID, ClientID: s.clientID}
	o.tokens = &credentials.Session{
		Login: login, Store: store, Name: s.stored("tokens"), Now: c.Now, Title: s.name, Command: c.Self + " login " + s.name,
		Refresh: func(old *credentials.Tokens) credentials.TokenSource {
			return &credentials.Refresh{Pool: o.pool, Token: old.Refresh, Username: old.Username}
		},
	}
	if s.identityPoolID == "" {
		return o, nil
	}
	var keys aws.CredentialsProvider = &credentials.IdentityPool{Client: o.server, ID: s.identityPoolID, UserPoolID: s.userPoolID, Tokens: o.tokens}
	if s.roleARN != "" {
		options, err := s.options()
		if err != nil {
			return nil, err
		}
		keys = &credentials.AssumeRole{Client: o.server, Base: keys, RoleARN: s.roleARN, Options: options}
	}
	o.keys = &credentials.Cached{Provider: keys, Store: store, Name: s.stored("keys"), Now: c.Now}
	return o, nil
}

func (c *client) openWebIdentity(o *opened) error {
	options, err := o.options()
	if err != nil {
		return err
	}
	role := &credentials.WebIdentityRole{Client: o.server, Tokens: &credentials.TokenFile{Path: filepath.Clean(o.tokenFile)}, RoleARN: o.roleARN, Options: options}
	o.keys = &credentials.Cached{Provider: role, Store: o.store, Name: o.stored("keys"), Now: c.Now}
	return nil
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
	return s.name + "." + what + "-" + hex.EncodeToString(h.Sum(nil)[:8])
}

// credentials gives the session's keys, without asking anybody.
func (c *client) credentials(ctx context.Context, name string) (*opened, aws.Credentials, error) {
	s, err := c.choose(name)
	if err != nil {
		return nil, aws.Credentials{}, err
	}
	o, err := c.open(s, nil)
	if err != nil {
		return nil, aws.Credentials{}, err
	}
	if o.keys == nil {
		return nil, aws.Credentials{}, usage("session %s gives tokens alone: it has no identity_pool_id", s.name)
	}
	k, err := o.keys.Retrieve(ctx)
	return o, k, err
}

// arg gives the only argument of a command, or nothing.
func arg(args []string) string { return strings.Join(args, "") }
