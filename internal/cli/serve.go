package cli

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/internal/localcreds"
	"github.com/mayfly-id/mayfly/internal/login"
	"github.com/mayfly-id/mayfly/internal/runas"
	"github.com/mayfly-id/mayfly/internal/shellenv"
)

// serving is how credentials are to be served.
type serving struct {
	target    login.Target
	port      int
	tokenFile string
	shell     string
	imds      bool
	imdsV1    bool
}

func (c *client) serve() *cobra.Command {
	s := serving{target: login.Target{Alone: true}}
	cmd := &cobra.Command{
		Use:   "serve [session or profile]",
		Short: "Serve credentials to programs of this machine",
		Long: `Serve the credentials of a session, or of a profile of the shared AWS files, on the loopback interface, renewed before they end, until SIGINT or SIGTERM. The endpoint
is the one that SDKs know from containers: it answers to whoever has its token. The variables that a program needs are printed first, as assignments for a shell,
or with --json as one line. With --token-file the token is in that file, of mode 0600, and not in a variable; the file must not be there yet, and goes at the end.

With --imds there is the instance metadata service (version 2) beside it, for programs that know no other. It needs no token that has to be handed over: every program
of the machine, of every user, can open a session of it. With --imds-v1 it does not even ask for that.`,
		Example: `  mayfly serve work
  mayfly serve work --port 8900 --token-file ~/.cache/work.token --shell dotenv > work.env`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s.target.Name = arg(args)
			return c.serveUntilEnd(cmd.Context(), &s)
		},
	}
	targetFlags(cmd, &s.target)
	shellFlag(cmd, &s.shell)
	cmd.Flags().IntVar(&s.port, "port", 0, "port on 127.0.0.1 (default: one that is free)")
	cmd.Flags().StringVar(&s.tokenFile, "token-file", "", "file to put the token into while this runs")
	cmd.Flags().BoolVar(&s.imds, "imds", false, "serve the instance metadata service too")
	cmd.Flags().BoolVar(&s.imdsV1, "imds-v1", false, "with --imds: answer version 1 too, which asks for no session")
	return cmd
}

func (c *client) serveUntilEnd(ctx context.Context, s *serving) error {
	if s.imdsV1 && !s.imds {
		return login.Usage("--imds-v1 needs --imds")
	}
	if s.port < 0 || s.port > 65535 {
		return login.Usage("--port is a number up to 65535")
	}
	language, err := c.language(s.shell)
	if err != nil {
		return err
	}
	src, _, err := c.Credentials(ctx, &s.target) // so that a sign-in that is needed shows now
	if err != nil {
		return err
	}
	config := localcreds.Config{Provider: src.Keys, Region: src.Region, Random: c.Random, Now: c.Now, Failed: c.reporter()}
	if s.imds {
		config.Metadata = &localcreds.Metadata{AllowsIMDS1: s.imdsV1}
	}
	server, err := localcreds.New(config)
	if err != nil {
		return err
	}
	var listen net.ListenConfig
	l, err := listen.Listen(ctx, "tcp4", "127.0.0.1:"+strconv.Itoa(s.port))
	if err != nil {
		return err
	}
	defer l.Close() // for the ways out before Serve, which closes it too
	path, remove, err := claim(s.tokenFile, server)
	if err != nil {
		return err
	}
	defer remove()
	v, err := s.variables(server, l.Addr(), path)
	if err != nil {
		return err
	}
	v.Region, v.Endpoint = src.Region, src.Endpoint
	if err := c.announce(language, v); err != nil {
		return err
	}
	return server.Serve(ctx, l)
}

// variables are what a program needs to find the server.
func (s *serving) variables(server *localcreds.Server, a net.Addr, tokenFile string) (*runas.Variables, error) {
	v, err := server.Env(a, tokenFile)
	if err != nil || !s.imds {
		return &runas.Variables{Container: v}, err
	}
	metadata, err := server.MetadataEnv(a)
	for name, value := range metadata {
		v[name] = value
	}
	return &runas.Variables{Container: v}, err
}

// announce prints the variables. As JSON they are one line, which a program that started this one can read before the end.
func (c *client) announce(language shellenv.Shell, v *runas.Variables) error {
	if language != shellenv.JSON {
		return c.assign(language, v)
	}
	change, err := v.Change()
	if err != nil {
		return err
	}
	line := map[string]string{}
	for name, value := range change.Set {
		line[name] = string(value)
	}
	return json.NewEncoder(c.Out).Encode(line)
}

// claim makes the token's file. One that is there is not replaced, for it may be any file of the user's: a mistake in a name is not to cost one.
func claim(path string, server *localcreds.Server) (absolute string, remove func(), err error) {
	if path == "" {
		return "", func() {}, nil
	}
	if absolute, err = filepath.Abs(path); err != nil { // programs read it in folders of their own
		return "", nil, err
	}
	f, err := os.OpenFile(absolute, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return "", nil, login.Usage("%s is there already: remove it, or name another file", path)
	}
	if err != nil {
		return "", nil, err
	}
	_ = f.Close()
	remove = func() { _ = os.Remove(absolute) }
	if err := server.WriteTokenFile(absolute); err != nil {
		remove()
		return "", nil, err
	}
	return absolute, remove, nil
}

// reporter tells the operator why a program got no credentials. Programs ask side by side, and lines are not to run into each other.
func (c *client) reporter() func(error) {
	var mu sync.Mutex
	return func(err error) {
		mu.Lock()
		defer mu.Unlock()
		if errors.Is(err, context.Canceled) { // the program has gone, or this one ends
			return
		}
		at := c.Now().UTC().Format(time.RFC3339)
		if !c.asJSON {
			c.Say("%s no credentials: %s", at, login.Printable(err.Error()))
			return
		}
		_ = json.NewEncoder(c.Err).Encode(struct {
			Time string `json:"time"`
			failure
		}{at, failureOf(err)})
	}
}
