package directory

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mayfly-id/mayfly/internal/store"
)

func TestGroupsOf(t *testing.T) {
	db, ctx := openStore(t), t.Context()
	err := db.Update(ctx, func(w store.Writer) error {
		for name, precedence := range map[string]*int{"none-b": nil, "none-a": nil, "first": new(0), "later": new(7), "also-later": new(7), "not mine": new(1)} {
			if err := Groups.Insert(ctx, w, &Group{PoolID: "p", Name: name, Precedence: precedence}); err != nil {
				return err
			}
			if name == "not mine" {
				continue
			}
			if err := Members.Insert(ctx, w, &Member{PoolID: "p", Group: name, Sub: "s"}); err != nil {
				return err
			}
		}
		if err := Members.Insert(ctx, w, &Member{PoolID: "p", Group: "gone", Sub: "s"}); err != nil {
			return err
		}
		return Members.Insert(ctx, w, &Member{PoolID: "other", Group: "first", Sub: "s"})
	})
	if err != nil {
		t.Fatal(err)
	}
	groups, err := GroupsOf(ctx, db, "p", "s")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, g := range groups {
		names = append(names, g.Name)
	}
	if diff := cmp.Diff([]string{"first", "also-later", "later", "none-a", "none-b"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestTakenErrorHidesTheValue(t *testing.T) {
	err := error(&TakenError{Attribute: "email"})
	if err.Error() != "directory: another user has this email" {
		t.Errorf("error is %q", err)
	}
}

func TestDeleteUserEndsMemberships(t *testing.T) {
	db, ctx := openStore(t), t.Context()
	p := &Pool{ID: "p"}
	err := db.Update(ctx, func(w store.Writer) error {
		if err := InsertUser(ctx, w, p, &User{PoolID: "p", Sub: "s", Username: "ann"}); err != nil {
			return err
		}
		if err := Members.Insert(ctx, w, &Member{PoolID: "p", Group: "g", Sub: "s"}); err != nil {
			return err
		}
		return DeleteUser(ctx, w, "p", "s")
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := Members.Count(ctx, db, "by_user", "p", "s"); n != 0 || err != nil {
		t.Errorf("%d memberships are left (%v)", n, err)
	}
}
