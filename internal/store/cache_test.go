package store

import (
	"fmt"
	"sync"
	"testing"
)

func cacheOf(rows int) (*cache, func(id string) cacheKey) {
	s := NewTable("t", Spec[thing]{Key: []Column[thing]{colA}}).s
	return newCache(rows), func(id string) cacheKey { return newCacheKey(s, 0, []string{id}) }
}

func lookUp(c *cache, k cacheKey) *cacheEntry { return c.get(&k) }

func TestCacheDropsStaleFills(t *testing.T) {
	for name, invalidate := range map[string]func(*cache, cacheKey){
		"row":   func(c *cache, k cacheKey) { c.drop(k) },
		"table": func(c *cache, k cacheKey) { c.dropTable(k.table) },
		"all":   func(c *cache, _ cacheKey) { c.clear() },
	} {
		c, key := cacheOf(100)
		k := key("1")
		early := c.begin()
		invalidate(c, k)
		if c.put(early, k, "old", 0) != nil || c.get(&k) != nil {
			t.Errorf("%s: a fill from before the invalidation was kept", name)
		}
		if c.put(c.begin(), k, "new", 0) == nil || c.get(&k) == nil {
			t.Errorf("%s: a fill from after the invalidation was dropped", name)
		}
		invalidate(c, k)
		if c.get(&k) != nil {
			t.Errorf("%s: the row survived", name)
		}
	}
	// Another row of the same shard does not matter, but for the few that
	// share its stamp.
	c, key := cacheOf(100_000)
	early := c.begin()
	c.drop(key("1"))
	kept := 0
	for i := range 1000 {
		if c.put(early, key(fmt.Sprint("other", i)), "row", 0) != nil {
			kept++
		}
	}
	if kept < 950 {
		t.Errorf("one invalidation dropped %d of 1000 fills", 1000-kept)
	}
}

func TestCacheAliasEndsWithItsRow(t *testing.T) {
	c, key := cacheOf(100)
	row, alias := key("row"), key("alias")
	alias.index = 1
	fill := func() {
		c.putAlias(alias, c.put(c.begin(), row, "row", 0))
		if e := c.get(&alias); e == nil || e.row != "row" {
			t.Fatalf("the alias leads to %v", e)
		}
	}
	fill()
	c.drop(row)
	if c.get(&alias) != nil || c.len() != 0 {
		t.Errorf("the alias outlived its row; %d entries", c.len())
	}
	fill()
	c.put(c.begin(), row, "newer", 0)
	if c.get(&alias) != nil {
		t.Error("the alias leads to a row that was replaced")
	}
}

func TestCacheKeepsTheNewest(t *testing.T) {
	c, key := cacheOf(cacheShards * 4)
	for i := range 1000 {
		c.put(c.begin(), key(fmt.Sprint(i)), i, 0)
		if lookUp(c, key(fmt.Sprint(i))) == nil {
			t.Fatalf("row %d is not there right after it was put", i)
		}
		if i > 0 && i < 4 && lookUp(c, key("0")) == nil { // used again and again
			t.Fatal("a row in use was evicted from a cache with room")
		}
	}
	if n := c.len(); n != cacheShards*4 {
		t.Errorf("%d rows, want %d", n, cacheShards*4)
	}
	// Within a shard the least recently used goes first.
	s := &cacheShard{max: 2, rows: make(map[uint64]*cacheEntry)}
	s.lru.prev, s.lru.next = &s.lru, &s.lru
	a, b, d := &cacheEntry{hash: 1}, &cacheEntry{hash: 2}, &cacheEntry{hash: 3}
	s.insert(a)
	s.insert(b)
	s.touch(a)
	s.insert(d)
	if s.rows[1] != a || s.rows[2] != nil || s.rows[3] != d || !b.dead.Load() {
		t.Errorf("after a, b, a, d the shard holds %v", s.rows)
	}
	off, key := cacheOf(-1)
	if off.put(off.begin(), key("1"), 1, 0) != nil || off.len() != 0 {
		t.Error("a cache of no rows holds one")
	}
}

// Two keys of one hash are two rows, of which one is cached.
func TestCacheComparesKeys(t *testing.T) {
	c, key := cacheOf(100)
	a, b := key("a"), key("b")
	c.put(c.begin(), a, "row a", 0)
	h, s, _ := c.slot(&b)
	_, from, _ := c.slot(&a)
	for _, e := range from.rows { // move a to where b belongs
		from.remove(e)
		e.hash = h
		e.dead.Store(false)
		s.insert(e)
	}
	if e := c.get(&b); e != nil {
		t.Fatalf("b found %v", e.row)
	}
	c.drop(b)
	if c.len() != 1 {
		t.Error("dropping b dropped a")
	}
	c.put(c.begin(), b, "row b", 0)
	if e := c.get(&b); e == nil || e.row != "row b" || c.len() != 1 {
		t.Errorf("b found %v among %d", e, c.len())
	}
}

func TestCacheKeysDoNotRunTogether(t *testing.T) {
	s := cursorTable().s
	seen := make(map[cacheKey][]string)
	for _, parts := range [][]string{
		{"ab"}, {"a", "b"}, {"", "ab"}, {"ab", ""}, {"a", "b", "c"}, {"a", "bc", ""}, {"a", "b", "c", "d"},
		{"a", "b", "cd", ""}, {"a", "b", "", "cd"},
	} {
		// Keys of different arity belong to different indexes.
		k := newCacheKey(s, len(parts), parts)
		if other, dup := seen[k]; dup {
			t.Errorf("%q and %q have one key", parts, other)
		}
		seen[k] = parts
	}
}

// TestCacheRace fills and invalidates from many goroutines against a store that
// is a mutex and a number: no reader may see a number from before one that an
// invalidation has already announced.
func TestCacheRace(t *testing.T) {
	c, key := cacheOf(1000)
	k := key("1")
	var mu sync.Mutex
	value, announced := 0, 0
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 3000 {
				mu.Lock()
				floor := announced
				mu.Unlock()
				e := c.get(&k)
				if e == nil {
					epoch := c.begin()
					mu.Lock()
					v := value
					mu.Unlock()
					c.put(epoch, k, v, 0)
				} else if e.row.(int) < floor {
					t.Errorf("read %d after %d was announced", e.row, floor)
				}
			}
		})
	}
	wg.Go(func() {
		for i := 1; i <= 3000; i++ {
			mu.Lock()
			value = i
			mu.Unlock()
			switch i % 3 {
			case 0:
				c.drop(k)
			case 1:
				c.dropTable(k.table)
			default:
				c.clear()
			}
			mu.Lock()
			announced = i
			mu.Unlock()
		}
	})
	wg.Wait()
}
