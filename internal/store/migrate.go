package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// tableFormat is the layout of the tables themselves, whatever they hold.
const tableFormat = 2

// backfillBatch is how many rows one transaction of a backfill touches.
const backfillBatch = 500

// declaration is what is recorded about a table in store_tables.
type declaration struct {
	Format   int         `json:"format"`
	Revision int         `json:"revision"`
	Key      []string    `json:"key"`
	Columns  []string    `json:"columns"` // the key first
	Indexes  []declIndex `json:"indexes"`
	Expires  bool        `json:"expires"`
	// Shape counts the alterations of the table. Each row is written with the
	// shape its writer knows, and the database of several nodes refuses rows of
	// an older one, so that a node that was not restarted yet cannot write rows
	// without the columns of a new index. It is not part of the checksum.
	Shape int64 `json:"shape,omitempty"`
}

type declIndex struct {
	Name    string   `json:"name"`
	Unique  bool     `json:"unique,omitempty"`
	Columns []string `json:"columns"`
	Marker  string   `json:"marker,omitempty"`
}

func (s *schema) declaration() declaration {
	d := declaration{Format: tableFormat, Revision: s.revision, Key: s.cols[:s.key], Columns: s.cols, Expires: s.expires}
	for _, ix := range s.sortedIndexes() {
		di := declIndex{Name: ix.name, Unique: ix.unique}
		for _, c := range ix.cols {
			di.Columns = append(di.Columns, s.cols[c])
		}
		if ix.marker >= 0 {
			di.Marker = s.cols[ix.marker]
		}
		d.Indexes = append(d.Indexes, di)
	}
	return d
}

// encode returns the declaration as JSON, and its checksum.
func (d declaration) encode() (text, sum string, err error) {
	b, err := json.Marshal(d)
	if err != nil {
		return "", "", fmt.Errorf("store: declaration: %w", err)
	}
	h := sha256.Sum256(b)
	return string(b), hex.EncodeToString(h[:]), nil
}

// migration brings the tables of an engine to their declarations. apply runs
// one step: in a transaction of its own, or as part of one that holds them all.
type migration struct {
	ctx    context.Context
	d      Dialect
	now    time.Time
	apply  func(step func(Conn) error) error
	shapes map[*schema]int64
}

// ensureTables creates and extends tables. When everything is as declared it
// costs one read. It returns the shape of each table.
func ensureTables(ctx context.Context, e Engine, clock func() time.Time, tables []AnyTable) (map[*schema]int64, error) {
	m := &migration{ctx: ctx, d: e.Dialect(), now: clock(), shapes: make(map[*schema]int64, len(tables))}
	if m.d.DDLBatch {
		err := e.Define(ctx, func(c Conn) error {
			m.apply = func(step func(Conn) error) error { return step(c) }
			return m.run(tables)
		})
		return m.shapes, err
	}
	m.apply = func(step func(Conn) error) error { return e.Define(ctx, step) }
	return m.shapes, m.run(tables)
}

func (m *migration) run(tables []AnyTable) error {
	text := m.d.TextType
	err := m.ddl(`CREATE TABLE IF NOT EXISTS "store_tables" ("name" ` + text + ` NOT NULL PRIMARY KEY, "checksum" ` +
		text + ` NOT NULL, "declaration" ` + text + " NOT NULL)" + m.d.TableTail)
	if err != nil {
		return fmt.Errorf("store: prepare tables: %w", err)
	}
	recorded := make(map[string]record)
	err = m.apply(func(c Conn) error {
		clear(recorded)
		return c.Query(m.ctx, `SELECT "name", "checksum", "declaration" FROM "store_tables"`, nil, func(v Values) error {
			recorded[v.Text(0)] = record{v.Text(1), []byte(v.Text(2))}
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("store: read declarations: %w", err)
	}
	for _, declared := range tables {
		t := declared.core()
		if err := m.ensure(t, recorded[t.s.name]); err != nil {
			return fmt.Errorf("store: table %s: %w", t.s.name, err)
		}
	}
	return nil
}

// record is what store_tables holds of a table.
type record struct {
	sum  string
	text []byte
}

// ensure brings one table to its declaration.
func (m *migration) ensure(t *table, r record) error {
	s := t.s
	now := s.declaration()
	_, sum, err := now.encode()
	if err != nil {
		return err
	}
	var old declaration
	if r.text != nil {
		if err := json.Unmarshal(r.text, &old); err != nil {
			return fmt.Errorf("%w: unreadable record", ErrNewerTable)
		}
	}
	if r.sum == sum {
		m.shapes[s] = old.Shape
		return nil
	}
	now.Shape = old.Shape + 1
	m.shapes[s] = now.Shape
	if r.text == nil {
		err = m.create(s)
	} else if err = compatible(old, now); err == nil {
		err = m.alter(t, old, now)
	}
	if err != nil {
		return err
	}
	text, _, err := now.encode()
	if err != nil {
		return err
	}
	return m.apply(func(c Conn) error {
		_, err := c.Exec(m.ctx, `INSERT INTO "store_tables" ("name", "checksum", "declaration") VALUES ($1, $2, $3)
			ON CONFLICT ("name") DO UPDATE SET "checksum" = $2, "declaration" = $3`, s.name, sum, text)
		return err
	})
}

func (m *migration) ddl(sql string) error {
	return m.apply(func(c Conn) error {
		_, err := c.Exec(m.ctx, sql)
		return err
	})
}

// create makes a new table. Each step here and in alter may be repeated, so a
// crash between them is harmless: the record is written last.
func (m *migration) create(s *schema) error {
	if err := m.ddl(s.createTable(m.d)); err != nil {
		return err
	}
	return m.createIndexes(s)
}

// compatible refuses a table that a newer program wrote, or that this one
// declares with less than before under the same revision.
func compatible(old, now declaration) error {
	switch {
	case old.Format != now.Format:
		return fmt.Errorf("%w: format %d", ErrNewerTable, old.Format)
	case old.Revision > now.Revision:
		return fmt.Errorf("%w: revision %d is newer than %d", ErrNewerTable, old.Revision, now.Revision)
	case !slices.Equal(old.Key, now.Key):
		return fmt.Errorf("%w: the key has other columns", ErrNewerTable)
	case old.Revision < now.Revision:
		return nil
	case old.Expires && !now.Expires:
		return fmt.Errorf("%w: rows expired", ErrNewerTable)
	}
	for _, c := range old.Columns {
		if !slices.Contains(now.Columns, c) {
			return fmt.Errorf("%w: column %s is not declared", ErrNewerTable, c)
		}
	}
	for _, ix := range old.Indexes {
		if !slices.ContainsFunc(now.Indexes, ix.equal) {
			return fmt.Errorf("%w: index %s is not declared so", ErrNewerTable, ix.Name)
		}
	}
	return nil
}

func (ix declIndex) equal(o declIndex) bool {
	return ix.Name == o.Name && ix.Unique == o.Unique && ix.Marker == o.Marker && slices.Equal(ix.Columns, o.Columns)
}

func (m *migration) alter(t *table, old, now declaration) error {
	s := t.s
	for _, ix := range old.Indexes {
		if !slices.ContainsFunc(now.Indexes, ix.equal) {
			if err := m.ddl("DROP INDEX IF EXISTS " + quote(s.name+"__"+ix.Name)); err != nil {
				return err
			}
		}
	}
	rebuild := now.Revision > old.Revision || now.Expires && !old.Expires
	for _, c := range now.Columns {
		if !slices.Contains(old.Columns, c) {
			rebuild = true
			if err := m.ddl(s.addColumn(m.d, c)); err != nil {
				return err
			}
		}
	}
	if m.d.Shared {
		if err := m.ddl(s.requireShape(now.Shape)); err != nil {
			return err
		}
	}
	if rebuild {
		if err := m.backfill(t); err != nil {
			return err
		}
	}
	for _, c := range old.Columns {
		if !slices.Contains(now.Columns, c) {
			if err := m.ddl("ALTER TABLE " + quote(s.name) + " DROP COLUMN " + quote(c)); err != nil {
				return err
			}
		}
	}
	return m.createIndexes(s)
}

func (m *migration) createIndexes(s *schema) error {
	for _, ix := range s.indexes[1:] {
		if err := m.ddl(s.createIndex(ix)); err != nil {
			return err
		}
	}
	if s.expires {
		return m.ddl(s.createExpiryIndex())
	}
	return nil
}

// backfill computes the index columns and the expiry of every live row anew.
// A row that changes meanwhile is written with its columns by whoever does.
func (m *migration) backfill(t *table) error {
	s := t.s
	key := s.indexes[0]
	var after []string
	for {
		n := 0
		next := after
		err := m.apply(func(c Conn) error {
			rows, err := m.batch(c, t, key, after)
			if err != nil {
				return err
			}
			n = len(rows)
			for _, args := range rows {
				if _, err := c.Exec(m.ctx, s.reindex, args...); err != nil {
					return err
				}
			}
			if n > 0 {
				next = make([]string, s.key)
				for i := range next {
					next[i], _ = rows[n-1][i].(string)
				}
			}
			return nil
		})
		if err != nil || n < backfillBatch {
			return err
		}
		after = next
	}
}

// batch reads rows behind a key and returns the arguments of reindex for each.
func (m *migration) batch(c Conn, t *table, key *index, after []string) ([][]any, error) {
	s := t.s
	var b sqlText
	b.add(`SELECT "doc", "version" FROM `, quote(s.name))
	s.where(&b, key, 0)
	args := s.after(&b, key.order, false, after, nil)
	s.live(&b)
	s.orderBy(&b, key, false)
	b.add(" LIMIT ").param()
	args = append(s.liveArg(args, m.now), int64(backfillBatch))
	var rows [][]any
	err := c.Query(m.ctx, b.String(), args, func(v Values) error {
		cols, expiry, err := t.rowFromDoc(v.Bytes(0))
		rows = append(rows, append(cols, m.shapes[s], expiry, v.Int(1)))
		return err
	})
	return rows, err
}
