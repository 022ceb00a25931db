package iampolicy_test

// A second evaluator, written from the IAM User Guide and the package comment, to be compared with the engine. It is slow and literal on
// purpose: it walks the decoded JSON, turns every pattern into a regular expression, and shares nothing with the engine.

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy"
)

type naive struct{ patterns map[string]*regexp.Regexp }

type naiveDocument struct {
	broken     bool // not there, or of another kind: it may hold a Deny
	variables  bool
	statements []map[string]any
}

type naiveSet struct {
	control                      [][]naiveDocument
	resource                     *naiveDocument
	identity, boundary, session  []naiveDocument
	trust, hasBoundary, narrowed bool
}

func decodeNaive(text string) naiveDocument {
	var raw map[string]any
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		panic(err)
	}
	d := naiveDocument{variables: raw["Version"] == "2012-10-17"}
	for _, s := range naiveList(raw["Statement"]) {
		d.statements = append(d.statements, s.(map[string]any))
	}
	return d
}

// naiveList returns the items of an array, or the one thing that is not an array.
func naiveList(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

func naiveStrings(v any) []string {
	var out []string
	for _, item := range naiveList(v) {
		if s, ok := item.(string); ok {
			out = append(out, s)
			continue
		}
		text, _ := json.Marshal(item)
		out = append(out, string(text))
	}
	return out
}

// naiveKind is the policies of one kind; a service control level is a kind of its own.
type naiveKind struct {
	name string
	docs []naiveDocument
}

// kinds lists what applies, in the order in which it refuses.
func (s *naiveSet) kinds() []naiveKind {
	var out []naiveKind
	for _, level := range s.control {
		out = append(out, naiveKind{"service control", level})
	}
	if s.resource != nil {
		out = append(out, naiveKind{"resource-based", []naiveDocument{*s.resource}})
	}
	return append(out, naiveKind{"identity-based", s.identity}, naiveKind{"permissions boundary", s.boundary}, naiveKind{"session", s.session})
}

// decide returns the decision as outcome writes it.
func (n *naive) decide(s *naiveSet, r *iampolicy.Request) string {
	for _, k := range s.kinds() {
		for _, d := range k.docs {
			if d.broken {
				return "implicit " + k.name
			}
			if len(n.matching(d, "Deny", s, r)) > 0 {
				return "explicit " + k.name
			}
		}
	}
	for _, level := range s.control {
		if !n.anyAllows(level, s, r) {
			return "implicit service control"
		}
	}
	named := map[string]bool{}
	if s.resource != nil {
		for _, how := range n.matching(*s.resource, "Allow", s, r) {
			named[how] = true
		}
	}
	return n.combine(s, r, named)
}

// combine is the flow chart after the denials: named says how the resource policy's Allow statements name the caller.
func (n *naive) combine(s *naiveSet, r *iampolicy.Request, named map[string]bool) string {
	p := r.Principal
	hasAccount := p.Type != iampolicy.Anonymous && p.Type != iampolicy.WebIdentity && p.Type != iampolicy.SAMLUser && p.Type != iampolicy.Service
	same := hasAccount && p.Account == r.ResourceAccount && p.Account != ""
	inBoundary := !s.hasBoundary || n.anyAllows(s.boundary, s, r)
	inSession := !s.narrowed && p.Type != iampolicy.FederatedUser || n.anyAllows(s.session, s, r)
	byIdentity := p.Type == iampolicy.AccountRoot || n.anyAllows(s.identity, s, r)

	needsResource := !same || s.trust
	if needsResource && len(named) == 0 {
		return "implicit resource-based"
	}
	if same && named["direct"] {
		mayDelegate := p.Type == iampolicy.AccountRoot || p.Type == iampolicy.User
		if s.trust && mayDelegate && !inBoundary {
			return "implicit permissions boundary"
		}
		if mayDelegate && !inSession {
			// A session of the account itself ("Perform a privileged task"), or one that a user has delegated, never gets beyond its session policy.
			return "implicit session"
		}
		return "allow"
	}
	granted := byIdentity
	if !hasAccount || same && named["indirect"] {
		granted = true
	}
	switch {
	case !granted:
		return "implicit identity-based"
	case !inBoundary:
		return "implicit permissions boundary"
	case !inSession:
		return "implicit session"
	}
	return "allow"
}

func (n *naive) anyAllows(docs []naiveDocument, in *naiveSet, r *iampolicy.Request) bool {
	for _, d := range docs {
		if len(n.matching(d, "Allow", in, r)) > 0 {
			return true
		}
	}
	return false
}

// matching returns, for each statement of the effect that is about the request, how it names the caller.
func (n *naive) matching(d naiveDocument, effect string, in *naiveSet, r *iampolicy.Request) []string {
	var out []string
	if r.Context == nil {
		bare := *r
		bare.Context, r = iampolicy.MapContext{}, &bare
	}
	for _, s := range d.statements {
		if s["Effect"] != effect || !n.action(s, r.Action) || !n.resource(s, d.variables, r) || !n.conditions(s, d.variables, r.Context) {
			continue
		}
		if how := naivePrincipal(s, in, &r.Principal); how != "" {
			out = append(out, how)
		}
	}
	return out
}

func (n *naive) action(s map[string]any, action string) bool {
	positive, ok := s["Action"]
	if !ok {
		positive = s["NotAction"]
	}
	hit := false
	for _, pattern := range naiveStrings(positive) {
		hit = hit || n.regexp("(?i)", pattern).MatchString(action)
	}
	return hit == ok
}

func (n *naive) resource(s map[string]any, variables bool, r *iampolicy.Request) bool {
	if list, ok := s["Resource"]; ok {
		for _, pattern := range naiveResources(list) {
			if expanded, ok := naiveExpand(pattern, variables, true, r.Context); ok && n.regexp("", expanded).MatchString(r.Resource) {
				return true
			}
		}
		return false
	}
	list, ok := s["NotResource"]
	if !ok {
		return true
	}
	unknown := false
	for _, pattern := range naiveResources(list) {
		expanded, ok := naiveExpand(pattern, variables, true, r.Context)
		unknown = unknown || !ok
		if ok && n.regexp("", expanded).MatchString(r.Resource) {
			return false
		}
	}
	return !unknown || s["Effect"] == "Deny"
}

// naiveResources completes patterns with fewer than six fields: each field that is missing is anything.
func naiveResources(v any) []string {
	var out []string
	for _, pattern := range naiveStrings(v) {
		if fields := strings.Split(pattern, ":"); pattern != "*" && len(fields) < 6 {
			pattern = strings.Join(append(fields, slices.Repeat([]string{"*"}, 6-len(fields))...), ":")
		}
		out = append(out, pattern)
	}
	return out
}

// naivePrincipal returns "direct", "indirect" or "delegate", or "" if the statement is not about the caller.
func naivePrincipal(s map[string]any, in *naiveSet, p *iampolicy.Principal) string {
	if not, ok := s["NotPrincipal"]; ok {
		if !in.hasBoundary && naiveSpared(not, p) {
			return ""
		}
		return "direct"
	}
	element, ok := s["Principal"]
	if !ok {
		return "direct"
	}
	names := naiveNames(p)
	best := ""
	for kind, values := range naivePrincipalMap(element) {
		for _, v := range values {
			how := names[kind+" "+v]
			if kind == "AWS" && v == "*" {
				how = "direct"
				if in.trust && s["Effect"] == "Allow" && p.Account == "" {
					how = ""
				}
			}
			best = better(best, how)
		}
	}
	return best
}

// better returns the closer of two ways of naming.
func better(a, b string) string {
	order := []string{"", "delegate", "indirect", "direct"}
	return order[max(slices.Index(order, a), slices.Index(order, b))]
}

func naivePrincipalMap(element any) map[string][]string {
	if element == "*" {
		return map[string][]string{"AWS": {"*"}}
	}
	out := map[string][]string{}
	for kind, values := range element.(map[string]any) {
		out[kind] = naiveStrings(values)
	}
	return out
}

// naiveNames lists everything that is a name of the caller, and how close a name it is.
func naiveNames(p *iampolicy.Principal) map[string]string {
	names := map[string]string{}
	account := func() {
		names["AWS "+p.Account], names["AWS arn:aws:iam::"+p.Account+":root"], names["CanonicalUser "+p.CanonicalID] = "delegate", "delegate", "delegate"
	}
	switch p.Type {
	case iampolicy.AccountRoot:
		account()
	case iampolicy.User:
		account()
		names["AWS "+p.ARN], names["AWS "+p.UniqueID] = "direct", "direct"
	case iampolicy.Role:
		account()
		names["AWS "+p.ARN], names["AWS "+p.UniqueID] = "indirect", "indirect"
	case iampolicy.AssumedRole:
		account()
		names["AWS "+p.RoleARN], names["AWS "+p.UniqueID], names["Federated "+p.Federated] = "indirect", "indirect", "indirect"
		names["AWS "+p.ARN] = "direct"
	case iampolicy.FederatedUser:
		account()
		names["AWS "+p.UserARN], names["AWS "+p.UniqueID] = "indirect", "indirect"
		names["AWS "+p.ARN] = "direct"
	case iampolicy.WebIdentity, iampolicy.SAMLUser:
		names["Federated "+p.Federated] = "direct"
	case iampolicy.Service:
		names["Service "+p.Service] = "direct"
	}
	return names
}

// naiveSpared reports whether NotPrincipal names the whole chain from the account to the caller.
func naiveSpared(element any, p *iampolicy.Principal) bool {
	lists := naivePrincipalMap(element)
	in := func(kind, v string) bool { return v != "" && slices.Contains(lists[kind], v) }
	account := in("AWS", p.Account) || in("AWS", "arn:aws:iam::"+p.Account+":root") || in("CanonicalUser", p.CanonicalID)
	if in("AWS", "*") {
		return true
	}
	switch p.Type {
	case iampolicy.AccountRoot:
		return account
	case iampolicy.User:
		return account && (in("AWS", p.ARN) || in("AWS", p.UniqueID))
	case iampolicy.FederatedUser:
		return account && in("AWS", p.ARN)
	case iampolicy.Role:
		return account && (in("AWS", p.ARN) || in("AWS", p.UniqueID))
	case iampolicy.AssumedRole:
		siblings := slices.ContainsFunc(lists["AWS"], func(v string) bool {
			return strings.HasPrefix(v, strings.TrimSuffix(p.ARN, p.ARN[strings.LastIndex(p.ARN, "/")+1:]))
		})
		return account && (in("AWS", p.RoleARN) || in("AWS", p.UniqueID)) && (in("AWS", p.ARN) || !siblings)
	case iampolicy.Service:
		return in("Service", p.Service)
	}
	return in("Federated", p.Federated)
}

// regexp compiles a pattern in which "*" and "?" are wildcards, unless they follow a backslash as naiveExpand writes them.
func (n *naive) regexp(flags, pattern string) *regexp.Regexp {
	if re, ok := n.patterns[flags+pattern]; ok {
		return re
	}
	var b strings.Builder
	escaped := false
	for _, r := range pattern {
		switch {
		case escaped:
			b.WriteString(regexp.QuoteMeta(string(r)))
			escaped = false
		case r == '\\':
			escaped = true
		case r == '*':
			b.WriteString("(?s:.*)")
		case r == '?':
			b.WriteString("(?s:.)")
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	re := regexp.MustCompile(flags + `\A` + b.String() + `\z`)
	n.patterns[flags+pattern] = re
	return re
}

// naiveExpand replaces variables; with escape their values are protected by backslashes from being taken as wildcards.
func naiveExpand(pattern string, variables, escape bool, ctx iampolicy.Context) (string, bool) {
	literally := func(s string) string {
		var b strings.Builder
		for _, r := range s {
			if escape {
				b.WriteByte('\\')
			}
			b.WriteRune(r)
		}
		return b.String()
	}
	known := true
	if !variables {
		return pattern, true
	}
	expanded := naiveVariable.ReplaceAllStringFunc(pattern, func(m string) string {
		inside := strings.TrimSuffix(strings.TrimPrefix(m, "${"), "}")
		if inside == "*" || inside == "?" || inside == "$" {
			return literally(inside)
		}
		key, fallback, hasFallback := strings.Cut(inside, ",")
		values, ok := ctx.Lookup(strings.ToLower(key))
		switch {
		case ok && len(values) == 1:
			return literally(values[0])
		case (!ok || len(values) == 0) && hasFallback:
			return literally(strings.Trim(strings.TrimSpace(fallback), "'"))
		}
		known = false
		return ""
	})
	return expanded, known
}

var naiveVariable = regexp.MustCompile(`\$\{[^}]*\}`)
