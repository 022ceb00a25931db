package directory

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/internal/store"
)

// Tables lists the tables of this package, for opening the store.
func Tables() []store.AnyTable {
	return []store.AnyTable{Pools, Clients, Users, Groups, Members, Devices, Passkeys, Providers, ProviderIDs, UserLinks, Domains, ResourceServers, RetiredPools, RetiredClients}
}

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

// FindUser finds a user by what they typed: user name, an alias of the pool, or sub. store.ErrNotFound when there is none.
// InsertUser and UpdateUser see to it that no name stands for two users.
//
// Every way is tried whatever the others gave, so that the time does not tell whether, or by which name, somebody was found.
func FindUser(ctx context.Context, r store.Reader, p *Pool, name string) (store.Row[User], error) {
	c := p.Canonical(name)
	found, err := Users.Find(ctx, r, "by_username", p.ID, c)
	for _, index := range p.aliasIndexes() {
		row, rerr := Users.Find(ctx, r, index, p.ID, c)
		if errors.Is(err, store.ErrNotFound) {
			found, err = row, rerr
		}
	}
	row, rerr := Users.Get(ctx, r, p.ID, name)
	if errors.Is(err, store.ErrNotFound) {
		found, err = row, rerr
	}
	return found, err
}

// aliasIndexes are the indexes in which a sign-in name of this pool may be.
func (p *Pool) aliasIndexes() []string {
	var out []string
	for _, a := range aliasKinds() {
		if p.aliased(a.attribute) {
			out = append(out, a.index)
		}
	}
	return out
}

// aliased says that an attribute may name users at sign-in.
func (p *Pool) aliased(attribute string) bool {
	return slices.Contains(p.UsernameAttributes, attribute) || slices.Contains(p.AliasAttributes, attribute)
}
