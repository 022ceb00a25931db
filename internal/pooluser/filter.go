package pooluser

import (
	"slices"
	"strings"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// filter is a parsed ListUsers filter: attribute, = or ^=, and a value in double quotes. The zero filter passes everybody
// (https://docs.aws.amazon.com/cognito/latest/developerguide/how-to-manage-user-accounts.html).
type filter struct {
	attribute string
	prefix    bool // ^=
	value     string
}

// searchable lists what users can be searched by; custom attributes cannot.
func searchable() []string {
	return []string{
		"username", "email", "phone_number", "name", "given_name", "family_name", "preferred_username", "cognito:user_status", "status", "sub",
	}
}

// parseFilter reads a filter: white space is allowed around its three parts, and \" and \\ stand for a quote and a backslash in the value.
func parseFilter(text string) (filter, error) {
	bad := api.InvalidParameterException.New("Error while parsing filter")
	text = strings.Trim(text, " ")
	if text == "" {
		return filter{}, nil
	}
	i := strings.IndexAny(text, "=^")
	if i < 0 {
		return filter{}, bad
	}
	f := filter{attribute: strings.Trim(text[:i], " ")}
	rest := text[i:]
	if rest, f.prefix = strings.CutPrefix(rest, "^"); rest == "" || rest[0] != '=' {
		return filter{}, bad
	}
	value, ok := unquote(strings.TrimLeft(rest[1:], " "))
	if !ok {
		return filter{}, bad
	}
	f.value = value
	if len(f.attribute) > 1 && f.attribute[0] == '"' && f.attribute[len(f.attribute)-1] == '"' {
		f.attribute = f.attribute[1 : len(f.attribute)-1] // cognito:user_status is often written in quotes
	}
	if !slices.Contains(searchable(), f.attribute) {
		return filter{}, api.InvalidParameterException.New("Invalid search attribute: %s", f.attribute)
	}
	return f, nil
}

// unquote reads exactly one string in double quotes.
func unquote(s string) (string, bool) {
	if len(s) < 2 || s[0] != '"' {
		return "", false
	}
	var out strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return out.String(), i == len(s)-1
		case '\\':
			i++
			if i == len(s) || s[i] != '"' && s[i] != '\\' {
				return "", false
			}
		}
		out.WriteByte(s[i])
	}
	return "", false
}

// query chooses the index that serves the filter, and says whether it serves it wholly. Otherwise the users it gives must still be matched.
func (f *filter) query(p *directory.Pool) (q store.Query, whole bool) {
	q = store.Query{Index: "by_username", Prefix: []string{p.ID}}
	value := f.value
	switch f.attribute {
	case "":
		return q, true
	case "username":
		value = p.Canonical(value)
	case "sub":
		q.Index = ""
	case "email", "phone_number":
		q.Index = "by_" + f.attribute
	case "cognito:user_status":
		q.Index, value = "by_status", upper(value)
	default:
		return q, false
	}
	if f.prefix {
		q.StartsWith = value
	} else {
		q.Prefix = append(q.Prefix, value)
	}
	return q, true
}

// match says whether a user passes, for the attributes that no index serves.
func (f *filter) match(u *directory.User) bool {
	have := u.Attributes[f.attribute]
	if f.attribute == "status" {
		have = "Disabled"
		if u.Enabled {
			have = "Enabled"
		}
	}
	if f.prefix {
		return strings.HasPrefix(have, f.value) && have != ""
	}
	return have == f.value && have != ""
}

func upper(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r + 'A' - 'a'
		}
		return r
	}, s)
}
