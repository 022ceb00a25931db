package lint

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy"
)

// Kind is what a document is used as.
type Kind string

// The kinds of documents.
const (
	Identity       Kind = "identity" // of a user, group or role, or a permissions boundary
	Resource       Kind = "resource"
	Trust          Kind = "trust" // who may assume a role
	ServiceControl Kind = "scp"
	Session        Kind = "session"
)

// Kinds lists the kinds.
func Kinds() []Kind { return []Kind{Identity, Resource, Trust, ServiceControl, Session} }

// grammar is how documents of the kind are read.
func (k Kind) grammar() iampolicy.Grammar {
	switch k {
	case Resource:
		return iampolicy.ResourcePolicy
	case Trust:
		return iampolicy.TrustPolicy
	case Session:
		return iampolicy.SessionPolicy
	}
	return iampolicy.IdentityPolicy
}

// Severity is how bad a finding is.
type Severity string

// The severities: an error is a part that does not work or a document that is refused, a warning gives more or less than it seems to, a
// suggestion changes nothing that is allowed.
const (
	Error      Severity = "error"
	Warning    Severity = "warning"
	Suggestion Severity = "suggestion"
)

// Finding is one thing to say about a document.
type Finding struct {
	Severity Severity `json:"severity"`
	Code     string   `json:"code"` // such as "REDUNDANT_ACTION"
	Path     string   `json:"path"` // such as "Statement[0].Action[1]"; empty for the document as a whole
	Message  string   `json:"message"`
}

// Options is what the linter knows of the world.
type Options struct {
	// Actions holds the actions of services, by the services' prefixes in lower case: "iam" has "CreateUser". Of services that are not in it no
	// action is called unknown.
	Actions map[string][]string
}

// Lint judges a document. An unknown kind is taken for Identity.
func Lint(document []byte, k Kind, o Options) []Finding {
	p, err := iampolicy.Parse(document, k.grammar())
	if err != nil {
		return []Finding{refused(err)}
	}
	l := &linter{kind: k, options: o, version: p.Version()}
	l.size(iampolicy.Size(document))
	if p.Version() != "2012-10-17" {
		l.add(Warning, "MISSING_VERSION", "Version", `the document is of the old version of the policy language, which has no variables: add "Version": "2012-10-17"`)
	}
	elements := p.Elements()
	for i := range elements {
		for j, r := range elements[i].Resources {
			elements[i].Resources[j] = iampolicy.CompleteResource(r)
		}
		l.statement(&elements[i])
	}
	l.redundantStatements(elements)
	slices.SortStableFunc(l.findings, func(a, b Finding) int { return order(a.Path) - order(b.Path) })
	return l.findings
}

// refused is the finding about a document that cannot be stored.
func refused(err error) Finding {
	f := Finding{Severity: Error, Code: "INVALID_POLICY", Message: err.Error()}
	var bad *iampolicy.ParseError
	if errors.As(err, &bad) {
		f.Path, f.Message = bad.Path, bad.Message
		if bad.Reason != "" {
			f.Message += " (" + bad.Reason + ")"
		}
	}
	return f
}

// order is the number of the statement that a path is in, the document coming first.
func order(path string) int {
	rest, ok := strings.CutPrefix(path, "Statement[")
	number, _, _ := strings.Cut(rest, "]")
	n, err := strconv.Atoi(number)
	if !ok || err != nil {
		return -1
	}
	return n
}

type linter struct {
	kind     Kind
	options  Options
	version  string
	findings []Finding
}

func (l *linter) add(s Severity, code, path, format string, args ...any) {
	l.findings = append(l.findings, Finding{s, code, path, fmt.Sprintf(format, args...)})
}

// size holds the document to the quota of its kind
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length).
func (l *linter) size(n int) {
	most, code := 0, "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA"
	switch l.kind {
	case Identity:
		most = 6144
	case Trust:
		most, code = 2048, "POLICY_SIZE_EXCEEDS_TRUST_POLICY_QUOTA"
	case Session:
		most, code = 2048, "POLICY_SIZE_EXCEEDS_SESSION_POLICY_QUOTA"
	}
	if most > 0 && n > most {
		l.add(Warning, code, "", "the document has %d characters that count, and such a policy may have %d unless its quota is raised", n, most)
	}
}

func (l *linter) statement(e *iampolicy.Element) {
	at := statementPath(e.Index)
	l.actions(e, at)
	l.resources(e, at)
	l.conditions(e, at)
	l.principals(e, at)
}

func statementPath(i int) string { return fmt.Sprintf("Statement[%d]", i) }

// grants reports whether a statement gives something: an Allow, but for service control policies, which only ever limit.
func (l *linter) grants(e *iampolicy.Element) bool {
	return e.Effect == "Allow" && l.kind != ServiceControl
}

// list is the path of one value of an element.
func list(at, element string, not bool, i int) string {
	if not {
		element = "Not" + element
	}
	return fmt.Sprintf("%s.%s[%d]", at, element, i)
}
