package record

import (
	"io"
	"strings"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/draw"
)

// Fold gives a name as it is compared: ASCII letters in lower case, all else as it is. Names are unique without regard to case
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
func Fold(name string) string { return caller.Fold(name) }

// ARN builds the ARN of an IAM resource: kind is user, group, role or policy; path begins and ends with "/".
func ARN(account, kind, path, name string) string {
	return "arn:aws:iam::" + account + ":" + kind + path + name
}

// RootARN is the ARN of the account itself.
func RootARN(account string) string { return "arn:aws:iam::" + account + ":root" }

// SplitARN takes the ARN of a user, group, role or policy apart. The path is left out: whoever finds the record compares the whole ARN.
func SplitARN(arn string) (account, kind, name string, ok bool) {
	rest, ok := strings.CutPrefix(arn, "arn:aws:iam::")
	if !ok {
		return "", "", "", false
	}
	account, rest, ok = strings.Cut(rest, ":")
	if !ok {
		return "", "", "", false
	}
	kind, rest, ok = strings.Cut(rest, "/")
	name = rest[strings.LastIndexByte(rest, '/')+1:]
	return account, kind, name, ok && name != ""
}

// Prefixes of ids (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html).
const (
	PrefixUser      = "AIDA"
	PrefixGroup     = "AGPA"
	PrefixRole      = "AROA"
	PrefixPolicy    = "ANPA"
	PrefixAccessKey = "AKIA"
)

// idLength is the length of an entity's id: a prefix and 17 characters, 85 bits.
const idLength = 21

// NewID draws an id of an entity.
func NewID(random io.Reader, prefix string) (string, error) {
	text, err := draw.Text(random, draw.Base32, idLength-len(prefix))
	return prefix + text, err
}

// NewAccessKeyID draws the id of a long-term access key of an account.
func NewAccessKeyID(random io.Reader, account string) (string, error) {
	return caller.NewAccessKeyID(random, PrefixAccessKey, account)
}

// IsEntityID reports whether s has the form of a user's or role's unique id.
func IsEntityID(s string) bool {
	if len(s) != idLength || (s[:4] != PrefixUser && s[:4] != PrefixRole) {
		return false
	}
	for i := 4; i < len(s); i++ {
		if strings.IndexByte(draw.Base32, s[i]) < 0 {
			return false
		}
	}
	return true
}
