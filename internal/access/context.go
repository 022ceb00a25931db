package access

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/internal/caller"
)

// requestContext answers condition keys from the request, the caller and the ask, and computes only what a policy looks at.
// Keys arrive in lower case (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
type requestContext struct {
	ctx           context.Context
	p             *caller.Principal
	r             *caller.Request
	ask           *caller.Ask
	organizations Organizations
	failed        error // what could not be learned: the decision is no decision

	answers  [8]answer // the first answers, which the next policies ask for again
	answered int
}

// answer is what a key was found to be.
type answer struct {
	key    string
	values []string
	ok     bool
}

// resourceAccount is the account that owns the resource.
func (c *requestContext) resourceAccount() string {
	if c.ask.ResourceAccount != "" {
		return c.ask.ResourceAccount
	}
	return c.p.Account
}

// Lookup implements iampolicy.Context.
func (c *requestContext) Lookup(key string) ([]string, bool) {
	for i := range c.answers[:c.answered] {
		if a := &c.answers[i]; a.key == key {
			return a.values, a.ok
		}
	}
	values, ok := c.find(key)
	if c.answered < len(c.answers) {
		c.answers[c.answered] = answer{key, values, ok}
		c.answered++
	}
	return values, ok
}

func (c *requestContext) find(key string) ([]string, bool) {
	if v, ok := c.ask.Context[key]; ok { // keys of the operation itself, such as sts:externalid
		return v, true
	}
	if v, ok := c.global(key); ok {
		return []string{v}, true
	}
	if v, ok := c.organizationKey(key); ok {
		return v, true
	}
	if c.p.Session != nil {
		if v, ok := c.p.Session.FederatedContext[key]; ok {
			return v, true
		}
	}
	return nil, false
}

func (c *requestContext) global(key string) (string, bool) {
	switch key {
	case "aws:principalarn":
		arn := principalARN(c.p)
		return arn, arn != ""
	case "aws:principalaccount":
		return c.p.Account, c.p.Account != ""
	case "aws:principaltype":
		return string(c.p.Kind), true
	case "aws:userid":
		return c.p.UserID, c.p.UserID != ""
	case "aws:username":
		return c.p.Name, c.p.Kind == caller.User
	case "aws:resourceaccount":
		account := c.resourceAccount()
		return account, account != ""
	}
	if v, ok := c.r.Lookup(key); ok {
		return v, true
	}
	if tag, ok := strings.CutPrefix(key, "aws:principaltag/"); ok {
		return c.principalTag(tag)
	}
	return c.session(key)
}

// principalARN is the ARN that policies know a caller by: of a role session the role's, of a federated user their own and never that of the user
// who vouched for them (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn).
func principalARN(p *caller.Principal) string {
	if p.Kind == caller.FederatedUser {
		return p.ARN
	}
	return p.EntityARN
}

// session answers the keys that only temporary credentials carry.
func (c *requestContext) session(key string) (string, bool) {
	s := c.p.Session
	if s == nil {
		return "", false
	}
	switch key {
	case "aws:tokenissuetime":
		return s.IssuedAt.UTC().Format(time.RFC3339), true
	case "aws:multifactorauthpresent":
		return strconv.FormatBool(!s.MFAAt.IsZero()), !federated(c.p)
	case "aws:multifactorauthage":
		return strconv.FormatInt(int64(c.r.Time.Sub(s.MFAAt).Seconds()), 10), !s.MFAAt.IsZero() && !federated(c.p)
	case "aws:assumedroot":
		return "true", c.p.AssumedRoot()
	case "aws:sourceidentity":
		return s.SourceIdentity, s.SourceIdentity != ""
	case "aws:federatedprovider": // of OpenID Connect alone
		return s.Provider, s.Provider != "" && !strings.Contains(s.Provider, ":saml-provider/")
	}
	return "", false
}

// federated tells sessions of whom somebody else vouches for: what they proved there is unknown, so that their MFA is absent, and not false
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-multifactorauthpresent).
func federated(p *caller.Principal) bool {
	return p.Kind == caller.FederatedUser || p.Session.Provider != ""
}

// principalTag looks a tag of the caller up; a session tag hides the entity's own of the same key. Tag keys are compared
// without regard to ASCII case, as AWS treats them.
func (c *requestContext) principalTag(tag string) (string, bool) {
	if s := c.p.Session; s != nil {
		if v, ok := foldGet(s.Tags, tag); ok {
			return v, true
		}
	}
	return foldGet(c.p.Tags, tag)
}

func foldGet(m map[string]string, lowerKey string) (string, bool) {
	for k, v := range m {
		if caller.Fold(k) == lowerKey {
			return v, true
		}
	}
	return "", false
}

func sortedKeys(m map[string][]string) []string { return slices.Sorted(maps.Keys(m)) }
