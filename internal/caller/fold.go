package caller

// Fold gives s with its ASCII letters in lower case and all else as it is. Names and tag keys meet in nothing but that: a wider folding would
// make characters equal that no administrator takes for each other.
func Fold(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			return fold(s)
		}
	}
	return s
}

func fold(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
