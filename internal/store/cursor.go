package store

import (
	"encoding/binary"
	"strings"
)

// Cursor is a place in the order of an index: the ordering values of the last
// row that was returned, in plain form. It holds stored values, so whoever
// hands it to a client seals it.
type Cursor string

// cursor returns the place of a document.
//
// The form is: direction ('a' or 'd'), the number of prefix columns, the index
// name and the ordering values after the prefix, each string led by its length
// in bytes as a varint.
func (t *table) cursor(ix *index, prefix int, descending bool, doc any) (Cursor, error) {
	b := cursorHead(ix, prefix, descending)
	for _, c := range ix.order[prefix:] {
		v, err := t.column(c, doc)
		if err != nil {
			return "", err
		}
		text, ok := v.(string)
		if !ok {
			return "", t.bad(c, "a row of the index has no value")
		}
		b = appendString(b, text)
	}
	return Cursor(b), nil
}

func cursorHead(ix *index, prefix int, descending bool) []byte {
	b := []byte{'a', byte(prefix)}
	if descending {
		b[0] = 'd'
	}
	return appendString(b, ix.name)
}

func appendString(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// parseCursor returns the ordering values of a cursor, or ErrBadCursor when it
// was not made for this index, prefix length and direction.
func (s *schema) parseCursor(ix *index, prefix int, descending bool, c Cursor) ([]string, error) {
	if c == "" {
		return nil, nil
	}
	rest, ok := strings.CutPrefix(string(c), string(cursorHead(ix, prefix, descending)))
	if !ok {
		return nil, ErrBadCursor
	}
	values := make([]string, len(ix.order)-prefix)
	for i := range values {
		n, size := binary.Uvarint([]byte(rest[:min(len(rest), binary.MaxVarintLen64)]))
		if size <= 0 || n > MaxValue || uint64(len(rest)-size) < n ||
			size > 1 && rest[size-1] == 0 { // not the shortest form
			return nil, ErrBadCursor
		}
		values[i], rest = rest[size:size+int(n)], rest[size+int(n):]
		if badText(values[i]) != "" {
			return nil, ErrBadCursor
		}
	}
	if rest != "" || len(values) == 0 {
		return nil, ErrBadCursor
	}
	return values, nil
}
