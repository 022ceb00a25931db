package cli

import (
	"context"
	"time"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/desktop"
	"github.com/mayfly-id/mayfly/internal/login"
)

// signInSSO sends the person to a browser: of this machine, or of whichever one they like.
func (c *client) signInSSO(ctx context.Context, o *login.Opened, device bool) (*credentials.Tokens, error) {
	if !device {
		return (&credentials.SSOBrowser{SSO: o.SSO, Open: func(ctx context.Context, page string) error {
			c.Say("Sign in in the browser. If it does not open, go to:\n  %s", login.Printable(page))
			if err := c.Browse(ctx, page); err != nil {
				c.Say("The browser cannot be opened: %v", err)
			}
			return nil
		}}).Tokens(ctx)
	}
	var stop func()
	defer func() {
		if stop != nil {
			stop()
		}
	}()
	return (&credentials.SSODevice{SSO: o.SSO, Show: func(_ context.Context, v credentials.Verification) error {
		c.Say("Sign in at %s\nand confirm the code %s, if you have asked for it yourself.", login.Printable(v.URI), login.Printable(v.UserCode))
		if v.CompleteURI != "" {
			c.Say("Or open: %s", login.Printable(v.CompleteURI))
		}
		stop = desktop.Waiting(c.Err, c.Live, "Waiting for the confirmation, until "+v.Expires.Local().Format(time.Kitchen))
		return nil
	}}).Tokens(ctx)
}
