package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/credentials"
)

func (c *client) logout() *cobra.Command {
	return &cobra.Command{
		Use:     "logout [session]",
		Short:   "End a session, at the server and here",
		Long:    "Revoke the session's refresh token at the server, which ends its tokens there, and forget what is kept of this session. Other sessions stay.",
		Example: "  mayfly logout work",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := c.choose(arg(args))
			if err != nil {
				return err
			}
			o, err := c.open(s, nil)
			if err != nil {
				return err
			}
			return c.signOut(cmd.Context(), o)
		},
	}
}

// signOut forgets what is kept whatever the server says, and then tells what it said.
func (c *client) signOut(ctx context.Context, o *opened) error {
	var revoked error
	if o.tokens != nil {
		t, _, err := o.tokens.Kept(ctx)
		switch {
		case errors.Is(err, credentials.ErrNotStored):
			c.say("Nobody is signed in to %s.", o.name)
		case err != nil:
			return err
		case t.Refresh != "":
			revoked = o.pool.Revoke(ctx, t.Refresh)
		}
		if err := o.tokens.SignOut(ctx); err != nil {
			return err
		}
	}
	if err := o.store.Delete(ctx, o.stored("keys")); err != nil {
		return err
	}
	if revoked != nil {
		c.say("What was kept of %s is forgotten, but the server has not ended the session:", o.name)
	}
	return revoked
}
