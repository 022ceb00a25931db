package store

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func cursorTable() *Table[thing] {
	return NewTable("t", Spec[thing]{
		Key:     []Column[thing]{colA},
		Indexes: []Index[thing]{{Name: "by_b", Columns: []Column[thing]{colB}}},
	})
}

// FuzzCursor: a cursor that is accepted is the one, and the only one, that
// stands for its values.
func FuzzCursor(f *testing.F) {
	table := cursorTable()
	ix := table.s.index("by_b")
	seed, err := table.cursor(ix, 0, false, &thing{A: "x", B: strings.Repeat("y", 200)})
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range []Cursor{seed, "", "a\x00\x04by_b\x01x\x00", "d\x00\x04by_b\x01x\x01y", "a\x00\x04by_b\x81\x00x\x00"} {
		f.Add(string(c), false)
	}
	f.Fuzz(func(t *testing.T, c string, descending bool) {
		values, err := table.s.parseCursor(ix, 0, descending, Cursor(c))
		if err != nil || c == "" {
			if values != nil {
				t.Fatalf("values with error %v: %q", err, values)
			}
			return
		}
		again, err := table.cursor(ix, 0, descending, &thing{B: values[0], A: values[1]})
		if err != nil || string(again) != c {
			t.Fatalf("%q was accepted as %q, which makes %q, %v", c, values, again, err)
		}
	})
}

func TestCursorRoundTrip(t *testing.T) {
	table := cursorTable()
	rapid.Check(t, func(t *rapid.T) {
		ix := table.s.index(rapid.SampledFrom([]string{"", "by_b"}).Draw(t, "index"))
		prefix := rapid.IntRange(0, len(ix.cols)-1).Draw(t, "prefix")
		doc := thing{A: rapid.StringN(0, 100, MaxValue).Draw(t, "a"), B: rapid.StringN(0, 100, MaxValue).Draw(t, "b")}
		if badText(doc.A)+badText(doc.B) != "" {
			t.Skip()
		}
		down := rapid.Bool().Draw(t, "descending")
		c, err := table.cursor(ix, prefix, down, &doc)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{doc.B, doc.A}
		if ix.name == "" {
			want = want[1:]
		}
		got, err := table.s.parseCursor(ix, prefix, down, c)
		if diff := cmp.Diff(want[prefix:], got); diff != "" || err != nil {
			t.Fatalf("%v, %s", err, diff)
		}
	})
}

// FuzzPrefixEnd: in the order of bytes, the texts that begin with p are exactly
// those from p up to its end.
func FuzzPrefixEnd(f *testing.F) {
	for _, s := range []string{"", "a", "\u007f", "\uD7FF", "\U0010FFFF", "a\U0010FFFF\U0010FFFF", "\uFFFF"} {
		f.Add(s, s+"x")
		f.Add(s, s+"\U0010FFFF")
		f.Add(s, "b")
	}
	f.Fuzz(func(t *testing.T, p, s string) {
		if !utf8.ValidString(p) || !utf8.ValidString(s) {
			t.Skip()
		}
		end := prefixEnd(p)
		if !utf8.ValidString(end) {
			t.Fatalf("prefixEnd(%q) = %q is not UTF-8", p, end)
		}
		inRange := s >= p && (end == "" || s < end)
		if inRange != strings.HasPrefix(s, p) {
			t.Fatalf("%q begins with %q: %v, but is in [%q, %q): %v", s, p, !inRange, p, end, inRange)
		}
	})
}
