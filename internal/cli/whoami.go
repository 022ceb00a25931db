package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func (c *client) whoami() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "whoami [session]",
		Short:   "Ask the server who one is",
		Long:    "Get the session's credentials and ask STS who they stand for.",
		Example: "  mayfly whoami work",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, k, err := c.credentials(cmd.Context(), arg(args))
			if err != nil {
				return err
			}
			id, err := o.server.WhoAmI(cmd.Context(), k)
			if err != nil {
				return err
			}
			if asJSON {
				return c.printJSON(map[string]string{"account": id.Account, "arn": id.ARN, "userId": id.UserID, "session": o.name})
			}
			_, err = fmt.Fprintln(c.Out, printable(id.ARN))
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}
