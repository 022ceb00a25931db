package userimport

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"
)

func TestFields(t *testing.T) {
	for row, want := range map[string][]string{
		"":               {""},
		"a,b":            {"a", "b"},
		",":              {"", ""},
		`"a,b","c""d",e`: {"a,b", `c"d`, "e"},
		`a\,b,c\\d,e\"f`: {"a,b", `c\d`, `e"f`},
		`"",x`:           {"", "x"},
		`a\`:             {`a\`},
	} {
		got, err := fields(row)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v", row, got, err)
		}
	}
	for _, row := range []string{`"a`, `a"b`, `"a"b`, `"`} {
		if got, err := fields(row); err == nil {
			t.Errorf("%s: %q", row, got)
		}
	}
}

// FuzzFields holds rows without backslashes against the standard library's reader: what it reads is read here the same.
func FuzzFields(f *testing.F) {
	for _, row := range []string{"a,b", `"a,b",c`, `"a""b"`, ",,", `"`, `a"b`} {
		f.Add(row)
	}
	f.Fuzz(func(t *testing.T, row string) {
		if row == "" || strings.ContainsAny(row, "\\\r\n") {
			return
		}
		r := csv.NewReader(strings.NewReader(row))
		r.FieldsPerRecord = -1
		want, werr := r.Read()
		got, err := fields(row)
		if (err == nil) != (werr == nil) || err == nil && !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v; the other reads %q, %v", row, got, err, want, werr)
		}
	})
}

// FuzzLines checks that the sizes of rows add up to the file, and that no row is longer than allowed.
func FuzzLines(f *testing.F) {
	f.Add("a\r\nb\n\nc")
	f.Add(strings.Repeat("é", maxRow+1) + "\nx")
	f.Add("\xff\n")
	f.Fuzz(func(t *testing.T, file string) {
		l := newLines(strings.NewReader(file))
		var sum int64
		for {
			text, size, err := l.next()
			sum += size
			if len(text) > 4*maxRow || strings.Contains(text, "\n") {
				t.Errorf("row of %d bytes", len(text))
			}
			if size == 0 {
				if err == nil {
					t.Fatal("a row without bytes")
				}
				break
			}
		}
		if sum != int64(len(file)) {
			t.Errorf("%d of %d bytes", sum, len(file))
		}
	})
}
