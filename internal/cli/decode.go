package cli

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/internal/decode"
	"github.com/mayfly-id/mayfly/internal/login"
)

// mostDecoded bounds what is read.
const mostDecoded = 1 << 20

func (c *client) decode() *cobra.Command {
	return &cobra.Command{
		Use:   "decode",
		Short: "Tell what a token is, whom it names and when it ends",
		Long: `Read a JWT, a session token, or the encoded or decoded form of an authorization message from standard input, and tell what it is. Nothing is verified, and nothing is sent
anywhere. It is read from standard input because a token on a command line is everyone's.`,
		Example: `  mayfly token --type id | mayfly decode
  echo "$AWS_SESSION_TOKEN" | mayfly decode`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			b, err := io.ReadAll(io.LimitReader(c.In, mostDecoded+1))
			if err != nil {
				return err
			}
			if len(b) > mostDecoded {
				return login.Usage("this is longer than anything that can be decoded")
			}
			text := strings.TrimSpace(string(b))
			if text == "" {
				return login.Usage("nothing to decode on standard input")
			}
			return c.printJSON(decode.Explain(text, c.Now()))
		},
	}
}
