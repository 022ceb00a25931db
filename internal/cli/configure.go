package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func (c *client) configure() *cobra.Command {
	var server string
	var list bool
	given := &session{}
	cmd := &cobra.Command{
		Use:   "configure [session]",
		Short: "Make or change a session",
		Long: `Write a session into the client's configuration. With --server the server says where to sign in; every setting can be given or changed by a flag.
Settings hold no secret. Comments and keys of others in the file stay.`,
		Example: `  mayfly configure work --server https://id.example.com
  mayfly configure aws --region eu-west-1 --user-pool-id eu-west-1_Ab3 --client-id 1x2 --identity-pool-id eu-west-1:0f…
  mayfly configure ci --region us-east-1 --endpoint https://id.example.com --kind web-identity \
      --web-identity-token-file /var/run/token --role-arn arn:aws:iam::123456789012:role/build
  mayfly configure --list`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if list {
				return c.listSessions()
			}
			name := arg(args)
			if name == "" {
				name = defaultSession
			}
			f, err := c.loadConfig()
			if err != nil {
				return err
			}
			s, _ := f.session(name)
			if server != "" {
				if s, err = c.discover(cmd.Context(), name, server); err != nil {
					return err
				}
			}
			s.take(given, cmd.Flags().Changed)
			if err := s.check(); err != nil {
				return err
			}
			if err := f.put(s); err != nil {
				return err
			}
			c.say("Session %s is in %s. Next: %s login %s", name, f.path, c.Self, name)
			return nil
		},
	}
	cmd.Flags().StringVar(&server, "server", "", "base URL of a server that is asked where to sign in")
	cmd.Flags().BoolVar(&list, "list", false, "list the sessions")
	for _, set := range given.settings() {
		cmd.Flags().StringVar(set.text, flagName(set.key), "", "setting "+set.key)
	}
	return cmd
}

func flagName(key string) string { return strings.ReplaceAll(key, "_", "-") }

// take takes over the settings that were given, and the defaults of what no session can be without.
func (s *session) take(given *session, changed func(flag string) bool) {
	from := given.settings()
	for i, set := range s.settings() {
		if changed(flagName(set.key)) {
			*set.text = *from[i].text
		}
	}
	if s.kind == "" {
		s.kind = kindUserPool
	}
	if s.kind == kindUserPool && s.flow == "" {
		s.flow = "srp"
	}
	s.endpoint = strings.TrimSuffix(s.endpoint, "/")
}

func (c *client) listSessions() error {
	f, err := c.loadConfig()
	if err != nil {
		return err
	}
	for _, name := range f.names() {
		s, _ := f.session(name)
		where := s.endpoint
		if where == "" {
			where = "AWS " + s.region
		}
		if _, err := fmt.Fprintf(c.Out, "%s\t%s\t%s\n", name, s.kind, where); err != nil {
			return err
		}
	}
	return nil
}
