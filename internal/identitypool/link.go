package identitypool

import (
	"context"
	"errors"
	"slices"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/store"
)

// wish names the identity that logins are for: none, the first time.
type wish struct {
	id      string
	trusted bool // a signed caller says so: no login of the identity is needed
}

// bond is the linking of logins to one identity, in one transaction: two requests at once make one identity, and a pool that is gone gets none.
type bond struct {
	s     *Service
	p     *Pool
	now   time.Time
	fresh string // id of an identity that may have to be made

	owners    []store.Row[Identity] // identities that the logins belong to already
	developer string                // the one that the developer's user belongs to
	add       []verified            // logins that belong to none
}

// link gives the identity of logins. It makes one where there is none, adds the logins that are new, and merges identities of which the request
// proves every one: a guest's into a user's, a younger user's into the elder's.
func (s *Service) link(ctx context.Context, p *Pool, want wish, who []verified) (string, error) {
	fresh, err := draw.UUID(s.Random)
	if err != nil {
		return "", err
	}
	var id string
	err = s.Store.Update(ctx, func(w store.Writer) error {
		if _, err := pools.Get(ctx, w, p.ID); err != nil {
			return found(err, noPool(p.ID))
		}
		b := &bond{s: s, p: p, now: caller.RequestFrom(ctx).Time, fresh: p.Region + ":" + fresh}
		if err := b.read(ctx, w, who); err != nil {
			return err
		}
		target, err := b.target(ctx, w, want)
		if err != nil {
			return err
		}
		id = target.Doc.ID
		return b.join(ctx, w, &target)
	})
	return id, err
}

// read finds the identities that the logins belong to.
func (b *bond) read(ctx context.Context, w store.Writer, who []verified) error {
	for _, v := range who {
		id := ""
		if v.own != nil {
			id = v.own.IdentityID
		} else {
			l, err := logins.Get(ctx, w, b.p.ID, v.provider, v.Subject)
			if errors.Is(err, store.ErrNotFound) {
				b.add = append(b.add, v)
				continue
			}
			if err != nil {
				return err
			}
			id = l.Doc.IdentityID
		}
		if v.provider == b.p.Developer {
			b.developer = id
		}
		if slices.ContainsFunc(b.owners, func(r store.Row[Identity]) bool { return r.Doc.ID == id }) {
			continue
		}
		row, err := identities.Get(ctx, w, id)
		if err != nil {
			return found(err, noIdentity(id))
		}
		if row.Doc.Disabled {
			return forbidden(id)
		}
		b.owners = append(b.owners, row)
	}
	slices.SortFunc(b.owners, func(x, y store.Row[Identity]) int { return x.Doc.Created.Compare(y.Doc.Created) })
	return nil
}

// target chooses the identity that stays. A row without a version is to be made.
func (b *bond) target(ctx context.Context, w store.Writer, want wish) (store.Row[Identity], error) {
	if want.id == "" {
		if len(b.owners) > 0 {
			return b.owners[0], nil
		}
		return store.Row[Identity]{Doc: Identity{ID: b.fresh, PoolID: b.p.ID, Created: b.now}}, nil
	}
	row, err := b.p.identity(ctx, w, want.id)
	if err != nil {
		return row, err
	}
	if want.trusted {
		return row, b.vouched(&row.Doc)
	}
	for _, o := range b.owners {
		if o.Doc.ID == row.Doc.ID || o.Doc.ID == row.Doc.MergedInto {
			return o, nil
		}
	}
	switch {
	case !row.Doc.guest():
		return row, errNoMatch()
	case len(b.owners) == 0:
		return row, nil
	}
	b.owners = append(b.owners, row) // the guest turns out to be a known user
	return b.owners[0], nil
}

// vouched checks what a signed caller may not do: take users away from other identities.
func (b *bond) vouched(i *Identity) error {
	if i.Disabled {
		return forbidden(i.ID)
	}
	if b.developer != "" && b.developer != i.ID {
		return api.DeveloperUserAlreadyRegisteredException.New(
			"The provided developer user identifier is already registered with Cognito under a different identity ID.")
	}
	for _, o := range b.owners {
		if o.Doc.ID != i.ID {
			return errConflict()
		}
	}
	return nil
}

// join merges the other identities into the target, adds the logins that are new, and writes the target.
func (b *bond) join(ctx context.Context, w store.Writer, target *store.Row[Identity]) error {
	i := &target.Doc
	for k := range b.owners {
		if b.owners[k].Doc.ID != i.ID {
			if err := b.merge(ctx, w, i, &b.owners[k]); err != nil {
				return err
			}
		}
	}
	i.Logins = slices.Clone(i.Logins) // readers share the old list
	for _, v := range b.add {
		if i.has(v.provider) && v.provider != b.p.Developer {
			return errConflict()
		}
		if !i.has(v.provider) {
			i.Logins = append(i.Logins, v.provider)
		}
		if err := logins.Insert(ctx, w, &login{PoolID: b.p.ID, Provider: v.provider, Subject: v.Subject, IdentityID: i.ID}); err != nil {
			return err
		}
	}
	n, err := logins.Count(ctx, w, "by_identity", i.ID)
	if err != nil {
		return err
	}
	if n > maxLogins {
		return errTooManyLogins()
	}
	i.Linked, i.Modified = i.Linked || len(i.Logins) > 0, b.now
	if target.Version == 0 {
		return identities.Insert(ctx, w, i)
	}
	return identities.Update(ctx, w, target)
}

// merge moves all logins of an identity to another and disables it. Two users of one provider cannot be one, except a developer's own.
func (b *bond) merge(ctx context.Context, w store.Writer, into *Identity, from *store.Row[Identity]) error {
	names := slices.Clone(into.Logins)
	for _, provider := range from.Doc.Logins {
		if !into.has(provider) {
			names = append(names, provider)
		} else if provider != b.p.Developer {
			return errConflict()
		}
	}
	page, err := logins.List(ctx, w, store.Query{Index: "by_identity", Prefix: []string{from.Doc.ID}, Limit: maxLogins + 1})
	if err != nil {
		return err
	}
	if len(page.Rows) > maxLogins {
		return errTooManyLogins()
	}
	for k := range page.Rows {
		page.Rows[k].Doc.IdentityID = into.ID
		if err := logins.Update(ctx, w, &page.Rows[k]); err != nil {
			return err
		}
	}
	into.Logins = names
	f := &from.Doc
	f.Logins, f.Linked, f.Disabled, f.MergedInto, f.Modified = nil, true, true, into.ID, b.now
	return identities.Update(ctx, w, from)
}

func errConflict() error {
	return api.ResourceConflictException.New("The logins belong to different identities.")
}

func errTooManyLogins() error {
	return api.ResourceConflictException.New("An identity can have at most %d logins.", maxLogins)
}

func errNoMatch() error {
	return api.NotAuthorizedException.New("Logins don't match. Please include at least one valid login for this identity or identity pool.")
}
