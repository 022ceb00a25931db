package iampolicy

import (
	"strings"
	"unicode/utf8"
)

// unit is one element of a compiled pattern.
type unit struct {
	kind unitKind
	text string    // of a literal
	ref  *variable // of a variable
}

type unitKind uint8

const (
	literal unitKind = iota
	anyRun           // "*": any characters, also none, also "/" and ":"
	anyOne           // "?": exactly one character
	fromContext
)

// glob reports whether the whole of s matches the units, which hold no variables. It remembers only the latest "*": giving an earlier
// one more characters can never help where the latest cannot, so the cost is at most len(s) times the length of the pattern.
func glob(units []unit, s string) bool {
	star, mark := -1, 0 // the latest "*" and where the text after it was last tried
	for u, i := 0, 0; ; {
		if u == len(units) && i == len(s) {
			return true
		}
		if u < len(units) {
			switch k := &units[u]; {
			case k.kind == anyRun:
				if u == len(units)-1 {
					return true
				}
				if mark = seek(units[u+1:], s, i); mark < 0 {
					return false
				}
				star, i, u = u, mark, u+1
				continue
			case k.kind == anyOne && i < len(s):
				i, u = i+width(s[i:]), u+1
				continue
			case k.kind == literal && strings.HasPrefix(s[i:], k.text):
				i, u = i+len(k.text), u+1
				continue
			}
		}
		if star < 0 || mark >= len(s) {
			return false
		}
		if mark = seek(units[star+1:], s, mark+width(s[mark:])); mark < 0 {
			return false
		}
		u, i = star+1, mark
	}
}

// seek returns the first place at or after from where the units after a "*" could begin, or -1.
func seek(rest []unit, s string, from int) int {
	if rest[0].kind != literal {
		return from
	}
	if len(rest) == 1 { // a pattern that ends in this text matches only at the end
		if at := len(s) - len(rest[0].text); at >= from && strings.HasSuffix(s, rest[0].text) {
			return at
		}
		return -1
	}
	at := strings.Index(s[from:], rest[0].text)
	if at < 0 {
		return -1
	}
	return from + at
}

func width(s string) int {
	if s[0] < utf8.RuneSelf {
		return 1
	}
	_, n := utf8.DecodeRuneInString(s)
	return n
}
