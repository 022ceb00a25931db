package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/login"
)

func (c *client) logout() *cobra.Command {
	return &cobra.Command{
		Use:   "logout [session]",
		Short: "End a session, at the server and here",
		Long: `End the session at the server: its refresh token is revoked, an SSO session is signed out. Forget what is kept of this session. Other sessions stay, and so do long-term
keys, which "key rm" forgets.`,
		Example: "  mayfly logout work",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := c.OpenNamed(arg(args), login.Alone)
			if err != nil {
				return err
			}
			if err := c.signOut(cmd.Context(), o); err != nil {
				return err
			}
			return c.show(map[string]any{"session": o.Name, "signedIn": false}, o.Name+": signed out")
		},
	}
}

// signOut forgets what is kept whatever the server says, and then tells what it said.
func (c *client) signOut(ctx context.Context, o *login.Opened) error {
	var revoked error
	if o.Tokens != nil {
		t, _, err := o.Tokens.Kept(ctx)
		switch {
		case errors.Is(err, credentials.ErrNotStored):
			c.Say("Nobody is signed in to %s.", o.Name)
		case err != nil:
			return err
		case o.SSO != nil:
			revoked = o.SSO.Client.Logout(ctx, t.Access)
		case t.Refresh != "":
			revoked = o.Pool.Revoke(ctx, t.Refresh)
		}
		if err := o.Tokens.SignOut(ctx); err != nil {
			return err
		}
	}
	if err := o.ForgetKeys(ctx); err != nil {
		return err
	}
	if revoked != nil {
		c.Say("What was kept of %s is forgotten, but the server has not ended the session:", o.Name)
	}
	return revoked
}
