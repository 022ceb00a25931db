package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/desktop"
	"github.com/mayfly-id/mayfly/internal/login"
)

func (c *client) keyRotate() *cobra.Command {
	return &cobra.Command{
		Use:   "rotate [session]",
		Short: "Replace the access key by a new one, and delete the old one",
		Long: `Have the server make a new access key, keep it, see that it works, and delete the old one at the server. If something fails on the way, the old key stays good or the
new one is kept already: run it again. Where the session has mfa_serial, the requests are made with a session that has the second factor.`,
		Example: "  mayfly key rotate work",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := c.openForKey(arg(args))
			if err != nil {
				return err
			}
			if err := lasting(o); err != nil {
				return err
			}
			return c.locked(cmd.Context(), o, func(k *login.LongTerm) error { return c.rotateKey(cmd.Context(), o, k) })
		},
	}
}

// rotateKey replaces the key in an order in which no step that fails loses the only good one.
func (c *client) rotateKey(ctx context.Context, o *login.Opened, k *login.LongTerm) error {
	by, err := speaker(ctx, o, k)
	if err != nil {
		return err
	}
	if k.Before != "" { // what an earlier rotation has left: a user has two keys at most
		if err := deleteKey(ctx, o, by, k.Before); err != nil {
			return err
		}
	}
	whole := context.WithoutCancel(ctx) // a key that is on its way is kept, or is deleted again, whoever has lost patience
	made, err := o.Server.CreateAccessKey(whole, by)
	if credentials.IsCode(err, "LimitExceeded") {
		return fmt.Errorf("%w: the user has two keys; delete the one at the server that is not %s, and run this again", err, k.AccessKeyID)
	}
	if err != nil {
		return err
	}
	next := &login.LongTerm{AccessKeyID: made.ID, SecretAccessKey: string(made.Secret), Account: k.Account, Before: k.AccessKeyID}
	if err := o.KeepLongTerm(whole, next); err != nil {
		return errors.Join(err, deleteKey(whole, o, by, made.ID)) // nobody has its secret
	}
	if err := c.settled(ctx, o, next); err != nil {
		return err
	}
	if err := o.ForgetKeys(ctx); err != nil {
		return err
	}
	if o.MfaSerial == "" { // the session with the second factor outlives its key's rotation, and another one would cost another code
		by = next.Credentials()
	}
	if err := deleteKey(ctx, o, by, k.AccessKeyID); err != nil {
		return err
	}
	next.Before = ""
	if err := o.KeepLongTerm(ctx, next); err != nil {
		return err
	}
	return c.show(keyAnswer{Session: o.Name, AccessKeyID: next.AccessKeyID, Replaced: k.AccessKeyID},
		o.Name+": "+next.AccessKeyID+" is in the place of "+k.AccessKeyID+", which is deleted")
}

// settled waits until a new key works everywhere: AWS takes some seconds to spread one.
func (c *client) settled(ctx context.Context, o *login.Opened, k *login.LongTerm) error {
	stop := func() {}
	defer func() { stop() }()
	for pause := time.Second; ; pause *= 2 {
		_, err := o.Server.WhoAmI(ctx, k.Credentials())
		if err == nil || !credentials.IsCode(err, "InvalidClientTokenId", "SignatureDoesNotMatch", "AccessDenied") || pause > 16*time.Second {
			return err
		}
		if pause == time.Second {
			stop = desktop.Waiting(c.Err, c.Live, "Waiting until the new key works")
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
