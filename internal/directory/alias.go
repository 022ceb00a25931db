package directory

import (
	"context"
	"errors"

	"github.com/mayfly-id/mayfly/internal/store"
)

// TakenError says that a name or alias of a user belongs to another user of the pool.
type TakenError struct {
	Attribute string // "username", "email", "phone_number" or "preferred_username"
}

// Error implements error. It never holds the value.
func (e *TakenError) Error() string { return "directory: another user has this " + e.Attribute }

// aliasKind is one attribute that can name users at sign-in.
type aliasKind struct {
	attribute string
	verified  string // attribute that must be "true" where the alias is not the user name itself; empty: none
	index     string
	field     func(*User) *string
}

func aliasKinds() []aliasKind {
	return []aliasKind{
		{"email", "email_verified", "by_email_alias", func(u *User) *string { return &u.EmailAlias }},
		{"phone_number", "phone_number_verified", "by_phone_alias", func(u *User) *string { return &u.PhoneAlias }},
		{"preferred_username", "", "by_preferred_alias", func(u *User) *string { return &u.PreferredAlias }},
	}
}

// setNames derives the canonical name and the aliases from the user's attributes. An attribute that is the pool's user name names the user
// at once; an alias only when it is verified
// (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html#user-pool-settings-aliases).
func (u *User) setNames(p *Pool) {
	u.Canonical = p.Canonical(u.Username)
	for _, a := range aliasKinds() {
		value := p.Canonical(u.Attributes[a.attribute])
		if !p.aliased(a.attribute) || !p.IsUsername(a.attribute) && a.verified != "" && u.Attributes[a.verified] != "true" {
			value = ""
		}
		*a.field(u) = value
	}
}

// InsertUser adds a user. It sets the canonical name and the aliases. The error is a *TakenError when a name is another user's.
func InsertUser(ctx context.Context, w store.Writer, p *Pool, u *User) error {
	u.setNames(p)
	if err := namesFree(ctx, w, p, u); err != nil {
		return err
	}
	return taken(Users.Insert(ctx, w, u))
}

// UpdateUser stores a changed user. It sets the aliases anew; the user name must not have changed. The error is a *TakenError when an alias is
// another user's.
func UpdateUser(ctx context.Context, w store.Writer, p *Pool, row *store.Row[User]) error {
	row.Doc.setNames(p)
	if err := namesFree(ctx, w, p, &row.Doc); err != nil {
		return err
	}
	return taken(Users.Update(ctx, w, row))
}

// namesFree refuses what the unique indexes cannot see: a name of this user that is a name of another kind of somebody else. Otherwise a
// newcomer could call themselves by the sub or alias of another user and be found in their place.
func namesFree(ctx context.Context, r store.Reader, p *Pool, u *User) error {
	if err := nameFree(ctx, r, p, u, u.Canonical, "by_username"); err != nil {
		return named(err, "username")
	}
	if err := nameFree(ctx, r, p, u, u.Sub, ""); err != nil {
		return named(err, "username")
	}
	for _, a := range aliasKinds() {
		if value := *a.field(u); value != "" {
			if err := nameFree(ctx, r, p, u, value, a.index); err != nil {
				return named(err, a.attribute)
			}
		}
	}
	return nil
}

// nameFree looks for a name of u among the names of other users: their subs, user names and aliases, but for the index that own names,
// because the store keeps each unique by itself. Subs are lower-case, so that a canonical name can be compared with them.
func nameFree(ctx context.Context, r store.Reader, p *Pool, u *User, name, own string) error {
	if name != u.Sub {
		if err := absent(Users.Get(ctx, r, p.ID, name)); err != nil {
			return err
		}
	}
	for _, index := range append(p.aliasIndexes(), "by_username") {
		if index == own {
			continue
		}
		row, err := Users.Find(ctx, r, index, p.ID, name)
		if err == nil && row.Doc.Sub == u.Sub {
			continue
		}
		if err := absent(row, err); err != nil {
			return err
		}
	}
	return nil
}

// errTaken is the answer of the look-ups below for a name that is in use.
var errTaken = errors.New("directory: name in use")

func named(err error, attribute string) error {
	if errors.Is(err, errTaken) {
		return &TakenError{Attribute: attribute}
	}
	return err
}

func absent(_ store.Row[User], err error) error {
	switch {
	case err == nil:
		return errTaken
	case errors.Is(err, store.ErrNotFound):
		return nil
	}
	return err
}

// taken translates a collision in one of the unique indexes.
func taken(err error) error {
	var exists *store.ExistsError
	if !errors.As(err, &exists) {
		return err
	}
	for _, a := range aliasKinds() {
		if exists.Index == a.index {
			return &TakenError{Attribute: a.attribute}
		}
	}
	return &TakenError{Attribute: "username"}
}

// ReleaseAliases takes from every other user of the pool the aliases that u is about to have: the attribute stays, unverified. It is
// what ForceAliasCreation and the confirmation of an attribute ask for.
func ReleaseAliases(ctx context.Context, w store.Writer, p *Pool, u *User) error {
	want := *u
	want.setNames(p)
	for _, a := range aliasKinds() {
		value := *a.field(&want)
		if value == "" || a.verified == "" || p.IsUsername(a.attribute) {
			continue
		}
		row, err := Users.Find(ctx, w, a.index, p.ID, value)
		if errors.Is(err, store.ErrNotFound) || err == nil && row.Doc.Sub == u.Sub {
			continue
		}
		if err != nil {
			return err
		}
		row.Doc.Attributes[a.verified] = "false"
		if err := UpdateUser(ctx, w, p, &row); err != nil {
			return err
		}
	}
	return nil
}

// DeleteUser removes a user with their memberships, devices, passkeys and links.
func DeleteUser(ctx context.Context, w store.Writer, poolID, sub string) error {
	if _, err := Members.DeleteAll(ctx, w, "by_user", poolID, sub); err != nil {
		return err
	}
	if _, err := Devices.DeleteAll(ctx, w, "", poolID, sub); err != nil {
		return err
	}
	if _, err := Passkeys.DeleteAll(ctx, w, "", poolID, sub); err != nil {
		return err
	}
	if _, err := UserLinks.DeleteAll(ctx, w, "by_user", poolID, sub); err != nil {
		return err
	}
	return Users.Delete(ctx, w, poolID, sub)
}
