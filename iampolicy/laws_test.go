package iampolicy_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/mayfly-id/mayfly/iampolicy"
)

// law draws many sets and requests and lets check change them and compare the decisions.
func law(t *testing.T, check func(t *rapid.T, g generator, p pool, d *draw, r *iampolicy.Request)) {
	t.Helper()
	p := newPool(t, newGenerator(42), 200)
	rapid.Check(t, func(rt *rapid.T) {
		g := newGenerator(rapid.Uint64().Draw(rt, "seed"))
		for range 40 {
			trust := g.chance(30)
			check(rt, g, p, p.draw(g, trust), g.request(trust))
		}
	})
}

// neverGrants fails if the changed set allows what the original did not.
func neverGrants(t *rapid.T, before, after *iampolicy.Set, r *iampolicy.Request) {
	b, a := iampolicy.Evaluate(before, r), iampolicy.Evaluate(after, r)
	if a.Allowed && !b.Allowed {
		t.Fatalf("%s became %s", outcome(b), outcome(a))
	}
}

func denials(t *testing.T) (identity, resource, trust *iampolicy.Policy) {
	t.Helper()
	return must(t, iampolicy.IdentityPolicy, `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*:*","Resource":"*","Condition":{"StringLike":{"aws:username":"a*"}}}}`),
		must(t, iampolicy.ResourcePolicy, `{"Statement":{"Effect":"Deny","Principal":"*","Action":"*"}}`),
		must(t, iampolicy.TrustPolicy, `{"Statement":{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole*"}}`)
}

func TestLawDenyNeverGrants(t *testing.T) {
	deny, denyResource, denyTrust := denials(t)
	law(t, func(rt *rapid.T, g generator, p pool, d *draw, r *iampolicy.Request) {
		after, extra := d.engine, iampolicy.Named{ID: "deny", Policy: deny}
		switch g.IntN(6) {
		case 0:
			after.Identity = append(slices.Clone(after.Identity), extra)
		case 4:
			// The boundary is one policy: the Deny joins its statements.
			if after.Boundary == nil {
				return
			}
			after.Boundary = &iampolicy.Named{Policy: joined(t, iampolicy.IdentityPolicy, after.Boundary.Policy, deny)}
		case 5:
			// So does any statement of another policy, turned into a Deny.
			after.Identity = append(slices.Clone(after.Identity), iampolicy.Named{ID: "turned", Policy: turned(t, pick(g, p[iampolicy.IdentityPolicy]...).engine.Policy)})
		case 1:
			if len(after.ServiceControl) == 0 {
				return
			}
			after.ServiceControl = slices.Clone(after.ServiceControl)
			after.ServiceControl[0] = append(slices.Clone(after.ServiceControl[0]), extra)
		case 2:
			if !after.HasSession {
				return
			}
			after.Session = append(slices.Clone(after.Session), extra)
		case 3:
			// A resource has one policy: the Deny joins its statements.
			if after.Resource == nil {
				return
			}
			other, grammar := denyResource, iampolicy.ResourcePolicy
			if after.ResourceKind == iampolicy.RoleTrust {
				other, grammar = denyTrust, iampolicy.TrustPolicy
			}
			after.Resource = &iampolicy.Named{Policy: joined(t, grammar, after.Resource.Policy, other)}
			if a := iampolicy.Evaluate(&after, r); a.Allowed {
				rt.Fatal("a Deny for everyone allowed")
			}
		}
		neverGrants(rt, &d.engine, &after, r)
	})
}

// joined puts the statements of two documents into one.
func joined(t *testing.T, g iampolicy.Grammar, a, b *iampolicy.Policy) *iampolicy.Policy {
	x, y := decodeDocument(t, a), decodeDocument(t, b)
	x["Statement"] = append(naiveList(x["Statement"]), naiveList(y["Statement"])...)
	return must(t, g, encodeDocument(t, x))
}

func decodeDocument(t *testing.T, p *iampolicy.Policy) map[string]any {
	t.Helper()
	var d map[string]any
	if err := json.Unmarshal([]byte(p.String()), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func encodeDocument(t *testing.T, d map[string]any) string {
	t.Helper()
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestLawLimitsNeverGrant adds a boundary, a session policy or a level of service control. A federated user is the exception the rules
// make: it has nothing without a session policy.
func TestLawLimitsNeverGrant(t *testing.T) {
	law(t, func(rt *rapid.T, g generator, p pool, d *draw, r *iampolicy.Request) {
		after, extra := d.engine, pick(g, p[iampolicy.IdentityPolicy]...).engine
		switch g.IntN(3) {
		case 0:
			if after.Boundary != nil {
				return
			}
			after.Boundary = &extra
		case 1:
			if after.HasSession || r.Principal.Type == iampolicy.FederatedUser {
				return
			}
			after.Session, after.HasSession = []iampolicy.Named{extra}, true
		case 2:
			after.ServiceControl = append(slices.Clone(after.ServiceControl), []iampolicy.Named{extra})
		}
		neverGrants(rt, &d.engine, &after, r)
	})
}

// TestLawOrderAndDuplication shuffles and repeats policies, statements and values.
func TestLawOrderAndDuplication(t *testing.T) {
	law(t, func(rt *rapid.T, g generator, p pool, d *draw, r *iampolicy.Request) {
		after := d.engine
		after.Identity, after.Session = g.mix(t, after.Identity), g.mix(t, after.Session)
		after.ServiceControl = nil
		for _, level := range d.engine.ServiceControl {
			after.ServiceControl = append(after.ServiceControl, g.mix(t, level))
		}
		if after.Resource != nil {
			after.Resource = &iampolicy.Named{Policy: g.shuffled(t, after.Resource.Policy)}
		}
		request := *r
		ctx := iampolicy.MapContext{}
		for key, list := range r.Context.(iampolicy.MapContext) {
			ctx[key] = slices.Clone(list)
			g.Shuffle(len(list), func(i, j int) { ctx[key][i], ctx[key][j] = ctx[key][j], ctx[key][i] })
		}
		request.Context = ctx
		b, a := iampolicy.Evaluate(&d.engine, r), iampolicy.Evaluate(&after, &request)
		if outcome(a) != outcome(b) {
			rt.Fatalf("%s became %s", outcome(b), outcome(a))
		}
	})
}

func (g generator) mix(t *testing.T, list []iampolicy.Named) []iampolicy.Named {
	out := slices.Clone(list)
	for _, n := range list {
		if g.chance(50) {
			out = append(out, iampolicy.Named{ID: n.ID, Policy: g.shuffled(t, n.Policy)})
		}
	}
	g.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// shuffled returns the policy with its statements in another order and one of them twice.
func (g generator) shuffled(t *testing.T, p *iampolicy.Policy) *iampolicy.Policy {
	d := decodeDocument(t, p)
	list := naiveList(d["Statement"])
	list = append(list, list[g.IntN(len(list))])
	g.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	d["Statement"] = list
	return must(t, p.Grammar(), encodeDocument(t, d))
}

// TestLawExplainAgrees holds Explain to Evaluate and to its own list of statements.
func TestLawExplainAgrees(t *testing.T) {
	law(t, func(rt *rapid.T, g generator, p pool, d *draw, r *iampolicy.Request) {
		fast, full := iampolicy.Evaluate(&d.engine, r), iampolicy.Explain(&d.engine, r)
		if outcome(fast) != outcome(full) {
			rt.Fatalf("%s explained as %s", outcome(fast), outcome(full))
		}
		for _, m := range fast.Matched {
			if !slices.Contains(full.Matched, m) {
				rt.Fatalf("the deciding statement %v is not explained", m)
			}
		}
		denied := slices.ContainsFunc(full.Matched, func(m iampolicy.Match) bool { return m.Effect == "Deny" })
		if denied != full.Explicit {
			rt.Fatalf("explicit %t with %v", full.Explicit, full.Matched)
		}
	})
}

// turned makes every statement of a policy a Deny.
func turned(t *testing.T, p *iampolicy.Policy) *iampolicy.Policy {
	d := decodeDocument(t, p)
	for _, s := range naiveList(d["Statement"]) {
		s.(map[string]any)["Effect"] = "Deny"
	}
	return must(t, p.Grammar(), encodeDocument(t, d))
}

// TestLawNames exchanges two accounts in everything, policies and request alike: who they are must not matter.
func TestLawNames(t *testing.T) {
	exchange := strings.NewReplacer(home, other, other, home)
	again := map[*iampolicy.Policy]*iampolicy.Policy{}
	renamed := func(n iampolicy.Named) iampolicy.Named {
		if again[n.Policy] == nil {
			again[n.Policy] = must(t, n.Policy.Grammar(), exchange.Replace(n.Policy.String()))
		}
		return iampolicy.Named{ID: n.ID, Policy: again[n.Policy]}
	}
	list := func(in []iampolicy.Named) []iampolicy.Named {
		var out []iampolicy.Named
		for _, n := range in {
			out = append(out, renamed(n))
		}
		return out
	}
	one := func(n *iampolicy.Named) *iampolicy.Named {
		if n == nil {
			return nil
		}
		out := renamed(*n)
		return &out
	}
	law(t, func(rt *rapid.T, g generator, p pool, d *draw, r *iampolicy.Request) {
		after := iampolicy.Set{Identity: list(d.engine.Identity), Resource: one(d.engine.Resource), ResourceKind: d.engine.ResourceKind,
			Boundary: one(d.engine.Boundary), Session: list(d.engine.Session), HasSession: d.engine.HasSession}
		for _, level := range d.engine.ServiceControl {
			after.ServiceControl = append(after.ServiceControl, list(level))
		}
		request := *r
		request.Resource, request.ResourceAccount = exchange.Replace(r.Resource), exchange.Replace(r.ResourceAccount)
		for _, name := range []*string{&request.Principal.ARN, &request.Principal.RoleARN, &request.Principal.UserARN, &request.Principal.Account, &request.Principal.UniqueID, &request.Principal.Federated} {
			*name = exchange.Replace(*name)
		}
		ctx := iampolicy.MapContext{}
		for key, values := range r.Context.(iampolicy.MapContext) {
			for _, v := range values {
				ctx[key] = append(ctx[key], exchange.Replace(v))
			}
			if len(values) == 0 {
				ctx[key] = []string{}
			}
		}
		request.Context = ctx
		if b, a := outcome(iampolicy.Evaluate(&d.engine, r)), outcome(iampolicy.Evaluate(&after, &request)); a != b {
			rt.Fatalf("%s became %s", b, a)
		}
	})
}

// TestLawLostPolicyDenies puts a policy that could not be loaded into each place in turn: what it said is not known, so the answer is no.
func TestLawLostPolicyDenies(t *testing.T) {
	law(t, func(rt *rapid.T, g generator, p pool, d *draw, r *iampolicy.Request) {
		after, lost := d.engine, iampolicy.Named{ID: "lost"}
		switch g.IntN(5) {
		case 0:
			after.Identity = append([]iampolicy.Named{lost}, after.Identity...)
		case 1:
			after.Session = append(slices.Clone(after.Session), lost)
		case 2:
			after.Boundary = &lost
		case 3:
			after.Resource = &lost
		case 4:
			after.ServiceControl = append(slices.Clone(after.ServiceControl), []iampolicy.Named{lost})
		}
		if a := iampolicy.Evaluate(&after, r); a.Allowed {
			rt.Fatalf("%s without the policy, %s with it lost", outcome(iampolicy.Evaluate(&d.engine, r)), outcome(a))
		}
	})
}

// TestLawVerdicts holds the verdicts of Explain to its decision: nothing is allowed against service control or a denial of any kind, and a
// decision that needs a kind to allow is not made against it.
func TestLawVerdicts(t *testing.T) {
	law(t, func(rt *rapid.T, g generator, p pool, d *draw, r *iampolicy.Request) {
		full := iampolicy.Explain(&d.engine, r)
		denied := false
		for _, v := range full.Verdicts {
			denied = denied || v == iampolicy.VerdictExplicitDeny
		}
		if denied != full.Explicit {
			rt.Fatalf("explicit %t with %v", full.Explicit, full.Verdicts)
		}
		if v, ok := full.Verdicts[iampolicy.ServiceControl]; full.Allowed && ok && v != iampolicy.VerdictAllowed {
			rt.Fatalf("allowed against service control: %v", full.Verdicts)
		}
		// Where no resource policy speaks, all the others have to.
		if _, spoken := full.Verdicts[iampolicy.ResourceBased]; full.Allowed && !spoken {
			for kind, v := range full.Verdicts {
				if v != iampolicy.VerdictAllowed {
					rt.Fatalf("allowed while %s says %s", kind, v)
				}
			}
		}
	})
}
