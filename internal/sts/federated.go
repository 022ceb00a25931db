package sts

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// federated is somebody whom another provider has vouched for, and what they ask for.
type federated struct {
	action   string                  // sts:AssumeRoleWithWebIdentity or sts:AssumeRoleWithSAML
	kind     caller.Kind             // as the audit trail has it
	policyAs iampolicy.PrincipalType // as policies know it
	provider string                  // as the Federated element of a trust policy names it
	userID   string                  // for the audit trail

	roleARN    string
	session    string
	seconds    *int
	ends       time.Time // when the provider's own session ends; zero: it does not say
	policy     *string
	policyARNs []stsapi.PolicyDescriptorType

	tags       map[string]string
	transitive []string
	source     string              // source identity
	keys       map[string][]string // condition keys of the trust policy, in lower case
	carried    []string            // those of them that the session keeps
}

// The kinds of principals as CloudTrail names them.
const (
	webIdentityUser caller.Kind = "WebIdentityUser"
	samlUser        caller.Kind = "SAMLUser"
)

// assumed is what comes of it.
type assumed struct {
	credentials *stsapi.Credentials
	user        *stsapi.AssumedRoleUser
	packed      *int
	source      *string
}

// mostCarried bounds what a session keeps of a provider's words, in bytes. With session policies and tags (packedMost) it stays within what is read as a
// session token: one that is longer would be credentials that open nothing.
const mostCarried = 2048

// assume asks the trust policy and mints. A role that does not exist is refused in the words for one that trusts somebody else.
func (s *Service) assume(ctx context.Context, f *federated) (*assumed, error) {
	role, err := s.Roles.Role(ctx, f.roleARN)
	if err != nil && !errors.Is(err, caller.ErrUnknown) {
		return nil, err
	}
	if err := s.decide(ctx, f, &role); err != nil {
		return nil, err
	}
	d, err := roleDuration(&caller.Principal{}, &role, f.seconds)
	if err != nil {
		return nil, err
	}
	now := caller.RequestFrom(ctx).Time
	session := &caller.Session{
		Name: f.session, IssuedAt: now, RootIssuedAt: now, Expires: now.Add(d), SourceIdentity: f.source, Provider: f.provider,
		Tags: f.tags, TransitiveTags: f.transitive, FederatedContext: map[string][]string{},
	}
	if !f.ends.IsZero() && f.ends.Before(session.Expires) {
		session.Expires = f.ends.Truncate(time.Second)
	}
	size := 0
	for _, k := range f.carried {
		if v, ok := f.keys[k]; ok {
			session.FederatedContext[k] = v
			size += len(k) + len(strings.Join(v, ","))
		}
	}
	if size > mostCarried {
		return nil, invalidToken("What the identity provider says of the user is too long for a session.")
	}
	if err := s.sessionPolicies(ctx, session, role.Account, f.policy, f.policyARNs); err != nil {
		return nil, err
	}
	packed, err := packedSize(session)
	if err != nil {
		return nil, err
	}
	c, err := s.mint(ctx, caller.Principal{Kind: caller.AssumedRole, Account: role.Account, UniqueID: role.UniqueID, Name: role.Name, EntityARN: role.ARN, Session: session})
	if err != nil {
		return nil, err
	}
	out := &assumed{credentials: credentials(c), user: assumedRoleUser(&role, f.session), source: optional(f.source)}
	if packed > 0 {
		out.packed = &packed
	}
	return out, nil
}

// decide asks the role's trust policy for everything the request wants: to assume the role, to tag the session, to set its source identity. Each
// answer is recorded.
func (s *Service) decide(ctx context.Context, f *federated, role *Role) error {
	actions := []string{f.action}
	if len(f.tags) > 0 {
		actions = append(actions, "sts:TagSession")
	}
	if f.source != "" {
		actions = append(actions, "sts:SetSourceIdentity")
	}
	who := &caller.Principal{Kind: f.kind, UserID: f.userID}
	conditions := &trustContext{request: caller.RequestFrom(ctx), keys: f.conditions(role)}
	for _, action := range actions {
		allowed := f.trusted(role, action, conditions)
		reason := ""
		if !allowed {
			reason = "because no resource-based policy allows the " + action + " action"
		}
		ask := &caller.Ask{Action: action, Resource: f.roleARN, ResourceAccount: role.Account, Trust: true}
		if err := s.Federation.Decisions.Record(ctx, who, ask, allowed, reason); err != nil {
			return err
		}
		if !allowed {
			return accessDenied.New("Not authorized to perform %s", action)
		}
	}
	return nil
}

// trusted reports whether the trust policy allows an action.
func (f *federated) trusted(role *Role, action string, conditions iampolicy.Context) bool {
	if role.Trust == nil {
		return false
	}
	return iampolicy.Evaluate(
		&iampolicy.Set{Resource: &iampolicy.Named{ID: role.ARN, Policy: role.Trust}, ResourceKind: iampolicy.RoleTrust},
		&iampolicy.Request{
			Action: action, Resource: role.ARN, ResourceAccount: role.Account, Context: conditions,
			Principal: iampolicy.Principal{Type: f.policyAs, Federated: f.provider},
		}).Allowed
}

// conditions gives the condition keys of the request
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html).
func (f *federated) conditions(role *Role) map[string][]string {
	c := maps.Clone(f.keys)
	c["sts:rolesessionname"] = []string{f.session}
	if f.kind == webIdentityUser { // the key is of OpenID Connect alone
		c["aws:federatedprovider"] = []string{f.provider}
	}
	if f.source != "" {
		c["sts:sourceidentity"] = []string{f.source}
	}
	for k, v := range f.tags {
		c["aws:requesttag/"+caller.Fold(k)] = []string{v}
	}
	if len(f.tags) > 0 {
		c["aws:tagkeys"] = slices.Sorted(maps.Keys(f.tags))
	}
	if len(f.transitive) > 0 {
		c["sts:transitivetagkeys"] = f.transitive
	}
	resourceTags(c, role)
	return c
}

// trustContext answers condition keys: those of the request as it came, which no provider can set, and what the provider says.
type trustContext struct {
	request *caller.Request
	keys    map[string][]string
}

// Lookup implements iampolicy.Context.
func (c *trustContext) Lookup(key string) ([]string, bool) {
	if v, ok := c.request.Lookup(key); ok {
		return []string{v}, true
	}
	v, ok := c.keys[key]
	return v, ok
}

// roleAccount gives the account of a role's ARN.
func roleAccount(arn string) (string, error) {
	rest, ok := strings.CutPrefix(arn, "arn:aws:iam::")
	account, what, _ := strings.Cut(rest, ":")
	if !ok || len(account) != 12 || strings.Trim(account, "0123456789") != "" || !strings.HasPrefix(what, "role/") {
		return "", validationError.New("Request ARN is invalid")
	}
	return account, nil
}
