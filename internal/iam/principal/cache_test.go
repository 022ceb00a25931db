package principal

import (
	"fmt"
	"sync"
	"testing"

	"github.com/mayfly-id/mayfly/iampolicy"
)

func TestCacheIsBoundedAndKeepsWhatIsUsed(t *testing.T) {
	c := newCache[compiledKey, int](10)
	key := func(i int) compiledKey { return compiledKey{sum: [32]byte{byte(i), byte(i >> 8)}} }
	c.put(key(0), 0)
	for i := 1; i < 1000; i++ {
		c.put(key(i), i)
		if v, ok := c.get(key(0)); !ok || v != 0 {
			t.Fatalf("after %d others, the entry in use is gone", i)
		}
		if n := len(c.young) + len(c.old); n > 20 {
			t.Fatalf("%d entries", n)
		}
	}
	if _, ok := c.get(key(500)); ok {
		t.Error("an entry that nobody used is kept")
	}
}

func TestCompilerKeepsGrammarsApart(t *testing.T) {
	c := compiler{newCache[compiledKey, *iampolicy.Policy](10)}
	const document = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:*","Resource":"*"}}`
	p, err := c.compile(document, iampolicy.IdentityPolicy)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.compile(document, iampolicy.IdentityPolicy); err != nil || again != p {
		t.Errorf("compiled again: %v", err)
	}
	if _, err := c.compile(document, iampolicy.TrustPolicy); err == nil {
		t.Error("an identity policy passes for a trust policy")
	}
}

func TestCacheInParallel(t *testing.T) {
	c := newCache[entityID, string](8)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 2000 {
				k := entityID{fmt.Sprint(i % 20)}
				if v, ok := c.get(k); ok && v != k.id {
					t.Errorf("%s is %s", k.id, v)
				}
				c.put(k, k.id)
			}
		})
	}
	wg.Wait()
}
