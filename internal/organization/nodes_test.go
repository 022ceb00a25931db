package organization

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
)

// first is a database as the node sees it that writes. It keeps the news of what was committed until a test lets them out.
type first struct {
	store.Engine
	mu   sync.Mutex
	news []store.Change
}

func (f *first) Update(ctx context.Context, do func(store.Conn) ([]store.Change, error)) error {
	var made []store.Change
	err := f.Engine.Update(ctx, func(c store.Conn) (_ []store.Change, err error) {
		made, err = do(c)
		return made, err
	})
	if err == nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.news = append(f.news, made...)
	}
	return err
}

// second is the same database as another node sees it, which is told the news.
type second struct {
	*first
	look chan func(store.Sink)
}

func (n *second) Dialect() store.Dialect {
	d := n.Engine.Dialect()
	d.Shared = true
	return d
}

func (n *second) Changes(ctx context.Context, to store.Sink) error {
	to.Alive(0, time.Time{})
	for {
		select {
		case f := <-n.look:
			f(to)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (n *second) Close() error { return nil } // the first node closes the database

// tell lets the news out, each change on its own and in the order that is given: 1 as they were made, -1 the other way round.
func (n *second) tell(order int, between func()) {
	n.mu.Lock()
	news := n.news
	n.news = nil
	n.mu.Unlock()
	for i := range news {
		c := news[i]
		if order < 0 {
			c = news[len(news)-1-i]
		}
		done := make(chan struct{})
		n.look <- func(to store.Sink) { to.Changed([]store.Change{c}); close(done) }
		<-done
		between()
	}
}

// TestNodes: what one node changes is in force on another as soon as its news are there, in whatever order they come, and no half of a change lifts what
// was in force before and after it.
func TestNodes(t *testing.T) {
	for name, order := range map[string]int{"forward": 1, "backward": -1} {
		t.Run(name, func(t *testing.T) { nodes(t, order) })
	}
}

func nodes(t *testing.T, order int) {
	memory, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	near := &first{Engine: memory}
	h := newHouseOn(t, near)
	far := &second{first: near, look: make(chan func(store.Sink))}
	db, err := store.Open(t.Context(), far, store.Options{Now: h.clock, StaleFor: time.Hour}, Tables()...)
	h.ok(err)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	c := h.Config
	c.Store = db
	other := &house{Service: New(c), t: t, ctx: h.ctx, at: h.at}

	root := h.enforced()
	a, ou := h.account("a"), h.unit(root, "u")
	deny := h.policy("deny", denyIAM)
	nothing := func() {}
	far.tell(order, nothing)
	step := func(what string, before, after bool, change func()) {
		t.Helper()
		if got := other.may(a, "iam:CreateUser"); got != before {
			t.Errorf("before %s it may: %v", what, got)
		}
		change()
		far.tell(order, func() {
			if before == after && other.may(a, "iam:CreateUser") != before {
				t.Errorf("amid %s it is not as before and after", what)
			}
		})
		if got := other.may(a, "iam:CreateUser"); got != after {
			t.Errorf("after %s it may: %v", what, got)
		}
	}
	step("attaching", true, false, func() { h.attach(deny, ou); h.move(a, root, ou) })
	step("moving", false, true, func() { h.move(a, ou, root) })
	step("moving back", true, false, func() { h.move(a, root, ou) })
	step("moving what is limited everywhere", false, false, func() { h.attach(deny, root); h.move(a, ou, root) })
	step("detaching below", false, false, func() { h.detach(deny, ou) })
	step("detaching", false, true, func() { h.detach(deny, root) })
	step("attaching to the account", true, false, func() { h.attach(deny, a) })
	write := func(content string) {
		_, err := h.UpdatePolicy(h.ctx, &api.UpdatePolicyRequest{PolicyId: deny, Content: &content})
		h.ok(err)
	}
	step("a new document", false, true, func() { write(strings.ReplaceAll(denyIAM, "iam:*", "sts:*")) })
	step("the old document", true, false, func() { write(denyIAM) })
	step("disabling the type", false, true, func() {
		_, err := h.DisablePolicyType(h.ctx, &api.DisablePolicyTypeRequest{RootId: root, PolicyType: api.PolicyTypeServiceControlPolicy})
		h.ok(err)
	})
	step("enabling it with a limit", true, false, func() {
		_, err := h.EnablePolicyType(h.ctx, &api.EnablePolicyTypeRequest{RootId: root, PolicyType: api.PolicyTypeServiceControlPolicy})
		h.ok(err)
		h.attach(deny, root)
	})
	step("leaving", false, true, func() {
		_, err := h.LeaveOrganization(as(a), nil)
		h.ok(err)
	})
}
