package awsfile

import "strings"

func space(c byte) bool { return c == ' ' || c == '\t' }

// comment says whether a line is nothing but a comment.
func comment(text string) bool {
	t := strings.TrimLeft(text, " \t")
	return strings.HasPrefix(t, "#") || strings.HasPrefix(t, ";")
}

// header reads the line that begins a section. What follows the bracket is a comment, whatever it is.
func header(text string) (name string, ok bool) {
	t := strings.TrimLeft(text, " \t")
	if !strings.HasPrefix(t, "[") {
		return "", false
	}
	inner, _, ok := strings.Cut(t[1:], "]")
	return canonical(inner), ok
}

// canonical is the name of a section as it is looked up: one space between the type and the name, and no quotes around the name.
func canonical(name string) string {
	name = strings.TrimSpace(name)
	i := strings.IndexAny(name, " \t")
	if i < 0 {
		return name
	}
	return name[:i] + " " + unquote(strings.TrimLeft(name[i:], " \t"))
}

// trimComment takes off a comment behind a value, which begins after white space.
func trimComment(text string) string {
	for _, mark := range []string{" #", " ;", "\t#", "\t;"} {
		text, _, _ = strings.Cut(text, mark)
	}
	return text
}

// split parts a key, in lower case, from its value at the first "=" or ":".
func split(text string) (key, value string, ok bool) {
	i := strings.IndexAny(text, "=:")
	if i < 0 {
		return "", "", false
	}
	key = strings.ToLower(strings.TrimSpace(text[:i]))
	return key, strings.TrimSpace(text[i+1:]), key != ""
}

// unquote takes off quotes of one kind that are around a whole text.
func unquote(s string) string {
	if quoted(s) {
		return s[1 : len(s)-1]
	}
	return s
}

func quoted(s string) bool {
	return len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0]
}

func lower(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
