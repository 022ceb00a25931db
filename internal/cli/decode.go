package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/decode"
	"github.com/mayfly-id/mayfly/internal/login"
)

// mostDecoded bounds what is read.
const mostDecoded = 1 << 20

func (c *client) decode() *cobra.Command {
	var t login.Target
	cmd := &cobra.Command{
		Use:   "decode [session or profile]",
		Short: "Tell what a token is, whom it names and when it ends",
		Long: `Read a JWT, a session token, or the encoded or decoded form of an authorization message from standard input, and tell what it is. It is read from standard input because a
token on a command line is everyone's. Nothing is verified, and nothing is sent anywhere, unless a session or a profile is named: then its server is asked to open what only it
can, with its credentials. It opens encoded authorization messages for those who may (sts:DecodeAuthorizationMessage), and says whom the session's own session token names.`,
		Example: `  mayfly token --type id | mayfly decode
  mayfly exec work -- sh -c 'echo "$AWS_SESSION_TOKEN" | mayfly decode work'
  mayfly decode admin < message.txt`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := c.encoded()
			if err != nil {
				return err
			}
			t.Name = arg(args)
			d := decode.Explain(text, c.Now())
			if t != (login.Target{}) && d.Sealed != "" {
				if d, err = c.opened(cmd.Context(), &t, d.Sealed); err != nil {
					return err
				}
			}
			return c.printJSON(d)
		},
	}
	targetFlags(cmd, &t)
	return cmd
}

// encoded reads what is to be decoded.
func (c *client) encoded() (string, error) {
	b, err := io.ReadAll(io.LimitReader(c.In, mostDecoded+1))
	if err != nil {
		return "", err
	}
	if len(b) > mostDecoded {
		return "", login.Usage("this is longer than anything that can be decoded")
	}
	text := strings.TrimSpace(string(b))
	if text == "" {
		return "", login.Usage("nothing to decode on standard input")
	}
	return text, nil
}

// opened asks the server of a session or a profile what a sealed text is.
func (c *client) opened(ctx context.Context, t *login.Target, text string) (*decode.Decoded, error) {
	src, k, err := c.Credentials(ctx, t)
	if err != nil {
		return nil, err
	}
	if text == k.SessionToken {
		id, err := src.Server.WhoAmI(ctx, k)
		if err != nil {
			return nil, err
		}
		d := &decode.Decoded{What: "the session token of " + src.Title, Names: id.ARN}
		if k.CanExpire {
			d.Ends = &k.Expires
		}
		return d, nil
	}
	message, err := src.Server.DecodeAuthorizationMessage(ctx, k, text)
	if credentials.IsCode(err, "InvalidAuthorizationMessageException") {
		return nil, fmt.Errorf("%w: it is no authorization message of this server's, and not the session token of %s", err, src.Title)
	}
	if err != nil {
		return nil, err
	}
	return decode.Explain(message, c.Now()), nil
}
