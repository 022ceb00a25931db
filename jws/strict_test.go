package jws

import (
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

type inner struct {
	Deep string `json:"deep"`
}

type Embedded struct {
	Base string `json:"base"`
}

type sample struct {
	Embedded
	*Second
	Name    string           `json:"name"`
	Plain   string           // by its Go name
	Skipped string           `json:"-"`
	Key     string           `json:"key"`
	Ptr     *inner           `json:"ptr"`
	List    []inner          `json:"list"`
	Map     map[string]inner `json:"map"`
	Any     any              `json:"any"`
	Raw     json.RawMessage  `json:"raw"`
}

type Second struct {
	Other string `json:"other"`
}

func TestStrictObject(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		ok         bool
	}{
		{"empty", `{}`, true},
		{"blanks around", " \t\r\n{ } \n", true},
		{"all", `{"name":"a","Plain":"b","base":"d","other":"e","ptr":{"deep":"f"},"list":[{"deep":"g"}],"map":{"x":{"deep":"h"},"X":{"deep":"i"}},"any":{"A":1,"a":2},"raw":{"B":1,"b":2}}`, true},
		{"unknown members", `{"zzz":{"deep":1,"DEEP":2},"Skipped":"x","hidden":"y"}`, true},
		{"escapes", `{"n\u0061me":"a\"b\\","any":"\u2028"}`, true},
		{"numbers", `{"any":[1,-2.5e3,true,false,null,"",[],{}]}`, true},
		{"same name in different objects", `{"ptr":{"deep":"a"},"list":[{"deep":"b"},{"deep":"c"}]}`, true},
		{"null for an object", `{"ptr":null,"list":null}`, true},

		{"nothing", ``, false},
		{"null", `null`, false},
		{"list", `[]`, false},
		{"text", `"{}"`, false},
		{"number", `1`, false},
		{"two values", `{}{}`, false},
		{"tail", `{}x`, false},
		{"comma", `{"name":"a",}`, false},
		{"comment", `{/**/}`, false},
		{"byte order mark", "\ufeff{}", false},
		{"not UTF-8", "{\"name\":\"\xff\"}", false},
		{"wrong type", `{"name":1}`, false},
		{"twice", `{"name":"a","name":"a"}`, false},
		{"twice, once escaped", `{"name":"a","n\u0061me":"b"}`, false},
		{"twice, unknown", `{"zzz":1,"zzz":1}`, false},
		{"twice, deep", `{"any":[{"x":[{"y":1,"y":2}]}]}`, false},
		{"twice in raw", `{"raw":{"a":1,"a":2}}`, false},
		{"twice in an unknown member", `{"zzz":{"a":1,"a":2}}`, false},
		{"twice, empty name", `{"":1,"":2}`, false},
		{"other case", `{"Name":"a"}`, false},
		{"other case of a Go name", `{"plain":"a"}`, false},
		{"other case beside the right one", `{"name":"a","NAME":"b"}`, false},
		{"other case, escaped", `{"\u004eame":"a"}`, false},
		{"Kelvin sign", "{\"\u212aey\":\"a\"}", false},
		{"long s", "{\"ba\u017fe\":\"a\"}", false},
		{"other case in an embedded struct", `{"BASE":"a"}`, false},
		{"other case in an embedded pointer", `{"OTHER":"a"}`, false},
		{"other case behind a pointer", `{"ptr":{"Deep":"a"}}`, false},
		{"other case in a list", `{"list":[{},{"Deep":"a"}]}`, false},
		{"other case in a map", `{"map":{"x":{"Deep":"a"}}}`, false},
		{"deep list", `{"any":` + strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth) + `}`, false},
		{"deep object", strings.Repeat(`{"a":`, MaxDepth) + `{}` + strings.Repeat("}", MaxDepth), false},
		{"as deep as it may be", strings.Repeat(`{"a":`, MaxDepth-1) + `{}` + strings.Repeat("}", MaxDepth-1), true},
		{"list as deep as it may be", `{"any":` + strings.Repeat("[", MaxDepth-1) + strings.Repeat("]", MaxDepth-1) + `}`, true},
		{"long", `{"any":"` + strings.Repeat("x", MaxObject) + `"}`, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got sample
			err := StrictObject([]byte(tc.text), &got)
			if tc.ok != (err == nil) || err != nil && !errors.Is(err, ErrMalformed) {
				t.Fatalf("error = %v, want none: %v", err, tc.ok)
			}
			if err != nil {
				if strings.Contains(err.Error(), "name") || strings.Contains(err.Error(), "zzz") {
					t.Errorf("the error repeats the input: %v", err)
				}
				return
			}
			var want sample
			if err := json.Unmarshal([]byte(tc.text), &want); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) { // a readable difference would take exponential time on nested lists
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

// TestStrictObjectMany: many members are no harder than few, and a duplicate far away is found.
func TestStrictObjectMany(t *testing.T) {
	var members []string
	for i := range 20_000 {
		members = append(members, `"m`+strconv.Itoa(i)+`":0`)
	}
	var v map[string]any
	if err := StrictObject([]byte(`{`+strings.Join(members, ",")+`}`), &v); err != nil || len(v) != 20_000 {
		t.Errorf("%d members, %v", len(v), err)
	}
	for _, again := range []int{0, 20, 23, 24, 25, 100, 19_999} {
		text := `{` + strings.Join(members, ",") + `,"m` + strconv.Itoa(again) + `":1}`
		if err := StrictObject([]byte(text), &v); !errors.Is(err, ErrMalformed) {
			t.Errorf("member %d again: error = %v", again, err)
		}
	}
	for n := 1; n < 30; n++ {
		text := `{` + strings.Join(members[:n], ",") + `,"m` + strconv.Itoa(n-1) + `":1}`
		if err := StrictObject([]byte(text), &v); !errors.Is(err, ErrMalformed) {
			t.Errorf("last of %d members again: error = %v", n, err)
		}
	}
}

// TestStrictObjectTarget: a target that cannot be decoded into is an error, not a panic.
func TestStrictObjectTarget(t *testing.T) {
	for _, v := range []any{nil, sample{}, (*sample)(nil), new(int)} {
		if err := StrictObject([]byte(`{}`), v); !errors.Is(err, ErrMalformed) {
			t.Errorf("%T: error = %v", v, err)
		}
	}
}

// FuzzStrictObject reads the same text with a decoder of tokens: whatever is accepted has no duplicates and no
// names in another case, and decodes as json.Unmarshal decodes it.
func FuzzStrictObject(f *testing.F) {
	for _, seed := range []string{`{"name":"a","ptr":{"deep":"x"},"any":[{"a":1}]}`, `{"a":1,"a":2}`, `{"NAME":1}`, "{\"\u212aey\":1}", `{"\u006eame":"\ud800"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var got, want sample
		err := StrictObject(data, &got)
		if err != nil {
			if !errors.Is(err, ErrMalformed) {
				t.Fatal(err)
			}
			return
		}
		if err := json.Unmarshal(data, &want); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%q decodes differently: %v", data, err)
		}
		decoder := json.NewDecoder(strings.NewReader(string(data)))
		if duplicates(t, decoder) {
			t.Fatalf("%q has a duplicate", data)
		}
		var top map[string]json.RawMessage
		if err := json.Unmarshal(data, &top); err != nil {
			t.Fatal(err)
		}
		for _, known := range []string{"name", "Plain", "base", "other", "key", "ptr", "list", "map", "any", "raw"} {
			upper := strings.ToUpper(known)
			for name := range top {
				if name != known && strings.ToUpper(name) == upper {
					t.Fatalf("%q has %q for %q", data, name, known)
				}
			}
		}
	})
}

// duplicates reads one value and reports whether any object in it has a name twice.
func duplicates(t *testing.T, d *json.Decoder) bool {
	token, err := d.Token()
	if err != nil {
		t.Fatal(err)
	}
	open, ok := token.(json.Delim)
	if !ok {
		return false
	}
	found := false
	names := map[string]bool{}
	for d.More() {
		if open == '{' {
			name, err := d.Token()
			if err != nil {
				t.Fatal(err)
			}
			found = found || names[name.(string)]
			names[name.(string)] = true
		}
		found = duplicates(t, d) || found
	}
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	return found
}
