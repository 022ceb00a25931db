package idtoken

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

type number struct{ n int }

// The cache behaves as a list of the newest entries does.
func TestLRU(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 5).Draw(t, "limit")
		c := newLRU[number, int](limit)
		type entry struct{ key, value int }
		var model []entry // newest first
		take := func(k int) (entry, bool) {
			i := slices.IndexFunc(model, func(e entry) bool { return e.key == k })
			if i < 0 {
				return entry{}, false
			}
			e := model[i]
			model = slices.Delete(model, i, i+1)
			return e, true
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			k := rapid.IntRange(0, 8).Draw(t, "key")
			switch rapid.IntRange(0, 2).Draw(t, "step") {
			case 0:
				v := rapid.Int().Draw(t, "value")
				c.put(number{k}, v)
				take(k)
				model = append([]entry{{k, v}}, model...)
				model = model[:min(len(model), limit)]
			case 1:
				got, ok := c.get(number{k})
				want, there := take(k)
				if there {
					model = append([]entry{want}, model...)
				}
				if ok != there || got != want.value {
					t.Fatalf("key %d: %d %v, want %d %v", k, got, ok, want.value, there)
				}
			case 2:
				c.drop(number{k})
				take(k)
			}
		}
		if len(c.items) != len(model) {
			t.Fatalf("%d entries, want %d", len(c.items), len(model))
		}
	})
}
