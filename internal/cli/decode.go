package cli

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// decoded is what decode tells of a text. The members are those of the JSON form.
type decoded struct {
	What    string          `json:"what"`
	Names   string          `json:"names,omitempty"`   // whom
	Issuer  string          `json:"issuer,omitempty"`  // of a JWT
	Ends    *time.Time      `json:"ends,omitempty"`    // when it ends, or has ended
	Ended   bool            `json:"ended,omitempty"`   // by this machine's clock
	Header  json.RawMessage `json:"header,omitempty"`  // of a JWT
	Claims  json.RawMessage `json:"claims,omitempty"`  // of a JWT; nothing of it is verified
	Message json.RawMessage `json:"message,omitempty"` // of an authorization message that STS has decoded
}

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
			b, err := io.ReadAll(io.LimitReader(c.In, mostDecoded))
			if err != nil {
				return err
			}
			text := strings.TrimSpace(string(b))
			if text == "" {
				return usage("nothing to decode on standard input")
			}
			return c.printJSON(c.explain(text))
		},
	}
}

// explain finds out what a text is, by its form alone.
func (c *client) explain(text string) *decoded {
	if parts := strings.Split(text, "."); len(parts) == 3 {
		if d := c.jwt(parts); d != nil {
			return d
		}
	}
	var message struct {
		Allowed *bool           `json:"allowed"`
		Context json.RawMessage `json:"context"`
	}
	if json.Unmarshal([]byte(text), &message) == nil && message.Allowed != nil && message.Context != nil {
		return &decoded{What: "decoded authorization message", Message: json.RawMessage(text)}
	}
	if _, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "=")); err == nil {
		return &decoded{What: "sealed by its issuer: a session token, an encoded authorization message or a refresh token. Only the server that made it can open it; " +
			"for an encoded authorization message: aws sts decode-authorization-message"}
	}
	if _, err := base64.StdEncoding.DecodeString(text); err == nil {
		return &decoded{What: "a session token of AWS, or another sealed text. Only AWS can open it"}
	}
	return &decoded{What: "nothing that is known here"}
}

func (c *client) jwt(parts []string) *decoded {
	header, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil || !json.Valid(header) {
		return nil
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil
	}
	var claims struct {
		Iss      string   `json:"iss"`
		Sub      string   `json:"sub"`
		Use      string   `json:"token_use"`
		Username string   `json:"username"`
		Cognito  string   `json:"cognito:username"`
		Exp      *float64 `json:"exp"`
	}
	if json.Unmarshal(body, &claims) != nil {
		return nil
	}
	d := &decoded{What: "JWT, not verified", Issuer: claims.Iss, Header: header, Claims: body}
	if claims.Use != "" {
		d.What = claims.Use + " token (JWT), not verified"
	}
	for _, name := range []string{claims.Cognito, claims.Username, claims.Sub} {
		if d.Names == "" {
			d.Names = name
		}
	}
	if claims.Exp != nil {
		ends := time.Unix(int64(*claims.Exp), 0).UTC()
		d.Ends, d.Ended = &ends, !c.Now().Before(ends)
	}
	return d
}
