package store

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

type thing struct {
	A, B string
	P    *string
	At   time.Time
}

func col(name string, f func(*thing) string) Column[thing] { return Column[thing]{name, f} }

var (
	colA = col("a", func(d *thing) string { return d.A })
	colB = col("b", func(d *thing) string { return d.B })
	colP = col("p", func(d *thing) string { return *d.P })
)

func hasP(d *thing) bool { return d.P != nil }

func TestBadDeclarationsPanic(t *testing.T) {
	key := []Column[thing]{colA}
	for name, declare := range map[string]func(){
		"no key":               func() { NewTable("t", Spec[thing]{}) },
		"no name":              func() { NewTable("", Spec[thing]{Key: key}) },
		"upper-case name":      func() { NewTable("T", Spec[thing]{Key: key}) },
		"quote in a name":      func() { NewTable(`t"`, Spec[thing]{Key: key}) },
		"two underscores":      func() { NewTable("t__t", Spec[thing]{Key: key}) },
		"underscore at an end": func() { NewTable("t_", Spec[thing]{Key: key}) },
		"long name":            func() { NewTable(strings.Repeat("t", 31), Spec[thing]{Key: key}) },
		"reserved name":        func() { NewTable("store_tables", Spec[thing]{Key: key}) },
		"reserved column":      func() { NewTable("t", Spec[thing]{Key: []Column[thing]{col("version", colA.Value)}}) },
		"no value":             func() { NewTable("t", Spec[thing]{Key: []Column[thing]{col("a", nil)}}) },
		"column twice in key":  func() { NewTable("t", Spec[thing]{Key: []Column[thing]{colA, colA}}) },
		"empty index":          func() { NewTable("t", Spec[thing]{Key: key, Indexes: []Index[thing]{{Name: "i"}}}) },
		"reserved index": func() {
			NewTable("t", Spec[thing]{Key: key, Indexes: []Index[thing]{{Name: "expires_at", Columns: key}}})
		},
		"index twice": func() {
			ix := Index[thing]{Name: "i", Columns: []Column[thing]{colB}}
			NewTable("t", Spec[thing]{Key: key, Unique: []Index[thing]{ix}, Indexes: []Index[thing]{ix}})
		},
		"marker taken": func() {
			NewTable("t", Spec[thing]{Key: key, Indexes: []Index[thing]{
				{Name: "i", Columns: []Column[thing]{colA}, Present: hasP},
				{Name: "j", Columns: []Column[thing]{col("i_present", colB.Value)}},
			}})
		},
		"unknown index": func() { NewTable("t", Spec[thing]{Key: key}).s.index("i") },
		"index not unique": func() {
			NewTable("t", Spec[thing]{Key: key, Indexes: []Index[thing]{{Name: "i", Columns: key}}}).s.uniqueIndex("i")
		},
		"wrong number of key values": func() { NewTable("t", Spec[thing]{Key: key}).s.checkArity("key", 2, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if v := recover(); v == nil || !strings.HasPrefix(fmt.Sprint(v), "store: table ") {
					t.Errorf("recovered %v", v)
				}
			}()
			declare()
		})
	}
}

func TestColumns(t *testing.T) {
	table := NewTable("t", Spec[thing]{
		Key: []Column[thing]{colA},
		Unique: []Index[thing]{
			{Name: "own", Columns: []Column[thing]{colA, colP}, Present: hasP},
			{Name: "shared", Columns: []Column[thing]{colB}, Present: hasP},
		},
		Indexes: []Index[thing]{{Name: "b", Columns: []Column[thing]{colB}}},
		Expires: func(d *thing) time.Time { return d.At },
	})
	if got, want := fmt.Sprint(table.s.cols), "[a p b shared_present]"; got != want {
		t.Fatalf("columns %s, want %s", got, want)
	}
	p := "p"
	for _, tc := range []struct {
		doc  thing
		want string
	}{
		{thing{A: "1", B: "2"}, "[1 <nil> 2 <nil> <nil>]"},
		{thing{A: "1", B: "2", P: &p, At: time.UnixMilli(5)}, "[1 p 2 1 5]"},
		// Expiry is rounded down, and a time before 1970 has passed, too.
		{thing{A: "1", At: time.Unix(0, 1_999_999)}, "[1 <nil>  <nil> 1]"},
		{thing{A: "1", At: time.Unix(-5, 0)}, "[1 <nil>  <nil> 1]"},
	} {
		vals, err := table.columns(&tc.doc, 1)
		if got := fmt.Sprint(append(vals, table.expiry(&tc.doc))); err != nil || got != tc.want {
			t.Errorf("%+v: %s, %v, want %s", tc.doc, got, err, tc.want)
		}
	}
}

func TestColumnsMustAgree(t *testing.T) {
	table := NewTable("t", Spec[thing]{
		Key:     []Column[thing]{colA},
		Indexes: []Index[thing]{{Name: "i", Columns: []Column[thing]{col("a", colB.Value)}}},
	})
	if _, err := table.columns(&thing{A: "x", B: "x"}, 0); err != nil {
		t.Errorf("equal values: %v", err)
	}
	if _, err := table.columns(&thing{A: "x", B: "y"}, 0); err == nil {
		t.Error("one column name has two values")
	}
}

func TestDocErrorsHideValues(t *testing.T) {
	type odd struct {
		ID string
		F  func() `json:",omitempty"`
	}
	table := NewTable("t", Spec[odd]{Key: []Column[odd]{{"id", func(d *odd) string { return d.ID }}}})
	if _, err := table.encode(&odd{ID: "secret", F: func() {}}, 1, 1); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a document that cannot be encoded: %v", err)
	}
	var d odd
	if err := table.unmarshal([]byte(`{"ID": secret}`), &d); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a document that cannot be decoded: %v", err)
	}
	if _, err := table.encode(&odd{ID: "x" + strings.Repeat("x", MaxDoc)}, 1, 1); err == nil {
		t.Error("a huge key is accepted")
	}
}
