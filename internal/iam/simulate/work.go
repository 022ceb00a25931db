package simulate

import "github.com/mayfly-id/mayfly/iampolicy"

// Bounds on the work of one page. A decision costs as much as the policies that it looks at are long, and how long they are is the caller's choice. AWS,
// too, may give fewer results than were asked for.
const (
	mostDecisions = 2000
	mostWork      = 8 << 20 // characters of policies, each counted once for every decision
)

// room is how many results a page can have. A result on all resources together takes a decision for each of them, and cannot be divided.
func (sim *simulation) room() (int, error) {
	decisions := min(mostDecisions, mostWork/max(sim.size(), 1))
	if !sim.together {
		return max(decisions, 1), nil
	}
	results := decisions / len(sim.resources)
	if results == 0 {
		return 0, invalid("The resources and the policies are too many to be simulated together.")
	}
	return results, nil
}

// size is the number of characters of all policies.
func (sim *simulation) size() int {
	n := len(sim.document)
	count := func(list []iampolicy.Named) {
		for i := range list {
			n += len(list[i].Policy.String())
		}
	}
	count(sim.set.Identity)
	for _, level := range sim.set.ServiceControl {
		count(level)
	}
	if sim.set.Boundary != nil {
		n += len(sim.set.Boundary.Policy.String())
	}
	return n
}
