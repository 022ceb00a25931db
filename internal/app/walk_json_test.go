package app

import (
	"maps"
	"reflect"
	"testing"

	"github.com/mayfly-id/mayfly/internal/wire"
)

// everyJSON calls f for each bound operation of an awsJson service with an input that has its required members.
func (w *world) everyJSON(f func(e *wire.Entry, base map[string]any)) {
	w.t.Helper()
	w.every(func(e *wire.Entry) {
		if e.Binding == nil || e.Service.Protocol != wire.JSON {
			return
		}
		base, err := sampler{e.Service}.structure(e.Operation.Input)
		if err != nil {
			w.t.Errorf("%s %s: %v", e.Service.Name, e.Operation.Name, err)
			return
		}
		f(e, base)
	})
}

// TestWalkNull: members that are null count as absent, since stock clients send them. All that is optional at once is no violation; what is
// required is missing.
func TestWalkNull(t *testing.T) {
	w := newWorld(t)
	w.everyJSON(func(e *wire.Entry, base map[string]any) {
		plain := w.send(e, w.root, base)
		nulls := maps.Clone(base)
		for _, m := range members(e.Operation.Input) {
			if !m.required {
				nulls[m.name] = nil
				continue
			}
			in := maps.Clone(base)
			in[m.name] = nil
			if r := w.send(e, w.root, in); r.status != 400 || r.code != e.Service.Invalid.Code {
				t.Errorf("%s, %s is null: status %d %s", e.Operation.Name, m.name, r.status, r.body)
			}
		}
		r := w.send(e, w.root, nulls)
		if r.code != plain.code && (r.code == "SerializationException" || r.code == e.Service.Invalid.Code) || r.status >= 500 {
			t.Errorf("%s with nulls: status %d %s; without: %d %s", e.Operation.Name, r.status, r.body, plain.status, plain.body)
		}
	})
}

// TestWalkTypes: a member of another type than the model's is not read at all.
func TestWalkTypes(t *testing.T) {
	w := newWorld(t)
	w.everyJSON(func(e *wire.Entry, base map[string]any) {
		for _, m := range members(e.Operation.Input) {
			for _, wrong := range []any{map[string]any{"x": []any{1}}, []any{map[string]any{}, 7}, true, 1.5, "x"} {
				if may(e.Service, m, wrong) {
					continue
				}
				in := maps.Clone(base)
				in[m.name] = wrong
				if r := w.send(e, w.root, in); r.status != 400 || r.code != "SerializationException" {
					t.Errorf("%s, %s = %v: status %d %s", e.Operation.Name, m.name, wrong, r.status, r.body)
				}
			}
		}
	})
}

// may reports whether a JSON value could be a member's, as its first character goes.
func may(s *wire.Service, m member, v any) bool {
	if m.typ == reflect.TypeFor[wire.Document]() {
		return true
	}
	sample, err := sampler{s}.value(m.typ, m.shape)
	if err != nil {
		return true
	}
	switch v.(type) {
	case map[string]any:
		_, ok := sample.(map[string]any)
		return ok
	case []any:
		_, ok := sample.([]any)
		return ok
	case bool:
		_, ok := sample.(bool)
		return ok
	case float64:
		_, isTime := sample.(int64)
		return isTime
	default:
		_, ok := sample.(string)
		return ok
	}
}
