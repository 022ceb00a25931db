package login

import "github.com/mayfly-id/mayfly/credentials"

// family are the variables in which programs of one kind have a user name and a password.
type family struct{ username, password []string }

// families gives the variables by the name that a session has for them. Mayfly's own count for every session.
func families() map[string]family {
	return map[string]family{
		"":           {},
		"stax":       {[]string{"STAX_ACCESS_KEY"}, []string{"STAX_SECRET_KEY"}},
		"echostream": {[]string{"ECHOSTREAM_USERNAME", "USER_NAME"}, []string{"ECHOSTREAM_PASSWORD", "PASSWORD"}},
		"cognito":    {[]string{"COGNITO_USERNAME"}, []string{"COGNITO_PASSWORD"}},
	}
}

// Given reads who signs in, and with what, out of the environment. Either may be empty.
func (c *World) Given(s *Session) (username string, password credentials.Secret) {
	f := families()[s.variables]
	first := func(names ...string) string {
		for _, n := range names {
			if v := c.Getenv(n); v != "" {
				return v
			}
		}
		return ""
	}
	username = first(append([]string{"MAYFLY_ACCESS_KEY"}, f.username...)...)
	password = credentials.Secret(first(append([]string{"MAYFLY_SECRET_KEY"}, f.password...)...))
	if username == "" {
		username = s.username
	}
	return username, password
}
