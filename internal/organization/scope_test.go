package organization

import (
	"errors"
	"slices"
	"testing"

	"github.com/mayfly-id/mayfly/iampolicy"
	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// names lists the ids of the policies of each level.
func names(levels [][]iampolicy.Named) [][]string {
	out := make([][]string, len(levels))
	for i, level := range levels {
		for _, n := range level {
			out[i] = append(out[i], n.ID)
		}
	}
	return out
}

// TestScope: whoever manages an organization learns which accounts are below a place and what limits them there, and nobody else does.
func TestScope(t *testing.T) {
	h := newHouse(t)
	root := h.enforced()
	ou := h.unit(root, "u")
	inner := h.unit(ou, "v")
	a, b, c := h.account("a"), h.account("b"), h.account("c")
	h.move(a, root, inner)
	h.move(b, root, ou)
	deny := h.policy("deny", denyIAM)
	h.attach(deny, ou)
	h.attach(deny, a)
	o, err := h.Of(h.ctx, management)
	h.ok(err)
	full, both := []string{fullAccessID}, []string{deny, fullAccessID}
	slices.Sort(both)
	at := o.ID + "/" + root
	for path, want := range map[string]struct {
		accounts []string // with their paths
		levels   [][]string
	}{
		at:                                    {[]string{at + "/" + c, at + "/" + ou + "/" + b, at + "/" + ou + "/" + inner + "/" + a}, [][]string{full}},
		at + "/" + ou:                         {[]string{at + "/" + ou + "/" + b, at + "/" + ou + "/" + inner + "/" + a}, [][]string{full, both}},
		at + "/" + ou + "/" + inner:           {[]string{at + "/" + ou + "/" + inner + "/" + a}, [][]string{full, both, full}},
		at + "/" + ou + "/" + inner + "/" + a: {[]string{at + "/" + ou + "/" + inner + "/" + a}, [][]string{full, both, full, both}},
		at + "/" + management:                 {[]string{at + "/" + management}, [][]string{}},
	} {
		got, err := h.Scope(h.ctx, management, path, "")
		h.ok(err)
		var paths []string
		for _, x := range got.Accounts {
			paths = append(paths, x.Path)
		}
		slices.Sort(paths)
		slices.Sort(want.accounts)
		if !slices.Equal(paths, want.accounts) || !slices.EqualFunc(names(got.Levels), want.levels, slices.Equal[[]string]) {
			t.Errorf("%s: %q limited by %q, want %q limited by %q", path, paths, names(got.Levels), want.accounts, want.levels)
		}
		if got, err = h.Scope(h.ctx, management, path, deny); err != nil || !slices.EqualFunc(names(got.Levels), [][]string{{deny}}, slices.Equal[[]string]) {
			t.Errorf("%s with one policy: %+v, %v", path, got, err)
		}
	}
	for _, path := range []string{
		"", "/", o.ID, o.ID + "/", at + "/", "o-none/" + root, at + "/" + inner, at + "/" + a, at + "/" + stranger, at + "/" + ou + "/" + inner + "/" + a + "/", ou, a,
	} {
		if got, err := h.Scope(h.ctx, management, path, ""); !errors.Is(err, caller.ErrUnknown) {
			t.Errorf("%q: %+v, %v", path, got, err)
		}
	}
	for _, who := range []string{a, stranger} {
		if got, err := h.Scope(h.ctx, who, at, ""); !errors.Is(err, caller.ErrUnknown) {
			t.Errorf("%s learns %+v, %v", who, got, err)
		}
	}
	if got, err := h.Scope(h.ctx, management, at, "p-00000000"); !errors.Is(err, caller.ErrUnknown) {
		t.Errorf("a policy that is not there: %+v, %v", got, err)
	}
	_, err = h.DisablePolicyType(h.ctx, &api.DisablePolicyTypeRequest{RootId: root, PolicyType: api.PolicyTypeServiceControlPolicy})
	h.ok(err)
	if got, err := h.Scope(h.ctx, management, at, ""); !errors.Is(err, caller.ErrUnknown) {
		t.Errorf("without policies in force: %+v, %v", got, err)
	}
}
