package sqlite

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/mayfly-id/mayfly/internal/store"
)

// File names within the data folder.
const (
	dataFile = "mayfly.db"
	lockFile = "mayfly.lock"
)

// maxReaders bounds the reading connections.
const maxReaders = 8

// Engine is an open SQLite store. It implements store.Engine.
type Engine struct {
	dir      string
	unlock   func() error
	temp     bool // the folder goes with the engine
	sync     string
	w        *writer // belongs to its goroutine
	requests chan *request
	stopping chan struct{}
	written  chan struct{}         // closed when the writer goroutine has ended
	writeErr error                 // of closing the writer; read after written
	failed   atomic.Pointer[error] // why writing stopped

	slots chan struct{} // one token per connection that may be in use
	idle  chan *conn    // open connections nobody uses
	close sync.Once
}

// Open opens the store in a folder, which it creates with mode 0700 when it is
// missing. It fails when another process, or another engine of this one, has
// it open.
func Open(dir string) (*Engine, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("sqlite: data folder: %w", err)
	}
	unlock, err := lock(filepath.Join(dir, lockFile))
	if err != nil {
		return nil, fmt.Errorf("sqlite: lock data folder %s: %w", dir, err)
	}
	return open(dir, "FULL", unlock)
}

func open(dir, sync string, unlock func() error) (*Engine, error) {
	e := &Engine{
		dir: dir, unlock: unlock, sync: sync,
		requests: make(chan *request, maxBatch),
		stopping: make(chan struct{}),
		written:  make(chan struct{}),
		slots:    make(chan struct{}, maxReaders),
		idle:     make(chan *conn, maxReaders),
	}
	w, err := e.openWriter()
	if err != nil {
		return nil, errors.Join(err, unlock())
	}
	e.w = w
	go w.run()
	return e, nil
}

// createFile makes the database file before SQLite does, to give it its mode;
// SQLite copies it to the files beside it. An existing file is not opened:
// closing it again would drop SQLite's own locks on it.
func createFile(path string) error {
	if _, err := os.Lstat(path); err == nil {
		return os.Chmod(path, 0o600)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), syncFolder(filepath.Dir(path)), syncFolder(filepath.Dir(filepath.Dir(path))))
}

// syncFolder makes a new name in a folder durable. Systems that cannot sync a
// folder keep names by other means.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && runtime.GOOS != "windows" {
		return errors.Join(err, d.Close())
	}
	return d.Close()
}

// dsn names the database with the settings of a connection.
func (e *Engine) dsn(writer bool) string {
	q := url.Values{}
	q.Add("_pragma", "busy_timeout(5000)")
	if writer {
		q.Add("_pragma", "journal_mode(WAL)")
		q.Add("_pragma", "synchronous("+e.sync+")")
		q.Add("_pragma", "cache_size(-4096)")
		q.Add("_pragma", "journal_size_limit(16777216)")
	} else {
		q.Add("_pragma", "query_only(1)")
		q.Add("_pragma", "cache_size(-2048)")
	}
	q.Add("_pragma", "temp_store(MEMORY)")
	q.Set("_dqs", "0")
	q.Set("_defensive", "1")
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(e.dir, dataFile)), RawQuery: q.Encode()}
	return u.String()
}

// Dialect implements store.Engine.
func (e *Engine) Dialect() store.Dialect {
	return store.Dialect{
		TextType: "TEXT", IntType: "INTEGER", TableTail: " STRICT",
		AddColumn: "ADD COLUMN", DDLBatch: true,
	}
}

// Define implements store.Engine.
func (e *Engine) Define(ctx context.Context, f func(store.Conn) error) error {
	return e.Update(ctx, func(c store.Conn) ([]store.Change, error) { return nil, f(c) })
}

// Changes implements store.Engine: one process has the store to itself.
func (e *Engine) Changes(context.Context, store.Sink) error { return nil }

// Read implements store.Engine.
func (e *Engine) Read(ctx context.Context, f func(store.Conn) error) error {
	c, err := e.reader(ctx)
	if err != nil {
		return err
	}
	defer e.release(c)
	return f(c)
}

// View implements store.Engine.
func (e *Engine) View(ctx context.Context, f func(store.Conn) error) error {
	c, err := e.reader(ctx)
	if err != nil {
		return err
	}
	defer e.release(c)
	if _, err := c.Exec(ctx, "BEGIN"); err != nil {
		return err
	}
	defer func() {
		if _, err := c.Exec(context.WithoutCancel(ctx), "ROLLBACK"); err != nil {
			c.broken = err
		}
	}()
	return f(c)
}

// reader returns a reading connection, waiting for one when all are in use.
func (e *Engine) reader(ctx context.Context) (*conn, error) {
	select {
	case e.slots <- struct{}{}:
	default:
		select {
		case e.slots <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	select {
	case c := <-e.idle:
		return c, nil
	default:
	}
	c, err := openConn(e.dsn(false))
	if err != nil {
		<-e.slots
		return nil, fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	}
	return c, nil
}

// release gives a connection back; one that had trouble is closed instead.
func (e *Engine) release(c *conn) {
	if c.broken == nil {
		e.idle <- c
	} else {
		_ = c.close() // it failed already; the caller has that error
	}
	<-e.slots
}

// Close implements store.Engine: it ends the writer, waits for readers, closes
// the database and gives up the folder.
func (e *Engine) Close() error {
	var err error
	e.close.Do(func() {
		close(e.stopping)
		<-e.written
		for range maxReaders {
			e.slots <- struct{}{}
		}
		err = errors.Join(e.writeErr, e.closeIdle(), e.unlock())
		if e.temp {
			err = errors.Join(err, os.RemoveAll(e.dir))
		}
	})
	return err
}

func (e *Engine) closeIdle() error {
	var errs []error
	for {
		select {
		case c := <-e.idle:
			errs = append(errs, c.close())
		default:
			return errors.Join(errs...)
		}
	}
}

// Check runs SQLite's integrity check and returns what it finds as an error.
func (e *Engine) Check(ctx context.Context) error {
	return e.Read(ctx, func(c store.Conn) error {
		var found []error
		err := c.Query(ctx, "PRAGMA integrity_check", nil, func(v store.Values) error {
			if s := v.Text(0); s != "ok" {
				found = append(found, fmt.Errorf("sqlite: integrity: %s", s))
			}
			return nil
		})
		return errors.Join(append(found, err)...)
	})
}
