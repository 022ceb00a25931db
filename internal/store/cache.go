package store

import (
	"hash/maphash"
	"math/bits"
	"strings"
	"sync"
	"sync/atomic"
)

// cacheShards spreads locks; a power of two.
const cacheShards = 16

// cacheKey names a row by its key (index 0) or by a unique index. It is a
// struct, so that no two keys can run together into one.
type cacheKey struct {
	table *schema
	index int // position in schema.indexes
	a, b  string
	// rest joins the parts after the second with NUL. No stored value holds
	// one, so the count of NULs in a cached key is fixed, and a value from
	// outside that does hold one never equals it.
	rest string
}

func newCacheKey(s *schema, index int, parts []string) cacheKey {
	k := cacheKey{table: s, index: index, a: parts[0]}
	if len(parts) > 1 {
		k.b = parts[1]
	}
	if len(parts) > 2 {
		k.rest = strings.Join(parts[2:], "\x00")
	}
	return k
}

// cache holds decoded rows in a bounded, sharded LRU.
//
// A fill that races with an invalidation must lose. Every invalidation draws a
// number from epoch and stamps the slot of its key with it; a fill remembers
// the epoch from before it read the row and is dropped when the slot, the table
// or the whole cache was stamped later.
type cache struct {
	seed    maphash.Seed
	epoch   atomic.Uint64
	cleared atomic.Uint64
	tables  sync.Map // *schema -> *atomic.Uint64: stamp of the whole table
	shards  [cacheShards]cacheShard
}

type cacheShard struct {
	mu     sync.Mutex
	max    int
	rows   map[uint64]*cacheEntry // by hash; two keys of one hash push each other out
	lru    cacheEntry             // ring: next is the newest, prev the oldest
	stamps [256]uint64
}

// cacheEntry is a row, reachable by its key and by unique indexes.
type cacheEntry struct {
	key        cacheKey // compared in full: a hash alone never identifies a row
	hash       uint64
	row        any // *Row[T]
	expires    int64
	alias      *cacheEntry // an entry of a unique index points to the row's own
	dead       atomic.Bool // the row was dropped: aliases to it are void
	prev, next *cacheEntry
}

func newCache(rows int) *cache {
	c := &cache{seed: maphash.MakeSeed()}
	for i := range c.shards {
		s := &c.shards[i]
		s.max = max(rows, 0) / cacheShards
		if rows > 0 {
			s.max = max(s.max, 1)
		}
		s.rows = make(map[uint64]*cacheEntry)
		s.lru.prev, s.lru.next = &s.lru, &s.lru
	}
	return c
}

// slot returns the hash of a key, its shard, and its stamp within the shard.
func (c *cache) slot(k *cacheKey) (uint64, *cacheShard, *uint64) {
	h := maphash.String(c.seed, k.a)
	if k.b != "" {
		h = bits.RotateLeft64(h, 21) ^ maphash.String(c.seed, k.b)
	}
	if k.rest != "" {
		h = bits.RotateLeft64(h, 21) ^ maphash.String(c.seed, k.rest)
	}
	h ^= k.table.salt + uint64(k.index)*0x9E3779B97F4A7C15
	s := &c.shards[h%cacheShards]
	return h, s, &s.stamps[h/cacheShards%uint64(len(s.stamps))]
}

// get returns the entry of a row, or nil.
func (c *cache) get(k *cacheKey) *cacheEntry {
	h, s, _ := c.slot(k)
	s.mu.Lock()
	e := s.rows[h]
	if e == nil || e.key != *k {
		s.mu.Unlock()
		return nil
	}
	to := e
	if e.alias != nil {
		to = e.alias
		if to.dead.Load() {
			s.remove(e)
			s.mu.Unlock()
			return nil
		}
	}
	s.touch(e)
	s.mu.Unlock()
	return to
}

// begin returns the epoch to hand to put; call it before reading the row.
func (c *cache) begin() uint64 { return c.epoch.Load() }

// put stores a row that was read after begin returned epoch, unless it was
// invalidated since. It reports the entry, or nil when the fill was dropped.
func (c *cache) put(epoch uint64, k cacheKey, row any, expires int64) *cacheEntry {
	h, s, stamp := c.slot(&k)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.max == 0 || *stamp > epoch || c.cleared.Load() > epoch || c.tableStamp(k.table).Load() > epoch {
		return nil
	}
	e := &cacheEntry{key: k, hash: h, row: row, expires: expires}
	s.insert(e)
	return e
}

// putAlias lets a unique index lead to a row's entry. The alias holds as long
// as the entry does, because the values of the index are part of the row.
func (c *cache) putAlias(k cacheKey, to *cacheEntry) {
	h, s, _ := c.slot(&k)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.insert(&cacheEntry{key: k, hash: h, alias: to})
}

// drop invalidates one row.
func (c *cache) drop(k cacheKey) {
	h, s, stamp := c.slot(&k)
	s.mu.Lock()
	defer s.mu.Unlock()
	*stamp = c.epoch.Add(1)
	if e := s.rows[h]; e != nil && e.key == k {
		s.remove(e)
	}
}

// dropTable invalidates every row of a table.
func (c *cache) dropTable(t *schema) {
	raise(c.tableStamp(t), c.epoch.Add(1))
	c.removeIf(func(e *cacheEntry) bool { return e.key.table == t })
}

// clear invalidates everything.
func (c *cache) clear() {
	raise(&c.cleared, c.epoch.Add(1))
	c.removeIf(func(*cacheEntry) bool { return true })
}

// raise sets a stamp that two invalidations may race for; the later one stays.
func raise(stamp *atomic.Uint64, to uint64) {
	for {
		old := stamp.Load()
		if old >= to || stamp.CompareAndSwap(old, to) {
			return
		}
	}
}

func (c *cache) removeIf(match func(*cacheEntry) bool) {
	for i := range c.shards {
		s := &c.shards[i]
		s.mu.Lock()
		for _, e := range s.rows {
			if match(e) {
				s.remove(e)
			}
		}
		s.mu.Unlock()
	}
}

func (c *cache) tableStamp(t *schema) *atomic.Uint64 {
	v, ok := c.tables.Load(t)
	if !ok {
		v, _ = c.tables.LoadOrStore(t, new(atomic.Uint64))
	}
	return v.(*atomic.Uint64)
}

// len returns how many entries are held, those of unique indexes included.
func (c *cache) len() int {
	n := 0
	for i := range c.shards {
		s := &c.shards[i]
		s.mu.Lock()
		n += len(s.rows)
		s.mu.Unlock()
	}
	return n
}

func (s *cacheShard) insert(e *cacheEntry) {
	if old := s.rows[e.hash]; old != nil {
		s.remove(old)
	} else if len(s.rows) >= s.max {
		s.remove(s.lru.prev)
	}
	s.rows[e.hash] = e
	s.link(e)
}

func (s *cacheShard) remove(e *cacheEntry) {
	e.dead.Store(true)
	e.prev.next, e.next.prev = e.next, e.prev
	delete(s.rows, e.hash)
}

func (s *cacheShard) touch(e *cacheEntry) {
	if s.lru.next != e {
		e.prev.next, e.next.prev = e.next, e.prev
		s.link(e)
	}
}

func (s *cacheShard) link(e *cacheEntry) {
	e.prev, e.next = &s.lru, s.lru.next
	s.lru.next.prev, s.lru.next = e, e
}
