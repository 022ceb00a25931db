package idtoken

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

func TestGroupsInTokens(t *testing.T) {
	h := open(t, "ES256")
	if c := h.independent(t, h.issue(t).ID); c["cognito:groups"] != nil || c["cognito:roles"] != nil || c["cognito:preferred_role"] != nil {
		t.Error("a user without groups has ", c)
	}
	first, second := 1, 2
	must(t, h.db.Update(h.ctx, func(w store.Writer) error {
		for _, g := range []directory.Group{
			{PoolID: poolA, Name: "last"},
			{PoolID: poolA, Name: "readers", RoleARN: "arn:r", Precedence: &second},
			{PoolID: poolA, Name: "writers", RoleARN: "arn:w", Precedence: &first},
			{PoolID: poolA, Name: "others", RoleARN: "arn:o", Precedence: &first},
			{PoolID: poolB, Name: "elsewhere", RoleARN: "arn:e"},
		} {
			if err := directory.Groups.Insert(h.ctx, w, &g); err != nil {
				return err
			}
			if g.Name == "others" {
				continue
			}
			if err := directory.Members.Insert(h.ctx, w, &directory.Member{PoolID: g.PoolID, Group: g.Name, Sub: userID}); err != nil {
				return err
			}
		}
		return directory.Members.Insert(h.ctx, w, &directory.Member{PoolID: poolA, Group: "deleted", Sub: userID})
	}))
	tokens := h.issue(t)
	id, access := h.independent(t, tokens.ID), h.independent(t, tokens.Access)
	want := []any{"writers", "readers", "last"}
	if d := cmp.Diff(want, id["cognito:groups"]); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(want, access["cognito:groups"]); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]any{"arn:w", "arn:r"}, id["cognito:roles"]); d != "" || id["cognito:preferred_role"] != "arn:w" {
		t.Error(d, id["cognito:preferred_role"])
	}
	if access["cognito:roles"] != nil || access["cognito:preferred_role"] != nil {
		t.Error("the access token names roles")
	}
	c, err := h.VerifyAccess(h.ctx, tokens.Access)
	must(t, err)
	if d := cmp.Diff([]string{"writers", "readers", "last"}, c.Groups); d != "" {
		t.Error(d)
	}
	i, err := h.VerifyID(h.ctx, tokens.ID, poolA)
	must(t, err)
	if d := cmp.Diff(c.Groups, i.Groups); d != "" {
		t.Error(d)
	}
}

func TestNoRoleIsPreferredWhereTheBestGroupsDisagree(t *testing.T) {
	one := 1
	group := func(name, role string) *directory.Group {
		return &directory.Group{Name: name, RoleARN: role, Precedence: &one}
	}
	if m := summarise([]*directory.Group{group("a", "arn:a"), group("b", "arn:b")}); m.preferred != "" || len(m.roles) != 2 {
		t.Errorf("%+v", m)
	}
	if m := summarise([]*directory.Group{group("a", "arn:a"), group("b", "arn:a")}); m.preferred != "arn:a" || len(m.roles) != 1 {
		t.Errorf("%+v", m)
	}
}

func TestTooManyGroups(t *testing.T) {
	h := open(t, "ES256")
	must(t, h.db.Update(h.ctx, func(w store.Writer) error {
		for i := range store.MaxLimit + 1 {
			if err := directory.Members.Insert(h.ctx, w, &directory.Member{PoolID: poolA, Group: fmt.Sprint(i), Sub: userID}); err != nil {
				return err
			}
		}
		return nil
	}))
	if _, err := h.Issue(h.ctx, h.grant(), nil); err == nil {
		t.Error("groups were left out")
	}
}

// TestOrderOfGroups: lowest precedence first, those without one last, equals by name; nothing of other users, other pools and groups that are gone.
func TestOrderOfGroups(t *testing.T) {
	h := open(t, "ES256")
	must(t, h.db.Update(h.ctx, func(w store.Writer) error {
		for name, precedence := range map[string]*int{"none-b": nil, "none-a": nil, "first": new(0), "later": new(7), "also-later": new(7), "not mine": new(1)} {
			if err := directory.Groups.Insert(h.ctx, w, &directory.Group{PoolID: poolA, Name: name, Precedence: precedence}); err != nil {
				return err
			}
			if name == "not mine" {
				continue
			}
			if err := directory.Members.Insert(h.ctx, w, &directory.Member{PoolID: poolA, Group: name, Sub: userID}); err != nil {
				return err
			}
		}
		if err := directory.Members.Insert(h.ctx, w, &directory.Member{PoolID: poolA, Group: "gone", Sub: userID}); err != nil {
			return err
		}
		return directory.Members.Insert(h.ctx, w, &directory.Member{PoolID: poolB, Group: "not mine", Sub: userID})
	}))
	m, err := h.membershipOf(h.ctx, poolA, userID)
	must(t, err)
	if d := cmp.Diff([]string{"first", "also-later", "later", "none-a", "none-b"}, m.names); d != "" {
		t.Error(d)
	}
}
