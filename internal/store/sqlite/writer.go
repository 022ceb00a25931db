package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync/atomic"

	"github.com/mayfly-id/mayfly/internal/store"
)

// maxBatch bounds the closures that share one commit.
const maxBatch = 64

// writer owns the one writing connection.
type writer struct {
	e      *Engine
	c      *conn
	commit func() error // COMMIT; a field so that tests can make it fail
}

// request is one caller of Update on its way through the writer.
type request struct {
	// state goes from waiting to taken (by the writer) or left (by the caller).
	state atomic.Int32
	turn  chan *conn // the writer lends its connection
	ran   chan error // the caller gives it back; errAbandoned when it did not return
	done  chan error // the outcome, after the commit
}

const (
	waiting = iota
	taken
	left
)

// errAbandoned marks a closure that ended by a panic or by runtime.Goexit.
var errAbandoned = errors.New("sqlite: the closure did not return")

func (e *Engine) openWriter() (*writer, error) {
	if err := createFile(filepath.Join(e.dir, dataFile)); err != nil {
		return nil, fmt.Errorf("sqlite: data file: %w", err)
	}
	c, err := openConn(e.dsn(true))
	if err != nil {
		return nil, err
	}
	w := &writer{e: e, c: c}
	w.commit = func() error { return w.exec("COMMIT") }
	for _, sql := range []string{"BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"} {
		if _, err := c.prepare(sql); err != nil {
			return nil, errors.Join(err, c.close())
		}
	}
	return w, nil
}

// Update implements store.Engine. The closure runs on the caller's goroutine,
// on the connection the writer lends it: a panic in it is the caller's own.
func (e *Engine) Update(ctx context.Context, f func(store.Conn) ([]store.Change, error)) error {
	r := &request{turn: make(chan *conn, 1), ran: make(chan error, 1), done: make(chan error, 1)}
	select {
	case e.requests <- r:
	case <-ctx.Done():
		return ctx.Err()
	case <-e.stopping:
		return store.ErrClosed
	}
	select {
	case c := <-r.turn:
		r.run(c, f)
	case err := <-r.done: // refused before its turn
		return err
	case <-ctx.Done():
		if r.state.CompareAndSwap(waiting, left) {
			return ctx.Err()
		}
		select { // the writer was faster
		case c := <-r.turn:
			r.run(c, f) // its statements refuse to run, and the closure ends
		case err := <-r.done:
			return err
		}
	case <-e.written:
		return store.ErrClosed
	}
	return <-r.done
}

// run calls the closure and gives the connection back whatever happens.
func (r *request) run(c *conn, f func(store.Conn) ([]store.Change, error)) {
	err := errAbandoned
	defer func() { r.ran <- err }()
	_, err = f(c)
}

func (w *writer) run() {
	defer close(w.e.written)
	for {
		select {
		case r := <-w.e.requests:
			// Whoever is ready to run goes first: on a busy machine they reach their own Update, and one commit serves them all. On an idle one
			// nobody is, and this costs nothing.
			runtime.Gosched()
			w.batch(r)
		case <-w.e.stopping:
			w.e.writeErr = w.c.close()
			return
		}
	}
}

// batch runs a request and whoever else is waiting in one transaction.
func (w *writer) batch(first *request) {
	b := batch{w: w}
	for r, n := first, 0; r != nil; r, n = w.next(n), n+1 {
		if r.state.CompareAndSwap(waiting, taken) {
			b.add(r)
		}
	}
	b.finish()
}

// next returns a request that waits already, or nil when the batch is full.
func (w *writer) next(n int) *request {
	if n+1 >= maxBatch {
		return nil
	}
	select {
	case r := <-w.e.requests:
		return r
	default:
		return nil
	}
}

func (w *writer) exec(sql string) error {
	_, err := w.c.Exec(context.Background(), sql)
	return err
}

// stopped returns the error of a writer that stopped, or nil.
func (w *writer) stopped() error {
	if p := w.e.failed.Load(); p != nil {
		return fmt.Errorf("%w: %w", store.ErrStopped, *p)
	}
	return nil
}

// batch is one transaction in the making.
type batch struct {
	w       *writer
	open    bool       // a transaction is under way
	kept    []*request // closures that wait for the commit
	refused []refusal  // closures that failed on what others of the transaction wrote
}

// refusal is a closure that failed, and with what. It waits for the commit as well: it may have failed because of a write before it in the same
// transaction, and whoever hears "exists" must be able to read what does.
type refusal struct {
	r   *request
	err error
}

// add runs one closure. The first of a transaction needs no savepoint: when it
// fails, the whole transaction is its own.
func (b *batch) add(r *request) {
	if err := b.begin(); err != nil {
		r.done <- err
		return
	}
	nested := len(b.kept) > 0
	if nested {
		if err := b.w.exec("SAVEPOINT one"); err != nil {
			b.abort(err)
			r.done <- unavailable(err)
			return
		}
	}
	r.turn <- b.w.c
	err := <-r.ran
	if broken := b.w.c.broken; broken != nil {
		b.abort(broken)
		if err == nil {
			err = unavailable(broken)
		}
		r.done <- err
		return
	}
	if err == nil {
		if nested {
			err = b.w.exec("RELEASE one")
		}
		if err == nil {
			b.kept = append(b.kept, r)
			return
		}
		b.abort(err)
		r.done <- unavailable(err)
		return
	}
	b.undo(nested)
	if nested && b.open {
		b.refused = append(b.refused, refusal{r, err})
		return
	}
	r.done <- err
}

func (b *batch) begin() error {
	if err := b.w.stopped(); err != nil || b.open {
		return err
	}
	if err := b.w.exec("BEGIN IMMEDIATE"); err != nil {
		b.abort(err)
		return unavailable(err)
	}
	b.open = true
	return nil
}

// undo takes back the last closure and nothing else.
func (b *batch) undo(nested bool) {
	if !nested {
		b.open = false
		if err := b.w.exec("ROLLBACK"); err != nil {
			b.abort(err)
		}
		return
	}
	err := b.w.exec("ROLLBACK TO one")
	if err == nil {
		err = b.w.exec("RELEASE one")
	}
	if err != nil {
		b.abort(err)
	}
}

// abort gives up the transaction: what was kept did not happen. Errors that
// speak of the disk or of a damaged file end all writing.
func (b *batch) abort(cause error) {
	b.rollback()
	if !harmless(cause) {
		b.stop(cause)
	}
	b.answer(unavailable(cause))
}

// rollback leaves the connection without a transaction and usable again.
// SQLITE_ERROR says that SQLite had rolled back by itself; anything else is a
// connection that cannot be trusted.
func (b *batch) rollback() {
	b.open = false
	b.w.c.broken = nil
	if err := b.w.exec("ROLLBACK"); err != nil && code(err) != codeError {
		b.stop(err)
	}
	b.w.c.broken = nil
}

func (b *batch) stop(cause error) { b.w.e.failed.CompareAndSwap(nil, &cause) }

// finish commits and answers. When the commit fails for any reason but want of
// room, the disk may hold the transaction or not, and writing stops.
func (b *batch) finish() {
	if !b.open {
		b.answer(nil)
		return
	}
	b.open = false
	err := b.w.commit()
	switch {
	case err == nil:
		b.answer(nil)
	case harmless(err):
		b.abort(err)
	default:
		b.stop(err)
		b.rollback()
		b.answer(fmt.Errorf("%w: %w: %w", store.ErrUnknownOutcome, store.ErrStopped, err))
	}
}

func (b *batch) answer(err error) {
	for _, r := range b.kept {
		r.done <- err
	}
	for _, f := range b.refused {
		if err != nil { // what it failed on did not happen, or may not have
			f.err = err
		}
		f.r.done <- f.err
	}
	b.kept, b.refused = nil, nil
}
