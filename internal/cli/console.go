package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/desktop"
	"github.com/mayfly-id/mayfly/internal/login"
)

// browserPatience is how long a browser may take to come for the sign-in link.
const browserPatience = time.Minute

func (c *client) console() *cobra.Command {
	var t login.Target
	var o credentials.ConsoleOptions
	var show bool
	cmd := &cobra.Command{
		Use:   "console [session or profile]",
		Short: "Sign in to the AWS console",
		Long: `Exchange the credentials of a session, or of a profile of the shared AWS files, for a link that signs a browser in to the AWS console, and open it. The console takes
credentials of roles and of GetFederationToken, and refuses those of GetSessionToken.

The link is a secret and serves for 15 minutes, so the browser is not given it in an argument, which every user of the machine could read: it is opened with a file that
is the user's alone, and fetches the link from this program. Where there is no browser, or where it is in a sandbox that cannot read such a file, --print prints the link.`,
		Example: `  mayfly console work
  mayfly console work --destination https://eu-west-1.console.aws.amazon.com/s3/home --duration 2h
  mayfly console work --print`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			t.Name = arg(args)
			if !show && !c.asJSON && desktop.Browserless(c.Getenv, c.Exists) {
				return login.Usage("there is no browser on this machine: use --print")
			}
			src, k, err := c.Credentials(cmd.Context(), &t)
			if err != nil {
				return err
			}
			link, err := src.Server.ConsoleURL(cmd.Context(), k, o)
			switch {
			case err != nil:
				return err
			case c.asJSON:
				return c.printJSON(map[string]string{"url": string(link)})
			case show:
				_, err = fmt.Fprintln(c.Out, string(link))
				return err
			}
			return c.openConsole(cmd.Context(), link)
		},
	}
	targetFlags(cmd, &t)
	cmd.Flags().StringVar(&o.Destination, "destination", "", "page to open, https (default: the home of the console)")
	cmd.Flags().DurationVar(&o.Duration, "duration", 0, "life of the console's session, 15m to 12h (default: that of the credentials)")
	cmd.Flags().BoolVar(&show, "print", false, "print the link instead of opening the browser")
	return cmd
}

// openConsole brings the browser to a link that is a secret.
func (c *client) openConsole(ctx context.Context, link credentials.Secret) error {
	h := &desktop.Handover{Browse: c.Browse, Random: c.Random, Patience: browserPatience}
	if d := c.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(d) {
		h.Dir = d
	}
	err := h.Show(ctx, link)
	var none *desktop.BrowserError
	if errors.As(err, &none) {
		return login.Usage("%v: use --print", none)
	}
	return err
}
