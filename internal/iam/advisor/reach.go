package advisor

import (
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy"
)

// spoken is what the statements of one policy say about actions.
type spoken []iampolicy.Actions

// read reads what policies say, once for all services.
func read(policies []*iampolicy.Policy) []spoken {
	out := make([]spoken, len(policies))
	for i, p := range policies {
		out[i] = p.Actions()
	}
	return out
}

// vendors are the services that the Allow statements of a policy name. A pattern for every service names none.
func (p spoken) vendors() []string {
	var out []string
	for _, a := range p {
		for _, pattern := range a.Patterns {
			if v := vendor(pattern); a.Allow && v != "" {
				out = append(out, v)
			}
		}
	}
	return out
}

// allowsSome reports whether an Allow statement speaks of some action of a service, whatever its resources and conditions.
func (p spoken) allowsSome(service string) bool {
	return slices.ContainsFunc(p, func(a iampolicy.Actions) bool {
		if a.Not {
			return a.Allow && !slices.ContainsFunc(a.Patterns, func(pattern string) bool { return covers(pattern, service) })
		}
		return a.Allow && slices.ContainsFunc(a.Patterns, func(pattern string) bool { return touches(pattern, service) })
	})
}

// deniesAll reports whether a Deny statement without conditions takes every action of a service on every resource away. Patterns that do so
// only together do not count.
func (p spoken) deniesAll(service string) bool {
	return slices.ContainsFunc(p, func(a iampolicy.Actions) bool {
		if a.Allow || !a.Always {
			return false
		}
		if a.Not {
			return !slices.ContainsFunc(a.Patterns, func(pattern string) bool { return touches(pattern, service) })
		}
		return slices.ContainsFunc(a.Patterns, func(pattern string) bool { return covers(pattern, service) })
	})
}

// vendor gives the service that an action pattern names; empty when it is about every service. Policies cannot have other wildcards there.
func vendor(pattern string) string {
	v, _, _ := strings.Cut(pattern, ":")
	return strings.TrimSuffix(v, "*")
}

// touches reports whether an action pattern can match an action of the service.
func touches(pattern, service string) bool {
	v := vendor(pattern)
	return v == "" || v == service
}

// covers reports whether an action pattern matches every action of the service.
func covers(pattern, service string) bool {
	return pattern == "*" || pattern == "*:*" || pattern == service+":*"
}
