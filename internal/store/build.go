package store

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
)

// builder turns a layout into the physical schema and the functions of its columns.
type builder struct {
	t    *table
	s    *schema
	spec layout
	uses map[string]int // index and key uses of a column name
}

func newTable(l layout) table {
	t := table{expires: l.expires, fresh: l.fresh, s: &schema{
		name: l.name, revision: l.revision,
		expires: l.expires != nil, uncached: l.uncached,
		byName: make(map[string]*index),
	}}
	h := fnv.New64a()
	h.Write([]byte(l.name))
	t.s.salt = h.Sum64()
	b := &builder{t: &t, s: t.s, spec: l}
	b.build()
	return t
}

func (b *builder) build() {
	b.checkName("table", b.s.name)
	if strings.HasPrefix(b.s.name, "store_") {
		b.fail("names that start with store_ are reserved")
	}
	if len(b.spec.key.cols) == 0 {
		b.fail("no key")
	}
	b.countUses()
	key := &index{unique: true, marker: -1}
	for _, c := range b.spec.key.cols {
		key.cols = append(key.cols, b.column(c, nil))
	}
	if hasDuplicate(key.cols) {
		b.fail("key names a column twice")
	}
	key.order = key.cols
	b.s.key = len(key.cols)
	b.add(key)
	for _, ix := range b.spec.unique {
		b.index(ix, true)
	}
	for _, ix := range b.spec.indexes {
		b.index(ix, false)
	}
	b.s.prepare()
}

func (b *builder) countUses() {
	b.uses = make(map[string]int)
	for _, list := range [][]looseIndex{{b.spec.key}, b.spec.unique, b.spec.indexes} {
		for _, ix := range list {
			for _, c := range ix.cols {
				b.uses[c.name]++
			}
		}
	}
}

func (b *builder) index(decl looseIndex, unique bool) {
	b.checkName("index", decl.name)
	if decl.name == "expires_at" || decl.name == "shape" {
		b.fail("index " + decl.name + " is reserved")
	}
	if len(decl.cols) == 0 {
		b.fail("index " + decl.name + " has no columns")
	}
	ix := &index{name: decl.name, unique: unique, marker: -1}
	for _, c := range decl.cols {
		n := b.column(c, decl.present)
		if decl.present != nil && b.uses[c.name] == 1 {
			ix.marker = n
		}
		ix.cols = append(ix.cols, n)
	}
	if hasDuplicate(ix.cols) {
		b.fail("index " + decl.name + " names a column twice")
	}
	if decl.present != nil && ix.marker < 0 {
		ix.marker = b.marker(decl)
	}
	ix.order = append(ix.order, ix.cols...)
	for i := 0; i < b.s.key && !unique; i++ { // the values of a unique index order it alone
		if !slices.Contains(ix.order, i) {
			ix.order = append(ix.order, i)
		}
	}
	b.add(ix)
}

func (b *builder) add(ix *index) {
	if _, dup := b.s.byName[ix.name]; dup {
		b.fail("index " + ix.name + " is declared twice")
	}
	b.s.byName[ix.name] = ix
	b.s.indexes = append(b.s.indexes, ix)
}

// column returns the position of the physical column, adding it on first use.
func (b *builder) column(c looseColumn, present func(any) bool) int {
	b.checkName("column", c.name)
	if c.value == nil {
		b.fail("column " + c.name + " has no value")
	}
	switch c.name {
	case "shape", "version", "expires_at", "doc":
		b.fail("column " + c.name + " is reserved")
	}
	for i := range b.s.cols {
		if b.s.cols[i] == c.name {
			b.t.cols[i] = append(b.t.cols[i], colFunc{{c.value, present}}...)
			return i
		}
	}
	b.s.cols = append(b.s.cols, c.name)
	b.t.cols = append(b.t.cols, colFunc{{c.value, present}})
	return len(b.s.cols) - 1
}

// marker adds a column that is NULL in rows outside of a sparse index whose
// columns are all shared with the key or with other indexes.
func (b *builder) marker(decl looseIndex) int {
	name := decl.name + "_present"
	if b.uses[name] > 0 {
		b.fail("column " + name + " is reserved for the index " + decl.name)
	}
	b.s.cols = append(b.s.cols, name)
	b.t.cols = append(b.t.cols, colFunc{{func(any) string { return "1" }, decl.present}})
	return len(b.s.cols) - 1
}

// checkName keeps names short enough for every engine (63 bytes for
// "table__index") and free of anything that would need escaping.
func (b *builder) checkName(kind, name string) {
	ok := name != "" && len(name) <= 30 && !strings.Contains(name, "__") &&
		name[0] >= 'a' && name[0] <= 'z' && name[len(name)-1] != '_'
	for i := 0; ok && i < len(name); i++ {
		c := name[i]
		ok = c == '_' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
	}
	if !ok {
		b.fail(fmt.Sprintf("bad %s name %q", kind, name))
	}
}

func (b *builder) fail(why string) {
	panic("store: table " + b.s.name + ": " + why)
}

func hasDuplicate(list []int) bool {
	for i, v := range list {
		if slices.Contains(list[:i], v) {
			return true
		}
	}
	return false
}
