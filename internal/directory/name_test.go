package directory

import "testing"

func TestNameUser(t *testing.T) {
	plain, aliases := &Pool{}, &Pool{AliasAttributes: []string{"email"}}
	mail, phone, both := &Pool{UsernameAttributes: []string{"email"}}, &Pool{UsernameAttributes: []string{"phone_number"}}, &Pool{UsernameAttributes: []string{"email", "phone_number"}}
	for _, c := range []struct {
		pool           *Pool
		typed, had     string
		problem        string
		username, mail string
	}{
		{plain, "ada", "", "", "ada", ""},
		{plain, "a@x.example", "", "", "a@x.example", ""},
		{aliases, "a@x.example", "", "Username cannot be of email format, since user pool is configured for email alias.", "", ""},
		{aliases, "+15550100", "", "", "+15550100", ""},
		{mail, "a@x.example", "", "", "sub", "a@x.example"},
		{mail, "A@x.example", "a@x.example", "", "sub", "A@x.example"},
		{mail, "a@x.example", "b@x.example", "User email should be empty or same as username, since username attribute is email", "", "b@x.example"},
		{mail, "ada", "", "Username should be an email.", "", ""},
		{mail, "+15550100", "", "Username should be an email.", "", ""},
		{phone, "a@x.example", "", "Username should be a phone number.", "", ""},
		{both, "ada", "", "Username should be either an email or a phone number.", "", ""},
		{both, "+15550100", "", "", "sub", ""},
	} {
		u := &User{Sub: "sub"}
		if c.had != "" {
			u.Attributes = map[string]string{"email": c.had}
		}
		if problem := c.pool.NameUser(u, c.typed); problem != c.problem || u.Username != c.username || u.Attributes["email"] != c.mail {
			t.Errorf("%q: %q, %+v", c.typed, problem, u)
		}
	}
}
