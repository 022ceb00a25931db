package iampolicy_test

import "github.com/mayfly-id/mayfly/iampolicy"

// explain returns what each kind of policy says by itself, and how many statements match in the policies that can be used.
func (n *naive) explain(s *naiveSet, r *iampolicy.Request) (verdicts map[iampolicy.Type]iampolicy.Verdict, matched int) {
	verdicts = map[iampolicy.Type]iampolicy.Verdict{}
	for _, k := range s.kinds() {
		denied, allowed, broken := false, false, false
		for _, d := range k.docs {
			if d.broken {
				broken = true
				continue
			}
			denies, allows := len(n.matching(d, "Deny", s, r)), len(n.matching(d, "Allow", s, r))
			denied, allowed, matched = denied || denies > 0, allowed || allows > 0, matched+denies+allows
		}
		verdict := iampolicy.VerdictImplicitDeny
		switch {
		case denied:
			verdict = iampolicy.VerdictExplicitDeny
		case !broken && allowed:
			verdict = iampolicy.VerdictAllowed
		case k.name == "identity-based" && r.Principal.Type == iampolicy.AccountRoot:
			verdict = iampolicy.VerdictAllowed
		case k.name == "permissions boundary" && !s.hasBoundary, k.name == "session" && !s.narrowed && r.Principal.Type != iampolicy.FederatedUser:
			continue
		}
		kind := iampolicy.Type(k.name)
		if verdicts[kind] == "" || verdicts[kind] == iampolicy.VerdictAllowed || verdict == iampolicy.VerdictExplicitDeny {
			verdicts[kind] = verdict // the strictest level of service control
		}
	}
	return verdicts, matched
}
