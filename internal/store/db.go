package store

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// Options configure a DB. The zero value works.
type Options struct {
	// Now is the clock; nil is time.Now. It decides what has expired and how
	// old the cache may be.
	Now func() time.Time
	// StaleFor is for how long after the last look at the change feed cached
	// rows are still served while the store cannot be reached; DefaultStaleFor
	// is the usual choice. Zero fails closed: a row is served from the cache
	// only while the feed is at most a second old. It has no meaning for an
	// engine of one node.
	StaleFor time.Duration
	// CacheRows bounds the rows kept decoded in memory; 0 is DefaultCacheRows,
	// negative is none.
	CacheRows int
}

// Defaults of Options.
const (
	DefaultStaleFor  = time.Hour
	DefaultCacheRows = 50_000
)

// fresh is the age of the feed up to which a cached row counts as current: the
// bound on how late a change of another node is seen.
const fresh = time.Second

// DB is an open store. It is a Reader of single rows and pages; each call sees
// the newest committed state.
type DB struct {
	engine   Engine
	clock    func() time.Time
	tables   map[string]*table // immutable after Open
	shapes   map[*schema]int64 // of each table; immutable after Open
	cache    *cache
	staleFor time.Duration

	shared bool
	start  time.Time    // the feed's ages count from here, by the monotonic clock
	alive  atomic.Int64 // nanoseconds from start to the last complete look at the feed
	drift  atomic.Int64 // nanoseconds our clock was ahead of the engine's at that look

	stop   context.CancelFunc
	ready  chan struct{} // closed after the first look at the feed
	looked sync.Once
	done   chan struct{} // closed when the feed has ended
	closed atomic.Bool
	once   sync.Once
}

// Open prepares the tables on the engine (see ErrNewerTable), starts the change
// feed and returns the DB, which from then on owns the engine.
func Open(ctx context.Context, engine Engine, o Options, tables ...AnyTable) (*DB, error) {
	db := &DB{
		engine: engine, clock: o.Now, staleFor: max(o.StaleFor, 0),
		tables: make(map[string]*table, len(tables)),
		shared: engine.Dialect().Shared, ready: make(chan struct{}), done: make(chan struct{}),
	}
	if db.clock == nil {
		db.clock = time.Now
	}
	rows := o.CacheRows
	if rows == 0 {
		rows = DefaultCacheRows
	}
	db.cache = newCache(rows)
	for _, t := range tables {
		name := t.core().s.name
		if db.tables[name] != nil {
			panic("store: two tables are named " + name)
		}
		db.tables[name] = t.core()
	}
	var err error
	if db.shapes, err = ensureTables(ctx, engine, db.clock, tables); err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	db.start = db.clock()
	feed, stop := context.WithCancel(context.WithoutCancel(ctx))
	db.stop = stop
	go db.watch(feed)
	if db.shared {
		// The first look at the feed empties the cache; waiting for it keeps
		// that out of the first requests.
		select {
		case <-db.ready:
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), db.Close())
		}
	}
	return db, nil
}

// Close stops the feed and closes the engine.
func (db *DB) Close() error {
	var err error
	db.once.Do(func() {
		db.closed.Store(true)
		db.stop()
		<-db.done
		err = db.engine.Close()
	})
	return err
}

// View runs f on a consistent snapshot. f may run more than once and must not
// keep its Reader.
func (db *DB) View(ctx context.Context, f func(Reader) error) error {
	if db.closed.Load() {
		return ErrClosed
	}
	return db.engine.View(ctx, func(c Conn) error {
		return f(&tx{conn: c, at: db.clock()})
	})
}

// Update runs f in one serializable transaction and returns when it is durable
// and visible to GetCached on this node. f may run more than once: it must not
// have effects outside of the transaction, must not keep its Writer and must
// not call Update. An error from f undoes f's writes and is returned as it is.
// See ErrUnknownOutcome, ErrUnavailable and ErrStopped for the other errors.
func (db *DB) Update(ctx context.Context, f func(Writer) error) error {
	if db.closed.Load() {
		return ErrClosed
	}
	var x *tx
	err := db.engine.Update(ctx, func(c Conn) ([]Change, error) {
		if x != nil {
			x.rollback()
		}
		x = &tx{conn: c, shapes: db.shapes, at: db.clock(), writes: true}
		if err := f(x); err != nil {
			return nil, err
		}
		return x.changes, nil
	})
	if x == nil {
		return err
	}
	if err != nil && !errors.Is(err, ErrUnknownOutcome) {
		x.rollback()
		return err
	}
	db.invalidate(x.changes)
	return err
}

// access implements Reader.
func (db *DB) access(ctx context.Context, f func(Conn) error) error {
	if db.closed.Load() {
		return ErrClosed
	}
	return db.engine.Read(ctx, f)
}

// now implements Reader.
func (db *DB) now() time.Time { return db.clock() }
