// Command mayfly is the server and its tools in one binary. See "mayfly help".
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := root().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "mayfly:", err)
		var usage usageError
		if errors.As(err, &usage) {
			os.Exit(2)
		}
		os.Exit(1)
	}
}

// usageError is a command line or configuration that cannot be meant.
type usageError struct{ error }

func root() *cobra.Command {
	c := &cobra.Command{
		Use:   "mayfly",
		Short: "Short-term credentials that speak AWS's own identity protocols",
		Long: `Mayfly signs people and programs in, gives them short-lived tokens and AWS-style keys, and verifies the calls they make.
Every AWS SDK and CLI is already its client: point one at the server with --endpoint-url.`,
		Example: `  mayfly up                                   start on 127.0.0.1:8480, everything kept in the data folder
  mayfly up --ephemeral --output json         start for a test suite, everything kept in memory
  aws --endpoint-url http://127.0.0.1:8480 sts get-caller-identity`,
		SilenceUsage: true, SilenceErrors: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	c.AddCommand(up(), outbox(), pool(), lintPolicies(), version(), operations())
	return c
}
