package cli

import (
	"context"
	"encoding/json"
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
			k, err := src.Keys.Retrieve(cmd.Context())
			if err != nil {
				return err
			}
			return json.NewEncoder(c.Out).Encode(document(k))
		},
	}
	targetFlags(cmd, &t)
	return cmd
}

// processSource takes a name for a session alone: a profile that asks for the credentials of its own name is not to end at itself.
func (c *client) processSource(ctx context.Context, t *login.Target) (*login.Source, error) {
	if t.Profile != "" {
		return c.Source(ctx, t)
	}
	return c.SessionSource(t)
}
