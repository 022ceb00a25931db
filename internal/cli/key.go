package cli

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/login"
)

func (c *client) key() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "key",
		Short: "Keep long-term keys sealed, and replace them",
		Long: `Keep the long-term access key of an IAM user, sealed, for a session of kind keys. What programs get of it is short-term: a session of the user, with a second factor where
the session has mfa_serial, or of the role in role_arn. The key itself never leaves.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return login.Usage("want: key add, key rotate or key rm") },
	}
	cmd.AddCommand(c.keyAdd(), c.keyRotate(), c.keyRemove())
	return cmd
}

// keyAnswer is what the commands tell. The members are those of the JSON form.
type keyAnswer struct {
	Session     string `json:"session"`
	AccessKeyID string `json:"accessKeyId,omitempty"`
	ARN         string `json:"arn,omitempty"`
	Replaced    string `json:"replaced,omitempty"` // the access key that is deleted at the server
}

// lasting refuses to go on where a key would be lost with the process that has it.
func lasting(o *login.Opened) error {
	if why := o.Store.State().Memory; why != nil {
		return fmt.Errorf("a key cannot be kept here: %w", why)
	}
	return nil
}

// openForKey opens a session of kind keys.
func (c *client) openForKey(name string) (*login.Opened, error) {
	o, err := c.OpenNamed(name, login.Attended)
	if err == nil && o.Kind != login.KindKeys {
		err = withoutKeys(o.Session)
	}
	return o, err
}

func withoutKeys(s *login.Session) error {
	return login.Usage("session %s is of kind %s, and has no long-term keys", s.Name, s.Kind)
}

// locked does something with the key of a session, while no other process does.
func (c *client) locked(ctx context.Context, o *login.Opened, do func(k *login.LongTerm) error) error {
	unlock, err := o.Store.Lock(ctx, o.KeysName())
	if err != nil {
		return err
	}
	defer unlock()
	k, err := c.LongTermKeys(ctx, o)
	if err != nil {
		return err
	}
	return do(k)
}

// speaker gives who speaks with the server for a key: policies of self-managed keys ask for the second factor.
func speaker(ctx context.Context, o *login.Opened, k *login.LongTerm) (aws.Credentials, error) {
	if o.MfaSerial == "" {
		return k.Credentials(), nil
	}
	return o.User.Retrieve(ctx)
}

// deleteKey deletes an access key at the server; one that is not there any more is no error.
func deleteKey(ctx context.Context, o *login.Opened, by aws.Credentials, id string) error {
	err := o.Server.DeleteAccessKey(ctx, by, id)
	if credentials.IsCode(err, "NoSuchEntity") {
		return nil
	}
	return err
}
