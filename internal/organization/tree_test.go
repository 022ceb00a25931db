package organization

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/mayfly-id/mayfly/iampolicy"
	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/store"
)

// may decides what a member's root may do, which the account itself would allow.
func (h *house) may(account, action string) bool {
	h.t.Helper()
	levels, err := h.ServiceControl(context.Background(), account)
	h.ok(err)
	arn := "arn:aws:iam::" + account + ":root"
	d := iampolicy.Evaluate(&iampolicy.Set{ServiceControl: levels}, &iampolicy.Request{
		Action: action, Resource: "*", ResourceAccount: account,
		Principal: iampolicy.Principal{Type: iampolicy.AccountRoot, ARN: arn, Account: account, UniqueID: account},
	})
	return d.Allowed
}

func TestServiceControl(t *testing.T) {
	h := newHouse(t)
	root := h.enforced()
	upper := h.unit(root, "upper")
	lower := h.unit(upper, "lower")
	a, b := h.account("a"), h.account("b")
	h.move(a, root, lower)
	expect := func(account, action string, want bool) {
		t.Helper()
		if got := h.may(account, action); got != want {
			t.Errorf("%s may %s: %v", account, action, got)
		}
	}
	levels, err := h.ServiceControl(context.Background(), a)
	if err != nil || len(levels) != 4 {
		t.Fatalf("%d levels, %v", len(levels), err)
	}
	expect(a, "iam:CreateUser", true)

	deny := h.policy("deny", denyIAM)
	h.attach(deny, upper)
	expect(a, "iam:CreateUser", false)
	expect(a, "sts:GetCallerIdentity", true)
	expect(b, "iam:CreateUser", true)

	_, err = h.UpdatePolicy(h.ctx, &api.UpdatePolicyRequest{PolicyId: deny, Content: ptr(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"sts:*","Resource":"*"}]}`)})
	h.ok(err)
	expect(a, "iam:CreateUser", true)
	expect(a, "sts:GetCallerIdentity", false)

	h.move(a, lower, root)
	expect(a, "sts:GetCallerIdentity", true)
	h.move(a, root, lower)
	expect(a, "sts:GetCallerIdentity", false)
	h.detach(deny, upper)
	expect(a, "sts:GetCallerIdentity", true)

	// A level that allows nothing for the action refuses, whatever the others say.
	only := h.policy("only", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"}]}`)
	h.attach(only, lower)
	h.detach(fullAccessID, lower)
	expect(a, "iam:CreateUser", true)
	expect(a, "sts:GetCallerIdentity", false)

	h.attach(deny, root)
	h.attach(deny, management)
	expect(b, "sts:GetCallerIdentity", false)
	expect(management, "sts:GetCallerIdentity", true)

	_, err = h.RemoveAccountFromOrganization(h.ctx, &api.RemoveAccountFromOrganizationRequest{AccountId: b})
	h.ok(err)
	expect(b, "sts:GetCallerIdentity", true)
	for _, account := range []string{b, management, stranger} {
		if levels, err := h.ServiceControl(context.Background(), account); levels != nil || err != nil {
			t.Errorf("%s has %d levels, %v", account, len(levels), err)
		}
	}
	_, err = h.DisablePolicyType(h.ctx, &api.DisablePolicyTypeRequest{RootId: root, PolicyType: api.PolicyTypeServiceControlPolicy})
	h.ok(err)
	expect(a, "sts:GetCallerIdentity", true)
	if levels, err := h.ServiceControl(context.Background(), a); levels != nil || err != nil {
		t.Errorf("%d levels, %v", len(levels), err)
	}
}

// TestServiceControlFailsClosed: what cannot be read is an error, never the absence of limits.
func TestServiceControlFailsClosed(t *testing.T) {
	h := newHouse(t)
	h.enforced()
	a := h.account("a")
	h.attach(h.policy("p", denyIAM), a)
	if h.may(a, "iam:CreateUser") {
		t.Fatal("it is not limited")
	}
	damage := func(f func(w store.Writer, o *store.Row[Organization]) error) {
		t.Helper()
		h.ok(h.Store.Update(h.ctx, func(w store.Writer) error {
			_, o, err := membership(h.ctx, w, management)
			h.ok(err)
			h.ok(f(w, &o))
			return organizations.Update(h.ctx, w, &o)
		}))
		levels, err := h.ServiceControl(context.Background(), a)
		if err == nil || errors.Is(err, caller.ErrUnknown) || levels != nil {
			t.Errorf("it has %d levels, %v", len(levels), err)
		}
	}
	damage(func(w store.Writer, o *store.Row[Organization]) error {
		return policies.Delete(h.ctx, w, o.Doc.ID, fullAccessID)
	})
	damage(func(w store.Writer, o *store.Row[Organization]) error {
		full := fullAccess(o.Doc.ID)
		full.Content = "{"
		return policies.Insert(h.ctx, w, &full)
	})
	damage(func(w store.Writer, _ *store.Row[Organization]) error {
		row, err := accounts.Get(h.ctx, w, a)
		h.ok(err)
		row.Doc.Parent = "ou-none-00000000"
		return accounts.Update(h.ctx, w, &row)
	})
	h.ok(h.Store.Update(h.ctx, func(w store.Writer) error {
		row, err := accounts.Get(h.ctx, w, a)
		h.ok(err)
		return organizations.Delete(h.ctx, w, row.Doc.Org)
	}))
	if levels, err := h.ServiceControl(context.Background(), a); err == nil || levels != nil {
		t.Errorf("without its organization it has %d levels, %v", len(levels), err)
	}
	h.ok(h.Store.Close())
	if levels, err := h.ServiceControl(context.Background(), "123412341234"); err == nil || levels != nil {
		t.Errorf("without a store: %d levels, %v", len(levels), err)
	}
}

func TestOf(t *testing.T) {
	h := newHouse(t)
	if _, err := h.Of(h.ctx, management); !errors.Is(err, caller.ErrUnknown) {
		t.Error(err)
	}
	root := h.root()
	ou := h.unit(root, "u")
	inner := h.unit(ou, "v")
	a, b := h.account("a"), h.account("b")
	h.move(a, root, inner)
	h.move(b, root, ou)
	o, err := h.Of(h.ctx, a)
	h.ok(err)
	if o.Management != management || !o.AllFeatures || o.TrustsIAM || o.Path != o.ID+"/"+root+"/"+ou+"/"+inner+"/" {
		t.Errorf("%+v", o)
	}
	h.ok(h.Store.View(h.ctx, func(r store.Reader) error {
		if in, err := h.OfIn(h.ctx, r, a); err != nil || in.Path != o.Path {
			t.Errorf("%+v, %v", in, err)
		}
		if _, err := h.OfIn(h.ctx, r, stranger); !errors.Is(err, caller.ErrUnknown) {
			t.Error(err)
		}
		return nil
	}))
	m, err := h.Of(h.ctx, management)
	if err != nil || m.ID != o.ID || m.Path != o.ID+"/"+root+"/" {
		t.Errorf("%+v, %v", m, err)
	}
	if _, err := h.Of(h.ctx, stranger); !errors.Is(err, caller.ErrUnknown) {
		t.Error(err)
	}
	_, err = h.RemoveAccountFromOrganization(h.ctx, &api.RemoveAccountFromOrganizationRequest{AccountId: a})
	h.ok(err)
	if _, err := h.Of(h.ctx, a); !errors.Is(err, caller.ErrUnknown) {
		t.Error(err)
	}
}

// TestNoteAccount: the account of a deployment without an organization is known to be in none without a look into the store, from the start and again when
// its organization is gone.
func TestNoteAccount(t *testing.T) {
	h := newHouse(t)
	for range 2 {
		h.ok(h.NoteAccount(h.ctx))
	}
	warm := func() {
		t.Helper()
		if n := testing.AllocsPerRun(100, func() {
			if _, err := h.Of(h.ctx, management); !errors.Is(err, caller.ErrUnknown) {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%v allocations: the store is read", n)
		}
	}
	warm()
	h.root()
	h.ok(h.NoteAccount(h.ctx))
	if _, err := h.Of(h.ctx, management); err != nil {
		t.Fatal(err)
	}
	_, err := h.DeleteOrganization(h.ctx, nil)
	h.ok(err)
	warm()
	h.root()
	h.ok(h.Store.Close())
	if err := h.NoteAccount(h.ctx); err == nil {
		t.Error("it is known without a store")
	}
}

// TestServiceControlLaw: whatever is attached, detached and moved, what is in force is what the rows say, level by level.
func TestServiceControlLaw(t *testing.T) {
	h := newHouse(t)
	root := h.enforced()
	upper := h.unit(root, "upper")
	lower := h.unit(upper, "lower")
	a := h.account("a")
	ids := []string{fullAccessID}
	for i := range 3 {
		ids = append(ids, h.policy("p"+strconv.Itoa(i), denyIAM))
	}
	places := map[string][]string{root: {root}, upper: {root, upper}, lower: {root, upper, lower}}
	at := root
	rapid.Check(t, func(rt *rapid.T) {
		policy := rapid.SampledFrom(ids).Draw(rt, "policy")
		target := rapid.SampledFrom([]string{root, upper, lower, a}).Draw(rt, "target")
		switch rapid.IntRange(0, 2).Draw(rt, "what") {
		case 0:
			_, _ = h.AttachPolicy(h.ctx, &api.AttachPolicyRequest{PolicyId: policy, TargetId: target})
		case 1:
			_, _ = h.DetachPolicy(h.ctx, &api.DetachPolicyRequest{PolicyId: policy, TargetId: target})
		default:
			to := rapid.SampledFrom([]string{root, upper, lower}).Draw(rt, "to")
			if to != at {
				h.move(a, at, to)
				at = to
			}
		}
		levels, err := h.ServiceControl(context.Background(), a)
		if err != nil {
			rt.Fatal(err)
		}
		want := append(slices.Clone(places[at]), a)
		if len(levels) != len(want) {
			rt.Fatalf("%d levels, want %d", len(levels), len(want))
		}
		for i, level := range levels {
			var got []string
			for _, n := range level {
				got = append(got, n.ID)
			}
			if !slices.Equal(got, h.attached(want[i])) || len(got) == 0 {
				rt.Fatalf("level %d is %q, want %q", i, got, h.attached(want[i]))
			}
		}
	})
}

func BenchmarkServiceControl(b *testing.B) {
	h := newHouse(b)
	root := h.enforced()
	at := root
	for range maxDepth {
		at = h.unit(at, "u")
	}
	a := h.account("a")
	h.move(a, root, at)
	for i := range 9 {
		h.attach(h.policy("p"+strconv.Itoa(i), denyIAM), a)
	}
	for name, account := range map[string]string{"member": a, "management": management} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := h.ServiceControl(h.ctx, account); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkOf(b *testing.B) {
	alone, member := newHouse(b), newHouse(b)
	alone.ok(alone.NoteAccount(alone.ctx))
	member.root()
	for name, h := range map[string]*house{"alone": alone, "member": member} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := h.Of(h.ctx, management); (err == nil) != (h == member) {
					b.Fatal(err)
				}
			}
		})
	}
}
