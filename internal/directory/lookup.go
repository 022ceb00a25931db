package directory

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/internal/store"
)

// Tables lists the tables of this package, for opening the store.
func Tables() []store.AnyTable { return []store.AnyTable{Pools, Clients, Users, Groups, Members} }

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
func FindUser(ctx context.Context, r store.Reader, p *Pool, name string) (store.Row[User], error) {
	var row store.Row[User]
	err := p.lookUp(name, func(index string, values ...string) (err error) {
		if index == "" {
			row, err = Users.Get(ctx, r, values...)
		} else {
			row, err = Users.Find(ctx, r, index, values...)
		}
		return err
	})
	return row, err
}

// FindUserCached is FindUser as this node last saw the user: what another node has written shows within a second. The row is shared and
// must not be changed.
func FindUserCached(ctx context.Context, db *store.DB, p *Pool, name string) (*store.Row[User], error) {
	var row *store.Row[User]
	err := p.lookUp(name, func(index string, values ...string) (err error) {
		if index == "" {
			row, err = Users.GetCached(ctx, db, values...)
		} else {
			row, err = Users.FindCached(ctx, db, index, values...)
		}
		return err
	})
	return row, err
}

// lookUp tries every way in which a name can stand for a user, in order; index "" is the key.
func (p *Pool) lookUp(name string, find func(index string, values ...string) error) error {
	c := p.Canonical(name)
	err := find("by_username", p.ID, c)
	for _, index := range p.aliasIndexes() {
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		err = find(index, p.ID, c)
	}
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return find("", p.ID, name)
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
