package wire

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
)

// route is the request line of a restJson1 operation.
type route struct {
	entry  *Entry
	method string
	parts  []string // of the path; a label stands as {name}
	query  string   // parameter that tells the operation apart from another one of the same path; empty for almost all
}

func newRoute(e *Entry) *route {
	path, query, _ := strings.Cut(e.Operation.Path, "?")
	return &route{entry: e, method: e.Operation.Method, parts: strings.Split(path, "/"), query: query}
}

// Labels are the values of a path's labels, by wire name.
type Labels map[string]string

// Route finds the restJson1 operation of a method and a request target: an escaped path, then optionally "?" and a query. It returns nil when
// no service has it. A literal part wins over a label, so the order of the table does not matter.
func (r *Registry) Route(method, target string) (*Entry, Labels) {
	path, query, _ := strings.Cut(target, "?")
	parts := strings.Split(path, "/")
	var best *route
	for _, rt := range r.routes {
		if rt.method == method && rt.matches(parts) && rt.asked(query) && (best == nil || rt.literals() > best.literals()) {
			best = rt
		}
	}
	if best == nil {
		return nil, nil
	}
	labels, ok := best.labels(parts)
	if !ok {
		return nil, nil
	}
	return best.entry, labels
}

func (r *route) matches(parts []string) bool {
	if len(parts) != len(r.parts) {
		return false
	}
	for i, p := range r.parts {
		if isLabel(p) && parts[i] != "" {
			continue
		}
		if p != parts[i] {
			return false
		}
	}
	return true
}

// asked reports whether the query has the route's parameter, spelled as the model spells it.
func (r *route) asked(query string) bool {
	return r.query == "" || slices.Contains(strings.Split(query, "&"), r.query)
}

func (r *route) literals() int {
	n := 0
	if r.query != "" {
		n++
	}
	for _, p := range r.parts {
		if !isLabel(p) {
			n++
		}
	}
	return n
}

func (r *route) labels(parts []string) (Labels, bool) {
	labels := Labels{}
	for i, p := range r.parts {
		if !isLabel(p) {
			continue
		}
		v, err := url.PathUnescape(parts[i])
		if err != nil {
			return nil, false
		}
		labels[p[1:len(p)-1]] = v
	}
	return labels, true
}

func isLabel(part string) bool { return strings.HasPrefix(part, "{") }

// DecodeREST reads a restJson1 request: members bound to the path, the query string and headers, and the rest from the JSON body.
func (e *Entry) DecodeREST(labels Labels, query Form, header http.Header, body []byte) (any, Missing, error) {
	p := e.input()
	in := e.NewInput()
	v := reflect.ValueOf(in).Elem()
	d := jsonDecoder{jsonScanner: jsonScanner{data: body}}
	target, tv := p, v
	if p.payload >= 0 {
		f := &p.fields[p.payload]
		target, tv = f.plan, f.set(v)
	}
	if err := d.document(target, tv); err != nil {
		return nil, nil, err
	}
	missing := d.missing
	for i := range p.fields {
		f := &p.fields[i]
		if f.location == inBody {
			continue
		}
		present, err := bindOutside(f, v, labels, query, header)
		if err != nil {
			return nil, nil, err
		}
		if !present && f.required {
			missing = append(missing, f.path)
		}
	}
	return in, missing, nil
}

// bindOutside sets a member that travels outside the body.
func bindOutside(f *field, v reflect.Value, labels Labels, query Form, header http.Header) (present bool, err error) {
	var text string
	switch f.location {
	case inURI:
		text, present = labels[f.name]
	case inQuery:
		text, present = query.Get(f.name)
	case inHeader:
		values := header.Values(f.name)
		if len(values) > 1 {
			return false, syntax("a header comes twice")
		}
		if present = len(values) == 1; present {
			text = values[0]
		}
	}
	if !present {
		return false, nil
	}
	return true, scalar(f.plan, f.set(v), text)
}
