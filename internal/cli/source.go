package cli

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/credentials"
)

// target says whose credentials a command is about, as its command line has it.
type target struct {
	name    string // of a session; where there is none of this name, of a profile of the shared AWS files
	profile string // of a profile of the shared AWS files
	account string // of an SSO session
	role    string // name of a role of SSO, or ARN of a role
	alone   bool   // nobody may be asked, not even for a code
}

// flags gives a command the flags that choose a target.
func (t *target) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&t.profile, "profile", "", "take the credentials of a profile of the shared AWS files, as SDKs do")
	cmd.Flags().StringVar(&t.account, "account", "", "account, for a session of SSO")
	cmd.Flags().StringVar(&t.role, "role", "", "role: its name for a session of SSO, its ARN for others")
}

// source is where credentials come from: a session, or a profile.
type source struct {
	title            string // for people
	region, endpoint string // of a program that uses the credentials; either may be empty
	server           *credentials.Client
	keys             aws.CredentialsProvider
	session          *opened // nil for a profile
}

// source finds the target and makes it ready.
func (c *client) source(ctx context.Context, t *target) (*source, error) {
	if t.profile != "" {
		if t.name != "" || t.account != "" || t.role != "" {
			return nil, usage("--profile excludes a session, --account and --role")
		}
		return c.profileSource(ctx, t)
	}
	_, ok, err := c.lookup(t.name)
	if err != nil {
		return nil, err
	}
	if !ok && t.name != "" && c.hasProfile(t.name) {
		return c.source(ctx, &target{profile: t.name, alone: t.alone})
	}
	return c.sessionSource(t)
}

// sessionSource makes a session ready, whether or not there is a profile of its name.
func (c *client) sessionSource(t *target) (*source, error) {
	s, err := c.choose(t.name)
	if err != nil {
		return nil, err
	}
	if err := s.narrow(t); err != nil {
		return nil, err
	}
	by := attended
	if t.alone {
		by = alone
	}
	o, err := c.open(s, by)
	if err != nil {
		return nil, err
	}
	if o.keys == nil {
		return nil, usage("session %s gives tokens alone: %s", s.name, o.withoutKeys)
	}
	return &source{title: "session " + s.name, region: s.region, endpoint: s.endpoint, server: o.server, keys: c.cached(o, o.keys, "keys"), session: o}, nil
}

// narrow takes over which account and role a command asks for.
func (s *session) narrow(t *target) error {
	if t.account != "" {
		if s.kind != kindSSO {
			return usage("--account is for sessions of SSO, and %s is none", s.name)
		}
		s.ssoAccount = t.account
	}
	if t.role == "" {
		return nil
	}
	isARN := strings.HasPrefix(t.role, "arn:")
	switch {
	case s.kind == kindSSO && !isARN:
		s.ssoRole = t.role
	case !isARN:
		return usage("--role is an ARN for session %s", s.name)
	case s.kind == kindUserPool && s.roleARN == "":
		s.poolRole = t.role
	default:
		s.roleARN = t.role
	}
	return nil
}

// credentials gives the target's credentials.
func (c *client) credentials(ctx context.Context, t *target) (*source, aws.Credentials, error) {
	src, err := c.source(ctx, t)
	if err != nil {
		return nil, aws.Credentials{}, err
	}
	k, err := src.keys.Retrieve(ctx)
	return src, k, err
}

// arg gives the only argument of a command, or nothing.
func arg(args []string) string { return strings.Join(args, "") }
