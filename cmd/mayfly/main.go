// Command mayfly is the server and its tools in one binary. See "mayfly help".
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/mayfly-id/mayfly/internal/cli"
	"github.com/mayfly-id/mayfly/internal/desktop"
	"github.com/mayfly-id/mayfly/internal/login"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	w := world()
	err := root(w).ExecuteContext(ctx)
	var usage usageError
	if errors.As(err, &usage) {
		err = cli.Usage(usage.error)
	}
	os.Exit(w.Finish(err))
}

// world is what the client's commands see of this process.
func world() *cli.IO {
	return &cli.IO{
		World: login.World{
			Err: os.Stderr, Getenv: os.Getenv, Environ: os.Environ, Now: time.Now, Terminal: desktop.TTY{}, Random: rand.Reader, Self: "mayfly",
			HTTP: desktop.HTTP(os.Getenv),
		},
		In: os.Stdin, Out: os.Stdout, Browse: desktop.OpenBrowser, Exists: desktop.Exists, Command: desktop.OwnCommand, Live: term.IsTerminal(int(os.Stderr.Fd())),
	}
}

// usageError is a command line or configuration that cannot be meant.
type usageError struct{ error }

func root(w *cli.IO) *cobra.Command {
	c := &cobra.Command{
		Use:   "mayfly",
		Short: "Short-term credentials that speak AWS's own identity protocols",
		Long: `Mayfly signs people and programs in, gives them short-lived tokens and AWS-style keys, and verifies the calls they make.
Every AWS SDK and CLI is already its client. This program is the server, and a client that signs in once for all of them.`,
		Example: `  mayfly up                                    start on 127.0.0.1:8480, everything kept in the data folder
  mayfly up --ephemeral --output json          start for a test suite, everything kept in memory
  mayfly login --server http://127.0.0.1:8480  sign in, once for all programs
  mayfly exec -- aws sts get-caller-identity   run a program with short-term credentials`,
		SilenceUsage: true, SilenceErrors: true,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			text := fmt.Sprintf("unknown command %q", args[0])
			if near := c.SuggestionsFor(args[0]); len(near) > 0 {
				text += ": " + strings.Join(near, " or ") + "?"
			}
			return usageError{errors.New(text)}
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.SuggestionsMinimumDistance = 1
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	group(c, "Server:", up(), outbox(), pool(), lintPolicies(), operations())
	group(c, "Client:", cli.Commands(w)...)
	c.AddCommand(version())
	return c
}

// group puts commands under a title in the help.
func group(root *cobra.Command, title string, commands ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: title, Title: title})
	for _, cmd := range commands {
		cmd.GroupID = title
		root.AddCommand(cmd)
	}
}
