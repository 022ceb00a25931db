package directory

import (
	"context"
	"errors"
	"strings"

	"github.com/mayfly-id/mayfly/internal/store"
)

// Tables lists the tables of this package, for opening the store.
func Tables() []store.AnyTable { return []store.AnyTable{Pools, Clients, Users} }

// Canonical gives a name as the pool compares it: folded in ASCII only, so that no two scripts' letters ever meet.
func (p *Pool) Canonical(name string) string {
	if p.CaseSensitive {
		return name
	}
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, name)
}

// FindUser finds a user by what they typed: user name, sub, or an alias of the pool. store.ErrNotFound when there is none.
func FindUser(ctx context.Context, r store.Reader, p *Pool, name string) (store.Row[User], error) {
	c := p.Canonical(name)
	for _, index := range []string{"by_username", "by_email_alias", "by_phone_alias", "by_preferred_alias"} {
		row, err := Users.Find(ctx, r, index, p.ID, c)
		if !errors.Is(err, store.ErrNotFound) {
			return row, err
		}
		if index == "by_username" && len(p.UsernameAttributes) == 0 && len(p.AliasAttributes) == 0 {
			break
		}
	}
	return Users.Get(ctx, r, p.ID, name) // the sub names the user too
}
