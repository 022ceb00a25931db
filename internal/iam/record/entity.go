package record

import (
	"slices"
	"strings"
)

// Kind is the kind of an entity that policies attach to, as it is stored and as ARNs name it.
type Kind string

// The kinds of entities.
const (
	KindUser  Kind = "user"
	KindGroup Kind = "group"
	KindRole  Kind = "role"
)

// InlinePolicy is a policy that lives in its entity.
type InlinePolicy struct {
	Name     string `json:"name"`
	Document string `json:"document"` // as it was given
}

// PolicyRef points to a managed policy.
type PolicyRef struct {
	ID  string `json:"id"`
	ARN string `json:"arn"`
}

// Name gives the policy's name, the last part of its ARN.
func (p *PolicyRef) Name() string { return p.ARN[strings.LastIndexByte(p.ARN, '/')+1:] }

// Path gives the policy's path, between "policy" and the name.
func (p *PolicyRef) Path() string {
	_, rest, _ := strings.Cut(p.ARN, ":policy")
	return rest[:strings.LastIndexByte(rest, '/')+1]
}

// Grants is what gives an entity its permissions.
type Grants struct {
	Inline   []InlinePolicy `json:"inline,omitempty"`   // by name
	Attached []PolicyRef    `json:"attached,omitempty"` // by ARN
	Boundary *PolicyRef     `json:"boundary,omitempty"`
}

// FindInline gives the place of an inline policy, or where it belongs. Names of inline policies are exact.
func (g *Grants) FindInline(name string) (int, bool) {
	return slices.BinarySearchFunc(g.Inline, name, func(p InlinePolicy, n string) int { return strings.Compare(p.Name, n) })
}

// FindAttached gives the place of an attachment, or where it belongs.
func (g *Grants) FindAttached(arn string) (int, bool) {
	return slices.BinarySearchFunc(g.Attached, arn, func(p PolicyRef, a string) int { return strings.Compare(p.ARN, a) })
}

// BoundaryARN is the ARN of the permissions boundary; empty when there is none.
func (g *Grants) BoundaryARN() string {
	if g.Boundary == nil {
		return ""
	}
	return g.Boundary.ARN
}
