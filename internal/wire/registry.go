package wire

import (
	"fmt"
	"reflect"
	"sync"
)

// Registry holds the described services and what is bound of them. It is filled once, before it serves.
type Registry struct {
	services []*Service
	byTarget map[string]*Service            // X-Amz-Target prefix
	byQuery  map[string]*Service            // API version of a query service
	ops      map[*Service]map[string]*Entry // by operation name
	routes   []*route                       // restJson1
}

// Entry is an operation as the registry knows it.
type Entry struct {
	Service   *Service
	Operation *Operation
	Binding   *Binding // nil: not implemented
	plans     *planner
	once      sync.Once
	in, out   *plan
}

// NewRegistry describes services, with nothing bound.
func NewRegistry(services ...*Service) *Registry {
	r := &Registry{byTarget: map[string]*Service{}, byQuery: map[string]*Service{}, ops: map[*Service]map[string]*Entry{}}
	for _, s := range services {
		r.services = append(r.services, s)
		plans := newPlanner(s)
		entries := make(map[string]*Entry, len(s.OperationList))
		for _, o := range s.OperationList {
			e := &Entry{Service: s, Operation: o, plans: plans}
			entries[o.Name] = e
			if s.Protocol == RESTJSON {
				r.routes = append(r.routes, newRoute(e))
			}
		}
		r.ops[s] = entries
		switch s.Protocol {
		case JSON:
			r.byTarget[s.TargetPrefix] = s
		case Query:
			r.byQuery[s.Version] = s
		}
	}
	return r
}

// Bind binds operations. It panics on an operation that no service has or that is bound already: a mistake in the program.
func (r *Registry) Bind(bindings ...Binding) {
	for _, b := range bindings {
		e := r.find(b.Operation)
		if e == nil {
			panic(fmt.Sprintf("wire: operation %s belongs to no registered service", b.Operation.Name))
		}
		if e.Binding != nil {
			panic(fmt.Sprintf("wire: operation %s is bound twice", b.Operation.Name))
		}
		e.Binding = &b
	}
}

func (r *Registry) find(o *Operation) *Entry {
	for _, s := range r.services {
		if e := r.ops[s][o.Name]; e != nil && e.Operation == o {
			return e
		}
	}
	return nil
}

// Services lists the described services in the order given.
func (r *Registry) Services() []*Service { return r.services }

// Target finds the awsJson service of an X-Amz-Target prefix.
func (r *Registry) Target(prefix string) *Service { return r.byTarget[prefix] }

// QueryVersion finds the awsQuery service of an API version.
func (r *Registry) QueryVersion(version string) *Service { return r.byQuery[version] }

// Operation finds an operation by name; nil when the service has none of that name.
func (r *Registry) Operation(s *Service, name string) *Entry { return r.ops[s][name] }

// Entries lists every operation of a service in the model's order.
func (r *Registry) Entries(s *Service) []*Entry {
	list := make([]*Entry, 0, len(s.OperationList))
	for _, o := range s.OperationList {
		list = append(list, r.ops[s][o.Name])
	}
	return list
}

// input and output give the plans, built when first asked for: a server does not pay at start for what is never called.
func (e *Entry) input() *plan  { e.build(); return e.in }
func (e *Entry) output() *plan { e.build(); return e.out }

func (e *Entry) build() {
	e.once.Do(func() {
		e.in = e.plans.plan(e.Operation.Input, "")
		e.out = e.plans.plan(e.Operation.Output, "")
	})
}

// NewInput makes an empty input of the operation.
func (e *Entry) NewInput() any { return reflect.New(e.Operation.Input).Interface() }
