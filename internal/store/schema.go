package store

import (
	"slices"
	"strconv"
	"strings"
)

// schema is the physical shape of a table, the same on every engine. The order
// of columns in SQL is: cols, shape, version, expires_at, doc.
type schema struct {
	name     string
	salt     uint64 // keeps equal keys of different tables apart in the cache
	revision int
	key      int      // the first key columns of cols are the primary key
	cols     []string // key and index columns
	indexes  []*index // the key first, then unique, then secondary indexes
	byName   map[string]*index
	expires  bool
	uncached bool

	insert, update, updateDoc, probe string
	remove, removeVersion, removeAny string
	take, all, wipe, reindex, sweep  string
}

// index is the key or one declared index.
type index struct {
	name   string // "" is the key
	unique bool
	cols   []int // positions in schema.cols
	order  []int // a total order: cols, and the missing key columns unless unique
	marker int   // column that is NULL in rows outside of the index; -1 when none are

	find, collide string // unique indexes and the key only
}

// args collects placeholders while a statement is put together.
type sqlText struct {
	strings.Builder
	n int // placeholders written
}

func (b *sqlText) add(parts ...string) *sqlText {
	for _, p := range parts {
		b.WriteString(p)
	}
	return b
}

// param writes the next placeholder.
func (b *sqlText) param() *sqlText {
	b.n++
	b.WriteByte('$')
	b.WriteString(strconv.Itoa(b.n))
	return b
}

func quote(name string) string { return `"` + name + `"` }

func (s *schema) quoted(cols []int) string {
	names := make([]string, len(cols))
	for i, c := range cols {
		names[i] = quote(s.cols[c])
	}
	return strings.Join(names, ", ")
}

// equal writes col = $n AND … for the columns.
func (s *schema) equal(b *sqlText, cols []int) {
	for i, c := range cols {
		if i > 0 {
			b.add(" AND ")
		}
		b.add(quote(s.cols[c]), " = ").param()
	}
}

// keyIs writes key = $1 … AND for a statement whose first arguments are the key.
func (s *schema) keyIs(b *sqlText) {
	for i, c := range s.cols[:s.key] {
		b.add(quote(c), " = $", strconv.Itoa(i+1), " AND ")
	}
}

// live limits a statement to rows that have not expired; its placeholder takes
// the time in unix milliseconds. Tables without expiry skip it.
func (s *schema) live(b *sqlText) {
	if s.expires {
		b.add(` AND ("expires_at" IS NULL OR "expires_at" > `).param().add(")")
	}
}

// prepare writes the statements that do not depend on a query.
func (s *schema) prepare() {
	s.prepareWrites()
	s.prepareBulk()
	for _, ix := range s.indexes {
		if !ix.unique {
			continue
		}
		var b sqlText
		b.add(`SELECT "doc", "version" FROM `, quote(s.name), " WHERE ")
		s.equal(&b, ix.cols)
		s.inIndex(&b, ix)
		s.live(&b)
		ix.find = b.String()

		b = sqlText{}
		b.add(`SELECT "expires_at", `, s.quoted(s.indexes[0].cols), " FROM ", quote(s.name), " WHERE ")
		s.equal(&b, ix.cols)
		s.inIndex(&b, ix)
		ix.collide = b.String()
	}
}

func (s *schema) prepareWrites() {
	table, key := quote(s.name), s.indexes[0].cols
	var b sqlText
	b.add("INSERT INTO ", table, " (")
	for _, c := range s.cols {
		b.add(quote(c), ", ")
	}
	b.add(`"shape", "version", "expires_at", "doc") VALUES (`)
	for range len(s.cols) + 3 {
		b.param().add(", ")
	}
	b.param().add(") ON CONFLICT DO NOTHING")
	s.insert = b.String()

	b = sqlText{}
	b.add(`SELECT "version" FROM `, table, " WHERE ")
	s.equal(&b, key)
	s.live(&b)
	s.probe = b.String()

	s.update = s.updateText()

	b = sqlText{n: s.key}
	b.add("UPDATE ", table, ` SET "shape" = `).param().add(`, "version" = "version" + 1, "doc" = `).param().add(" WHERE ")
	s.keyIs(&b)
	b.add(`"version" = `).param()
	s.live(&b)
	s.updateDoc = b.String()

	b = sqlText{}
	b.add("DELETE FROM ", table, " WHERE ")
	s.equal(&b, key)
	s.removeAny = b.String()
	s.live(&b)
	s.remove = b.String()
	s.take = s.remove + ` RETURNING "doc", "version"`

	b = sqlText{}
	b.add("DELETE FROM ", table, " WHERE ")
	s.equal(&b, key)
	b.add(` AND "version" = `).param()
	s.live(&b)
	s.removeVersion = b.String()
}

// prepareBulk writes the statements of snapshots and of the sweeper.
func (s *schema) prepareBulk() {
	table, key := quote(s.name), s.quoted(s.indexes[0].cols)
	s.all = `SELECT "doc", "version" FROM ` + table
	s.wipe = "DELETE FROM " + table
	s.sweep = "DELETE FROM " + table + " WHERE (" + key + ") IN (SELECT " + key + " FROM " + table +
		` WHERE "expires_at" <= $1 ORDER BY "expires_at" LIMIT $2)`

	var b sqlText
	b.add("UPDATE ", table, " SET ")
	b.n = s.key
	for _, c := range s.cols[s.key:] {
		b.add(quote(c), " = ").param().add(", ")
	}
	b.add(`"shape" = `).param().add(`, "expires_at" = `).param().add(" WHERE ")
	s.keyIs(&b)
	b.add(`"version" = `).param()
	s.reindex = b.String()
}

// updateText writes the compare-and-swap. Its arguments are: every column, the
// shape, the expiry, the document, the old version, and the time when rows expire. The
// guard against another row with a value of a unique index keeps PostgreSQL
// from aborting the transaction, as a violated constraint would.
func (s *schema) updateText() string {
	var b sqlText
	b.add("UPDATE ", quote(s.name), " SET ")
	b.n = s.key
	for _, c := range s.cols[s.key:] {
		b.add(quote(c), " = ").param().add(", ")
	}
	b.add(`"shape" = `).param().add(`, "version" = "version" + 1, "expires_at" = `).param().add(`, "doc" = `).param().add(" WHERE ")
	s.keyIs(&b)
	b.add(`"version" = `).param()
	s.live(&b)
	for _, ix := range s.indexes[1:] {
		if !ix.unique {
			continue
		}
		b.add(" AND NOT EXISTS (SELECT 1 FROM ", quote(s.name), " AS o WHERE ")
		for _, c := range ix.cols {
			b.add("o.", quote(s.cols[c]), " = $", strconv.Itoa(c+1), " AND ")
		}
		if ix.marker >= 0 {
			b.add("o.", quote(s.cols[ix.marker]), " IS NOT NULL AND $", strconv.Itoa(ix.marker+1), " IS NOT NULL AND ")
		}
		b.add("NOT (")
		for i, c := range s.cols[:s.key] {
			if i > 0 {
				b.add(" AND ")
			}
			b.add("o.", quote(c), " = $", strconv.Itoa(i+1))
		}
		b.add("))")
	}
	return b.String()
}

// inIndex limits a statement to the rows that are present in a sparse index,
// which also lets the planner use the partial index.
func (s *schema) inIndex(b *sqlText, ix *index) {
	if ix.marker >= 0 {
		b.add(" AND ", quote(s.cols[ix.marker]), " IS NOT NULL")
	}
}

// createTable is the DDL of a new table without its indexes.
func (s *schema) createTable(d Dialect) string {
	var b sqlText
	b.add("CREATE TABLE IF NOT EXISTS ", quote(s.name), " (")
	for i, c := range s.cols {
		b.add(quote(c), " ", d.TextType)
		if i < s.key {
			b.add(" NOT NULL")
		}
		b.add(", ")
	}
	b.add(`"shape" `, d.IntType, ` NOT NULL, "version" `, d.IntType, ` NOT NULL, "expires_at" `, d.IntType, `, "doc" `, d.TextType, " NOT NULL, ")
	b.add("PRIMARY KEY (", s.quoted(s.indexes[0].cols), "))", d.TableTail)
	return b.String()
}

func (s *schema) addColumn(d Dialect, c string) string {
	return "ALTER TABLE " + quote(s.name) + " " + d.AddColumn + " " + quote(c) + " " + d.TextType
}

// requireShape lets the database refuse rows of an earlier shape: they lack
// columns that an index needs. Rows that are there already are not looked at.
func (s *schema) requireShape(shape int64) string {
	name := quote(s.name + "__shape")
	return "ALTER TABLE " + quote(s.name) + " DROP CONSTRAINT IF EXISTS " + name + ", ADD CONSTRAINT " + name +
		` CHECK ("shape" >= ` + strconv.FormatInt(shape, 10) + ") NOT VALID"
}

func (s *schema) indexName(ix *index) string { return quote(s.name + "__" + ix.name) }

// createIndex is the DDL of one index. A secondary index ends with the key, so
// that its order is total and paging by it is stable.
func (s *schema) createIndex(ix *index) string {
	var b sqlText
	b.add("CREATE ")
	cols := ix.order
	if ix.unique {
		b.add("UNIQUE ")
		cols = ix.cols
	}
	b.add("INDEX IF NOT EXISTS ", s.indexName(ix), " ON ", quote(s.name), " (", s.quoted(cols), ")")
	if ix.marker >= 0 {
		b.add(" WHERE ", quote(s.cols[ix.marker]), " IS NOT NULL")
	}
	return b.String()
}

func (s *schema) createExpiryIndex() string {
	return "CREATE INDEX IF NOT EXISTS " + quote(s.name+"__expires_at") + " ON " + quote(s.name) +
		` ("expires_at") WHERE "expires_at" IS NOT NULL`
}

// index returns a declared index; asking for one that is not there is an error
// in the program.
func (s *schema) index(name string) *index {
	ix := s.byName[name]
	if ix == nil {
		panic("store: table " + s.name + " has no index " + name)
	}
	return ix
}

// sortedIndexes lists the declared indexes without the key, by name.
func (s *schema) sortedIndexes() []*index {
	list := slices.Clone(s.indexes[1:])
	slices.SortFunc(list, func(a, b *index) int { return strings.Compare(a.name, b.name) })
	return list
}
