package directory

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
)

func openStore(t *testing.T) *store.DB {
	t.Helper()
	engine, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	db, err := store.Open(t.Context(), engine, store.Options{Now: func() time.Time { return now }}, Tables()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// TestOneNameOneUser makes and changes users at random out of a few names, and checks after each step that every name of every user finds
// that user.
func TestOneNameOneUser(t *testing.T) {
	db := openStore(t)
	round := 0
	rapid.Check(t, func(t *rapid.T) {
		round++
		p := &Pool{ID: fmt.Sprint("eu-west-1_", round), CaseSensitive: rapid.Bool().Draw(t, "sensitive")}
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 1:
			p.AliasAttributes = []string{"email", "preferred_username"}
		case 2:
			p.UsernameAttributes = []string{"email"}
		}
		name := rapid.SampledFrom([]string{"a", "A", "b", "c", "sub-0", "sub-1", "SUB-1"})
		email := rapid.SampledFrom([]string{"", "x@x.example", "X@x.example", "y@x.example"})
		verified := rapid.SampledFrom([]string{"true", "false"})
		users := 0
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			attributes := map[string]string{"email": email.Draw(t, "email"), "email_verified": verified.Draw(t, "verified"), "preferred_username": name.Draw(t, "preferred")}
			err := db.Update(context.Background(), func(w store.Writer) error {
				ctx := context.Background()
				if users > 0 && rapid.Bool().Draw(t, "change") {
					row, err := Users.Get(ctx, w, p.ID, fmt.Sprint("sub-", rapid.IntRange(0, users-1).Draw(t, "which")))
					if err != nil {
						return err
					}
					row.Doc.Attributes = attributes
					return UpdateUser(ctx, w, p, &row)
				}
				u := &User{PoolID: p.ID, Sub: fmt.Sprint("sub-", users), Attributes: attributes}
				u.Username = name.Draw(t, "name")
				if len(p.UsernameAttributes) > 0 {
					u.Username = u.Sub
				}
				if err := InsertUser(ctx, w, p, u); err != nil {
					return err
				}
				users++
				return nil
			})
			var taken *TakenError
			if err != nil && !errors.As(err, &taken) {
				t.Fatal(err)
			}
			checkNames(t, db, p)
		}
	})
}

func checkNames(t *rapid.T, db *store.DB, p *Pool) {
	ctx := context.Background()
	page, err := Users.List(ctx, db, store.Query{Prefix: []string{p.ID}})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range page.Rows {
		u := row.Doc
		for _, name := range []string{u.Username, u.Sub, u.EmailAlias, u.PreferredAlias} {
			if name == "" {
				continue
			}
			found, err := FindUser(ctx, db, p, name)
			if err != nil || found.Doc.Sub != u.Sub {
				t.Fatalf("%q of %s finds %q (%v)", name, u.Sub, found.Doc.Sub, err)
			}
		}
		if p.aliased("email") && !p.IsUsername("email") && u.EmailAlias != "" && u.Attributes["email_verified"] != "true" {
			t.Fatalf("%s has an alias that is not verified", u.Sub)
		}
	}
}

func TestReleaseAliases(t *testing.T) {
	db, ctx := openStore(t), t.Context()
	p := &Pool{ID: "eu-west-1_a", AliasAttributes: []string{"email", "phone_number"}, CaseSensitive: true}
	attributes := func() map[string]string {
		return map[string]string{"email": "a@x.example", "email_verified": "true", "phone_number": "+15550100", "phone_number_verified": "false"}
	}
	old := &User{PoolID: p.ID, Sub: "s1", Username: "old", Attributes: attributes()}
	newcomer := &User{PoolID: p.ID, Sub: "s2", Username: "new", Attributes: attributes()}
	err := db.Update(ctx, func(w store.Writer) error {
		if err := InsertUser(ctx, w, p, old); err != nil {
			return err
		}
		var taken *TakenError
		if err := InsertUser(ctx, w, p, newcomer); !errors.As(err, &taken) || taken.Attribute != "email" {
			t.Errorf("error is %v", err)
		}
		if err := ReleaseAliases(ctx, w, p, newcomer); err != nil {
			return err
		}
		return InsertUser(ctx, w, p, newcomer)
	})
	if err != nil {
		t.Fatal(err)
	}
	row, err := FindUser(ctx, db, p, "a@x.example")
	if err != nil || row.Doc.Sub != "s2" {
		t.Errorf("the alias names %s (%v)", row.Doc.Sub, err)
	}
	row, err = FindUser(ctx, db, p, "old")
	if err != nil || row.Doc.EmailAlias != "" || row.Doc.Attributes["email_verified"] != "false" || row.Doc.Attributes["email"] != "a@x.example" {
		t.Errorf("the old owner is %+v (%v)", row.Doc, err)
	}
}

func TestCanonical(t *testing.T) {
	folding := &Pool{}
	for in, want := range map[string]string{"AbC": "abc", "ÄK": "Äk", "\u212a": "\u212a", "ſ": "ſ"} { // the Kelvin sign is no k, the long s no s
		if got := folding.Canonical(in); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
	if got := (&Pool{CaseSensitive: true}).Canonical("AbC"); got != "AbC" {
		t.Errorf("case-sensitive pool made %q", got)
	}
}
