package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/internal/app"
	"github.com/mayfly-id/mayfly/internal/config"
)

// drainFor is how long requests under way get to finish after an interrupt.
const drainFor = 10 * time.Second

func up() *cobra.Command {
	cfg, envErr := config.Defaults(os.Getenv)
	c := &cobra.Command{
		Use:   "up",
		Short: "Start the server",
		Long: `Start the server. The first start makes the data folder, the root key, an account with its root access key, and a first tenant with
one API token, and prints their secrets once. Later starts keep everything and print no secret.

Environment: MAYFLY_DATA, MAYFLY_LISTEN, MAYFLY_REGION, MAYFLY_URL, MAYFLY_STORE and MAYFLY_ROOT_KEY_FILE give the defaults of the flags;
MAYFLY_ACCOUNT, MAYFLY_ROOT_ACCESS_KEY_ID and MAYFLY_ROOT_SECRET_ACCESS_KEY choose account and root key at the first start;
MAYFLY_ROTATE_KEYS (age at which sealing keys are replaced, such as 2160h), MAYFLY_STALE_FOR (how long cached records are served while a shared
store is out of reach), MAYFLY_ROTATE_SIGNING_KEYS (age at which signing keys of user pools are replaced) and MAYFLY_TRUSTED_PROXIES (addresses whose
X-Forwarded-For counts) tune a deployment.

The outside: MAYFLY_OUTBOUND_ALLOW (loopback and private addresses that may be reached), MAYFLY_CA_FILE (further authorities), MAYFLY_FUNCTIONS (file: where the
functions of triggers are), MAYFLY_SMTP with MAYFLY_SMTP_PASSWORD_FILE and MAYFLY_MAIL_FROM (mail gateway), MAYFLY_SMS_WEBHOOK with
MAYFLY_SMS_WEBHOOK_SECRET_FILE (messages for phones), MAYFLY_MESSAGE_KEYS (file: keys of custom senders) and MAYFLY_PASSWORD_LIST (file: compromised
passwords). Without gateways, messages are kept: see mayfly outbox.`,
		Example: `  mayfly up
  mayfly up --data /var/lib/mayfly --listen 0.0.0.0:8480 --url https://id.example.com --region eu-west-1
  mayfly up --store 'postgres://mayfly@db1,db2/mayfly?target_session_attrs=read-write' --root-key-file /etc/mayfly/root.key
  mayfly up --ephemeral --output json --listen 127.0.0.1:0`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if envErr != nil {
				return usageError{envErr}
			}
			if err := cfg.Check(); err != nil {
				return usageError{err}
			}
			if c.Flags().Changed("store") && cfg.StorePassword() {
				return usageError{errors.New("--store: a password on the command line can be read by others: use MAYFLY_STORE, PGPASSWORD or a password file")}
			}
			return serve(c.Context(), cfg, c)
		},
	}
	f := c.Flags()
	f.StringVar(&cfg.Data, "data", cfg.Data, "folder for root key, store, audit trail and outbox")
	f.StringVar(&cfg.Listen, "listen", cfg.Listen, "address to listen on; port 0 takes a free one")
	f.StringVar(&cfg.Region, "region", cfg.Region, "region of requests that name none")
	f.StringVar(&cfg.URL, "url", cfg.URL, "base URL by which clients reach the server (default: http:// and the listen address)")
	f.StringVar(&cfg.Store, "store", cfg.Store, "postgres:// URL of a store shared by several nodes (default: embedded)")
	f.StringVar(&cfg.RootKey, "root-key-file", cfg.RootKey, "file with the root key (default: root.key in the data folder)")
	f.StringVar(&cfg.Output, "output", cfg.Output, "how to print the first-run block: text or json")
	f.BoolVar(&cfg.Ephemeral, "ephemeral", cfg.Ephemeral, "keep everything in memory, and serve reset and outbox to tests")
	f.StringVar(&cfg.FixedCode, "fixed-code", cfg.FixedCode, "confirmation code of an ephemeral server (default: random codes)")
	return c
}

func serve(ctx context.Context, cfg config.Config, c *cobra.Command) (err error) {
	log := slog.New(slog.NewTextHandler(c.ErrOrStderr(), nil))
	l, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return err
	}
	defer l.Close()
	if cfg.URL == "" {
		cfg.URL = "http://" + l.Addr().String()
	}
	a, err := app.Open(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	srv := &http.Server{
		Handler: a.Handler(), ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 60 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10,
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	go a.Run(ctx)
	if err := a.Announce(c.OutOrStdout(), cfg.Output); err != nil {
		return err
	}
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	log.Info("stopping: waiting for requests under way")
	drain, cancel := context.WithTimeout(context.Background(), drainFor)
	defer cancel()
	if err := srv.Shutdown(drain); err != nil {
		return fmt.Errorf("requests were cut off: %w", err)
	}
	return nil
}
