package store

import (
	"context"
	"unicode/utf8"
)

// Bounds on a page.
const (
	DefaultLimit = 100  // rows when Query.Limit is zero
	MaxLimit     = 1000 // rows at most; larger limits get this many and a cursor
)

// Query selects a page of rows in the order of an index.
type Query struct {
	Index  string   // "" is the key order
	Prefix []string // equal values of the leading columns
	// From and StartsWith limit the column after the prefix: values from From
	// on, and values that begin with StartsWith. Comparison is bytewise.
	From       string
	StartsWith string
	After      Cursor // the previous page's Next; "" is the first page
	Limit      int    // rows; 0 is DefaultLimit, more than MaxLimit is MaxLimit
	Descending bool
}

// list reads a page into the slots that at makes, from 0 on; a read that starts
// over begins at 0 again. It returns how many rows the page has.
func (t *table) list(ctx context.Context, r Reader, q Query, at func(i int) slot) (n int, next Cursor, err error) {
	ix := t.s.index(q.Index)
	limit := q.Limit
	if limit <= 0 {
		limit = DefaultLimit
	}
	limit = min(limit, MaxLimit)
	sql, args, err := t.s.list(ix, q)
	if err != nil || sql == "" {
		return 0, "", err
	}
	args = append(t.s.liveArg(args, r.now()), int64(limit)+1)
	var last slot
	more := false
	err = r.access(ctx, func(c Conn) error {
		n, more = 0, false
		return c.Query(ctx, sql, args, func(v Values) error {
			if n == limit {
				more = true
				return nil
			}
			last = at(n)
			n++
			*last.version = v.Int(1)
			return t.unmarshal(v.Bytes(0), last.doc)
		})
	})
	if err == nil && more {
		next, err = t.cursor(ix, len(q.Prefix), q.Descending, last.doc)
	}
	return n, next, err
}

// list writes the statement of a query and its arguments up to the time and
// the limit. An empty statement means that no stored row can match.
func (s *schema) list(ix *index, q Query) (string, []any, error) {
	args, ok := s.prefixArgs(ix, q.Prefix)
	after, err := s.parseCursor(ix, len(q.Prefix), q.Descending, q.After)
	if err != nil {
		return "", nil, err
	}
	if !ok || badText(q.From) != "" || badText(q.StartsWith) != "" {
		return "", nil, nil
	}
	rest := ix.order[len(q.Prefix):]
	var b sqlText
	b.add(`SELECT "doc", "version" FROM `, quote(s.name))
	s.where(&b, ix, len(q.Prefix))
	compare := func(op, v string) {
		b.add(" AND ", quote(s.cols[rest[0]]), op).param()
		args = append(args, v)
	}
	if len(rest) == 0 && q.From+q.StartsWith != "" {
		panic("store: table " + s.name + ": no column after the prefix of index " + ix.name)
	}
	if q.From != "" {
		compare(" >= ", q.From)
	}
	if q.StartsWith != "" {
		compare(" >= ", q.StartsWith)
		if end := prefixEnd(q.StartsWith); end != "" {
			compare(" < ", end)
		}
	}
	args = s.after(&b, rest, q.Descending, after, args)
	s.live(&b)
	s.orderBy(&b, ix, q.Descending)
	// The cast hides the parameter from SQLite's planner, which would plan the statement again for every new value.
	b.add(" LIMIT CAST(").param().add(" AS BIGINT)")
	return b.String(), args, nil
}

// after writes the keyset condition: rows behind the cursor.
func (s *schema) after(b *sqlText, rest []int, descending bool, after []string, args []any) []any {
	if len(after) == 0 {
		return args
	}
	op := " > "
	if descending {
		op = " < "
	}
	b.add(" AND (", s.quoted(rest), ")", op, "(")
	for i, v := range after {
		if i > 0 {
			b.add(", ")
		}
		b.param()
		args = append(args, v)
	}
	b.add(")")
	return args
}

func (s *schema) orderBy(b *sqlText, ix *index, descending bool) {
	b.add(" ORDER BY ")
	for i, c := range ix.order {
		if i > 0 {
			b.add(", ")
		}
		b.add(quote(s.cols[c]))
		if descending {
			b.add(" DESC")
		}
	}
}

// prefixEnd returns the smallest text above all that begin with p, in the order
// of code points (which UTF-8 bytes share); "" when there is none.
func prefixEnd(p string) string {
	for p != "" {
		r, size := utf8.DecodeLastRuneInString(p)
		p = p[:len(p)-size]
		switch {
		case r == 0xD7FF: // the surrogates are no characters
			return p + "\uE000"
		case r < utf8.MaxRune:
			return p + string(r+1)
		}
	}
	return ""
}
