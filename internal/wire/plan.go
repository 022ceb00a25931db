package wire

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

type kind int

const (
	kindString kind = iota
	kindInt
	kindBool
	kindTime
	kindBlob
	kindDocument
	kindStruct
	kindList
	kindMap
)

type location string

const (
	inBody   location = ""
	inHeader location = "header"
	inURI    location = "uri"
	inQuery  location = "querystring"
)

// plan says how values of one Go type, used as one shape, travel and what bounds them.
type plan struct {
	kind      kind
	typ       reflect.Type
	shape     Shape
	sensitive bool
	fields    []field // of a structure, in the model's order
	payload   int     // index in fields of the member that is the whole body; -1 without
	elem, key *plan
	pattern   *lazyPattern
}

type field struct {
	name     string // on the wire
	path     string // in the words of a validation error: lower camel case
	index    int    // in the Go struct
	required bool
	pointer  bool
	location location
	plan     *plan
}

// lazyPattern compiles a pattern when it is first needed: start-up does not wait for 100 compilations.
type lazyPattern struct {
	once sync.Once
	text string
	re   *regexp.Regexp
}

// match reports whether the whole value matches. The generator has seen to it that the pattern compiles.
func (l *lazyPattern) match(s string) bool {
	l.once.Do(func() { l.re = regexp.MustCompile("^(?:" + l.text + ")$") })
	return l.re.MatchString(s)
}

type planKey struct {
	typ   reflect.Type
	shape string
}

// planner builds and keeps the plans of one service.
type planner struct {
	mu      sync.Mutex
	service *Service
	plans   map[planKey]*plan
}

func newPlanner(s *Service) *planner {
	return &planner{service: s, plans: map[planKey]*plan{}}
}

func (r *planner) plan(t reflect.Type, shape string) *plan {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.build(t, shape)
}

func (r *planner) build(t reflect.Type, shape string) *plan {
	key := planKey{t, shape}
	if p, ok := r.plans[key]; ok {
		return p
	}
	s := r.service.Shapes[shape]
	p := &plan{typ: t, shape: s, sensitive: s.Sensitive, payload: -1}
	r.plans[key] = p // before the members: shapes may contain themselves
	if s.Pattern != "" {
		text := s.Pattern
		if s.RE2 != "" {
			text = s.RE2
		}
		p.pattern = &lazyPattern{text: text}
	}
	switch {
	case t == reflect.TypeFor[time.Time]():
		p.kind = kindTime
	case t == reflect.TypeFor[Document]():
		p.kind = kindDocument
	case t == reflect.TypeFor[[]byte]():
		p.kind = kindBlob
	case t.Kind() == reflect.String:
		p.kind = kindString
	case t.Kind() == reflect.Int || t.Kind() == reflect.Int64:
		p.kind = kindInt
	case t.Kind() == reflect.Bool:
		p.kind = kindBool
	case t.Kind() == reflect.Slice:
		p.kind, p.elem = kindList, r.build(t.Elem(), s.Elem)
	case t.Kind() == reflect.Map:
		p.kind, p.key, p.elem = kindMap, r.build(t.Key(), s.Key), r.build(t.Elem(), s.Elem)
	case t.Kind() == reflect.Struct:
		p.kind = kindStruct
		r.buildFields(p)
	default:
		panic(fmt.Sprintf("wire: type %s has no codec", t)) // generated types have none such
	}
	return p
}

func (r *planner) buildFields(p *plan) {
	for i := range p.typ.NumField() {
		f := p.typ.Field(i)
		parts := strings.Split(f.Tag.Get("aws"), ",")
		t := f.Type
		pf := field{name: parts[0], path: lowerFirst(parts[0]), index: i, pointer: t.Kind() == reflect.Pointer}
		for _, option := range parts[1:] {
			switch option {
			case "required":
				pf.required = true
			case "payload":
				p.payload = i
			default:
				pf.location = location(option)
			}
		}
		if pf.pointer {
			t = t.Elem()
		}
		pf.plan = r.build(t, f.Tag.Get("shape"))
		p.fields = append(p.fields, pf)
	}
}

// lowerFirst gives the name as AWS's validation errors write it.
func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}

// set returns the value to fill of a field, allocating behind a pointer.
func (f *field) set(structure reflect.Value) reflect.Value {
	v := structure.Field(f.index)
	if f.pointer {
		v.Set(reflect.New(f.plan.typ))
		return v.Elem()
	}
	return v
}

// get returns the value of a field and whether it is present. A required scalar is always present.
func (f *field) get(structure reflect.Value) (reflect.Value, bool) {
	v := structure.Field(f.index)
	switch v.Kind() {
	case reflect.Pointer:
		return v.Elem(), !v.IsNil()
	case reflect.Slice, reflect.Map:
		return v, !v.IsNil()
	}
	return v, true
}
