package identitypool

import "strconv"

// nameIdentifier is the claim that names the user of a SAML provider.
const nameIdentifier = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"

// values reads a claim as texts. ok is false when it is absent or has a part that is no plain value.
func (l *Login) values(name string) (values []string, list, ok bool) {
	switch name { // what was verified, under whatever names the provider gives it
	case "aud":
		return []string{l.Audience}, false, l.Audience != ""
	case "sub":
		return []string{l.Subject}, false, true
	case nameIdentifier:
		if _, there := l.Claims[name]; !there { // an assertion says it in its subject, and need not say it again
			return []string{l.Subject}, false, true
		}
	}
	switch claim := l.Claims[name].(type) {
	case []string:
		return claim, true, len(claim) > 0
	case []any:
		for _, v := range claim {
			s, ok := text(v)
			if !ok {
				return nil, true, false
			}
			values = append(values, s)
		}
		return values, true, len(values) > 0
	default:
		s, ok := text(claim)
		return []string{s}, false, ok
	}
}

// value reads a claim that has one value, also as a list of one.
func (l *Login) value(name string) (string, bool) {
	values, _, ok := l.values(name)
	if !ok || len(values) != 1 {
		return "", false
	}
	return values[0], true
}

// text writes a plain value of JSON as a text.
func text(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	}
	return "", false
}
