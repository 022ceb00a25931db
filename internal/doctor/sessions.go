package doctor

import "time"

// Session is a session of the client, as far as it is known without asking its server.
type Session struct {
	Name     string
	SignedIn bool
	Renews   bool      // its tokens are renewed when they end
	Expires  time.Time // of the tokens that are kept; zero: it is not known
	Trouble  string    // why it cannot be looked at; empty when it can
	SignIn   string    // the command that signs in
}

const nameSession = "session"

// Sessions tells who is signed in, and until when. A sign-in that is needed is nothing that is broken, and so no failure.
func Sessions(list []Session, now time.Time) []Check {
	if len(list) == 0 {
		return []Check{skipped(nameSession, "no session is configured")}
	}
	out := make([]Check, len(list))
	for i := range list {
		out[i] = list[i].check(now)
	}
	return out
}

func (s *Session) check(now time.Time) Check {
	switch {
	case s.Trouble != "":
		return fail(nameSession, s.Name+": "+s.Trouble, "")
	case !s.SignedIn:
		return warn(nameSession, s.Name+": nobody is signed in", s.SignIn)
	case s.Expires.IsZero() && s.Renews:
		return ok(nameSession, s.Name+": signed in, renewed whenever that is needed")
	case s.Expires.IsZero():
		return ok(nameSession, s.Name+": signed in")
	case s.Renews:
		return ok(nameSession, s.Name+": signed in until "+s.Expires.UTC().Format(time.RFC3339)+", and renewed then")
	case !now.Before(s.Expires):
		return warn(nameSession, s.Name+": the sign-in has ended", s.SignIn)
	}
	return ok(nameSession, s.Name+": signed in until "+s.Expires.UTC().Format(time.RFC3339))
}
