package iampolicy_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/iampolicy"
)

// pair is a document as both evaluators read it.
type pair struct {
	text   string
	engine iampolicy.Named
	naive  naiveDocument
}

// pool holds random documents of each grammar.
type pool map[iampolicy.Grammar][]pair

func newPool(t testing.TB, g generator, size int) pool {
	t.Helper()
	p := pool{}
	for _, grammar := range []iampolicy.Grammar{iampolicy.IdentityPolicy, iampolicy.SessionPolicy, iampolicy.ResourcePolicy, iampolicy.TrustPolicy} {
		for i := range size {
			text := g.document(grammar)
			p[grammar] = append(p[grammar], pair{text, iampolicy.Named{ID: strconv.Itoa(i), Policy: must(t, grammar, text)}, decodeNaive(text)})
		}
	}
	return p
}

// draw is a set as both evaluators take it, and its documents for a report.
type draw struct {
	engine iampolicy.Set
	naive  naiveSet
	texts  map[string][]string
}

func (p pool) draw(g generator, trust bool) *draw {
	d := &draw{texts: map[string][]string{}}
	list := func(kind string, grammar iampolicy.Grammar, n int) (engine []iampolicy.Named, naive []naiveDocument) {
		for range n {
			one := p.one(g, grammar)
			engine, naive = append(engine, one.engine), append(naive, one.naive)
			d.texts[kind] = append(d.texts[kind], one.text)
		}
		return engine, naive
	}
	d.engine.Identity, d.naive.identity = list("identity", iampolicy.IdentityPolicy, g.IntN(4))
	if g.chance(25) {
		d.engine.Session, d.naive.session = list("session", iampolicy.SessionPolicy, g.IntN(3))
		d.engine.HasSession, d.naive.narrowed = true, true
	}
	if g.chance(25) {
		engine, naive := list("boundary", iampolicy.IdentityPolicy, 1)
		d.engine.Boundary, d.naive.boundary, d.naive.hasBoundary = &engine[0], naive, true
	}
	for range pick(g, 0, 0, 0, 0, 1, 2, 3) {
		engine, naive := list("control", iampolicy.IdentityPolicy, 1+g.IntN(3))
		d.engine.ServiceControl, d.naive.control = append(d.engine.ServiceControl, engine), append(d.naive.control, naive)
	}
	grammar := iampolicy.ResourcePolicy
	if trust {
		grammar, d.engine.ResourceKind, d.naive.trust = iampolicy.TrustPolicy, iampolicy.RoleTrust, true
	}
	if trust || g.chance(50) {
		engine, naive := list("resource", grammar, 1)
		d.engine.Resource, d.naive.resource = &engine[0], &naive[0]
	}
	return d
}

// one is a document of a grammar. For odd cases a few are lost or of a kind that does not belong there.
func (p pool) one(g generator, grammar iampolicy.Grammar) pair {
	if !g.odd || g.IntN(200) > 0 {
		return pick(g, p[grammar]...)
	}
	wrong := pair{text: "lost", naive: naiveDocument{broken: true}}
	if g.chance(50) {
		switch grammar {
		case iampolicy.ResourcePolicy:
			wrong.engine = pick(g, p[iampolicy.TrustPolicy]...).engine
		case iampolicy.TrustPolicy:
			wrong.engine = pick(g, p[iampolicy.ResourcePolicy]...).engine
		default:
			wrong.engine = pick(g, p[pick(g, iampolicy.ResourcePolicy, iampolicy.TrustPolicy)]...).engine
		}
	}
	return wrong
}

// explained returns how Explain differs from the naive evaluator.
func explained(n *naive, d *draw, r *iampolicy.Request) string {
	got := iampolicy.Explain(&d.engine, r)
	verdicts, matched := n.explain(&d.naive, r)
	if len(got.Matched) != matched {
		return fmt.Sprintf("%d statements matched, naive %d", len(got.Matched), matched)
	}
	return cmp.Diff(verdicts, got.Verdicts)
}

// number reads a setting of the long runs.
func number(name string, otherwise uint64) uint64 {
	if n, err := strconv.ParseUint(os.Getenv(name), 10, 64); err == nil {
		return n
	}
	return otherwise
}

// TestAgainstNaive compares the engine with the naive evaluator on random cases. MAYFLY_POLICY_CASES asks for more of them and
// MAYFLY_POLICY_SEED for others.
func TestAgainstNaive(t *testing.T) {
	cases, seed := number("MAYFLY_POLICY_CASES", 120_000), number("MAYFLY_POLICY_SEED", 1)
	const perPool = 20_000
	n := &naive{patterns: map[string]*regexp.Regexp{}}
	seen := map[string]int{}
	for done := uint64(0); done < cases; done += perPool {
		g := newGenerator(seed + done)
		g.odd = true
		p := newPool(t, g, 150)
		for i := range min(perPool, cases-done) {
			trust := g.chance(30)
			d, r := p.draw(g, trust), g.request(trust)
			got, want := outcome(iampolicy.Evaluate(&d.engine, r)), n.decide(&d.naive, r)
			if got == want && i%16 == 0 {
				if diff := explained(n, d, r); diff != "" {
					want = diff
				}
			}
			if got != want {
				texts, _ := json.MarshalIndent(d.texts, "", " ")
				request, _ := json.MarshalIndent(r, "", " ")
				t.Fatalf("seed %d: engine %s, naive %s\n%s\n%s", seed+done, got, want, texts, request)
			}
			seen[got]++
		}
	}
	// Agreement on cases that are all alike would say little.
	for _, result := range []string{"allow", "explicit identity-based", "explicit resource-based", "explicit session", "explicit permissions boundary", "explicit service control",
		"implicit identity-based", "implicit resource-based", "implicit session", "implicit permissions boundary", "implicit service control"} {
		if seen[result] < int(cases/500) {
			t.Errorf("only %d of %d cases ended in %q", seen[result], cases, result)
		}
	}
	t.Logf("%d cases: %v", cases, seen)
}
