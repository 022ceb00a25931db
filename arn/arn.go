// Package arn parses, formats and matches Amazon Resource Names
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html).
//
// It is pure and knows no service: what a resource part means is for others.
package arn

import (
	"errors"
	"strings"
)

// ARN is a parsed name: arn:partition:service:region:account:resource.
type ARN struct{ Partition, Service, Region, AccountID, Resource string }

// ErrInvalid is the error for a text that is no ARN.
var ErrInvalid = errors.New("arn: invalid")

const parts = 6

// Parse reads an ARN. Partition, service and resource must be there; region and account may be empty. The resource may hold colons.
func Parse(s string) (ARN, error) {
	p := strings.SplitN(s, ":", parts)
	if len(p) != parts || p[0] != "arn" || p[1] == "" || p[2] == "" || p[5] == "" {
		return ARN{}, ErrInvalid
	}
	return ARN{Partition: p[1], Service: p[2], Region: p[3], AccountID: p[4], Resource: p[5]}, nil
}

// String writes the ARN.
func (a ARN) String() string {
	return strings.Join([]string{"arn", a.Partition, a.Service, a.Region, a.AccountID, a.Resource}, ":")
}

// Match reports whether s matches pattern as IAM's ArnLike does: both have six parts, and each part of the pattern, in which * and ? are
// wildcards, matches the part of s. A wildcard never reaches over a colon but in the resource.
func Match(pattern, s string) bool {
	p, q := strings.SplitN(pattern, ":", parts), strings.SplitN(s, ":", parts)
	if len(p) != parts || len(q) != parts {
		return false
	}
	for i := range p {
		if !Wildcard(p[i], q[i]) {
			return false
		}
	}
	return true
}

// Wildcard reports whether the whole of s matches pattern, in which * stands for any text and ? for any one character. It takes time
// proportional to len(pattern)·len(s) at most, and regards case.
func Wildcard(pattern, s string) bool {
	p, q := []rune(pattern), []rune(s)
	i, j, star, mark := 0, 0, -1, 0
	for j < len(q) {
		switch {
		case i < len(p) && p[i] == '*':
			star, mark = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == q[j]):
			i++
			j++
		case star >= 0: // let the last star take one more character
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}
