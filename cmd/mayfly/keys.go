package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/internal/app"
	"github.com/mayfly-id/mayfly/internal/config"
)

// pool holds the commands of an operator on one user pool.
func pool() *cobra.Command {
	c := &cobra.Command{
		Use:   "pool",
		Short: "Work on a user pool beside the server",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return usageError{errors.New("pool: a command is missing: rotate-keys")}
		},
	}
	c.AddCommand(rotateKeys())
	return c
}

func rotateKeys() *cobra.Command {
	cfg, envErr := config.Defaults(os.Getenv)
	var poolID string
	var revoke bool
	c := &cobra.Command{
		Use:   "rotate-keys",
		Short: "Replace the key that signs a user pool's tokens",
		Long: `Replace the key that signs a user pool's tokens. The server does so by itself (MAYFLY_ROTATE_SIGNING_KEYS); this is for who cannot wait.

The next key, which is published already, signs from now on. What the old key signed verifies until it expires. With --revoke the old key is gone at
once, for the case that it may be known to others: every access token and id token of the pool ends, and clients get new ones by their refresh tokens,
which live on. Where the next key may be known as well, run it twice.

It works on the store: a shared one may be in use, and its nodes follow within a second; the embedded one is locked by its server, which has to be
stopped before. Whoever runs it needs the root key. The audit trail of the data folder notes it.`,
		Example: `  mayfly pool rotate-keys --pool us-east-1_AbCdEfGhI
  mayfly pool rotate-keys --pool us-east-1_AbCdEfGhI --revoke --data /var/lib/mayfly`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case envErr != nil:
				return usageError{envErr}
			case poolID == "":
				return usageError{errors.New("--pool: want the id of a user pool")}
			case c.Flags().Changed("store") && cfg.StorePassword():
				return usageError{errors.New("--store: a password on the command line can be read by others: use MAYFLY_STORE, PGPASSWORD or a password file")}
			}
			if err := app.RotatePoolKeys(c.Context(), cfg, poolID, revoke); err != nil {
				return err
			}
			says := "The next key of %s signs now. What the old one signed verifies until it expires.\n"
			if revoke {
				says = "The next key of %s signs now. The old one is gone, and with it every access token and id token of the pool.\n"
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), says, poolID)
			return err
		},
	}
	f := c.Flags()
	f.StringVar(&cfg.Data, "data", cfg.Data, "the server's data folder")
	f.StringVar(&cfg.Store, "store", cfg.Store, "postgres:// URL of the store that the nodes share (default: embedded)")
	f.StringVar(&cfg.RootKey, "root-key-file", cfg.RootKey, "file with the root key (default: root.key in the data folder)")
	f.StringVar(&poolID, "pool", "", "id of the user pool")
	f.BoolVar(&revoke, "revoke", false, "the old key may be known to others: end all that it signed")
	return c
}
