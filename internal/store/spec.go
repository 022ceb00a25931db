package store

import "time"

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

// NewTable declares a table. It panics on a declaration that cannot work: that
// is an error in the program, found by the first test that runs.
func NewTable[T any](name string, spec Spec[T]) *Table[T] {
	return &Table[T]{newTable(layout{
		name: name, revision: spec.Revision, uncached: spec.Uncached,
		key:     loosenAll([]Index[T]{{Columns: spec.Key}})[0],
		unique:  loosenAll(spec.Unique),
		indexes: loosenAll(spec.Indexes),
		expires: loosen(spec.Expires),
		fresh: func() (any, slot) {
			row := new(Row[T])
			return row, row.slot()
		},
	})}
}

// layout is a Spec whose functions take any document, which is always the *T
// of the table.
type layout struct {
	name            string
	revision        int
	uncached        bool
	key             looseIndex
	unique, indexes []looseIndex
	expires         func(doc any) time.Time
	fresh           func() (row any, s slot)
}

type looseIndex struct {
	name    string
	cols    []looseColumn
	present func(doc any) bool
}

type looseColumn struct {
	name  string
	value func(doc any) string
}

func loosenAll[T any](list []Index[T]) []looseIndex {
	loose := make([]looseIndex, len(list))
	for i, ix := range list {
		loose[i] = looseIndex{name: ix.Name, present: loosen(ix.Present)}
		for _, c := range ix.Columns {
			loose[i].cols = append(loose[i].cols, looseColumn{c.Name, loosen(c.Value)})
		}
	}
	return loose
}

// loosen lets the core call a function of a document whose type it does not know.
func loosen[T, V any](f func(*T) V) func(doc any) V {
	if f == nil {
		return nil
	}
	return func(doc any) V { return f(doc.(*T)) }
}
