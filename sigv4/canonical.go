package sigv4

import (
	"net/http"
	"strings"
)

const upperHex = "0123456789ABCDEF"

// unreserved reports the bytes that are never percent-encoded (RFC 3986, section 2.3).
func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '.' || c == '_' || c == '~'
}

func appendEscaped(dst []byte, c byte) []byte {
	return append(dst, '%', upperHex[c>>4], upperHex[c&15])
}

// cutTarget splits a request target into path and query; had tells whether there was a question mark.
func cutTarget(target string) (path, query string, had bool) {
	return strings.Cut(target, "?")
}

// appendPath writes the canonical form of a path for every service but S3: the path as sent, which is already
// encoded once, encoded once more. Distinct paths therefore have distinct canonical forms.
func appendPath(dst []byte, path string) []byte {
	for i := range len(path) {
		if c := path[i]; unreserved(c) || c == '/' {
			dst = append(dst, c)
		} else {
			dst = appendEscaped(dst, c)
		}
	}
	return dst
}

// normalPath reports whether a path is absolute and has no empty and no dot segments. Signers disagree on the
// canonical form of other paths (some normalise them, some do not) and so do routers, so those are refused.
func normalPath(path string) bool {
	if path == "" || path[0] != '/' {
		return false
	}
	for rest, more := path[1:], true; more; {
		var segment string
		segment, rest, more = strings.Cut(rest, "/")
		if segment == "." || segment == ".." || segment == "" && more {
			return false
		}
	}
	return true
}

// normalise removes dot segments and empty segments (RFC 3986, section 5.2.4, and AWS's rule on redundant
// slashes) and keeps a trailing slash. It is for signing only.
func normalise(path string) string {
	var kept []string
	segments := strings.Split(path, "/")
	for _, segment := range segments {
		switch segment {
		case "", ".":
		case "..":
			kept = kept[:max(len(kept)-1, 0)]
		default:
			kept = append(kept, segment)
		}
	}
	last := segments[len(segments)-1]
	out := "/" + strings.Join(kept, "/")
	if len(kept) > 0 && (last == "" || last == "." || last == "..") {
		out += "/"
	}
	return out
}

// appendHeaders writes the canonical headers, one line each, and a blank line. A signed header that is absent,
// or a value that could forge a line, makes it fail.
func appendHeaders(dst []byte, r *Request, names []string) ([]byte, bool) {
	for _, name := range names {
		dst = append(dst, name...)
		dst = append(dst, ':')
		if name == "host" {
			dst = append(dst, r.Host...)
			dst = append(dst, '\n')
			continue
		}
		values := lookup(r.Header, name)
		if len(values) == 0 {
			return dst, false
		}
		for i, v := range values {
			if i > 0 {
				dst = append(dst, ',')
			}
			var ok bool
			if dst, ok = appendFolded(dst, v); !ok {
				return dst, false
			}
		}
		dst = append(dst, '\n')
	}
	return append(dst, '\n'), true
}

// appendNames writes the list of signed headers.
func appendNames(dst []byte, names []string) []byte {
	for i, name := range names {
		if i > 0 {
			dst = append(dst, ';')
		}
		dst = append(dst, name...)
	}
	return dst
}

// appendFolded writes a header value without outer blanks and with runs of spaces folded into one.
func appendFolded(dst []byte, v string) ([]byte, bool) {
	v = strings.Trim(v, " \t")
	from := 0 // what is before is written
	var last byte
	for i := range len(v) {
		c := v[i]
		if c <= ' ' || c == 0x7f {
			if c != ' ' && c != '\t' {
				return dst, false
			}
			if c == ' ' && last == ' ' {
				dst = append(dst, v[from:i]...)
				from = i + 1
			}
		}
		last = c
	}
	return append(dst, v[from:]...), true
}

// lookup finds a header by its lower-case name without allocating.
func lookup(h http.Header, name string) []string {
	var stack [64]byte
	key := stack[:0]
	upper := true
	for i := range len(name) {
		c := name[i]
		if upper && 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		key = append(key, c)
		upper = c == '-'
	}
	return h[string(key)]
}
