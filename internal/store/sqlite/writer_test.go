package sqlite

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/mayfly-id/mayfly/internal/store"
)

// coded is an error with a result code, as the driver's errors are.
type coded int

func (c coded) Error() string { return fmt.Sprintf("code %d", int(c)) }
func (c coded) Code() int     { return int(c) }

func openTest(t *testing.T) (*Engine, context.Context) {
	t.Helper()
	e, err := OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	ctx := context.Background()
	run(t, e, "CREATE TABLE t (k TEXT PRIMARY KEY, v TEXT) STRICT")
	return e, ctx
}

func run(t *testing.T, e *Engine, sql string, args ...any) {
	t.Helper()
	if err := update(e, sql, args...); err != nil {
		t.Fatal(err)
	}
}

func update(e *Engine, sql string, args ...any) error {
	ctx := context.Background()
	return e.Define(ctx, func(c store.Conn) error {
		_, err := c.Exec(ctx, sql, args...)
		return err
	})
}

func count(t *testing.T, e *Engine) (n int64) {
	t.Helper()
	ctx := context.Background()
	err := e.Read(ctx, func(c store.Conn) error {
		return c.Query(ctx, "SELECT COUNT(*) FROM t", nil, func(v store.Values) error {
			n = v.Int(0)
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// together runs closures so that they share one transaction, in their order:
// the first holds the writer until all others wait.
func together(e *Engine, closures ...func(store.Conn) error) []error {
	ctx := context.Background()
	errs := make([]error, len(closures))
	holding, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	for i, f := range closures {
		wg.Go(func() {
			errs[i] = e.Define(ctx, func(c store.Conn) error {
				if i == 0 {
					close(holding)
					<-release
				}
				return f(c)
			})
		})
		if i == 0 {
			<-holding
			continue
		}
		for len(e.requests) < i {
			runtime.Gosched()
		}
	}
	close(release)
	wg.Wait()
	return errs
}

func insert(k string) func(store.Conn) error {
	return func(c store.Conn) error {
		_, err := c.Exec(context.Background(), "INSERT INTO t VALUES ($1, $1)", k)
		return err
	}
}

func TestGroupCommit(t *testing.T) {
	e, _ := openTest(t)
	commits := 0
	commit := e.w.commit
	counted := func() error { commits++; return commit() }
	boom := errors.New("boom")
	errs := together(e,
		func(c store.Conn) error { e.w.commit = counted; return insert("a")(c) },
		insert("b"),
		func(c store.Conn) error { return errors.Join(insert("c")(c), boom) },
		insert("a"), // taken
		insert("d"),
	)
	for i, want := range []bool{true, true, false, false, true} {
		if (errs[i] == nil) != want {
			t.Errorf("closure %d: %v", i, errs[i])
		}
	}
	if !errors.Is(errs[2], boom) || commits != 1 || count(t, e) != 3 {
		t.Errorf("errors %v, %d commits, %d rows", errs, commits, count(t, e))
	}
}

// TestFull fills the database: SQLite then rolls back the whole transaction, so
// everybody in it must hear of it, and the store goes on afterwards.
func TestFull(t *testing.T) {
	e, _ := openTest(t)
	ctx := context.Background()
	run(t, e, "PRAGMA max_page_count = 20")
	fill := func(c store.Conn) error {
		for i := range 1000 {
			if _, err := c.Exec(ctx, "INSERT INTO t VALUES ($1, $2)", fmt.Sprint("fill", i), strings.Repeat("x", 1000)); err != nil {
				// A closure that hides the error must not go on outside of
				// the transaction, which is gone.
				_ = insert("stray")(c)
				return nil
			}
		}
		return errors.New("the database did not fill up")
	}
	for i, err := range together(e, insert("a"), fill, insert("b")) {
		if i < 2 && !errors.Is(err, store.ErrUnavailable) || i == 2 && err != nil {
			t.Errorf("closure %d: %v", i, err)
		}
	}
	if n := count(t, e); n != 1 {
		t.Errorf("%d rows, want only the one of the next transaction", n)
	}
	run(t, e, "PRAGMA max_page_count = 1000000")
	if err := update(e, "INSERT INTO t VALUES ('after', '')"); err != nil {
		t.Error(err)
	}
}

func TestSyncErrorStopsWriting(t *testing.T) {
	const ioErrFsync = codeIOErr | 4<<8
	e, ctx := openTest(t)
	run(t, e, "INSERT INTO t VALUES ('before', '')")
	errs := together(e,
		func(c store.Conn) error {
			e.w.commit = func() error { return coded(ioErrFsync) }
			return insert("a")(c)
		},
		insert("b"),
	)
	for i, err := range errs {
		if !errors.Is(err, store.ErrUnknownOutcome) || !errors.Is(err, store.ErrStopped) {
			t.Errorf("closure %d: %v", i, err)
		}
	}
	if err := update(e, "INSERT INTO t VALUES ('c', '')"); !errors.Is(err, store.ErrStopped) || errors.Is(err, store.ErrUnknownOutcome) {
		t.Errorf("a write after the sync error: %v", err)
	}
	if n := count(t, e); n != 1 {
		t.Errorf("%d rows are readable", n)
	}
	if err := e.Check(ctx); err != nil {
		t.Error(err)
	}
}

func TestFullCommitGoesOn(t *testing.T) {
	e, _ := openTest(t)
	commit := e.w.commit
	errs := together(e, func(c store.Conn) error {
		e.w.commit = func() error { e.w.commit = commit; return coded(codeFull) }
		return insert("a")(c)
	})
	if !errors.Is(errs[0], store.ErrUnavailable) || errors.Is(errs[0], store.ErrUnknownOutcome) {
		t.Errorf("commit without room: %v", errs[0])
	}
	run(t, e, "INSERT INTO t VALUES ('a', '')")
	if n := count(t, e); n != 1 {
		t.Errorf("%d rows", n)
	}
}

// TestRefusalWaitsForCommit: who failed on a write of the same transaction does not hear of it before, or without, its commit.
func TestRefusalWaitsForCommit(t *testing.T) {
	e, _ := openTest(t)
	commit, taken := e.w.commit, errors.New("taken")
	refuse := func(c store.Conn) error {
		if insert("a")(c) == nil {
			return errors.New("the write before it is not seen")
		}
		return taken
	}
	errs := together(e, func(c store.Conn) error {
		e.w.commit = func() error { e.w.commit = commit; return coded(codeFull) }
		return insert("a")(c)
	}, refuse)
	if !errors.Is(errs[1], store.ErrUnavailable) || errors.Is(errs[1], taken) {
		t.Errorf("it failed on what never happened: %v", errs[1])
	}
	errs = together(e, insert("a"), refuse, func(store.Conn) error { return taken })
	if errs[0] != nil || !errors.Is(errs[1], taken) || !errors.Is(errs[2], taken) {
		t.Errorf("with a commit: %v", errs)
	}
}

func TestCancelWhileWaiting(t *testing.T) {
	e, ctx := openTest(t)
	holding, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		err := e.Define(ctx, func(c store.Conn) error {
			close(holding)
			<-release
			return insert("a")(c)
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-holding
	waiting, cancel := context.WithCancel(ctx)
	wg.Go(func() {
		for len(e.requests) == 0 {
			runtime.Gosched()
		}
		cancel()
	})
	err := e.Define(waiting, func(c store.Conn) error {
		t.Error("a closure that gave up was run")
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("waiting with a cancelled context: %v", err)
	}
	close(release)
	wg.Wait()
	if n := count(t, e); n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestWrongColumnType(t *testing.T) {
	e, ctx := openTest(t)
	for name, read := range map[string]func(store.Values){
		"int of text":  func(v store.Values) { v.Int(0) },
		"text of int":  func(v store.Values) { _ = v.Text(1) },
		"bytes of int": func(v store.Values) { _ = v.Bytes(1) },
		"int of null":  func(v store.Values) { v.Int(2) },
	} {
		err := e.Read(ctx, func(c store.Conn) error {
			return c.Query(ctx, "SELECT 'a', 1, NULL", nil, func(v store.Values) error {
				if v.Null(0) || !v.Null(2) {
					t.Error("Null is wrong")
				}
				read(v)
				return nil
			})
		})
		if err == nil {
			t.Errorf("%s is no error", name)
		}
	}
}

func TestManyStatements(t *testing.T) {
	e, ctx := openTest(t)
	run(t, e, "INSERT INTO t VALUES ('a', '')")
	err := e.Read(ctx, func(c store.Conn) error {
		for round := range 2 {
			for i := range 2 * maxStatements {
				rows := 0
				err := c.Query(ctx, fmt.Sprintf("SELECT %d FROM t", i), nil, func(v store.Values) error {
					rows++
					if v.Int(0) != int64(i) {
						t.Errorf("statement %d answered %d", i, v.Int(0))
					}
					return nil
				})
				if err != nil || rows != 1 {
					return fmt.Errorf("round %d, statement %d: %d rows, %w", round, i, rows, err)
				}
			}
		}
		if n := len(c.(*conn).stmts); n > maxStatements {
			t.Errorf("%d prepared statements", n)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestReadersAreBounded(t *testing.T) {
	e, ctx := openTest(t)
	release := make(chan struct{})
	var in, out sync.WaitGroup
	for range maxReaders {
		in.Add(1)
		out.Go(func() {
			err := e.View(ctx, func(store.Conn) error {
				in.Done()
				<-release
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	in.Wait()
	waiting, cancel := context.WithCancel(ctx)
	cancel()
	if err := e.Read(waiting, func(store.Conn) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("a reader too many: %v", err)
	}
	run(t, e, "INSERT INTO t VALUES ('a', '')") // writing does not wait for readers
	close(release)
	out.Wait()
	if n := count(t, e); n != 1 {
		t.Errorf("%d rows", n)
	}
	if n := len(e.idle); n != maxReaders {
		t.Errorf("%d connections are kept", n)
	}
}

// TestBrokenReaderIsReplaced: a connection that had trouble is not used again.
func TestBrokenReaderIsReplaced(t *testing.T) {
	e, ctx := openTest(t)
	err := e.Read(ctx, func(c store.Conn) error {
		return c.(*conn).check(coded(codeIOErr))
	})
	if err == nil || len(e.idle) != 0 {
		t.Errorf("%v, %d connections are kept", err, len(e.idle))
	}
	if n := count(t, e); n != 0 {
		t.Errorf("%d rows", n)
	}
}

func TestReadersCannotWrite(t *testing.T) {
	e, ctx := openTest(t)
	for name, read := range map[string]func(context.Context, func(store.Conn) error) error{"read": e.Read, "view": e.View} {
		if err := read(ctx, insert("a")); err == nil {
			t.Errorf("%s: a row was written", name)
		}
	}
	if n := count(t, e); n != 0 {
		t.Errorf("%d rows", n)
	}
}
