package credentials

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// TokenFile reads the token of an OpenID Connect provider from a file, each time anew: whoever writes the file replaces it before it ends, as Kubernetes does
// with the one that AWS_WEB_IDENTITY_TOKEN_FILE names.
type TokenFile struct {
	Path string
}

// mostToken is the longest WebIdentityToken that STS takes.
const mostToken = 20000

// latestTime is the last second that RFC 3339 can write.
const latestTime = 253402300799

// lineEnd is the room for what an editor leaves behind a token.
const lineEnd = 16

var errTokenFile = errors.New("holds no token")

// Tokens implements TokenSource. The token is ID. Expires is what the token says itself, and zero when it does not say; its signature is for the server to check.
func (f *TokenFile) Tokens(context.Context) (*Tokens, error) {
	file, err := os.Open(f.Path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, mostToken+lineEnd+1))
	if err != nil {
		return nil, err
	}
	token := strings.TrimSpace(string(b))
	if len(b) > mostToken+lineEnd || token == "" || len(token) > mostToken || !printable(token) || strings.Contains(token, " ") {
		return nil, fmt.Errorf("%s %w", f.Path, errTokenFile)
	}
	subject, expires := tokenClaims(token)
	return &Tokens{ID: Secret(token), Expires: expires, Username: subject}, nil
}

// tokenClaims reads who a JWT names and when it ends, without judging it.
func tokenClaims(token string) (subject string, expires time.Time) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", time.Time{}
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return "", time.Time{}
	}
	var claims struct {
		Subject string  `json:"sub"`
		Expires float64 `json:"exp"`
	}
	if json.Unmarshal(b, &claims) != nil {
		return "", time.Time{}
	}
	if claims.Expires > 0 && claims.Expires <= latestTime {
		expires = time.Unix(int64(claims.Expires), 0).UTC()
	}
	return shown(claims.Subject), expires
}
