package login

import (
	"fmt"
	"strings"
)

// DefaultSession is the session of commands that name none.
const DefaultSession = "default"

// Choose finds the session that a command is about: the one it names, MAYFLY_SESSION, the only one there is, or the default.
func (c *World) Choose(name string) (*Session, error) {
	s, ok, err := c.Lookup(name)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, c.none(name, s.Name)
	}
	if err := s.Check(); err != nil {
		return nil, c.located(s, err)
	}
	return s, nil
}

// none says that a session is not there. given is what the command names, if anything.
func (c *World) none(given, name string) error {
	if f, err := c.LoadConfig(); err == nil && given == "" && c.Getenv("MAYFLY_SESSION") == "" && len(f.Names()) > 0 {
		return Usage("name a session: %s", strings.Join(f.Names(), ", "))
	}
	return Usage("there is no session %s: run %s configure %s --server URL", name, c.Self, name)
}

// located adds to what is wrong with a session where in the file that may be.
func (c *World) located(s *Session, err error) error {
	f, failed := c.LoadConfig()
	if failed != nil {
		return err
	}
	text := ", in " + f.Path
	for _, p := range f.Unknown() {
		if p.Session == s.Name {
			text += fmt.Sprintf("; line %d says %s, which is no setting", p.Line, p.What)
		}
	}
	return Usage("%w%s", err, text)
}

// Lookup finds a session as Choose does; ok is false when it is not configured.
func (c *World) Lookup(name string) (s *Session, ok bool, err error) {
	f, err := c.LoadConfig()
	if err != nil {
		return nil, false, err
	}
	if name == "" {
		name = c.Getenv("MAYFLY_SESSION")
	}
	if all := f.Names(); name == "" && len(all) == 1 {
		name = all[0]
	}
	if name == "" {
		name = DefaultSession
	}
	s, ok = f.Session(name)
	return s, ok, nil
}
