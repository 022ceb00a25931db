package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/login"
)

// configuring is what configure is told.
type configuring struct {
	server, from string
	list, remove bool
	given        login.Session
}

func (c *client) configure() *cobra.Command {
	var f configuring
	cmd := &cobra.Command{
		Use:   "configure [session]",
		Short: "Make or change a session",
		Long: `Write a session into the client's configuration. With --server the server says where to sign in; every setting can be given or changed by a flag.
Settings hold no secret. Comments and keys of others in the file stay.

--from takes over what another program is configured with:
  stax              STAX_REGION, and STAX_ACCESS_KEY and STAX_SECRET_KEY at each sign-in
  echostream        ECHOSTREAM_… or USER_POOL_ID, CLIENT_ID, USER_NAME and PASSWORD
  cognito           ~/.aws/cognito_credentials and COGNITO_…
  sso-session:NAME  an sso-session of the shared AWS config; its tokens are shared with AWS's own programs
  profile:NAME      a profile of the shared AWS config: of an SSO role, or as aws-vault uses them (then: key add)`,
		Example: `  mayfly configure work --server https://id.example.com
  mayfly configure aws --region eu-west-1 --user-pool-id eu-west-1_Ab3 --client-id 1x2 --identity-pool-id eu-west-1:0f…
  mayfly configure ci --region us-east-1 --endpoint https://id.example.com --kind web-identity \
      --web-identity-token-file /var/run/token --role-arn arn:aws:iam::123456789012:role/build
  mayfly configure sso --from sso-session:corp
  mayfly configure --list`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := arg(args)
			if err := f.check(cmd, name); err != nil {
				return err
			}
			if f.list {
				return c.listSessions()
			}
			if name == "" {
				name = login.DefaultSession
			}
			if f.remove {
				return c.removeSession(cmd.Context(), name)
			}
			return c.writeSession(cmd.Context(), name, &f, cmd.Flags().Changed)
		},
	}
	cmd.Flags().StringVar(&f.server, "server", "", "base URL of a server that is asked where to sign in")
	cmd.Flags().StringVar(&f.from, "from", "", "take over another program's configuration: stax, echostream, cognito, sso-session:NAME or profile:NAME")
	cmd.Flags().BoolVar(&f.list, "list", false, "list the sessions")
	cmd.Flags().BoolVar(&f.remove, "remove", false, "take the session out of the configuration; sign out first")
	for _, set := range f.given.Settings() {
		cmd.Flags().StringVar(set.Text, flagName(set.Key), "", "setting "+set.Key)
	}
	return cmd
}

// check refuses what would count for nothing.
func (f *configuring) check(cmd *cobra.Command, name string) error {
	others := []string{"server", "from"}
	for _, set := range f.given.Settings() {
		others = append(others, flagName(set.Key))
	}
	switch {
	case f.list && name != "":
		return login.Usage("--list lists all sessions: it takes no name")
	case f.list:
		return without(cmd, "list", append(others, "remove")...)
	case f.remove:
		return without(cmd, "remove", others...)
	case f.server != "" && f.from != "" && f.from != "stax":
		return login.Usage("--server is for --from stax; others take --endpoint")
	}
	return nil
}

func (c *client) writeSession(ctx context.Context, name string, f *configuring, changed func(flag string) bool) error {
	file, err := c.LoadConfig()
	if err != nil {
		return err
	}
	s, _ := file.Session(name)
	switch {
	case f.from != "":
		s, err = c.TakeOver(ctx, name, f.from, f.server)
	case f.server != "":
		err = c.discover(ctx, s, f.server)
	}
	if err != nil {
		return err
	}
	s.Take(&f.given, func(key string) bool { return changed(flagName(key)) })
	if err := s.Check(); err != nil {
		return err
	}
	if err := file.Put(ctx, s); err != nil {
		return err
	}
	next := c.LoginCommand(s)
	if s.Kind == login.KindKeys {
		next = c.Self + " key add " + s.Name
	}
	if c.asJSON {
		return c.printJSON(list(s))
	}
	if username, password := c.Given(s); s.Kind == login.KindWebIdentity || s.Kind == login.KindUserPool && username != "" && password != "" {
		next = c.Self + " whoami " + s.Name
	}
	c.Say("Session %s is in %s. Next: %s", name, file.Path, next)
	return nil
}

// removeSession takes a session out of the configuration, of which nothing is kept any more.
func (c *client) removeSession(ctx context.Context, name string) error {
	s, ok, err := c.Lookup(name)
	if err != nil {
		return err
	}
	if !ok {
		return login.Usage("there is no session %s", name)
	}
	if s.Check() == nil { // one that cannot be used has nothing to forget
		if err := c.forget(ctx, s); err != nil {
			return err
		}
	}
	f, err := c.LoadConfig()
	if err != nil {
		return err
	}
	if err := f.Remove(ctx, name); err != nil {
		return err
	}
	return c.show(map[string]string{"session": name, "removed": f.Path}, name+" is not in "+f.Path+" any more")
}

// forget forgets the credentials of a session that has neither tokens nor a key any more.
func (c *client) forget(ctx context.Context, s *login.Session) error {
	name := s.Name
	o, err := c.Open(s, login.Alone)
	if err != nil {
		return err
	}
	if o.Tokens != nil {
		if _, _, err := o.Tokens.Kept(ctx); !errors.Is(err, credentials.ErrNotStored) {
			return errors.Join(login.Usage("session %s is signed in: run %s logout %s first", name, c.Self, name), err)
		}
	}
	if _, err := o.Store.Load(ctx, s.KeysName()); !errors.Is(err, credentials.ErrNotStored) {
		return errors.Join(login.Usage("session %s has a key: run %s key rm %s first", name, c.Self, name), err)
	}
	return o.ForgetKeys(ctx)
}

func flagName(key string) string { return strings.ReplaceAll(key, "_", "-") }

// listed is a session in the JSON form. Its settings are by their names.
type listed struct {
	Session  string            `json:"session"`
	Settings map[string]string `json:"settings"`
}

func list(s *login.Session) listed {
	l := listed{Session: s.Name, Settings: map[string]string{}}
	for _, set := range s.Settings() {
		if *set.Text != "" {
			l.Settings[set.Key] = *set.Text
		}
	}
	return l
}

func (c *client) listSessions() error {
	f, err := c.LoadConfig()
	if err != nil {
		return err
	}
	all := []listed{}
	for _, name := range f.Names() {
		s, _ := f.Session(name)
		all = append(all, list(s))
		where := s.Endpoint
		if where == "" {
			where = "AWS " + s.Region
		}
		if c.asJSON {
			continue
		}
		if _, err := fmt.Fprintf(c.Out, "%s\t%s\t%s\n", name, s.Kind, where); err != nil {
			return err
		}
	}
	if c.asJSON {
		return c.printJSON(all)
	}
	return nil
}
