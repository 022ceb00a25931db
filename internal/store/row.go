package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds on what is stored, the same on every engine. PostgreSQL's B-tree rows
// end at 2,704 bytes, so the columns of one index and the key together stay
// below that.
const (
	MaxValue    = 1024    // bytes in one key or index column
	MaxIndexRow = 2400    // bytes in the columns of an index with the key
	MaxDoc      = 8 << 20 // bytes of a document as JSON
)

// column computes the value of column i of a document, nil for NULL.
func (t *table) column(i int, doc any) (any, error) {
	var v string
	found := false
	for _, decl := range t.cols[i] {
		if decl.present != nil && !decl.present(doc) {
			continue
		}
		got := decl.value(doc)
		if found && got != v {
			return nil, t.bad(i, "its declarations disagree")
		}
		v, found = got, true
	}
	if !found {
		return nil, nil
	}
	if why := badText(v); why != "" {
		return nil, t.bad(i, why)
	}
	return v, nil
}

// keyOf returns the primary key of a document. The key's own declaration is the
// first of each key column.
func (t *table) keyOf(doc any) []string {
	key := make([]string, t.s.key)
	for i := range key {
		key[i] = t.cols[i][0].value(doc)
	}
	return key
}

// columns computes the key and index columns of a document, with room for
// extra more arguments.
func (t *table) columns(doc any, extra int) ([]any, error) {
	vals := make([]any, len(t.cols), len(t.cols)+extra)
	for i := range t.cols {
		v, err := t.column(i, doc)
		if err != nil {
			return nil, err
		}
		vals[i] = v
	}
	for _, ix := range t.s.indexes {
		size := 0
		for _, c := range ix.order {
			if v, ok := vals[c].(string); ok {
				size += len(v)
			}
		}
		if size > MaxIndexRow {
			return nil, t.bad(ix.cols[0], "the values of one index are too long together")
		}
	}
	return vals, nil
}

// encode returns the arguments of an insert: the columns, shape, version,
// expiry and document.
func (t *table) encode(doc any, shape, version int64) ([]any, error) {
	vals, err := t.columns(doc, 4)
	if err != nil {
		return nil, err
	}
	text, err := t.marshal(doc)
	if err != nil {
		return nil, err
	}
	return append(vals, shape, version, t.expiry(doc), text), nil
}

func (t *table) marshal(doc any) (string, error) {
	b, err := json.Marshal(doc)
	if err != nil {
		// The error of encoding/json may quote the value, so only its type is told.
		return "", &ValueError{Table: t.s.name, Column: "doc", Reason: fmt.Sprintf("cannot be encoded (%T)", err)}
	}
	if len(b) > MaxDoc {
		return "", &ValueError{Table: t.s.name, Column: "doc", Reason: "too large"}
	}
	return string(b), nil
}

func (t *table) unmarshal(b []byte, doc any) error {
	if err := json.Unmarshal(b, doc); err != nil {
		return fmt.Errorf("store: %s: a stored document cannot be decoded (%T)", t.s.name, err)
	}
	return nil
}

// expiry returns the expiry in unix milliseconds as an SQL argument.
func (t *table) expiry(doc any) any {
	if ms := t.expiryMilli(doc); ms != 0 {
		return ms
	}
	return nil
}

// expiryMilli rounds down: a row is never seen after its expiry. 0 is never.
func (t *table) expiryMilli(doc any) int64 {
	if t.expires == nil {
		return 0
	}
	at := t.expires(doc)
	if at.IsZero() {
		return 0
	}
	return max(at.UnixMilli(), 1)
}

// rowFromDoc computes the columns and the expiry of a stored document.
func (t *table) rowFromDoc(b []byte) (cols []any, expiry any, err error) {
	_, s := t.fresh()
	if err := t.unmarshal(b, s.doc); err != nil {
		return nil, nil, err
	}
	cols, err = t.columns(s.doc, 4)
	return cols, t.expiry(s.doc), err
}

func (t *table) bad(col int, why string) error {
	return &ValueError{Table: t.s.name, Column: t.s.cols[col], Reason: why}
}

// badText tells why a string cannot be a column. PostgreSQL refuses NUL and
// malformed UTF-8, so no engine may hold them.
func badText(v string) string {
	switch {
	case len(v) > MaxValue:
		return "too long"
	case strings.IndexByte(v, 0) >= 0:
		return "holds a NUL byte"
	case !utf8.ValidString(v):
		return "is not UTF-8"
	}
	return ""
}

// lookup turns the values of a key or unique index into arguments. It reports
// false when no stored row can have them.
func lookup(values []string, extra int) ([]any, bool) {
	args := make([]any, len(values), len(values)+extra)
	for i, v := range values {
		if badText(v) != "" {
			return nil, false
		}
		args[i] = v
	}
	return args, true
}

// live appends the time to the arguments of a statement written with schema.live.
func (s *schema) liveArg(args []any, now time.Time) []any {
	if s.expires {
		args = append(args, now.UnixMilli())
	}
	return args
}

// checkArity panics when a caller passes the wrong number of values: an error
// in the program, not in its input.
func (s *schema) checkArity(what string, got, want int) {
	if got != want {
		panic(fmt.Sprintf("store: table %s: %s takes %d values, got %d", s.name, what, want, got))
	}
}
