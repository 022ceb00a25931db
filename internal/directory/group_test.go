package directory

import (
	"testing"

	"github.com/mayfly-id/mayfly/internal/store"
)

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
