package store

import (
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// FuzzRowFromDoc: whatever a stored document holds, a backfill either refuses
// it or computes columns that every engine can hold, and the same ones again
// after the document was decoded and encoded.
func FuzzRowFromDoc(f *testing.F) {
	table := NewTable("t", Spec[thing]{
		Key:     []Column[thing]{colA},
		Unique:  []Index[thing]{{Name: "p", Columns: []Column[thing]{colA, colP}, Present: hasP}},
		Indexes: []Index[thing]{{Name: "b", Columns: []Column[thing]{colB}}},
		Expires: func(d *thing) time.Time { return d.At },
	})
	for _, s := range []string{
		`{}`, `{"A":"x","B":"y","P":null}`, `{"P":"\u0000"}`, `{"a":"folded","A":"exact"}`, `{"A":"\ud800"}`,
		`{"At":"0001-01-01T00:00:00Z"}`, `{"At":"9999-12-31T23:59:59.999999999Z"}`, `[]`, `{"A":1}`, "{\"A\":\"\xff\"}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		cols, expiry, err := table.rowFromDoc(doc)
		if err != nil {
			return
		}
		if len(cols) != len(table.s.cols) {
			t.Fatalf("%d columns", len(cols))
		}
		for _, c := range cols {
			if s, ok := c.(string); ok && (len(s) > MaxValue || !utf8.ValidString(s)) || !ok && c != nil {
				t.Fatalf("column %q", c)
			}
		}
		if ms, ok := expiry.(int64); ok && ms <= 0 || !ok && expiry != nil {
			t.Fatalf("expiry %v", expiry)
		}
		var d thing
		if err := table.unmarshal(doc, &d); err != nil {
			t.Fatal(err)
		}
		text, err := table.marshal(&d)
		if err != nil {
			t.Fatal(err)
		}
		again, expiryAgain, err := table.rowFromDoc([]byte(text))
		if diff := cmp.Diff(cols, again); diff != "" || err != nil || expiry != expiryAgain {
			t.Fatalf("%v, %v and %v, %s", err, expiry, expiryAgain, diff)
		}
	})
}
