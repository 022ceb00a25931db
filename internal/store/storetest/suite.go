package storetest

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// Place is an empty store somewhere.
type Place struct {
	// Open returns an engine on the store. For a store of one process it is
	// called again only after the engine before was closed.
	Open func(t testing.TB) store.Engine
	// Shared says that several engines may be open at once, as on several nodes.
	Shared bool
}

// Run runs the suite. fresh returns another empty place with every call.
func Run(t *testing.T, fresh func(t testing.TB) Place) {
	for name, test := range map[string]func(*testing.T, Place){
		"CRUD":                 testCRUD,
		"InsertExisting":       testInsertExisting,
		"Versions":             testVersions,
		"KeyIsOrderedBytewise": testOrder,
		"Unique":               testUnique,
		"UniqueOnUpdate":       testUniqueOnUpdate,
		"Sparse":               testSparse,
		"UpdateInOne":          testUpdateInOne,
		"Upsert":               testUpsert,
		"Values":               testValues,
		"Expiry":               testExpiry,
		"ExpiredIsNotInTheWay": testExpiredInTheWay,
		"Sweep":                testSweep,
		"ListFilters":          testListFilters,
		"Paging":               testPaging,
		"PagingUnderWrites":    testPagingUnderWrites,
		"PagingProperty":       testPagingProperty,
		"Cursor":               testCursor,
		"DeleteAll":            testDeleteAll,
		"SnapshotIsolation":    testSnapshotIsolation,
		"ReadYourWrites":       testReadYourWrites,
		"RollbackOfOne":        testRollbackOfOne,
		"Panic":                testPanic,
		"Cancel":               testCancel,
		"LostUpdates":          testLostUpdates,
		"WriteSkew":            testWriteSkew,
		"ConsumeOnce":          testConsumeOnce,
		"Cache":                testCache,
		"CacheStaleFill":       testCacheStaleFill,
		"CacheExpiry":          testCacheExpiry,
		"CacheBound":           testCacheBound,
		"CacheOfTwoNodes":      testCacheOfTwoNodes,
		"CacheConvergence":     testCacheConvergence,
		"Reopen":               testReopen,
		"AddIndex":             testAddIndex,
		"RaiseRevision":        testRaiseRevision,
		"RefuseNewerTable":     testRefuseNewer,
		"RollingUpgrade":       testRollingUpgrade,
		"SnapshotRestore":      testSnapshotRestore,
		"Closed":               testClosed,
	} {
		t.Run(name, func(t *testing.T) { test(t, fresh(t)) })
	}
}

// account is the document of the suite's main table.
type account struct {
	Pool   string
	ID     string
	Email  string
	Status string
	Count  int
	Until  time.Time
	Note   string
}

func pool(a *account) string   { return a.Pool }
func id(a *account) string     { return a.ID }
func email(a *account) string  { return a.Email }
func status(a *account) string { return a.Status }

func column[T any](name string, f func(*T) string) store.Column[T] {
	return store.Column[T]{Name: name, Value: f}
}

func accountTable() *store.Table[account] {
	return store.NewTable("account", accountSpec())
}

func accountSpec() store.Spec[account] {
	p, i, e, s := column("pool", pool), column("id", id), column("email", email), column("status", status)
	return store.Spec[account]{
		Key: []store.Column[account]{p, i},
		Unique: []store.Index[account]{{
			Name: "by_email", Columns: []store.Column[account]{p, e},
			Present: func(a *account) bool { return a.Email != "" },
		}},
		Indexes: []store.Index[account]{
			{Name: "by_status", Columns: []store.Column[account]{p, s}},
			// All of its columns are shared, so presence needs a column of its own.
			{Name: "active", Columns: []store.Column[account]{s, i},
				Present: func(a *account) bool { return a.Status == "active" }},
		},
		Expires: func(a *account) time.Time { return a.Until },
	}
}

// Clock is a clock that moves when it is told to.
type Clock struct{ milli atomic.Int64 }

// NewClock returns a clock at a fixed instant.
func NewClock() *Clock {
	c := &Clock{}
	c.milli.Store(time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC).UnixMilli())
	return c
}

// Now returns the instant of the clock.
func (c *Clock) Now() time.Time { return time.UnixMilli(c.milli.Load()).UTC() }

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) { c.milli.Add(d.Milliseconds()) }

// fixture is one open store with the suite's table.
type fixture struct {
	t     *testing.T
	ctx   context.Context
	db    *store.DB
	table *store.Table[account]
	clock *Clock
}

func open(t *testing.T, p Place, tables ...store.AnyTable) *fixture {
	t.Helper()
	f := &fixture{t: t, table: accountTable(), clock: NewClock()}
	f.ctx = testContext(t)
	f.db = openDB(t, p, store.Options{Now: f.clock.Now, CacheRows: 1000, StaleFor: time.Hour}, append(tables, f.table)...)
	return f
}

// testContext ends a test that hangs.
func testContext(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func openDB(t *testing.T, p Place, o store.Options, tables ...store.AnyTable) *store.DB {
	t.Helper()
	db, err := store.Open(testContext(t), p.Open(t), o, tables...)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return db
}

func (f *fixture) update(g func(w store.Writer) error) error { return f.db.Update(f.ctx, g) }

// insert stores accounts, one transaction for all.
func (f *fixture) insert(docs ...account) {
	f.t.Helper()
	must(f.t, f.update(func(w store.Writer) error {
		for i := range docs {
			if err := f.table.Insert(f.ctx, w, &docs[i]); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (f *fixture) get(key ...string) store.Row[account] {
	f.t.Helper()
	row, err := f.table.Get(f.ctx, f.db, key...)
	must(f.t, err)
	return row
}

// save writes a row back.
func (f *fixture) save(row *store.Row[account]) error {
	return f.update(func(w store.Writer) error { return f.table.Update(f.ctx, w, row) })
}

func (f *fixture) list(q store.Query) (ids string, next store.Cursor) {
	f.t.Helper()
	page, err := f.table.List(f.ctx, f.db, q)
	must(f.t, err)
	return joinIDs(page.Rows), page.Next
}

func joinIDs(rows []store.Row[account]) string {
	list := make([]string, len(rows))
	for i, r := range rows {
		list[i] = r.Doc.ID
	}
	return strings.Join(list, " ")
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}
