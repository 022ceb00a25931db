package cli

import (
	"context"
	"net"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/internal/localcreds"
	"github.com/mayfly-id/mayfly/internal/login"
	"github.com/mayfly-id/mayfly/internal/runas"
)

func (c *client) exec() *cobra.Command {
	var server, withoutFiles bool
	var t login.Target
	cmd := &cobra.Command{
		Use:   "exec [session or profile] -- COMMAND [ARG...]",
		Short: "Run a program with the session's credentials",
		Long: `Run a program with the credentials of a session, or of a profile of the shared AWS files, in its environment, Region and endpoint included; what would hide them there is taken out. The program takes the place of this one.

With --server the program finds a container endpoint on the loopback interface instead, private by a token, which renews the credentials for as long as it runs.`,
		Example: `  mayfly exec -- aws sts get-caller-identity
  mayfly exec work -- terraform apply
  mayfly exec --server work -- ./long-job`,
		RunE: func(cmd *cobra.Command, args []string) error {
			at := cmd.ArgsLenAtDash()
			if at < 0 || at > 1 || at == len(args) {
				return login.Usage("want: exec [session or profile] -- COMMAND [ARG...]")
			}
			if withoutFiles && !server {
				return login.Usage("--without-files is for --server: variables go before files")
			}
			child := &runas.Command{Name: args[at], Args: args[at+1:]}
			t.Name = arg(args[:at])
			if server {
				return c.runBeside(cmd.Context(), &t, child, withoutFiles)
			}
			return c.runInstead(cmd.Context(), &t, child)
		},
	}
	targetFlags(cmd, &t)
	cmd.Flags().BoolVar(&server, "server", false, "serve credentials to the program while it runs, renewed before they end")
	cmd.Flags().BoolVar(&withoutFiles, "without-files", false, "with --server: keep the program from ~/.aws, whose default profile SDKs ask first")
	return cmd
}

// runInstead puts the program in the place of this one.
func (c *client) runInstead(ctx context.Context, t *login.Target, child *runas.Command) error {
	o, k, err := c.Credentials(ctx, t)
	if err != nil {
		return err
	}
	return c.run(&runas.Variables{Credentials: k, Region: o.Region, Endpoint: o.Endpoint}, child, runas.Exec)
}

// runBeside runs the program and serves it meanwhile.
func (c *client) runBeside(ctx context.Context, t *login.Target, child *runas.Command, withoutFiles bool) error {
	o, _, err := c.Credentials(ctx, t) // so that a sign-in that is needed shows now
	if err != nil {
		return err
	}
	s, err := localcreds.New(localcreds.Config{Provider: o.Keys, Region: o.Region, Random: c.Random, Now: c.Now})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	container, err := s.Env(l.Addr(), "")
	if err != nil {
		_ = l.Close()
		return err
	}
	ended, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- s.Serve(ended, l) }()
	v := &runas.Variables{Container: container, Region: o.Region, Endpoint: o.Endpoint, WithoutFiles: withoutFiles}
	err = c.run(v, child, func(child *runas.Command) (int, error) { return runas.Run(ctx, child) })
	stop()
	<-served
	return err
}

// run gives the program its environment and starts it. Its exit code is this program's.
func (c *client) run(v *runas.Variables, child *runas.Command, start func(*runas.Command) (int, error)) error {
	change, err := v.Change()
	if err != nil {
		return err
	}
	child.Environ = change.Apply(c.Environ())
	code, err := start(child)
	if err != nil {
		return err
	}
	if code != 0 {
		return exitError{code}
	}
	return nil
}
