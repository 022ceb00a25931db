package sigv4

import (
	"slices"
	"strings"
)

// maxPairs bounds the work one query can cause: comparing all names with one another is quadratic.
const maxPairs = 256

// pair is one query parameter in canonical encoding: unreserved bytes as they are, all others as %XX. Two
// parameters with the same meaning have the same encoding, so comparing pairs is comparing meanings.
type pair struct{ name, value string }

// parseQuery reads a query into sorted pairs, appended to dst. It refuses what two readers could read
// differently: broken escapes, raw semicolons, empty parameters, and names that differ in letter case only.
func parseQuery(dst []pair, query string) ([]pair, error) {
	for rest, more := query, query != ""; more; {
		var raw string
		raw, rest, more = strings.Cut(rest, "&")
		name, value, _ := strings.Cut(raw, "=")
		if name == "" {
			return nil, incomplete("The query string has a parameter without a name.")
		}
		if len(dst) == maxPairs {
			return nil, incomplete("The query string has too many parameters.")
		}
		name, err := canonicalComponent(name)
		if err != nil {
			return nil, err
		}
		value, err = canonicalComponent(value)
		if err != nil {
			return nil, err
		}
		dst = append(dst, pair{name, value})
	}
	if err := refuseCaseVariants(dst); err != nil {
		return nil, err
	}
	sortPairs(dst)
	return dst, nil
}

// sortPairs orders by encoded name, then by encoded value.
func sortPairs(pairs []pair) {
	slices.SortFunc(pairs, func(a, b pair) int {
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		return strings.Compare(a.value, b.value)
	})
}

// refuseCaseVariants closes CVE-2022-2385: a reader that folds case would take the value of another parameter
// than the one that was signed with the exact name. X-Amz-* parameters may not be repeated at all.
func refuseCaseVariants(pairs []pair) error {
	for i := range pairs {
		for j := range i {
			a, b := pairs[i].name, pairs[j].name
			if !equalFold(a, b) {
				continue
			}
			if a != b {
				return incomplete("The query string has parameters that differ only in letter case.")
			}
			if hasPrefixFold(a, "x-amz-") {
				return incomplete("The query string repeats a parameter of the signature.")
			}
		}
	}
	return nil
}

// appendQuery writes the canonical query, leaving out the signature of a presigned URL.
func appendQuery(dst []byte, pairs []pair, presigned bool) []byte {
	first := true
	for _, p := range pairs {
		if presigned && p.name == paramSignature {
			continue
		}
		if !first {
			dst = append(dst, '&')
		}
		first = false
		dst = append(dst, p.name...)
		dst = append(dst, '=')
		dst = append(dst, p.value...)
	}
	return dst
}

// canonicalComponent decodes a name or value strictly and encodes it again. What is canonical already, as the
// official SDKs send it, is returned as it is.
func canonicalComponent(raw string) (string, error) {
	i := 0
	for i < len(raw) && unreserved(raw[i]) {
		i++
	}
	if i == len(raw) {
		return raw, nil
	}
	out := make([]byte, i, len(raw)+16)
	copy(out, raw)
	for ; i < len(raw); i++ {
		c := raw[i]
		switch {
		case c == '+':
			c = ' '
		case c == ';':
			return "", incomplete("The query string has a raw semicolon.")
		case c == '%':
			if len(raw)-i < 3 {
				return "", incomplete(msgIncompleteHex)
			}
			high, low := unhex(raw[i+1]), unhex(raw[i+2])
			if high > 15 || low > 15 {
				return "", incomplete(msgIllegalHex)
			}
			c = high<<4 | low
			i += 2
		}
		if unreserved(c) {
			out = append(out, c)
		} else {
			out = appendEscaped(out, c)
		}
	}
	return string(out), nil
}

// decodeComponent undoes the canonical encoding, which cannot fail.
func decodeComponent(canonical string) string {
	if !strings.Contains(canonical, "%") {
		return canonical
	}
	out := make([]byte, 0, len(canonical))
	for i := 0; i < len(canonical); i++ {
		c := canonical[i]
		if c == '%' {
			c = unhex(canonical[i+1])<<4 | unhex(canonical[i+2])
			i += 2
		}
		out = append(out, c)
	}
	return string(out)
}

func encodeComponent(plain string) string {
	out := make([]byte, 0, len(plain)+16)
	for i := range len(plain) {
		if c := plain[i]; unreserved(c) {
			out = append(out, c)
		} else {
			out = appendEscaped(out, c)
		}
	}
	return string(out)
}

func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 0xff
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// equalFold compares with ASCII case folding only: no other letter may ever stand for an ASCII one.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && equalFold(s[:len(prefix)], prefix)
}
