package doctor

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestRunKeepsTheOrder: whoever is ready first, the checks come in the order of the probes, and one that hangs costs the others nothing.
func TestRunKeepsTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan struct{})
		probe := func(name string, takes time.Duration) Probe {
			return Probe{name, func(ctx context.Context) []Check {
				select {
				case <-time.After(takes):
					return []Check{ok(name, "done")}
				case <-ctx.Done():
					return []Check{fail(name, "gives up by itself", "")}
				}
			}}
		}
		begun := time.Now()
		got := Run(t.Context(), 10*time.Second, []Probe{
			probe("slow", 9*time.Second),
			{"deaf", func(context.Context) []Check { <-stuck; return nil }},
			probe("quick", 0),
			probe("patient", time.Minute),
			{"silent", func(context.Context) []Check { return nil }},
		})
		want := []Check{
			ok("slow", "done"), fail("deaf", "this took longer than 10s, and was left", ""), ok("quick", "done"), fail("patient", "gives up by itself", ""),
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		if took := time.Since(begun); took != 11*time.Second {
			t.Errorf("took %v of the bubble's time", took)
		}
		if !Failed(got) || Failed([]Check{warn("a", "b", "c"), skipped("d", "e")}) {
			t.Error("a failure is a Fail and nothing else")
		}
		close(stuck)
	})
}

func TestRunEndsWhenInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		stuck := make(chan struct{})
		defer close(stuck)
		time.AfterFunc(time.Second, cancel)
		got := Run(ctx, time.Hour, []Probe{{"deaf", func(context.Context) []Check { <-stuck; return nil }}})
		if d := cmp.Diff([]Check{skipped("deaf", "interrupted")}, got); d != "" {
			t.Error(d)
		}
	})
}

func TestQuoted(t *testing.T) {
	if got := quoted(`/a b/it's`); got != `'/a b/it'\''s'` {
		t.Error(got)
	}
}

func TestSessions(t *testing.T) {
	now := at("2026-01-02T03:04:05Z")
	wants(t, Sessions(nil, now), Skipped, "no session")
	for _, c := range []struct {
		session Session
		state   State
		says    string
	}{
		{Session{Name: "a", SignedIn: true, Renews: true, Expires: now.Add(-time.Hour)}, OK, "a: signed in until 2026-01-02T02:04:05Z, and renewed then"},
		{Session{Name: "g", SignedIn: true, Renews: true}, OK, "g: signed in, renewed whenever"},
		{Session{Name: "b", SignIn: "mayfly login b"}, Warn, "b: nobody is signed in"},
		{Session{Name: "c", SignedIn: true, Expires: now.Add(time.Hour)}, OK, "c: signed in until 2026-01-02T04:04:05Z"},
		{Session{Name: "d", SignedIn: true, Expires: now}, Warn, "d: the sign-in has ended"},
		{Session{Name: "e", SignedIn: true}, OK, "e: signed in"},
		{Session{Name: "f", Trouble: "it has no region", SignedIn: true}, Fail, "f: it has no region"},
	} {
		got := one(t, Sessions([]Session{c.session}, now))
		if got.State != c.state || got.Says[:len(c.says)] != c.says || got.Fix != c.session.SignIn {
			t.Errorf("%+v", got)
		}
	}
}
