package store

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"
)

// Column is one text column of a key or an index. Within one table a name means
// one value, wherever it is used.
type Column[T any] struct {
	// Name is the SQL column: lower-case letters, digits and single
	// underscores, at most 30 bytes.
	Name string
	// Value computes the column from the document. It must be a pure function.
	Value func(*T) string
}

// Index is a unique or secondary index.
type Index[T any] struct {
	Name    string
	Columns []Column[T]
	// Present, when set, leaves a row out of the index when it is false; the
	// columns only this index uses are then NULL and Value is not called.
	Present func(*T) bool
}

// Spec declares a table.
type Spec[T any] struct {
	Key     []Column[T] // primary key: never changes, never reused while the row lives
	Unique  []Index[T]
	Indexes []Index[T]
	// Expires returns the instant from which the row counts as absent; the zero
	// time is never. nil means that no row of the table expires.
	Expires func(*T) time.Time
	// Uncached says that rows are never read with GetCached or FindCached, so
	// that writes need not be published to other nodes. Right for codes,
	// counters and other rows that are read once or change with every use.
	Uncached bool
	// Revision is raised when a declaration takes something away or gives a
	// column a new meaning: the index columns are then rebuilt from the
	// documents. Adding columns or indexes needs no new revision.
	Revision int
}

// Table is a declared table. It is immutable and safe for concurrent use.
type Table[T any] struct {
	s       *schema
	key     []Column[T]
	cols    []colFunc[T] // parallel to s.cols
	expires func(*T) time.Time
}

// colFunc computes one physical column from its declarations. Those that are
// present must agree; when none is, the column is NULL.
type colFunc[T any] []struct {
	value   func(*T) string
	present func(*T) bool // nil is always
}

// AnyTable is a declared table of any document type.
type AnyTable interface {
	schema() *schema
	rowFromDoc(doc []byte) (cols []any, expiry any, err error)
}

// NewTable declares a table. It panics on a declaration that cannot work: that
// is an error in the program, found by the first test that runs.
func NewTable[T any](name string, spec Spec[T]) *Table[T] {
	b := &builder[T]{t: &Table[T]{key: spec.Key, expires: spec.Expires}, spec: spec}
	b.s = &schema{
		name: name, revision: spec.Revision,
		expires: spec.Expires != nil, uncached: spec.Uncached,
		byName: make(map[string]*index),
	}
	b.t.s = b.s
	h := fnv.New64a()
	h.Write([]byte(name))
	b.s.salt = h.Sum64()
	b.build()
	return b.t
}

// builder turns a Spec into the physical schema.
type builder[T any] struct {
	t    *Table[T]
	s    *schema
	spec Spec[T]
	uses map[string]int // index and key uses of a column name
}

func (b *builder[T]) build() {
	b.checkName("table", b.s.name)
	if strings.HasPrefix(b.s.name, "store_") {
		b.fail("names that start with store_ are reserved")
	}
	if len(b.spec.Key) == 0 {
		b.fail("no key")
	}
	b.countUses()
	key := &index{unique: true, marker: -1}
	for _, c := range b.spec.Key {
		key.cols = append(key.cols, b.column(c, nil))
	}
	if hasDuplicate(key.cols) {
		b.fail("key names a column twice")
	}
	key.order = key.cols
	b.s.key = len(key.cols)
	b.add(key)
	for _, ix := range b.spec.Unique {
		b.index(ix, true)
	}
	for _, ix := range b.spec.Indexes {
		b.index(ix, false)
	}
	b.s.prepare()
}

func (b *builder[T]) countUses() {
	b.uses = make(map[string]int)
	for _, c := range b.spec.Key {
		b.uses[c.Name]++
	}
	for _, list := range [][]Index[T]{b.spec.Unique, b.spec.Indexes} {
		for _, ix := range list {
			for _, c := range ix.Columns {
				b.uses[c.Name]++
			}
		}
	}
}

func (b *builder[T]) index(decl Index[T], unique bool) {
	b.checkName("index", decl.Name)
	if decl.Name == "expires_at" || decl.Name == "shape" {
		b.fail("index " + decl.Name + " is reserved")
	}
	if len(decl.Columns) == 0 {
		b.fail("index " + decl.Name + " has no columns")
	}
	ix := &index{name: decl.Name, unique: unique, marker: -1}
	for _, c := range decl.Columns {
		n := b.column(c, decl.Present)
		if decl.Present != nil && b.uses[c.Name] == 1 {
			ix.marker = n
		}
		ix.cols = append(ix.cols, n)
	}
	if hasDuplicate(ix.cols) {
		b.fail("index " + decl.Name + " names a column twice")
	}
	if decl.Present != nil && ix.marker < 0 {
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

func (b *builder[T]) add(ix *index) {
	if _, dup := b.s.byName[ix.name]; dup {
		b.fail("index " + ix.name + " is declared twice")
	}
	b.s.byName[ix.name] = ix
	b.s.indexes = append(b.s.indexes, ix)
}

// column returns the position of the physical column, adding it on first use.
func (b *builder[T]) column(c Column[T], present func(*T) bool) int {
	b.checkName("column", c.Name)
	if c.Value == nil {
		b.fail("column " + c.Name + " has no value")
	}
	switch c.Name {
	case "shape", "version", "expires_at", "doc":
		b.fail("column " + c.Name + " is reserved")
	}
	for i := range b.s.cols {
		if b.s.cols[i] == c.Name {
			b.t.cols[i] = append(b.t.cols[i], colFunc[T]{{c.Value, present}}...)
			return i
		}
	}
	b.s.cols = append(b.s.cols, c.Name)
	b.t.cols = append(b.t.cols, colFunc[T]{{c.Value, present}})
	return len(b.s.cols) - 1
}

// marker adds a column that is NULL in rows outside of a sparse index whose
// columns are all shared with the key or with other indexes.
func (b *builder[T]) marker(decl Index[T]) int {
	name := decl.Name + "_present"
	if b.uses[name] > 0 {
		b.fail("column " + name + " is reserved for the index " + decl.Name)
	}
	b.s.cols = append(b.s.cols, name)
	b.t.cols = append(b.t.cols, colFunc[T]{{func(*T) string { return "1" }, decl.Present}})
	return len(b.s.cols) - 1
}

// checkName keeps names short enough for every engine (63 bytes for
// "table__index") and free of anything that would need escaping.
func (b *builder[T]) checkName(kind, name string) {
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

func (b *builder[T]) fail(why string) {
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
