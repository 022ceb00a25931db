package advisor

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

const (
	mostPending = 20_000 // entities with a service; more that come within a minute are counted when they come again
	mostWrites  = 100    // in one transaction, so that it does not hold others up
)

// Tracker knows when entities last tried to use a service. It is safe for concurrent use.
type Tracker struct {
	db      *store.DB
	now     func() time.Time
	tracked map[string]map[string]bool // actions by namespace

	flushing sync.Mutex // one at a time
	mu       sync.Mutex
	pending  uses // not written yet
	count    int  // of the uses in pending
	writing  uses // being written; not changed any more
}

// uses holds uses by entity and service.
type uses map[string]map[string]*record.EntityUse

func (u uses) put(use *record.EntityUse) {
	if u[use.EntityID] == nil {
		u[use.EntityID] = map[string]*record.EntityUse{}
	}
	u[use.EntityID][use.Service] = use
}

// NewTracker makes a tracker over a store that was opened with record.Tables. services are those that the deployment serves.
func NewTracker(db *store.DB, now func() time.Time, services []Deployed) *Tracker {
	t := &Tracker{db: db, now: now, tracked: map[string]map[string]bool{}, pending: uses{}}
	for _, d := range services {
		t.tracked[d.Namespace] = make(map[string]bool, len(d.Actions))
		for _, a := range d.Actions {
			t.tracked[d.Namespace][a] = true
		}
	}
	return t
}

// Seen notes that an authenticated caller tried an action, such as "iam:CreateUser", in a region, whether or not it was allowed. It only
// touches memory.
func (t *Tracker) Seen(_ context.Context, p *caller.Principal, action, region string, at time.Time) {
	service, name, ok := strings.Cut(action, ":")
	if !ok || p == nil || p.Kind == caller.Anonymous || p.Account == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	use := record.EntityUse{EntityID: p.Account, Service: service, Account: p.Account, At: at.UTC(), Region: region}
	t.note(use, "")
	if p.UniqueID != p.Account && record.IsEntityID(p.UniqueID) {
		use.EntityID = p.UniqueID
		if !t.tracked[service][name] {
			name = ""
		}
		t.note(use, name)
	}
}

// note adds a use to those that are not written. action is empty when it is not tracked.
func (t *Tracker) note(use record.EntityUse, action string) {
	have := t.pending[use.EntityID][use.Service]
	if have == nil {
		if t.count >= mostPending {
			return
		}
		have = &record.EntityUse{EntityID: use.EntityID, Service: use.Service, Account: use.Account}
		t.pending.put(have)
		t.count++
	}
	if action != "" {
		use.Actions = map[string]record.ActionUse{action: {At: use.At, Region: use.Region}}
	}
	merge(have, &use)
}

// merge puts the newer of two uses of one service into the first. The second is not changed.
func merge(into, from *record.EntityUse) {
	if from.At.After(into.At) {
		into.At, into.Region = from.At, from.Region
	}
	if into.Actions == nil && len(from.Actions) > 0 {
		into.Actions = make(map[string]record.ActionUse, len(from.Actions))
	}
	for name, a := range from.Actions {
		if a.At.After(into.Actions[name].At) {
			into.Actions[name] = a
		}
	}
}

// Uses gives the last uses of an entity by service: of this node at once, of other nodes as they have written them. Times are in whole
// seconds. The entity is a user's or role's id, or an account for all of its principals.
func (t *Tracker) Uses(ctx context.Context, entity string) (map[string]record.EntityUse, error) {
	out := t.unwritten(entity) // first, so that what is written meanwhile is in one of the two
	for row, err := range record.EntityUses.All(ctx, t.db, store.Query{Prefix: []string{entity}, Limit: store.MaxLimit}) {
		if err != nil {
			return nil, err
		}
		use := row.Doc
		if here, ok := out[use.Service]; ok {
			merge(&use, &here)
		}
		out[use.Service] = use
	}
	oldest := t.now().Add(-record.UsePeriod)
	for service, use := range out {
		if !use.At.After(oldest) {
			delete(out, service)
			continue
		}
		use.At = use.At.Truncate(time.Second)
		for name, a := range use.Actions {
			use.Actions[name] = record.ActionUse{At: a.At.Truncate(time.Second), Region: a.Region}
		}
		out[service] = use
	}
	return out, nil
}

// unwritten copies what is in memory of an entity.
func (t *Tracker) unwritten(entity string) map[string]record.EntityUse {
	out := map[string]record.EntityUse{}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, held := range []uses{t.writing, t.pending} {
		for service, use := range held[entity] {
			c, ok := out[service]
			if ok {
				merge(&c, use)
			} else {
				c = *use
				c.Actions = maps.Clone(use.Actions)
			}
			out[service] = c
		}
	}
	return out
}

// RoleLastUsed tells when and where a role was last used, of the last 400 days; ok is false when it was not.
func (t *Tracker) RoleLastUsed(ctx context.Context, roleID string) (at time.Time, region string, ok bool, err error) {
	all, err := t.Uses(ctx, roleID)
	if err != nil {
		return time.Time{}, "", false, err
	}
	for _, u := range all {
		if !ok || u.At.After(at) {
			at, region, ok = u.At, u.Region, true
		}
	}
	return at, region, ok, nil
}

// Flush writes the uses that are not written yet. What could not be written is kept for the next time.
func (t *Tracker) Flush(ctx context.Context) error {
	t.flushing.Lock()
	defer t.flushing.Unlock()
	t.mu.Lock()
	all := make([]*record.EntityUse, 0, t.count)
	t.writing, t.pending, t.count = t.pending, uses{}, 0
	for _, services := range t.writing {
		all = slices.AppendSeq(all, maps.Values(services))
	}
	t.mu.Unlock()
	defer t.keep()
	for len(all) > 0 {
		n := min(len(all), mostWrites)
		if err := t.write(ctx, all[:n]); err != nil {
			return err
		}
		t.written(all[:n])
		all = all[n:]
	}
	return nil
}

// written forgets what is written.
func (t *Tracker) written(done []*record.EntityUse) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, u := range done {
		delete(t.writing[u.EntityID], u.Service)
	}
}

// keep takes what was not written back. Such a use was counted when it came, so the bound on what comes does not hold it off.
func (t *Tracker) keep() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, services := range t.writing {
		for _, use := range services {
			if newer := t.pending[use.EntityID][use.Service]; newer != nil {
				merge(use, newer)
			} else {
				t.count++
			}
			t.pending.put(use)
		}
	}
	t.writing = nil
}

func (t *Tracker) write(ctx context.Context, batch []*record.EntityUse) error {
	return t.db.Update(ctx, func(w store.Writer) error {
		for _, u := range batch {
			if err := t.writeUse(ctx, w, u); err != nil {
				return err
			}
		}
		return nil
	})
}

// writeUse writes one use beside what other nodes wrote, unless its entity is gone.
func (t *Tracker) writeUse(ctx context.Context, w store.Writer, u *record.EntityUse) error {
	if ok, err := exists(ctx, w, u.EntityID); err != nil || !ok {
		return err
	}
	doc := record.EntityUse{EntityID: u.EntityID, Service: u.Service, Account: u.Account}
	old, err := record.EntityUses.Get(ctx, w, u.EntityID, u.Service)
	switch {
	case err == nil:
		doc = old.Doc
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	merge(&doc, u)
	oldest := t.now().Add(-record.UsePeriod)
	maps.DeleteFunc(doc.Actions, func(_ string, a record.ActionUse) bool { return !a.At.After(oldest) })
	return record.EntityUses.Upsert(ctx, w, &doc)
}

// exists reports whether an entity is there. An account is: it has just made a request.
func exists(ctx context.Context, r store.Reader, id string) (bool, error) {
	var err error
	switch {
	case strings.HasPrefix(id, record.PrefixUser):
		_, err = record.Users.Get(ctx, r, id)
	case strings.HasPrefix(id, record.PrefixRole):
		_, err = record.Roles.Get(ctx, r, id)
	}
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
