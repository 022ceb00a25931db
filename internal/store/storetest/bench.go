package storetest

import (
	"context"
	"os"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/mayfly-id/mayfly/internal/store"
)

// RowsEnv asks for a benchmark over a table of so many rows besides the small one.
const RowsEnv = "MAYFLY_BENCH_ROWS"

// loadBatch is how many rows one transaction loads.
const loadBatch = 1000

// Bench measures an engine on a table of 1,000 rows, and on one of as many as
// MAYFLY_BENCH_ROWS says. Rows are about 300 bytes with a two-part key, a
// unique index and a secondary one.
func Bench(b *testing.B, fresh func(t testing.TB) Place) {
	sizes := []int{1000}
	if s := os.Getenv(RowsEnv); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			b.Fatalf("%s: %v", RowsEnv, err)
		}
		sizes = append(sizes, n)
	}
	for _, rows := range sizes {
		b.Run("rows="+strconv.Itoa(rows), func(b *testing.B) { bench(b, fresh(b), rows) })
	}
}

type benchTable struct {
	ctx   context.Context
	db    *store.DB
	table *store.Table[account]
	rows  int
	turn  atomic.Int64
}

func bench(b *testing.B, p Place, rows int) {
	t := &benchTable{ctx: context.Background(), table: accountTable(), rows: rows}
	db, err := store.Open(t.ctx, p.Open(b), store.Options{CacheRows: 100_000}, t.table)
	must(b, err)
	t.db = db
	defer func() { must(b, db.Close()) }()
	for from := 0; from < rows; from += loadBatch {
		must(b, db.Update(t.ctx, func(w store.Writer) error { return t.load(w, from) }))
	}
	for _, run := range []struct {
		name    string
		clients int
		op      func() error
	}{
		{"Get", 1, t.get}, {"Get", 8, t.get},
		{"Find", 1, t.find},
		{"GetCached", 1, t.getCached}, {"GetCached", 8, t.getCached},
		{"FindCached", 1, t.findCached},
		{"List60", 1, t.list},
		{"Update", 1, t.update}, {"Update", 64, t.update},
		{"InsertDelete", 64, t.insertDelete},
	} {
		b.Run(run.name+"/clients="+strconv.Itoa(run.clients), func(b *testing.B) {
			b.ReportAllocs()
			clients(b, run.clients, run.op)
		})
	}
}

// clients runs op from exactly n goroutines.
func clients(b *testing.B, n int, op func() error) {
	if n == 1 {
		for b.Loop() {
			if err := op(); err != nil {
				b.Fatal(err)
			}
		}
		return
	}
	var left atomic.Int64
	left.Store(int64(b.N))
	done := make(chan error, n)
	b.ResetTimer()
	for range n {
		go func() {
			var err error
			for err == nil && left.Add(-1) >= 0 {
				err = op()
			}
			done <- err
		}()
	}
	for range n {
		if err := <-done; err != nil {
			b.Error(err)
		}
	}
}

func (t *benchTable) load(w store.Writer, from int) error {
	for i := from; i < min(from+loadBatch, t.rows); i++ {
		if err := t.table.Insert(t.ctx, w, t.row(i)); err != nil {
			return err
		}
	}
	return nil
}

func (t *benchTable) row(i int) *account {
	return &account{
		Pool: benchPool, ID: benchID(i), Email: benchID(i) + "@example.com", Status: "active",
		Note: "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789",
	}
}

func benchID(i int) string { return "3f2a9c1e-77aa-4b1c-9d00-" + strconv.Itoa(1_000_000_000_000+i) }

// next scatters successive operations over the table.
func (t *benchTable) next() int { return int(t.turn.Add(1) * 7919 % int64(t.rows)) }

const benchPool = "eu-west-1_Abcdefghi"

func (t *benchTable) get() error {
	_, err := t.table.Get(t.ctx, t.db, benchPool, benchID(t.next()))
	return err
}

func (t *benchTable) find() error {
	_, err := t.table.Find(t.ctx, t.db, "by_email", benchPool, benchID(t.next())+"@example.com")
	return err
}

// The cached reads use ready keys: what is measured is the hit.
const (
	hotID    = "3f2a9c1e-77aa-4b1c-9d00-1000000000077"
	hotEmail = "3f2a9c1e-77aa-4b1c-9d00-1000000000078@example.com"
)

func (t *benchTable) getCached() error {
	_, err := t.table.GetCached(t.ctx, t.db, benchPool, hotID)
	return err
}

func (t *benchTable) findCached() error {
	_, err := t.table.FindCached(t.ctx, t.db, "by_email", benchPool, hotEmail)
	return err
}

func (t *benchTable) list() error {
	_, err := t.table.List(t.ctx, t.db, store.Query{Prefix: []string{benchPool}, Limit: 60})
	return err
}

func (t *benchTable) update() error {
	id := benchID(t.next())
	return t.db.Update(t.ctx, func(w store.Writer) error {
		row, err := t.table.Get(t.ctx, w, benchPool, id)
		if err != nil {
			return err
		}
		row.Doc.Count++
		return t.table.Update(t.ctx, w, &row)
	})
}

func (t *benchTable) insertDelete() error {
	doc := t.row(t.rows + int(t.turn.Add(1)))
	err := t.db.Update(t.ctx, func(w store.Writer) error { return t.table.Insert(t.ctx, w, doc) })
	if err != nil {
		return err
	}
	return t.db.Update(t.ctx, func(w store.Writer) error { return t.table.Delete(t.ctx, w, doc.Pool, doc.ID) })
}
