package organization

import "sync"

// cache is a bounded map. It keeps two generations: when the young one is full it becomes the old one, and what is asked for moves back.
type cache[K comparable, V any] struct {
	most int // entries of one generation

	mu         sync.RWMutex
	young, old map[K]V
}

func newCache[K comparable, V any](most int) *cache[K, V] {
	return &cache[K, V]{most: most, young: map[K]V{}}
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
	if _, there := c.young[k]; !there && len(c.young) >= c.most {
		c.old, c.young = c.young, make(map[K]V, c.most)
	}
	c.young[k] = v
}
