package audit

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// Writer appends entries. An error means that the entry is not recorded, and that what it tells of must not happen.
type Writer interface {
	Append(*Entry) error
}

// File is an append-only file of entries.
type File struct {
	mu     sync.Mutex
	f      *os.File
	buf    []byte
	failed error // sticky: after a failed write the tail of the file is unknown
	dirty  bool
	stop   chan struct{}
	done   chan struct{}
}

// OpenFile opens or creates the file with mode 0600.
func OpenFile(path string) (*File, error) {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	if err := endLine(f, path); err != nil {
		return nil, errors.Join(fmt.Errorf("audit: %w", err), f.Close())
	}
	w := &File{f: f, stop: make(chan struct{}), done: make(chan struct{})}
	go w.sync(time.Second)
	return w, nil
}

// endLine ends a line that a power cut left half written, so that it spoils no entry but itself.
func endLine(f *os.File, path string) error {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return err
	}
	r, err := os.Open(path)
	if err != nil {
		return err
	}
	var last [1]byte
	_, err = r.ReadAt(last[:], info.Size()-1)
	if err = errors.Join(err, r.Close()); err != nil || last[0] == '\n' {
		return err
	}
	_, err = f.Write([]byte{'\n'})
	return err
}

// Append writes the entry with one system call.
func (w *File) Append(e *Entry) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed != nil {
		return w.failed
	}
	w.buf = e.append(w.buf[:0])
	if _, err := w.f.Write(w.buf); err != nil {
		w.failed = fmt.Errorf("audit: %w", err)
		return w.failed
	}
	w.dirty = true
	return nil
}

// sync bounds what a power cut can take to the entries of one interval.
func (w *File) sync(every time.Duration) {
	defer close(w.done)
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-w.stop:
			return
		case <-t.C:
			w.syncOnce()
		}
	}
}

func (w *File) syncOnce() {
	w.mu.Lock()
	dirty := w.dirty
	w.dirty = false
	w.mu.Unlock()
	if !dirty {
		return
	}
	if err := w.f.Sync(); err != nil {
		w.mu.Lock()
		w.failed = fmt.Errorf("audit: %w", err)
		w.mu.Unlock()
	}
}

// Close syncs and closes the file.
func (w *File) Close() error {
	close(w.stop)
	<-w.done
	w.syncOnce()
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.failed
	if cerr := w.f.Close(); err == nil {
		err = cerr
	}
	w.failed = os.ErrClosed
	return err
}

// Memory keeps the newest entries of a server that keeps everything in memory.
type Memory struct {
	mu      sync.Mutex
	entries []Entry
	next    int
}

// NewMemory makes a Memory of n entries.
func NewMemory(n int) *Memory { return &Memory{entries: make([]Entry, 0, n)} }

// Append keeps the entry, over the oldest when full.
func (m *Memory) Append(e *Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.entries) < cap(m.entries) {
		m.entries = append(m.entries, *e)
		return nil
	}
	m.entries[m.next] = *e
	m.next = (m.next + 1) % len(m.entries)
	return nil
}

// Entries gives what is kept, oldest first.
func (m *Memory) Entries() []Entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append(append([]Entry(nil), m.entries[m.next:]...), m.entries[:m.next]...)
}
