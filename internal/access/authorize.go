package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/audit"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// Policies gives the policies in force for a principal: identity-based, boundary, and the session policies of its credentials.
type Policies interface {
	PoliciesOf(ctx context.Context, p *caller.Principal) (*iampolicy.Set, error)
}

// Activity notes who asked for what, allowed or not, without waiting for a write.
type Activity interface {
	Seen(ctx context.Context, p *caller.Principal, action, region string, at time.Time)
}

// Authorizer decides and records.
type Authorizer struct {
	Policies      Policies
	Audit         audit.Writer
	Organizations Organizations // nil: no account is in an organization
	Messages      Messages      // nil: refusals have no encoded form
	Activity      Activity      // nil: nobody wants to know
}

// Denied is a refused request. Its text is the one that AWS gives.
type Denied struct {
	Message string
	Encoded string // for DecodeAuthorizationMessage; may be empty
}

// Error implements error.
func (d *Denied) Error() string { return d.Message }

// errNothingAsked is a mistake in an operation's authorization entry, which must not let anybody in.
var errNothingAsked = errors.New("access: the operation asks for nothing")

// Authorize decides every ask of a request and records each decision before it takes effect. The answer is nil, *Denied, *AuthError, or an error
// while deciding, which is a no as well. What needs no permission says so in an ask that is exempt; a request that asks for nothing is refused.
func (a *Authorizer) Authorize(ctx context.Context, p *caller.Principal, asks []caller.Ask) error {
	req := caller.RequestFrom(ctx)
	if len(asks) == 0 {
		_ = a.record(req, p, &caller.Ask{}, false, errNothingAsked.Error()) // the answer is no already
		return errNothingAsked
	}
	if err := mayCall(req, p); err != nil {
		if rerr := a.record(req, p, &asks[0], false, err.Error()); rerr != nil {
			return rerr
		}
		return err
	}
	for i := range asks {
		if err := a.one(ctx, req, p, &asks[i]); err != nil {
			return err
		}
	}
	return nil
}

func (a *Authorizer) one(ctx context.Context, req *caller.Request, p *caller.Principal, ask *caller.Ask) error {
	if a.Activity != nil {
		a.Activity.Seen(ctx, p, ask.Action, req.Region, req.Time)
	}
	if ask.Exempt {
		return a.record(req, p, ask, true, "")
	}
	d, err := a.Decide(ctx, p, ask)
	if err != nil {
		_ = a.record(req, p, ask, false, "error while deciding") // the answer is no already
		return fmt.Errorf("access: deciding %s: %w", ask.Action, err)
	}
	reason := ""
	if !d.Allowed {
		reason = because(&d, ask.Action)
	}
	if err := a.record(req, p, ask, d.Allowed, reason); err != nil {
		return err
	}
	if d.Allowed {
		return nil
	}
	encoded, err := a.encode(ctx, p, ask)
	if err != nil {
		return err
	}
	return &Denied{Message: refusal(p, ask, reason), Encoded: encoded}
}

// Decide evaluates one ask without recording it; only Authorize acts on decisions.
func (a *Authorizer) Decide(ctx context.Context, p *caller.Principal, ask *caller.Ask) (iampolicy.Decision, error) {
	e, err := a.evaluation(ctx, p, ask)
	if err != nil {
		return iampolicy.Decision{}, err
	}
	d := iampolicy.Evaluate(&e.set, &e.request)
	return d, e.context.failed
}

// evaluation is what one ask is decided by, in one piece of memory.
type evaluation struct {
	set     iampolicy.Set
	request iampolicy.Request
	context requestContext
}

// evaluation puts together what one ask is decided by.
func (a *Authorizer) evaluation(ctx context.Context, p *caller.Principal, ask *caller.Ask) (*evaluation, error) {
	set, err := a.Policies.PoliciesOf(ctx, p)
	if err != nil {
		return nil, err
	}
	e := &evaluation{
		set:     *set, // it is shared with other requests
		context: requestContext{ctx: ctx, p: p, r: caller.RequestFrom(ctx), ask: ask, organizations: a.Organizations},
	}
	if e.set.ServiceControl, err = a.serviceControl(ctx, p); err != nil {
		return nil, err
	}
	e.set.Resource = ask.ResourcePolicy
	if ask.Trust {
		e.set.ResourceKind = iampolicy.RoleTrust
	}
	e.request = iampolicy.Request{
		Action: ask.Action, Resource: ask.Resource, ResourceAccount: e.context.resourceAccount(), Principal: p.ForPolicies(), Context: &e.context,
	}
	return e, nil
}

// Record writes a decision that somebody else has made, such as that of a role's trust policy about a login, before it takes effect. An error refuses.
func (a *Authorizer) Record(ctx context.Context, p *caller.Principal, ask *caller.Ask, allowed bool, reason string) error {
	return a.record(caller.RequestFrom(ctx), p, ask, allowed, reason)
}

func (a *Authorizer) record(req *caller.Request, p *caller.Principal, ask *caller.Ask, allowed bool, reason string) error {
	e := audit.Entry{
		Time: req.Time, RequestID: req.ID, Service: req.Service, Operation: req.Operation, Region: req.Region,
		UserAgent: clip(req.UserAgent, mostText), PrincipalKind: string(p.Kind), PrincipalARN: p.ARN, UserID: clip(p.UserID, mostResource), AccessKeyID: p.AccessKeyID,
		Action: ask.Action, Resource: clip(ask.Resource, mostResource), Allowed: allowed, Reason: reason,
	}
	if req.SourceIP.IsValid() {
		e.SourceIP = req.SourceIP.String()
	}
	if p.Session != nil {
		e.SourceIdentity, e.Provider, e.MFAAt = p.Session.SourceIdentity, p.Session.Provider, p.Session.MFAAt
		if p.EntityARN != p.ARN {
			e.EntityARN = p.EntityARN
		}
		if p.Delegated() {
			e.Delegation = p.Session.Name
		}
	}
	if err := a.Audit.Append(&e); err != nil {
		return fmt.Errorf("access: the decision cannot be recorded: %w", err)
	}
	return nil
}

// How much of what a caller writes is repeated, in bytes. Requests are decided before the bounds of their input are checked.
const (
	mostText     = 256
	mostResource = 2048 // the longest ARN in AWS's models
)

// clip bounds what a caller can make the audit trail and answers hold.
func clip(s string, most int) string {
	if len(s) > most {
		return s[:most]
	}
	return s
}

// refusal words a denial as AWS does
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html). For a role's trust policy no reason is given: it would tell
// whether the role exists.
func refusal(p *caller.Principal, ask *caller.Ask, reason string) string {
	who := p.ARN
	if who == "" {
		who = "anonymous"
	}
	text := fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s", who, ask.Action, clip(ask.Resource, mostResource))
	if ask.Trust {
		return text
	}
	return text + " " + reason
}

func because(d *iampolicy.Decision, action string) string {
	policy := string(d.By) + " policy"
	if d.By == iampolicy.PermissionsBoundary {
		policy = string(d.By)
	}
	if !d.Explicit {
		return fmt.Sprintf("because no %s allows the %s action", policy, action)
	}
	if d.By == iampolicy.IdentityBased {
		return "with an explicit deny in an " + policy
	}
	return "with an explicit deny in a " + policy
}
