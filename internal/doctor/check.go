package doctor

import (
	"context"
	"errors"
	"strings"
	"time"
)

// State says how serious something is.
type State string

// The states of a check.
const (
	OK      State = "ok"
	Warn    State = "warn"    // works, and is not as it should be
	Fail    State = "fail"    // keeps a client from working
	Skipped State = "skipped" // could not be looked at, or there is nothing to look at
)

// Check is one thing that was found. Several checks may have one name: each file that others can read has one.
type Check struct {
	Name  string `json:"name"` // what was looked at, such as "clock"; scripts may rely on it
	State State  `json:"state"`
	Says  string `json:"says"`          // a sentence for people, without a full stop
	Fix   string `json:"fix,omitempty"` // what to do, often a command; empty where nothing is to be done
}

func ok(name, says string) Check        { return Check{Name: name, State: OK, Says: says} }
func skipped(name, says string) Check   { return Check{Name: name, State: Skipped, Says: says} }
func warn(name, says, fix string) Check { return Check{Name: name, State: Warn, Says: says, Fix: fix} }
func fail(name, says, fix string) Check { return Check{Name: name, State: Fail, Says: says, Fix: fix} }

// Failed reports whether something keeps a client from working.
func Failed(checks []Check) bool {
	for _, c := range checks {
		if c.State == Fail {
			return true
		}
	}
	return false
}

// Probe looks at one thing. It gives a check for each trouble, or one that says that there is none.
type Probe struct {
	Name string
	Look func(ctx context.Context) []Check
}

// grace is how long a probe whose time is over may take to say so itself, in better words than Run has.
const grace = time.Second

// Run lets all probes look at the same time, each for at most limit, and gives what they found in the order of the probes. A probe that does not come back,
// such as one that reads a file of a server that hangs, is left behind.
func Run(ctx context.Context, limit time.Duration, probes []Probe) []Check {
	found := make([]chan []Check, len(probes))
	for i, p := range probes {
		found[i] = make(chan []Check, 1)
		go func() {
			within, cancel := context.WithTimeout(ctx, limit)
			defer cancel()
			found[i] <- p.Look(within)
		}()
	}
	last, cancel := context.WithTimeout(ctx, limit+grace)
	defer cancel()
	var out []Check
	for i, p := range probes {
		select {
		case checks := <-found[i]:
			out = append(out, checks...)
			continue
		case <-last.Done():
		}
		select { // what has come in time counts, even when it is read after it
		case checks := <-found[i]:
			out = append(out, checks...)
		default:
			out = append(out, late(last, p.Name, limit))
		}
	}
	return out
}

func late(ctx context.Context, name string, limit time.Duration) Check {
	if errors.Is(ctx.Err(), context.Canceled) {
		return skipped(name, "interrupted")
	}
	return fail(name, "this took longer than "+limit.String()+", and was left", "")
}

// quoted writes a path as one word of a shell.
func quoted(path string) string { return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'" }
