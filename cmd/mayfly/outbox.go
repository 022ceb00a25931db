package main

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/internal/app"
	"github.com/mayfly-id/mayfly/internal/config"
)

func outbox() *cobra.Command {
	cfg, envErr := config.Defaults(os.Getenv)
	var count int
	var asJSON bool
	c := &cobra.Command{
		Use:   "outbox",
		Short: "Show the mails and messages that the server has kept",
		Long: `Show the mails and messages that the server has kept, newest first: where no mail gateway or SMS webhook is set up, codes, links and temporary
passwords for users end in the data folder's outbox, which keeps the last thousand. The server may be running. What a gateway took is not kept.

Whoever can read the data folder can read these secrets; an administrator hands them on by another way.`,
		Example: `  mayfly outbox
  mayfly outbox --data /var/lib/mayfly -n 1 --json | jq -r '.[0].code'`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if envErr != nil {
				return usageError{envErr}
			}
			if count < 0 {
				return usageError{errors.New("-n: want 0 or more")}
			}
			return app.WriteOutbox(c.OutOrStdout(), cfg.Data, count, asJSON)
		},
	}
	f := c.Flags()
	f.StringVar(&cfg.Data, "data", cfg.Data, "the server's data folder")
	f.IntVarP(&count, "number", "n", 20, "how many to show; 0 shows all")
	f.BoolVar(&asJSON, "json", false, "print a JSON list")
	return c
}
