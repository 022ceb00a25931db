package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/internal/desktop"
	"github.com/mayfly-id/mayfly/internal/login"
)

func (c *client) roles() *cobra.Command {
	return &cobra.Command{
		Use:   "roles [session]",
		Short: "List the roles that a session opens",
		Long: `List the accounts and roles that a session opens: those that a person is assigned in IAM Identity Center, those that the id token of a user pool has a claim to, or the
one that is configured. Other commands take them with --account and --role.`,
		Example: `  mayfly roles sso
  mayfly exec sso --account 123456789012 --role ReadOnly -- aws s3 ls`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := c.OpenNamed(arg(args), login.Alone)
			if err != nil {
				return err
			}
			all, err := c.rolesOf(cmd.Context(), o)
			if err != nil {
				return err
			}
			if c.asJSON {
				return c.printJSON(all)
			}
			for _, r := range all {
				if _, err := fmt.Fprintln(c.Out, roleLine(&r)); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func roleLine(r *login.Role) string {
	text := login.Printable(r.Account) + "\t" + login.Printable(r.Role)
	if r.AccountName != "" {
		text += "\t" + login.Printable(r.AccountName)
	}
	if r.Default {
		text += "\t(default)"
	}
	return text
}

// rolesOf lists the roles of a session, and shows how far that is.
func (c *client) rolesOf(ctx context.Context, o *login.Opened) ([]login.Role, error) {
	return c.Roles(ctx, o, func(accounts int) (step, end func()) {
		p := desktop.Count(c.Err, c.Live, "Reading roles of accounts", accounts)
		return p.Step, p.End
	})
}
