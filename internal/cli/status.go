package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/login"
)

// state is what status tells of a session. The members are those of the JSON form.
type state struct {
	Session  string     `json:"session"`
	SignedIn bool       `json:"signedIn"`
	Username string     `json:"username,omitempty"`
	Server   string     `json:"server"`
	Expires  *time.Time `json:"expires,omitempty"` // of the tokens that are kept; they are renewed before
	Renews   bool       `json:"renews"`
}

func (c *client) status() *cobra.Command {
	var within time.Duration
	cmd := &cobra.Command{
		Use:   "status [session]",
		Short: "Tell who is signed in, and until when",
		Long: `Tell who is signed in to a session and until when, from what is kept here: no server is asked, nothing is renewed.
The exit code is 0 for a session that serves, and 3 for one that needs a sign-in, or ends within --expires-within. A session
that is renewed has no end that is known here.`,
		Example: `  mayfly status
  mayfly status work --expires-within 30m || mayfly login work`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if within < 0 {
				return login.Usage("--expires-within is no time before now")
			}
			o, err := c.OpenNamed(arg(args), login.Alone)
			if err != nil {
				return err
			}
			st, err := c.state(cmd.Context(), o)
			if err != nil {
				return err
			}
			if err := c.tell(st); err != nil {
				return err
			}
			soon := st.Expires != nil && !st.Renews && within > 0 && st.Expires.Sub(c.Now()) < within
			if !st.SignedIn || soon {
				return exitError{ExitSignIn}
			}
			return nil
		},
	}
	cmd.Flags().DurationVar(&within, "expires-within", 0, "fail when the session ends within this time; one that is renewed does not")
	return cmd
}

func (c *client) state(ctx context.Context, o *login.Opened) (*state, error) {
	st := &state{Session: o.Name, Server: o.Endpoint}
	if st.Server == "" {
		st.Server = "AWS " + o.Region
	}
	switch o.Kind {
	case login.KindWebIdentity:
		st.SignedIn, st.Renews = true, true // by its token file, each time
		return st, nil
	case login.KindKeys:
		return st, c.stateOfKeys(ctx, o, st)
	}
	st.SignedIn, st.Renews = o.Unattended != nil, o.Unattended != nil
	t, good, err := o.Tokens.Kept(ctx)
	if errors.Is(err, credentials.ErrNotStored) {
		return st, nil
	}
	if err != nil {
		return nil, err
	}
	st.Username, st.Expires, st.Renews = t.Username, &t.Expires, st.Renews || t.Refresh != ""
	st.SignedIn = good || st.Renews
	return st, nil
}

// stateOfKeys tells of a session of long-term keys: they serve by themselves, unless a second factor is asked for.
func (c *client) stateOfKeys(ctx context.Context, o *login.Opened, st *state) error {
	k, err := c.LongTermKeys(ctx, o)
	var missing *credentials.LoginRequiredError
	if errors.As(err, &missing) {
		return nil
	}
	if err != nil {
		return err
	}
	st.Username, st.Renews = k.AccessKeyID, o.MfaSerial == ""
	own, good, err := o.User.Kept(ctx)
	if err == nil {
		st.Expires = &own.Expires
	} else if !errors.Is(err, credentials.ErrNotStored) {
		return err
	}
	st.SignedIn = st.Renews || good
	return nil
}

func (c *client) tell(st *state) error {
	text := fmt.Sprintf("%s: nobody is signed in at %s", st.Session, st.Server)
	if st.SignedIn {
		text = fmt.Sprintf("%s: signed in at %s", st.Session, st.Server)
		if st.Username != "" {
			text += " as " + login.Printable(st.Username)
		}
		if st.Expires != nil {
			text += ", tokens until " + st.Expires.Local().Format(time.RFC1123)
		}
		if st.Renews {
			text += ", renewed when they end"
		}
	}
	return c.show(st, text)
}

func (c *client) tellStatus(ctx context.Context, o *login.Opened) error {
	st, err := c.state(ctx, o)
	if err != nil {
		return err
	}
	return c.tell(st)
}
