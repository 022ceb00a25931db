package iampolicy

import "unicode/utf8"

// Position is a place in a document, counted as IAM's policy simulator counts: lines and columns from one, columns in characters.
type Position struct{ Line, Column int }

// ruler finds the positions of offsets that only grow, in one pass over the document.
type ruler struct {
	document []byte
	offset   int
	at       Position
}

func newRuler(document []byte) *ruler { return &ruler{document: document, at: Position{1, 1}} }

// position returns the place of an offset that is not smaller than those asked for before.
func (r *ruler) position(offset int) Position {
	for r.offset < offset && r.offset < len(r.document) {
		c, n := utf8.DecodeRune(r.document[r.offset:])
		r.offset += n
		switch {
		case c == '\n' || c == '\r' && !r.next('\n'):
			r.at = Position{r.at.Line + 1, 1}
		default:
			r.at.Column++
		}
	}
	return r.at
}

func (r *ruler) next(c byte) bool { return r.offset < len(r.document) && r.document[r.offset] == c }
