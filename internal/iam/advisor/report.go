package advisor

import (
	"context"
	"slices"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// report is a report of a subject while it is made.
type report struct {
	services []record.ServiceAccess
	last     []principalRef   // who used the service of the same place last
	actions  [][]principalRef // who used its actions last
}

// blank is the report before anybody used anything: the services that the policies reach, with their actions when those are asked for.
func (s *Service) blank(policies []*iampolicy.Policy, byAction bool) *report {
	r := &report{}
	for _, namespace := range s.reach(read(policies)) {
		a := record.ServiceAccess{Namespace: namespace}
		if byAction {
			for _, name := range s.actions[namespace] {
				if slices.ContainsFunc(policies, func(p *iampolicy.Policy) bool { return p.AllowsAction(namespace + ":" + name) }) {
					a.Actions = append(a.Actions, record.ActionAccess{Name: name})
				}
			}
		}
		r.services = append(r.services, a)
		r.actions = append(r.actions, make([]principalRef, len(a.Actions)))
	}
	r.last = make([]principalRef, len(r.services))
	return r
}

// add counts what one principal used.
func (r *report) add(who principalRef, uses map[string]record.EntityUse) {
	for i := range r.services {
		a := &r.services[i]
		use, ok := uses[a.Namespace]
		if !ok {
			continue
		}
		a.Total++
		if use.At.After(a.At) {
			a.At, a.Region, r.last[i] = use.At, use.Region, who
		}
		for j := range a.Actions {
			if done := use.Actions[a.Actions[j].Name]; done.At.After(a.Actions[j].At) {
				a.Actions[j].At, a.Actions[j].Region, r.actions[i][j] = done.At, done.Region, who
			}
		}
	}
}

// name puts the ARNs of those who came last into the report. Who is gone by now has none.
func (r *report) name(arn func(principalRef) (string, error)) error {
	for i := range r.services {
		var err error
		if r.services[i].Entity, err = arn(r.last[i]); err != nil {
			return err
		}
		for j := range r.actions[i] {
			if r.services[i].Actions[j].Entity, err = arn(r.actions[i][j]); err != nil {
				return err
			}
		}
	}
	return nil
}

// report makes the report of a subject: errTooMany when too many entities could use what it grants.
func (s *Service) report(ctx context.Context, r store.Reader, sub *subject, byAction bool) ([]record.ServiceAccess, error) {
	sources, err := s.sources(ctx, r, sub)
	if err != nil {
		return nil, err
	}
	who, err := s.principals(ctx, r, sub)
	if err != nil {
		return nil, err
	}
	out := s.blank(policiesOf(sources), byAction)
	for _, p := range who {
		uses, err := s.Tracker.Uses(ctx, p.id)
		if err != nil {
			return nil, err
		}
		out.add(p, uses)
	}
	arns := map[principalRef]string{{}: ""}
	err = out.name(func(p principalRef) (string, error) {
		if arn, ok := arns[p]; ok {
			return arn, nil
		}
		info, err := s.info(ctx, r, p)
		if err == nil && info != nil {
			arns[p] = info.Arn
		}
		return arns[p], err
	})
	return out.services, err
}
