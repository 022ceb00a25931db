package bounded

import (
	"sync"
	"testing"
)

func TestBoundedAndKeepsWhatIsUsed(t *testing.T) {
	c := NewMap[int, int](10)
	c.Put(0, 0)
	for i := 1; i < 1000; i++ {
		c.Put(i, i)
		if v, ok := c.Get(0); !ok || v != 0 {
			t.Fatalf("after %d others, the entry in use is gone", i)
		}
		if n := len(c.young) + len(c.old); n > 20 {
			t.Fatalf("%d entries", n)
		}
	}
	if _, ok := c.Get(500); ok {
		t.Error("an entry that nobody used is kept")
	}
}

func TestInParallel(t *testing.T) {
	c := NewMap[int, int](8)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 2000 {
				k := i % 20
				if v, ok := c.Get(k); ok && v != k {
					t.Errorf("%d is %d", k, v)
				}
				c.Put(k, k)
			}
		})
	}
	wg.Wait()
}
