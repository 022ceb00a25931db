package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/login"
)

func (c *client) token() *cobra.Command {
	var kind string
	cmd := &cobra.Command{
		Use:     "token [session]",
		Short:   "Print the session's id or access token",
		Long:    "Print a token of the session, renewed if it has to be. It is a secret: whoever has it is you until it ends.",
		Example: `  curl -H "Authorization: Bearer $(mayfly token)" https://api.example.com`,
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			t, err := c.bearer(cmd.Context(), arg(args), kind)
			if err != nil {
				return err
			}
			return c.show(map[string]string{"type": kind, "token": string(t)}, string(t))
		},
	}
	cmd.Flags().StringVar(&kind, "type", "access", "which token: id or access")
	return cmd
}

// bearer gives a token of a session, renewed if it has to be.
func (c *client) bearer(ctx context.Context, name, kind string) (credentials.Secret, error) {
	o, err := c.OpenNamed(name, login.Alone)
	if err != nil {
		return "", err
	}
	if o.Tokens == nil || o.SSO != nil && kind == "id" {
		return "", login.Usage("session %s has no such token of its own", o.Name)
	}
	if kind != "id" && kind != "access" {
		return "", login.Usage("the token is id or access")
	}
	t, err := o.Tokens.Tokens(ctx)
	if err != nil {
		return "", err
	}
	if kind == "id" {
		return t.ID, nil
	}
	return t.Access, nil
}
