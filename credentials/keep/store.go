package keep

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
)

// ErrNotStored is the answer for a name under which nothing is kept, or nothing that can be read.
var ErrNotStored = errors.New("credentials: nothing is stored under this name")

// Store keeps small secrets by name, for all who share it: the threads of a process (Memory), or the processes of a user (Files). Names consist of lower-case
// letters, digits, ".", "-" and "_".
type Store interface {
	// Load gives what was saved last. ErrNotStored when there is nothing, or when what is there cannot be read.
	Load(ctx context.Context, name string) ([]byte, error)
	// Save replaces what is kept under a name, whole or not at all.
	Save(ctx context.Context, name string, value []byte) error
	// Delete forgets what is kept under a name; nothing there is no error.
	Delete(ctx context.Context, name string) error
	// Lock waits until nobody else has the name locked. The lock ends with unlock, or with the process. An error that is not the context's says that there is no
	// way to lock, and who asked goes on without.
	Lock(ctx context.Context, name string) (unlock func(), err error)
}

// Memory is a Store within a process. The zero value is empty and usable.
type Memory struct {
	mu     sync.Mutex
	values map[string][]byte
	locks  map[string]chan struct{}
}

var _ Store = (*Memory)(nil)

// Format keeps what is stored out of everything that package fmt prints.
func (*Memory) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "keep.Memory") }

// Load implements Store.
func (m *Memory) Load(_ context.Context, name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.values[name]
	if !ok {
		return nil, ErrNotStored
	}
	return append([]byte(nil), v...), nil
}

// Save implements Store.
func (m *Memory) Save(_ context.Context, name string, value []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.values == nil {
		m.values = map[string][]byte{}
	}
	m.values[name] = append([]byte(nil), value...)
	return nil
}

// Delete implements Store.
func (m *Memory) Delete(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.values, name)
	return nil
}

// Lock implements Store.
func (m *Memory) Lock(ctx context.Context, name string) (func(), error) {
	m.mu.Lock()
	if m.locks == nil {
		m.locks = map[string]chan struct{}{}
	}
	held := m.locks[name]
	if held == nil {
		held = make(chan struct{}, 1)
		m.locks[name] = held
	}
	m.mu.Unlock()
	select {
	case held <- struct{}{}:
		return func() { <-held }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
