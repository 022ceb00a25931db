package arn

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// ARN is a parsed name. It is comparable.
type ARN struct {
	Partition string // "aws"
	Service   string // "iam"
	Region    string // empty for global services
	AccountID string // empty for resources without an account
	Resource  string // all the rest, colons included
}

// ErrInvalid is the error for a text that is no ARN.
var ErrInvalid = errors.New("arn: invalid")

const (
	parts = 6
	// maxLength is the longest name that is read, in bytes: IAM's bound for ARNs.
	maxLength = 2048
)

// Parse reads an ARN of at most 2048 bytes of UTF-8 without control characters. Partition, service and resource
// must be there; partition, service, region and account hold ASCII letters, digits, '-', '_' and '.' only, so that
// a name cannot be read as another one, nor as a pattern, by looking at its first parts. The only error is
// ErrInvalid, with a zero ARN.
func Parse(s string) (ARN, error) {
	p, ok := split(s)
	if !ok || len(s) > maxLength || p[0] != "arn" || p[1] == "" || p[2] == "" || p[5] == "" || !utf8.ValidString(s) {
		return ARN{}, ErrInvalid
	}
	for _, part := range p[1:5] {
		if strings.IndexFunc(part, func(r rune) bool { return !plain(r) }) >= 0 {
			return ARN{}, ErrInvalid
		}
	}
	if strings.IndexFunc(p[5], func(r rune) bool { return r < ' ' || r == 0x7f }) >= 0 {
		return ARN{}, ErrInvalid
	}
	return ARN{Partition: p[1], Service: p[2], Region: p[3], AccountID: p[4], Resource: p[5]}, nil
}

func plain(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_' || r == '.'
}

// split cuts at the first five colons; ok is false if there are fewer.
func split(s string) (p [parts]string, ok bool) {
	for i := range parts - 1 {
		if p[i], s, ok = strings.Cut(s, ":"); !ok {
			return p, false
		}
	}
	p[parts-1] = s
	return p, true
}

// String writes the ARN.
func (a ARN) String() string {
	return "arn:" + a.Partition + ":" + a.Service + ":" + a.Region + ":" + a.AccountID + ":" + a.Resource
}
