package app

import (
	"reflect"
	"strings"
)

// fault is one way to break the bounds of a model in one member.
type fault struct {
	name  string
	path  string // as the answer must name it
	value any    // nil: the member is left out
}

// longest bounds how long a text is made. What may be longer than that is bounded by the size of a body.
const longest = 200_000

// faults lists the ways to break a member of an input.
func (s sampler) faults(m member) []fault {
	path := strings.ToLower(m.name[:1]) + m.name[1:]
	var out []fault
	add := func(name string, value any) { out = append(out, fault{name + " " + m.name, path, value}) }
	if m.required {
		add("missing", nil)
	}
	sh := s.service.Shapes[m.shape]
	switch m.typ.Kind() {
	case reflect.String:
		if sh.Min != nil && *sh.Min > 0 && (s.service.Protocol != "rest-json") {
			add("too short", strings.Repeat("a", int(*sh.Min)-1))
		}
		if sh.Max != nil && *sh.Max < longest {
			add("too long", strings.Repeat("a", int(*sh.Max)+1))
		}
		if len(sh.Enum) > 0 {
			add("unknown", "NO_SUCH_VALUE")
		}
		for _, c := range []string{"\x01", " \x01 sample sample sample ", strings.Repeat("\x01", max(1, low(sh)))} {
			if bad := sh; sh.Pattern != "" && !matches(sh, c) {
				bad.Pattern, bad.RE2, bad.Enum = "", "", nil
				if fits(bad, c) {
					add("ill-patterned", c)
					break
				}
			}
		}
	case reflect.Int, reflect.Int64:
		if sh.Min != nil {
			add("too small", *sh.Min-1)
		}
		if sh.Max != nil && *sh.Max < 1<<31-1 {
			add("too large", *sh.Max+1)
		}
	case reflect.Slice:
		if sh.Max != nil && *sh.Max < 500 && m.typ.Elem().Kind() != reflect.Uint8 {
			if v, err := s.item(m.typ.Elem(), sh.Elem); err == nil {
				many := make([]any, *sh.Max+1)
				for i := range many {
					many[i] = v
				}
				add("too many", many)
			}
		}
	case reflect.Struct:
		out = append(out, s.nested(m, path)...)
	}
	return out
}

// nested breaks the members of a structure, one level down.
func (s sampler) nested(m member, path string) []fault {
	if reflect.PointerTo(m.typ).NumMethod() > 0 || m.typ.NumField() == 0 || m.typ.Field(0).Tag.Get("aws") == "" {
		return nil // a time
	}
	whole, err := s.structure(m.typ)
	if err != nil {
		return nil
	}
	var out []fault
	for _, inner := range members(m.typ) {
		if inner.typ.Kind() == reflect.Struct {
			continue
		}
		for _, f := range s.faults(inner) {
			v := map[string]any{}
			for k, x := range whole {
				v[k] = x
			}
			if v[inner.name] = f.value; f.value == nil {
				delete(v, inner.name)
			}
			if len(v) > 0 || s.service.Protocol == "json" {
				out = append(out, fault{m.name + "." + f.name, path + "." + f.path, v})
			}
		}
	}
	return out
}
