package iampolicy

// Names of actions, condition operators and condition keys ignore case, and only that of ASCII letters: Unicode folding would let
// a Kelvin sign stand for a "k" in a security decision.

// lower returns s with its ASCII letters in lower case, and s itself where nothing changes.
func lower(s string) string {
	for i := 0; i < len(s); i++ {
		if upperByte(s[i]) {
			b := []byte(s)
			for j := i; j < len(b); j++ {
				b[j] = lowerByte(b[j])
			}
			return string(b)
		}
	}
	return s
}

// equalFold reports whether a and b differ at most in the case of ASCII letters.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i < len(a); i++ {
		if lowerByte(a[i]) != lowerByte(b[i]) {
			return false
		}
	}
	return true
}

func upperByte(c byte) bool { return 'A' <= c && c <= 'Z' }

func lowerByte(c byte) byte {
	if upperByte(c) {
		return c + 'a' - 'A'
	}
	return c
}

func digitByte(c byte) bool { return '0' <= c && c <= '9' }

func alnumByte(c byte) bool { c = lowerByte(c); return digitByte(c) || 'a' <= c && c <= 'z' }

// only reports whether every byte of s satisfies ok.
func only(s string, ok func(byte) bool) bool {
	for i := 0; i < len(s); i++ {
		if !ok(s[i]) {
			return false
		}
	}
	return true
}
