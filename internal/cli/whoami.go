package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/internal/login"
)

func (c *client) whoami() *cobra.Command {
	var t login.Target
	var explain bool
	cmd := &cobra.Command{
		Use:   "whoami [session or profile]",
		Short: "Ask the server who one is",
		Long: `Get the credentials and ask STS who they stand for.

With --explain: tell where an AWS SDK in this environment takes its credentials from, link by link in the SDK's order, which link answers, and which are configured and hidden
by it. No service is asked.`,
		Example: `  mayfly whoami work
  mayfly whoami --explain
  mayfly whoami --explain --profile build`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			t.Name = arg(args)
			if explain {
				return c.explainChain(cmd.Context(), &t)
			}
			src, k, err := c.Credentials(cmd.Context(), &t)
			if err != nil {
				return err
			}
			id, err := src.Server.WhoAmI(cmd.Context(), k)
			if err != nil {
				return err
			}
			return c.show(map[string]string{"account": id.Account, "arn": id.ARN, "userId": id.UserID, "from": src.Title}, login.Printable(id.ARN))
		},
	}
	targetFlags(cmd, &t)
	cmd.Flags().BoolVar(&explain, "explain", false, "tell where an SDK takes its credentials from, and what is hidden")
	return cmd
}

// explainChain walks along the chain and tells of every link.
func (c *client) explainChain(ctx context.Context, t *login.Target) error {
	if t.Account != "" || t.Role != "" {
		return login.Usage("--explain tells of profiles and the environment: --account and --role are not for it")
	}
	if t.Profile != "" && t.Name != "" {
		return login.Usage("--profile excludes a session, --account and --role")
	}
	profile := t.Profile
	if profile == "" {
		profile = t.Name
	}
	if _, ok := c.Shared().Profile(t.Name); t.Name != "" && !ok {
		if _, is, err := c.Lookup(t.Name); err == nil && is {
			return login.Usage("%s is a session of this program, which SDKs know by a profile alone: run %s setup profiles %s", t.Name, c.Self, t.Name)
		}
	}
	r := c.Chain(c.Shared(), profile, false).Resolve(ctx)
	e := r.Explain()
	if c.asJSON {
		if err := c.printJSON(e); err != nil {
			return err
		}
	} else if _, err := fmt.Fprint(c.Out, printableLines(e.Text())); err != nil {
		return err
	}
	if r.Err != nil {
		return exitError{ExitFailed}
	}
	return nil
}

// printableLines keeps line breaks, which printable takes out.
func printableLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = login.Printable(l)
	}
	return strings.Join(lines, "\n")
}
