package store

import (
	"context"
	"time"
)

// Status tells how far the cache can be trusted, for health output.
type Status struct {
	Shared   bool          // other nodes write to the same store
	FeedAge  time.Duration // since the last complete look at the change feed; 0 when not shared
	StaleFor time.Duration // how old the feed may get before cached rows are refused
	Drift    time.Duration // how far this node's clock is ahead of the store's; 0 when not shared
	Cached   int           // rows in the cache
}

// Status returns the present state of the cache and the change feed.
func (db *DB) Status() Status {
	s := Status{Shared: db.shared, StaleFor: db.staleFor, Cached: db.cache.len()}
	if db.shared {
		s.FeedAge = db.feedAge(db.clock())
		s.Drift = time.Duration(db.drift.Load())
	}
	return s
}

func (db *DB) feedAge(now time.Time) time.Duration {
	return now.Sub(db.start) - time.Duration(db.alive.Load())
}

// servable reports whether a cached row may be served: it has not expired, and
// the feed is young enough to have told of a change.
func (db *DB) servable(e *cacheEntry) bool {
	if !db.shared && e.expires == 0 {
		return true
	}
	now := db.clock()
	return (e.expires == 0 || now.UnixMilli() < e.expires) &&
		(!db.shared || db.feedAge(now) <= max(fresh, db.staleFor))
}

// watch runs the change feed until ctx is done.
func (db *DB) watch(ctx context.Context) {
	defer close(db.done)
	if db.shared {
		// The engine reports trouble by not calling Alive; the error is the
		// end of ctx.
		_ = db.engine.Changes(ctx, (*feed)(db))
	}
}

// feed is the DB as the engine's Sink.
type feed DB

// Alive implements Sink.
func (f *feed) Alive(took time.Duration, at time.Time) {
	db := (*DB)(f)
	now := db.clock()
	db.drift.Store(int64(now.Add(-took / 2).Sub(at)))
	db.alive.Store(int64(now.Sub(db.start) - took))
	db.looked.Do(func() { close(db.ready) })
}

// Changed implements Sink.
func (f *feed) Changed(changes []Change) { (*DB)(f).invalidate(changes) }

// Reset implements Sink.
func (f *feed) Reset() { f.cache.clear() }

// invalidate drops what the cache holds of changed rows. Tables this program
// does not know are of no interest.
func (db *DB) invalidate(changes []Change) {
	for _, c := range changes {
		t := db.tables[c.Table]
		switch {
		case t == nil:
		case len(c.Key) != t.s.key:
			db.cache.dropTable(t.s)
		default:
			db.cache.drop(newCacheKey(t.s, 0, c.Key))
		}
	}
}
