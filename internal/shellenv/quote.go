package shellenv

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/mayfly-id/mayfly/credentials"
)

// What stands in the way of a variable.
var (
	errName    = errors.New("a name has letters, digits and _, and begins with no digit")
	errZero    = errors.New("the value has a zero byte, which no environment takes")
	errNotText = errors.New("the value is not UTF-8")
	errDotenv  = errors.New("readers of dotenv files do not agree on a form for its value")
	errTwice   = errors.New("it is to be set and removed")
)

const nameAlphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"

// check refuses what no language can say. A name stands outside of quotes, so that this is what keeps it from being a command.
func check(name, value string) error {
	if name == "" || name[0] >= '0' && name[0] <= '9' || strings.Trim(name, nameAlphabet) != "" {
		return errName
	}
	if strings.IndexByte(value, 0) >= 0 {
		return errZero
	}
	return nil
}

func quotedName(name string) string { return strconv.QuoteToASCII(name) }

// posix quotes with single quotes, in which nothing has a meaning but their end (POSIX.1-2024, XCU 2.2.2). A quote of the value stands between two such texts,
// behind a backslash, which zsh reads alike whether RC_QUOTES is set or not.
func posix(value string) string {
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}

// fish quotes with single quotes, in which the backslash has a meaning before itself and a quote.
// https://fishshell.com/docs/current/language.html#quotes
func fish(value string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(value) + "'"
}

// powerShell quotes what is printable ASCII with single quotes, in which only a quote has a meaning, and writes the rest by numbers of UTF-16: Windows reads the
// output of a program in a code page of its own, its shells make lines of it, and four more characters are single quotes to PowerShell.
// https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules
func powerShell(value string) (string, error) {
	if !utf8.ValidString(value) {
		return "", errNotText
	}
	var out strings.Builder
	out.WriteByte('\'')
	open := true // whether out stands within quotes
	for _, unit := range utf16.Encode([]rune(value)) {
		plain := unit >= ' ' && unit <= '~'
		switch {
		case plain && !open:
			out.WriteString(" + '")
		case !plain && open:
			out.WriteString("'")
		}
		open = plain
		switch {
		case !plain:
			fmt.Fprintf(&out, " + [char]0x%04X", unit)
		case unit == '\'':
			out.WriteString("''")
		default:
			out.WriteByte(byte(unit))
		}
	}
	if open {
		out.WriteByte('\'')
	}
	return out.String(), nil
}

// bareAlphabet are the characters that every reader of a dotenv file takes as they are, without quotes. That is how Docker's --env-file has to have them, to
// which quotes are part of the value.
const bareAlphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+/=.:,@%"

// dotenvValue writes a value so that all readers take it alike: bare where it can be, else in single quotes, which keep everything but what some reader has a
// meaning for there: a single quote, a backslash before another one or the end, "${", and characters that do not print. There is no form for a value with these.
func dotenvValue(value string) (string, error) {
	if strings.Trim(value, bareAlphabet) == "" {
		return value, nil
	}
	switch {
	case !utf8.ValidString(value):
		return "", errNotText
	case strings.ContainsRune(value, '\''), strings.ContainsFunc(value, hidden), strings.Contains(value, "${"), strings.Contains(value, `\\`),
		strings.HasSuffix(value, `\`):
		return "", errDotenv
	}
	return "'" + value + "'", nil
}

// hidden reports whether a character is a control, ends lines to some reader, or is the mark at the beginning of a file.
func hidden(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' || r == '\ufeff'
}

// writeJSON writes one object, a member in each line.
func writeJSON(text *strings.Builder, set map[string]credentials.Secret, remove []string) error {
	members := map[string]*string{}
	for _, name := range remove {
		members[name] = nil
	}
	for name, value := range set {
		members[name] = (*string)(&value)
	}
	for i, name := range slices.Sorted(maps.Keys(members)) {
		line, err := member(name, members[name])
		if err != nil {
			return &ValueError{Name: name, Shell: JSON, cause: err}
		}
		if i > 0 {
			text.WriteByte(',')
		} else {
			text.WriteByte('{')
		}
		text.WriteString("\n  " + line)
	}
	if len(members) == 0 {
		text.WriteByte('{')
	}
	text.WriteString("\n}\n")
	return nil
}

// member writes one member of an object.
func member(name string, value *string) (string, error) {
	if value == nil {
		return `"` + name + `": null`, check(name, "")
	}
	if err := check(name, *value); err != nil {
		return "", err
	}
	if !utf8.ValidString(*value) { // which the encoder would replace
		return "", errNotText
	}
	b, err := json.Marshal(*value)
	return `"` + name + `": ` + string(b), err
}
