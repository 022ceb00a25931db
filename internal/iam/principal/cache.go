package principal

import (
	"crypto/sha256"
	"sync"

	"github.com/mayfly-id/mayfly/iampolicy"
)

// cache is a bounded map. It keeps two generations: when the young one is full it becomes the old one, and what is asked for moves back.
type cache[K comparable, V any] struct {
	max int // entries of one generation

	mu         sync.RWMutex
	young, old map[K]V
}

func newCache[K comparable, V any](max int) *cache[K, V] {
	return &cache[K, V]{max: max, young: map[K]V{}}
}

func (c *cache[K, V]) get(k K) (V, bool) {
	c.mu.RLock()
	v, ok := c.young[k]
	if ok {
		c.mu.RUnlock()
		return v, true
	}
	v, ok = c.old[k]
	c.mu.RUnlock()
	if ok {
		c.put(k, v)
	}
	return v, ok
}

func (c *cache[K, V]) put(k K, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.young) >= c.max {
		c.old, c.young = c.young, make(map[K]V, c.max)
	}
	c.young[k] = v
}

// Sizes of the caches, in entries of one generation.
const (
	mostEntities = 10_000
	mostPolicies = 4_000
)

// compiledKey names a compiled document by its content.
type compiledKey struct {
	sum     [sha256.Size]byte
	grammar iampolicy.Grammar
}

// compiler keeps compiled documents. A document never changes under its key, so entries are never stale.
type compiler struct {
	kept *cache[compiledKey, *iampolicy.Policy]
}

func (c *compiler) compile(document string, g iampolicy.Grammar) (*iampolicy.Policy, error) {
	k := compiledKey{sha256.Sum256([]byte(document)), g}
	if p, ok := c.kept.get(k); ok {
		return p, nil
	}
	p, err := iampolicy.Parse([]byte(document), g)
	if err != nil {
		return nil, err
	}
	c.kept.put(k, p)
	return p, nil
}
