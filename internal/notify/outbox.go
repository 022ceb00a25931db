package notify

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// Capacity is how many messages an outbox keeps; older ones are dropped.
const Capacity = 1000

// maxLine bounds one message in the file: a body of 20,000 characters with room for its escapes.
const maxLine = 256 << 10

// Outbox keeps the newest messages. It is safe for concurrent use.
type Outbox struct {
	mu    sync.Mutex
	ring  []Message // oldest first, at most Capacity
	path  string    // empty: memory only
	file  *os.File
	lines int // in the file
}

// NewOutbox makes an outbox in memory.
func NewOutbox() *Outbox { return &Outbox{} }

// OpenOutbox makes an outbox that also keeps its messages in a file: one JSON object a line, mode 0600. Messages that are there already
// are loaded; a line that was cut off by a crash is dropped.
func OpenOutbox(path string) (*Outbox, error) {
	o := &Outbox{path: path}
	if err := o.load(); err != nil {
		return nil, fmt.Errorf("notify: outbox: %w", err)
	}
	if err := o.rewrite(); err != nil {
		return nil, fmt.Errorf("notify: outbox: %w", err)
	}
	return o, nil
}

// ReadOutbox reads the messages of a file that a server may be writing to, newest first; n < 1 gives all. It changes nothing. A file that is not there
// holds none.
func ReadOutbox(path string, n int) ([]Message, error) {
	o := &Outbox{path: path}
	if err := o.load(); err != nil {
		return nil, fmt.Errorf("notify: outbox: %w", err)
	}
	return o.List(n), nil
}

func (o *Outbox) load() error {
	f, err := os.Open(o.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		var m Message
		if json.Unmarshal(lines.Bytes(), &m) == nil {
			o.keep(m)
		}
	}
	return lines.Err()
}

func (o *Outbox) keep(m Message) {
	if len(o.ring) == Capacity {
		o.ring = slices.Delete(o.ring, 0, 1)
	}
	o.ring = append(o.ring, m)
}

// rewrite replaces the file by one that holds the kept messages, and leaves it open for appending. The old file stays whole until then.
func (o *Outbox) rewrite() error {
	f, err := os.CreateTemp(filepath.Dir(o.path), ".outbox-*") // mode 0600
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	encoder := json.NewEncoder(w)
	for i := range o.ring {
		err = errors.Join(err, encoder.Encode(&o.ring[i]))
	}
	if err = errors.Join(err, w.Flush()); err == nil {
		err = os.Rename(f.Name(), o.path)
	}
	if err != nil {
		return errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	if o.file != nil {
		err = o.file.Close()
	}
	o.file, o.lines = f, len(o.ring)
	return err
}

// Put adds a message. With a file, it is written before Put returns.
func (o *Outbox) Put(m Message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.path != "" {
		if err := o.write(&m); err != nil {
			return fmt.Errorf("notify: outbox: %w", err)
		}
	}
	o.keep(m)
	return nil
}

func (o *Outbox) write(m *Message) error {
	if o.file == nil {
		return fs.ErrClosed
	}
	if o.lines >= 2*Capacity {
		if err := o.rewrite(); err != nil {
			return err
		}
	}
	line, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if len(line) >= maxLine {
		return errors.New("message is too long")
	}
	o.lines++
	if _, err = o.file.Write(append(line, '\n')); err != nil {
		o.lines = 2 * Capacity // a full disk may have taken half the line: the file is made anew before another is put behind it
	}
	return err
}

// List gives up to n messages, newest first; n < 1 gives all.
func (o *Outbox) List(n int) []Message {
	o.mu.Lock()
	defer o.mu.Unlock()
	out := slices.Clone(o.ring)
	slices.Reverse(out)
	if n > 0 && n < len(out) {
		out = out[:n]
	}
	return out
}

// Clear forgets all messages, in the file as well. The ephemeral server's reset does it.
func (o *Outbox) Clear() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ring = nil
	if o.path == "" {
		return nil
	}
	return o.rewrite()
}

// Close closes the file. Put fails afterwards when there was one.
func (o *Outbox) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.file == nil {
		return nil
	}
	err := o.file.Close()
	o.file = nil
	return err
}
