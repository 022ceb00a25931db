package directory

import (
	"fmt"
	"slices"
)

// NameUser gives a new user the name that was typed; the problem, which never holds a value, says in Cognito's words why the name cannot be; "" when it can.
// Where the pool's user name is an attribute, the name must be such an address: it becomes the attribute, and the user name is the sub. Where addresses are
// aliases, a user name must not look like one, so that neither can stand for the other.
func (p *Pool) NameUser(u *User, typed string) (problem string) {
	kind, noun := "", ""
	switch {
	case IsEmail(typed):
		kind, noun = "email", "email"
	case IsPhoneNumber(typed):
		kind, noun = "phone_number", "phone number"
	}
	if len(p.UsernameAttributes) == 0 {
		if kind != "" && slices.Contains(p.AliasAttributes, kind) {
			return fmt.Sprintf("Username cannot be of %s format, since user pool is configured for %s alias.", noun, noun)
		}
		u.Username = typed
		return ""
	}
	switch {
	case kind != "" && p.IsUsername(kind):
	case len(p.UsernameAttributes) > 1:
		return "Username should be either an email or a phone number."
	case p.IsUsername("email"):
		return "Username should be an email."
	default:
		return "Username should be a phone number."
	}
	if given := u.Attributes[kind]; given != "" && p.Canonical(given) != p.Canonical(typed) {
		return fmt.Sprintf("User %s should be empty or same as username, since username attribute is %s", noun, noun)
	}
	if u.Attributes == nil {
		u.Attributes = map[string]string{}
	}
	u.Attributes[kind], u.Username = typed, u.Sub
	return ""
}
