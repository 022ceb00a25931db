package login

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
)

// Target says whose credentials a command is about, as its command line has it.
type Target struct {
	Name    string // of a session; where there is none of this name, of a profile of the shared AWS files
	Profile string // of a profile of the shared AWS files
	Account string // of an SSO session
	Role    string // name of a role of SSO, or ARN of a role
	Alone   bool   // nobody may be asked, not even for a code
}

// Source is where credentials come from: a session, or a profile.
type Source struct {
	Title            string // for people
	Region, Endpoint string // of a program that uses the credentials; either may be empty
	Server           *credentials.Client
	Keys             aws.CredentialsProvider
	session          *Opened // nil for a profile
}

// Source finds the target and makes it ready.
func (c *World) Source(ctx context.Context, t *Target) (*Source, error) {
	if t.Profile != "" {
		if t.Name != "" || t.Account != "" || t.Role != "" {
			return nil, Usage("--profile excludes a session, --account and --role")
		}
		return c.profileSource(ctx, t)
	}
	_, ok, err := c.Lookup(t.Name)
	if err != nil {
		return nil, err
	}
	if !ok && t.Name != "" && c.hasProfile(t.Name) {
		return c.Source(ctx, &Target{Profile: t.Name, Alone: t.Alone})
	}
	return c.SessionSource(t)
}

// SessionSource makes a session ready, whether or not there is a profile of its name.
func (c *World) SessionSource(t *Target) (*Source, error) {
	s, err := c.Choose(t.Name)
	if err != nil {
		return nil, err
	}
	if err := s.narrow(t); err != nil {
		return nil, err
	}
	by := Attended
	if t.Alone {
		by = Alone
	}
	o, err := c.Open(s, by)
	if err != nil {
		return nil, err
	}
	if o.Keys == nil {
		return nil, Usage("session %s gives tokens alone: %s", s.Name, o.withoutKeys)
	}
	return &Source{Title: "session " + s.Name, Region: s.Region, Endpoint: s.Endpoint, Server: o.Server, Keys: c.cached(o, o.Keys, "keys"), session: o}, nil
}

// narrow takes over which account and role a command asks for.
func (s *Session) narrow(t *Target) error {
	if t.Account != "" {
		if s.Kind != KindSSO {
			return Usage("--account is for sessions of SSO, and %s is none", s.Name)
		}
		s.SSOAccount = t.Account
	}
	if t.Role == "" {
		return nil
	}
	isARN := strings.HasPrefix(t.Role, "arn:")
	switch {
	case s.Kind == KindSSO && !isARN:
		s.SSORole = t.Role
	case !isARN:
		return Usage("--role is an ARN for session %s", s.Name)
	case s.Kind == KindUserPool && s.RoleARN == "":
		s.poolRole = t.Role
	default:
		s.RoleARN = t.Role
	}
	return nil
}

// Credentials gives the target's credentials.
func (c *World) Credentials(ctx context.Context, t *Target) (*Source, aws.Credentials, error) {
	src, err := c.Source(ctx, t)
	if err != nil {
		return nil, aws.Credentials{}, err
	}
	k, err := src.Keys.Retrieve(ctx)
	return src, k, err
}
