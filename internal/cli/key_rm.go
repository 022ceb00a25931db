package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/internal/login"
)

func (c *client) keyRemove() *cobra.Command {
	var atServer bool
	cmd := &cobra.Command{
		Use:     "rm [session]",
		Short:   "Forget an access key",
		Long:    "Forget the access key and what is kept of its session. With --delete the server deletes it too, first.",
		Example: "  mayfly key rm work --delete",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := c.openForKey(arg(args))
			if err != nil {
				return err
			}
			return c.locked(cmd.Context(), o, func(k *login.LongTerm) error { return c.removeKey(cmd.Context(), o, k, atServer) })
		},
	}
	cmd.Flags().BoolVar(&atServer, "delete", false, "delete the key at the server too")
	return cmd
}

func (c *client) removeKey(ctx context.Context, o *login.Opened, k *login.LongTerm, atServer bool) error {
	answer := keyAnswer{Session: o.Name, AccessKeyID: k.AccessKeyID}
	text := o.Name + ": " + k.AccessKeyID + " is forgotten"
	if atServer {
		by, err := speaker(ctx, o, k)
		if err != nil {
			return err
		}
		if k.Before != "" { // what a rotation has left
			if err := deleteKey(ctx, o, by, k.Before); err != nil {
				return err
			}
		}
		if err := deleteKey(ctx, o, by, k.AccessKeyID); err != nil {
			return err
		}
		answer.Replaced, text = k.AccessKeyID, text+", and deleted at the server"
	}
	if err := errors.Join(o.Store.Delete(ctx, o.KeysName()), o.ForgetKeys(ctx)); err != nil {
		return err
	}
	return c.show(answer, text)
}
