package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/internal/login"
)

// processOutput is the document that SDKs read from a credential_process
// (https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html).
type processOutput struct {
	Version         int
	AccessKeyId     string
	SecretAccessKey string
	SessionToken    string `json:",omitempty"`
	Expiration      string `json:",omitempty"`
	AccountId       string `json:",omitempty"`
}

func document(k aws.Credentials) processOutput {
	d := processOutput{Version: 1, AccessKeyId: k.AccessKeyID, SecretAccessKey: k.SecretAccessKey, SessionToken: k.SessionToken, AccountId: k.AccountID}
	if k.CanExpire {
		d.Expiration = k.Expires.UTC().Format(time.RFC3339)
	}
	return d
}

func (c *client) process() *cobra.Command {
	t := login.Target{Alone: true}
	cmd := &cobra.Command{
		Use:   "process [session]",
		Short: "Give credentials to SDKs (credential_process)",
		Long: `Print the session's credentials as the one JSON document that SDKs read from a credential_process. It asks nobody: where a sign-in is needed it fails at once and
names the command. Credentials are kept, sealed, and renewed once for all processes.`,
		Example: `  # ~/.aws/config
  [profile work]
  credential_process = mayfly process work`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			t.Name = arg(args)
			src, err := c.processSource(cmd.Context(), &t)
			if err != nil {
				return err
			}
			k, err := inTime(cmd.Context(), processTime, src.Keys)
			if err != nil {
				return err
			}
			return json.NewEncoder(c.Out).Encode(document(k))
		},
	}
	targetFlags(cmd, &t)
	return cmd
}

// processTime is how long credentials may take to come. SDKs give a credential_process up after a minute, without a word of why.
const processTime = 50 * time.Second

// inTime gets credentials, or says why nothing came: a server is silent, or somebody at a prompt has the session locked.
func inTime(ctx context.Context, limit time.Duration, from aws.CredentialsProvider) (aws.Credentials, error) {
	within, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	k, err := from.Retrieve(within)
	if err != nil && ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		return k, fmt.Errorf("no credentials within %s: %w", limit, err)
	}
	return k, err
}

// processSource takes a name for a session alone: a profile that asks for the credentials of its own name is not to end at itself.
func (c *client) processSource(ctx context.Context, t *login.Target) (*login.Source, error) {
	if t.Profile != "" {
		return c.Source(ctx, t)
	}
	return c.SessionSource(t)
}
