package credentials

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"
)

// APIToken signs a program in with an API token, by SRP: the secret key stays here. Nobody is there to answer a challenge, so every one is a ChallengeError.
type APIToken struct {
	Pool      *UserPool
	AccessKey string // a UUID of version 4
	SecretKey Secret // 32 characters
}

var (
	// ErrAccessKey says that a text is no access key of an API token.
	ErrAccessKey = errors.New("an API token's access key is a UUID, such as 01234567-89ab-4cde-8f01-23456789abcd")
	// ErrSecretKey says that a text is no secret key of an API token.
	ErrSecretKey = errors.New("an API token's secret key has 32 characters")
)

const secretKeyLength = 32

// Tokens implements TokenSource. What can be no API token, such as one whose halves are swapped, is not sent.
func (l *APIToken) Tokens(ctx context.Context) (*Tokens, error) {
	if !uuid4(l.AccessKey) {
		return nil, ErrAccessKey
	}
	if utf8.RuneCountInString(string(l.SecretKey)) != secretKeyLength {
		return nil, ErrSecretKey
	}
	return (&SRP{Pool: l.Pool, Username: l.AccessKey, Password: l.SecretKey}).Tokens(ctx)
}

// uuid4 tells whether a text is a UUID of version 4 (RFC 9562 section 5.4).
func uuid4(s string) bool {
	if len(s) != 36 || s[14] != '4' || !strings.Contains("89abAB", s[19:20]) {
		return false
	}
	for i := range len(s) {
		hyphen := i == 8 || i == 13 || i == 18 || i == 23
		if hyphen != (s[i] == '-') || !hyphen && !strings.Contains("0123456789abcdefABCDEF", s[i:i+1]) {
			return false
		}
	}
	return true
}
