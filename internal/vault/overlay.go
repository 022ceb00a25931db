package vault

import (
	"context"
	"errors"
	"sync"

	"github.com/mayfly-id/mayfly/credentials"
)

// overlay is a store over a folder that cannot be written to: what is there is read, and what is new lives as long as the process.
type overlay struct {
	credentials.Memory
	below credentials.Store

	mu   sync.Mutex
	gone map[string]bool // what is there and has been deleted here
}

var _ credentials.Store = (*overlay)(nil)

// Load implements credentials.Store.
func (o *overlay) Load(ctx context.Context, name string) ([]byte, error) {
	b, err := o.Memory.Load(ctx, name)
	if !errors.Is(err, credentials.ErrNotStored) {
		return b, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.gone[name] {
		return nil, credentials.ErrNotStored
	}
	return o.below.Load(ctx, name)
}

// Delete implements credentials.Store.
func (o *overlay) Delete(ctx context.Context, name string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.gone == nil {
		o.gone = map[string]bool{}
	}
	o.gone[name] = true
	return o.Memory.Delete(ctx, name)
}
