package app

import (
	"maps"
	"strings"
	"testing"

	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/sigv4"
)

// every calls f for each operation of each service.
func (w *world) every(f func(*wire.Entry)) {
	for _, s := range w.app.registry.Services() {
		for _, e := range w.app.registry.Entries(s) {
			f(e)
		}
	}
}

// decidedFirst lists operations that refuse the account root for another reason than its input, before the input is held against the model:
// the services decide before they validate.
func decidedFirst() map[string]string {
	return map[string]string{
		"AssumeRole": "AccessDenied", // no role trusts the root in this world, and none could: roles may not be assumed by root accounts
		"AssumeRoot": "AccessDenied", // nor may root ask for it
	}
}

// TestWalkFaults sends every bound operation, over HTTP and as the account root, everything that its model forbids. Each has to answer with its
// service's own validation error, naming the member: in quotes, or as IAM does in the sentences that it has for names and paths.
func TestWalkFaults(t *testing.T) {
	w := newWorld(t)
	var sent int
	w.every(func(e *wire.Entry) {
		if e.Binding == nil {
			return
		}
		s := sampler{e.Service}
		base, err := s.structure(e.Operation.Input)
		if err != nil {
			t.Errorf("%s %s: %v", e.Service.Name, e.Operation.Name, err)
			return
		}
		for _, m := range members(e.Operation.Input) {
			for _, f := range s.faults(m) {
				in := maps.Clone(base)
				if in[m.name] = f.value; f.value == nil {
					delete(in, m.name)
				}
				sent++
				w.expectInvalid(e, f, in)
			}
		}
	})
	t.Logf("%d faults", sent)
	if sent < 500 {
		t.Errorf("only %d faults were sent", sent)
	}
	if log := w.log.String(); strings.Contains(log, "request failed") {
		t.Errorf("the server failed:\n%s", log)
	}
}

func (w *world) expectInvalid(e *wire.Entry, f fault, in map[string]any) {
	w.t.Helper()
	r := w.send(e, w.root, in)
	want := e.Service.Invalid.Code
	if code, ok := decidedFirst()[e.Operation.Name]; ok && r.code == code {
		return
	}
	named := strings.Contains(r.message, "'"+f.path) || strings.Contains(r.message, "The specified value for "+f.path+" is invalid")
	if r.status != 400 || r.code != want || !named {
		w.t.Errorf("%s %s, %s: status %d, %s: %.200s; want 400, %s naming '%s'", e.Service.Name, e.Operation.Name, f.name, r.status, r.code, r.message, want, f.path)
	}
}

// TestWalkSamples sends every bound operation an empty input and one with its required members alone, all within their bounds. Most name
// things that are not there. Whatever the answer is, the server does not fail, and an empty input is invalid where something is required.
func TestWalkSamples(t *testing.T) {
	w := newWorld(t)
	w.every(func(e *wire.Entry) {
		if e.Binding == nil {
			return
		}
		base, err := sampler{e.Service}.structure(e.Operation.Input)
		if err != nil {
			t.Errorf("%s %s: %v", e.Service.Name, e.Operation.Name, err)
			return
		}
		if r := w.send(e, w.root, base); r.status >= 500 {
			t.Errorf("%s %s, sample: status %d %s", e.Service.Name, e.Operation.Name, r.status, r.body)
		}
		r := w.send(e, w.root, map[string]any{})
		switch _, first := decidedFirst()[e.Operation.Name]; {
		case r.status >= 500:
			t.Errorf("%s %s, empty: status %d %s", e.Service.Name, e.Operation.Name, r.status, r.body)
		case len(base) > 0 && !first && (r.status != 400 || r.code != e.Service.Invalid.Code):
			t.Errorf("%s %s, empty: status %d %s", e.Service.Name, e.Operation.Name, r.status, r.body)
		}
	})
}

// TestWalkUnsigned calls every operation that wants a signature without one.
func TestWalkUnsigned(t *testing.T) {
	w := newWorld(t)
	w.every(func(e *wire.Entry) {
		if e.Operation.Auth != wire.AuthSigV4 {
			return
		}
		want, status := "MissingAuthenticationTokenException", 400
		switch e.Service.Protocol {
		case wire.Query:
			want, status = "MissingAuthenticationToken", 403
		case wire.RESTJSON:
			status = 403
		}
		if r := w.send(e, sigv4.Credentials{}, nil); r.status != status || r.code != want {
			t.Errorf("%s %s: status %d, %s; want %d, %s", e.Service.Name, e.Operation.Name, r.status, r.code, status, want)
		}
	})
}

// TestWalkAbsent calls every operation that is not there yet.
func TestWalkAbsent(t *testing.T) {
	w := newWorld(t)
	var absent int
	w.every(func(e *wire.Entry) {
		if e.Binding != nil {
			return
		}
		absent++
		who, want := w.root, "NotImplementedException"
		if e.Operation.Auth == wire.AuthNone {
			who = sigv4.Credentials{}
		}
		if e.Service.Protocol == wire.Query {
			want = "NotImplemented"
		}
		if r := w.send(e, who, nil); r.status != 501 || r.code != want || !strings.Contains(r.message, e.Operation.Name) {
			t.Errorf("%s %s: status %d, %s: %s", e.Service.Name, e.Operation.Name, r.status, r.code, r.message)
		}
	})
	if absent == 0 {
		t.Skip("every operation is bound")
	}
}
