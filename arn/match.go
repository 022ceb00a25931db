package arn

import (
	"strings"
	"unicode/utf8"
)

// Match reports whether s matches pattern as IAM's ArnLike does: both have six parts, and each part of the pattern,
// in which * and ? are wildcards, matches the same part of s. A wildcard never reaches over one of the first five
// colons. Source: AWS, "IAM JSON policy elements: Condition operators", ARN condition operators.
func Match(pattern, s string) bool {
	p, ok := split(pattern)
	if !ok {
		return false
	}
	q, ok := split(s)
	if !ok {
		return false
	}
	for i := range p {
		if !Wildcard(p[i], q[i]) {
			return false
		}
	}
	return true
}

// Wildcard reports whether the whole of s matches pattern, in which * stands for any text, also none, and ? for
// exactly one character. Nothing else is special, and case counts. It does not allocate. The time is linear in
// len(s) for each piece of the pattern between two stars; a piece that holds ? is tried at every place, so that
// len(pattern)·len(s) steps are the bound in every case.
func Wildcard(pattern, s string) bool {
	head, rest, starred := strings.Cut(pattern, "*")
	n, ok := prefix(head, s)
	if !ok || !starred {
		return ok && n == len(s)
	}
	s = s[n:]
	for {
		piece, after, more := strings.Cut(rest, "*")
		if !more {
			return suffix(piece, s)
		}
		if n = find(piece, s); n < 0 {
			return false
		}
		// The leftmost place is the best one: it leaves the most to the pieces that follow.
		s, rest = s[n:], after
	}
}

// prefix matches a piece at the beginning of s and gives the length of what it took.
func prefix(piece, s string) (n int, ok bool) {
	for i := 0; i < len(piece); i++ {
		if n == len(s) {
			return 0, false
		}
		if piece[i] == '?' {
			_, size := utf8.DecodeRuneInString(s[n:])
			n += size
			continue
		}
		if piece[i] != s[n] {
			return 0, false
		}
		n++
	}
	return n, true
}

// suffix matches a piece at the end of s: it takes as many characters as the piece has.
func suffix(piece, s string) bool {
	from := len(s)
	for range utf8.RuneCountInString(piece) {
		if from == 0 {
			return false
		}
		_, size := utf8.DecodeLastRuneInString(s[:from])
		from -= size
	}
	n, ok := prefix(piece, s[from:])
	return ok && n == len(s)-from
}

// find gives the end of the leftmost match of a piece in s, or -1.
func find(piece, s string) int {
	if strings.IndexByte(piece, '?') < 0 {
		if at := strings.Index(s, piece); at >= 0 {
			return at + len(piece)
		}
		return -1
	}
	for from := 0; from < len(s); {
		if n, ok := prefix(piece, s[from:]); ok {
			return from + n
		}
		_, size := utf8.DecodeRuneInString(s[from:])
		from += size
	}
	return -1
}
