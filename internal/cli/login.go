package cli

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/desktop"
	"github.com/mayfly-id/mayfly/internal/login"
)

// password reads a password from where the flags say, or asks for it.
func (c *client) password(ctx context.Context, from *secretSource, prompt string) (credentials.Secret, error) {
	if from.given() {
		b, err := from.read(c.In)
		if err != nil {
			return "", err
		}
		return from.line(b)
	}
	if !c.Terminal.Present() {
		return "", login.Usage("no password: use --password-file or --password-stdin where there is no terminal")
	}
	text, err := c.Terminal.Secret(ctx, prompt)
	return credentials.Secret(text), err
}

// signIn is what login is told.
type signIn struct {
	server, username string
	from             secretSource
	device, browser  bool
}

func (c *client) login() *cobra.Command {
	var how signIn
	cmd := &cobra.Command{
		Use:   "login [session]",
		Short: "Sign in, once for all programs",
		Long: `Sign in to a session and keep its tokens, sealed, for every other command: process, exec, env, serve, token, curl.

A session that is not configured yet is made on the way with --server (or MAYFLY_SERVER), which tells where to sign in.
The password is asked for at the terminal, or read from a file or standard input, or from MAYFLY_SECRET_KEY; never from the command line.

A session of SSO opens a browser. Over SSH, in a container and in CI it shows a code instead, to be confirmed in a browser anywhere else; --device and
--browser choose.

A session of long-term keys asks for the code of its second factor.`,
		Example: `  mayfly login --server https://id.example.com     make the session "default" and sign in
  mayfly login work                                 sign in again
  mayfly login ci --password-file /run/secrets/key  without a terminal
  mayfly login sso --device                         confirm in a browser anywhere`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if how.device && how.browser {
				return login.Usage("--device and --browser exclude each other")
			}
			s, err := c.sessionFor(cmd.Context(), arg(args), &how)
			if err != nil {
				return err
			}
			return c.signIn(cmd.Context(), s, &how)
		},
	}
	cmd.Flags().StringVar(&how.server, "server", "", "base URL of a server, for a session that is not configured yet; MAYFLY_SERVER")
	cmd.Flags().StringVar(&how.username, "username", "", "who signs in; MAYFLY_ACCESS_KEY")
	cmd.Flags().BoolVar(&how.device, "device", false, "SSO: show a code that is confirmed in a browser anywhere")
	cmd.Flags().BoolVar(&how.browser, "browser", false, "SSO: open the browser of this machine")
	how.from.flags(cmd, "password", "file whose first line is the password", "read the password from standard input")
	return cmd
}

// fits refuses what counts for nothing with a session.
func (how *signIn) fits(s *login.Session) error {
	switch {
	case s.Kind != login.KindSSO && (how.device || how.browser):
		return login.Usage("--device and --browser are for sessions of SSO, and %s is of kind %s", s.Name, s.Kind)
	case s.Kind != login.KindUserPool && (how.username != "" || how.from.given()):
		return login.Usage("a user name and a password are for sessions of user pools, and %s is of kind %s", s.Name, s.Kind)
	}
	return nil
}

// sessionFor finds a session, or makes one by asking the server where to sign in.
func (c *client) sessionFor(ctx context.Context, name string, how *signIn) (*login.Session, error) {
	server := how.server
	if server == "" {
		if s, err := c.Choose(name); err == nil || c.Getenv("MAYFLY_SERVER") == "" {
			return s, err
		}
		server = c.Getenv("MAYFLY_SERVER")
	}
	if name == "" {
		name = login.DefaultSession
	}
	f, err := c.LoadConfig()
	if err != nil {
		return nil, err
	}
	s, ok := f.Session(name)
	if ok && s.Kind != "" && s.Kind != login.KindUserPool {
		return nil, login.Usage("session %s is of kind %s: choose another name for the one at %s", name, s.Kind, server)
	}
	if err := c.discover(ctx, s, server); err != nil {
		return nil, err
	}
	if err := errors.Join(s.Check(), how.fits(s)); err != nil {
		return nil, err
	}
	return s, f.Put(ctx, s)
}

// discover asks a server where to sign in. What else the session says stays.
func (c *client) discover(ctx context.Context, s *login.Session, server string) error {
	d, err := credentials.Discover(ctx, c.HTTP, server)
	if err != nil {
		return err
	}
	s.Kind, s.Endpoint, s.Region, s.UserPoolID, s.ClientID, s.IdentityPoolID = login.KindUserPool, d.Endpoint, d.Region, d.UserPoolID, d.ClientID, d.IdentityPoolID
	if s.Flow == "" {
		s.Flow = "srp"
	}
	return nil
}

// signIn takes the way of the session's kind.
func (c *client) signIn(ctx context.Context, s *login.Session, how *signIn) error {
	if err := how.fits(s); err != nil {
		return err
	}
	o, err := c.Open(s, login.SigningIn)
	if err != nil {
		return err
	}
	switch s.Kind {
	case login.KindWebIdentity:
		return login.Usage("session %s signs in by itself: its token is in %s", s.Name, s.TokenFile)
	case login.KindKeys:
		return c.signInKeys(ctx, o)
	}
	var tokens *credentials.Tokens
	if s.Kind == login.KindSSO {
		tokens, err = c.signInSSO(ctx, o, how.device || !how.browser && desktop.Browserless(c.Getenv, c.Exists))
	} else {
		tokens, err = c.signInUser(ctx, o, how)
	}
	if err != nil {
		return err
	}
	if err := o.Tokens.SignIn(ctx, tokens); err != nil {
		return err
	}
	if err := o.ForgetKeys(ctx); err != nil {
		return err
	}
	return c.tellStatus(ctx, o)
}

// signInUser signs in with a user name and a password.
func (c *client) signInUser(ctx context.Context, o *login.Opened, how *signIn) (*credentials.Tokens, error) {
	username, password := c.Given(o.Session)
	if how.username != "" && username != "" && how.username != username {
		password = "" // the environment has somebody else's
	}
	if how.username != "" {
		username = how.username
	}
	if username == "" {
		if !c.Terminal.Present() {
			return nil, login.Usage("nobody is named: use --username where there is no terminal")
		}
		var err error
		if username, err = c.Terminal.Line(ctx, "Username: "); err != nil {
			return nil, err
		}
		if username = strings.TrimSpace(username); username == "" {
			return nil, login.Usage("nobody is named")
		}
	}
	if password == "" || how.from.given() {
		var err error
		if password, err = c.password(ctx, &how.from, "Password of "+login.Printable(username)+": "); err != nil {
			return nil, err
		}
	}
	return o.SignIn(username, password, c.Steps()).Tokens(ctx)
}

// signInKeys takes a new session of the user, whatever is kept of older ones.
func (c *client) signInKeys(ctx context.Context, o *login.Opened) error {
	if _, err := c.LongTermKeys(ctx, o); err != nil {
		return err
	}
	if o.MfaSerial != "" && !c.Terminal.Present() {
		return login.Usage("session %s asks for a code: there is no terminal", o.Name)
	}
	if err := o.ForgetKeys(ctx); err != nil {
		return err
	}
	if _, err := o.User.Retrieve(ctx); err != nil {
		return err
	}
	return c.tellStatus(ctx, o)
}
