// Package bounded keeps what is costly to make, up to a number of things.
//
// It refuses to know whether what it keeps is still true: who puts something in has to be able to tell.
package bounded

import "sync"

// Map is a map that drops what has not been asked for. It keeps two generations: when the young one is full it becomes the old one, and what is asked for
// moves back. It is safe for concurrent use.
type Map[K comparable, V any] struct {
	most int // entries of one generation

	mu         sync.RWMutex
	young, old map[K]V
}

// NewMap makes a map of at most twice as many entries as one generation has.
func NewMap[K comparable, V any](generation int) *Map[K, V] {
	return &Map[K, V]{most: generation, young: map[K]V{}}
}

// Get gives what is kept under a key.
func (m *Map[K, V]) Get(k K) (V, bool) {
	m.mu.RLock()
	v, ok := m.young[k]
	if ok {
		m.mu.RUnlock()
		return v, true
	}
	v, ok = m.old[k]
	m.mu.RUnlock()
	if ok {
		m.Put(k, v)
	}
	return v, ok
}

// Put keeps something, in the place of what was kept under the key.
func (m *Map[K, V]) Put(k K, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, there := m.young[k]; !there && len(m.young) >= m.most {
		m.old, m.young = m.young, make(map[K]V, m.most)
	}
	m.young[k] = v
}
