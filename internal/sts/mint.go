package sts

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/caller"
)

// Minter makes temporary credentials.
type Minter interface {
	Mint(p caller.Principal) (caller.Credentials, error)
}

// Preferences knows which version of tokens an account takes from the global endpoint: 1 or 2
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_SetSecurityTokenServicePreferences.html).
type Preferences interface {
	TokenVersion(ctx context.Context, account string) (int, error)
}

// mint makes the credentials. Those of the global endpoint are good in the Regions that are enabled by default, unless their account prefers version 2.
func mint(ctx context.Context, m Minter, preferences Preferences, p caller.Principal) (caller.Credentials, error) {
	if caller.RequestFrom(ctx).Global {
		version, err := preferences.TokenVersion(ctx, p.Account)
		if err != nil {
			return caller.Credentials{}, err
		}
		p.Session.DefaultRegions = version == 1
	}
	return m.Mint(p)
}

func (s *Service) mint(ctx context.Context, p caller.Principal) (caller.Credentials, error) {
	return mint(ctx, s.Minter, s.Preferences, p)
}
