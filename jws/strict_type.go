package jws

import (
	"encoding/json"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"
)

// members gives what the members of an object are decoded into: the fields of a struct, or the elements of a map.
func members(t reflect.Type) (known []field, element reflect.Type) {
	switch {
	case t == nil:
		return nil, nil
	case t.Kind() == reflect.Struct:
		return fields(nil, t, 0), nil
	case t.Kind() == reflect.Map:
		return nil, t.Elem()
	}
	return nil, nil
}

// shape resolves pointers. It is nil where the decoder looks no further: interfaces and types that decode
// themselves.
func shape(t reflect.Type) reflect.Type {
	for t != nil {
		if t.Implements(reflect.TypeFor[json.Unmarshaler]()) || reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
			return nil
		}
		if t.Kind() != reflect.Pointer {
			return t
		}
		t = t.Elem()
	}
	return nil
}

type field struct {
	name string
	kind reflect.Type
}

// fields lists the members a struct is decoded from, by the rules of encoding/json: names from tags, fields of
// embedded structs as if they were its own. Shadowed fields are listed too; that makes the check no weaker.
func fields(dst []field, t reflect.Type, depth int) []field {
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("json")
		name, _, _ := strings.Cut(tag, ",")
		if tag == "-" {
			continue
		}
		if f.Anonymous && name == "" && depth < MaxDepth {
			inner := f.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			if inner.Kind() == reflect.Struct {
				dst = fields(dst, inner, depth+1)
				continue
			}
		}
		if !f.IsExported() {
			continue
		}
		if name == "" {
			name = f.Name
		}
		dst = append(dst, field{name, f.Type})
	}
	return dst
}

// match finds the type of a member. It fails if json.Unmarshal would take the name for a field of another
// spelling.
func match(known []field, name string) (reflect.Type, error) {
	for i := range known {
		if known[i].name == name {
			return known[i].kind, nil
		}
	}
	for i := range known {
		if foldsTo(name, known[i].name) {
			return nil, malformed("JSON member in another case")
		}
	}
	return nil, nil
}

// foldsTo mirrors the folding of encoding/json, in which other letters than ASCII ones may stand for them: the
// Kelvin sign for k, the long s for s.
func foldsTo(a, b string) bool {
	for a != "" && b != "" {
		x, n := utf8.DecodeRuneInString(a)
		y, m := utf8.DecodeRuneInString(b)
		if fold(x) != fold(y) {
			return false
		}
		a, b = a[n:], b[m:]
	}
	return a == "" && b == ""
}

// fold maps a rune to the smallest one it is equivalent to.
func fold(r rune) rune {
	for {
		next := unicode.SimpleFold(r)
		if next <= r {
			return next
		}
		r = next
	}
}
