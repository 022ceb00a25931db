package idtoken

import "sync"

// lru remembers a bounded number of values and forgets the one unused for longest. Keys are structs, so that no two ever run together.
type lru[K comparable, V any] struct {
	mu    sync.Mutex
	max   int
	items map[K]*item[K, V]
	ring  item[K, V] // next is the newest, prev the oldest
}

type item[K comparable, V any] struct {
	key        K
	value      V
	prev, next *item[K, V]
}

func newLRU[K comparable, V any](limit int) *lru[K, V] {
	c := &lru[K, V]{max: limit, items: make(map[K]*item[K, V])}
	c.ring.prev, c.ring.next = &c.ring, &c.ring
	return c
}

func (c *lru[K, V]) get(k K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.items[k]
	if !ok {
		var none V
		return none, false
	}
	e.unlink()
	c.push(e)
	return e.value, true
}

func (c *lru[K, V]) put(k K, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.items[k]
	if ok {
		e.unlink()
	} else {
		e = &item[K, V]{key: k}
		c.items[k] = e
	}
	e.value = v
	c.push(e)
	if len(c.items) > c.max {
		oldest := c.ring.prev
		oldest.unlink()
		delete(c.items, oldest.key)
	}
}

func (c *lru[K, V]) drop(k K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.items[k]; ok {
		e.unlink()
		delete(c.items, k)
	}
}

func (c *lru[K, V]) push(e *item[K, V]) {
	e.prev, e.next = &c.ring, c.ring.next
	e.prev.next, e.next.prev = e, e
}

func (e *item[K, V]) unlink() { e.prev.next, e.next.prev = e.next, e.prev }
