package iampolicy

import "strings"

// principalSet is the Principal or NotPrincipal element of a statement.
type principalSet struct {
	present  bool
	negated  bool
	everyone bool // "*"
	entries  []entry
}

type entry struct {
	kind  entryKind
	value string
}

type entryKind uint8

const (
	accountEntry entryKind = iota // value is the twelve-digit id
	userEntry
	roleEntry
	sessionEntry // of a role or a federated user
	uniqueEntry  // "AIDA…" or "AROA…": this user or role and no later one of the same name
	federatedEntry
	serviceEntry
	canonicalEntry
)

// grant is how closely a statement names the caller. It decides what else is needed, see decide.
type grant uint8

const (
	noGrant  grant = iota
	delegate       // names the caller's account
	indirect       // names the role, or the user behind a federated session
	direct         // names the caller, or everyone; and any statement of a policy without principals
)

// applies returns how the element names p, to whom set applies, in a statement that denies or allows.
func (s *principalSet) applies(p *Principal, set *Set, deny bool) grant {
	switch {
	case !s.present:
		return direct
	case s.negated && set.Boundary == nil && s.exempts(p):
		// Who has a permissions boundary is never spared ("NotPrincipal").
		return noGrant
	case s.negated:
		return direct
	}
	best := noGrant
	if s.everyone && (deny || set.ResourceKind != RoleTrust || p.belongs()) {
		// In a trust policy "*" invites every principal of every account, but not whoever holds a token of just any provider.
		best = direct
	}
	for i := range s.entries {
		best = max(best, s.entries[i].names(p))
	}
	return best
}

// names returns how one entry names p.
func (e *entry) names(p *Principal) grant {
	switch e.kind {
	case accountEntry:
		return when(p.belongs() && p.Account == e.value, delegate)
	case canonicalEntry:
		return when(p.belongs() && p.CanonicalID == e.value, delegate)
	case userEntry:
		return max(when(p.Type == User && p.ARN == e.value, direct), when(p.Type == FederatedUser && p.UserARN == e.value, indirect))
	case roleEntry:
		return when(p.Type == AssumedRole && p.RoleARN == e.value || p.Type == Role && p.ARN == e.value, indirect)
	case sessionEntry:
		return when((p.Type == AssumedRole || p.Type == FederatedUser) && p.ARN == e.value, direct)
	case uniqueEntry:
		if p.Type == User {
			return when(p.UniqueID == e.value, direct)
		}
		return when(p.belongs() && p.Type != AccountRoot && p.UniqueID == e.value, indirect)
	case serviceEntry:
		return when(p.Type == Service && p.Service == e.value, direct)
	}
	// federatedEntry
	if p.Type == AssumedRole {
		return when(p.Federated == e.value, indirect)
	}
	return when((p.Type == WebIdentity || p.Type == SAMLUser) && p.Federated == e.value, direct)
}

func when(ok bool, g grant) grant {
	if ok {
		return g
	}
	return noGrant
}

// exempts reports whether a NotPrincipal element spares p. The whole chain has to be named: the account, the role or user, and where a
// session of the role is named, this session ("NotPrincipal": "you must also specify the account ARN of the not-denied principal").
func (s *principalSet) exempts(p *Principal) bool {
	if s.everyone {
		return true
	}
	best, account, sibling := noGrant, false, false
	role := false
	for i := range s.entries {
		e := &s.entries[i]
		g := e.names(p)
		best = max(best, g)
		account = account || g == delegate
		role = role || g == indirect && e.kind != federatedEntry
		sibling = sibling || e.kind == sessionEntry && p.Type == AssumedRole && sameRole(e.value, p.ARN)
	}
	switch p.Type {
	case AccountRoot:
		return account
	case User, FederatedUser:
		return account && best == direct
	case Role, AssumedRole:
		return account && role && (best == direct || !sibling)
	}
	return best != noGrant
}

// sameRole reports whether two session ARNs differ at most in the session name.
func sameRole(a, b string) bool {
	return a[:strings.LastIndexByte(a, '/')+1] == b[:strings.LastIndexByte(b, '/')+1]
}

// compilePrincipal compiles the value of Principal or NotPrincipal.
func (p *parser) compilePrincipal(n *node, path string, s *principalSet) {
	if n.kind == stringNode && n.text == "*" {
		if p.grammar == TrustPolicy {
			p.add(rankPrincipal, path, `AssumeRolepolicy contained an invalid principal: "STAR":"*".`)
		}
		s.everyone = true
		return
	}
	if n.kind != objectNode {
		p.add(rankPrincipal, path, "Invalid principal in policy")
		return
	}
	for _, m := range n.members {
		for _, v := range p.list(m.value, path+"."+m.name) {
			p.compileEntry(m.name, v, path, s)
		}
	}
	if !s.everyone && len(s.entries) == 0 {
		p.add(rankPrincipal, path, "Missing required field Principal cannot be empty!")
	}
}

func (p *parser) compileEntry(kind, value, path string, s *principalSet) {
	if kind == "AWS" && value == "*" {
		s.everyone = true
		return
	}
	e, ok := parseEntry(kind, value)
	if !ok || e.kind == canonicalEntry && p.grammar == TrustPolicy {
		p.add(rankPrincipal, path, `Invalid principal in policy: "`+kind+`":"`+value+`"`)
		return
	}
	s.entries = append(s.entries, e)
}

// parseEntry reads one principal. There are no wildcards: a principal is one principal.
func parseEntry(kind, value string) (entry, bool) {
	switch kind {
	case "AWS":
		return parseAWSEntry(value)
	case "Federated":
		return entry{federatedEntry, value}, validProvider(value)
	case "Service":
		return entry{serviceEntry, value}, validHost(value)
	case "CanonicalUser":
		return entry{canonicalEntry, value}, len(value) == 64 && only(value, alnumByte)
	}
	return entry{}, false
}

// IsPrincipal reports whether value can stand for an account, a user, a role or a session in a Principal element. Not every ARN can: paths of users
// and roles may hold characters that are wildcards in policies.
func IsPrincipal(value string) bool {
	_, ok := parseAWSEntry(value)
	return ok
}

func parseAWSEntry(value string) (entry, bool) {
	switch {
	case validAccount(value):
		return entry{accountEntry, value}, true
	case validUniqueID(value):
		return entry{uniqueEntry, value}, true
	}
	parts, ok := splitARN(value)
	partition, service, region, account, resource := parts[1], parts[2], parts[3], parts[4], parts[5]
	if !ok || !fixedPartition(partition) || region != "" || !validAccount(account) || !only(resource, nameByte) {
		return entry{}, false
	}
	kind, name, _ := strings.Cut(resource, "/")
	if service == "iam" && resource == "root" {
		return entry{accountEntry, account}, true
	}
	if name == "" || name[len(name)-1] == '/' {
		return entry{}, false
	}
	switch service + ":" + kind {
	case "iam:user":
		return entry{userEntry, value}, true
	case "iam:role":
		return entry{roleEntry, value}, true
	case "sts:assumed-role":
		return entry{sessionEntry, value}, strings.Count(name, "/") == 1 && name[0] != '/'
	case "sts:federated-user":
		return entry{sessionEntry, value}, !strings.Contains(name, "/")
	}
	return entry{}, false
}

// validUniqueID accepts the ids of users and roles; those of groups and keys are not principals.
func validUniqueID(s string) bool {
	return len(s) >= 16 && len(s) <= 128 && (strings.HasPrefix(s, "AIDA") || strings.HasPrefix(s, "AROA")) &&
		only(s, func(c byte) bool { return digitByte(c) || upperByte(c) })
}

func validAccount(s string) bool { return len(s) == 12 && only(s, digitByte) }

func fixedPartition(s string) bool { return validPartition(s) && !strings.ContainsAny(s, "*?") }

// nameByte accepts what users, roles, paths and sessions are called.
func nameByte(c byte) bool { return '!' <= c && c <= '~' && c != '*' && c != '?' && c != '$' }

// validProvider accepts a provider by ARN, or by host and path as OpenID Connect issuers are written in policies.
func validProvider(s string) bool {
	parts, ok := splitARN(s)
	if !ok {
		host, path, _ := strings.Cut(s, "/")
		return validHost(host) && only(path, nameByte)
	}
	kind, name, _ := strings.Cut(parts[5], "/")
	return fixedPartition(parts[1]) && parts[2] == "iam" && parts[3] == "" && validAccount(parts[4]) &&
		(kind == "saml-provider" || kind == "oidc-provider") && name != "" && only(name, nameByte)
}

func validHost(s string) bool {
	return s != "" && only(s, func(c byte) bool { return alnumByte(c) || c == '.' || c == '-' || c == '_' || c == ':' })
}
