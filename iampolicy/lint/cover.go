package lint

// covers reports whether pattern a matches everything that pattern b matches. It says no where it is not sure: "?" of a never stands
// for a wildcard of b.
func covers(a, b string) bool {
	star, mark := -1, 0
	i, j := 0, 0
	for j < len(b) {
		switch {
		case i < len(a) && a[i] == '*':
			star, mark = i, j
			i++
		case i < len(a) && (a[i] == b[j] && b[j] != '*' || a[i] == '?' && b[j] != '*'):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(a) && a[i] == '*' {
		i++
	}
	return i == len(a)
}

// allCovered reports whether every pattern of b is covered by one of a.
func allCovered(a, b []string) bool {
	for _, p := range b {
		if !anyCovers(a, p) {
			return false
		}
	}
	return true
}

func anyCovers(list []string, p string) bool {
	for _, a := range list {
		if covers(a, p) {
			return true
		}
	}
	return false
}

// lower gives s with its ASCII letters in lower case, as names of actions, operators and keys are compared.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

func lowerAll(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = lower(s)
	}
	return out
}
