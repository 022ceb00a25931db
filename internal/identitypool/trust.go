package identitypool

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// webIdentity is what CloudTrail calls the bearer of a token who is about to assume a role
// (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html).
const webIdentity caller.Kind = "WebIdentityUser"

// assumption is an identity that is about to assume a role. It answers the condition keys of the role's trust policy: the claims and tags of the identity,
// and what every request answers.
type assumption struct {
	request  *caller.Request
	role     *Role
	pool     *Pool
	identity string
	claims   map[string][]string
	tags     map[string]string
}

// Lookup implements iampolicy.Context.
func (a *assumption) Lookup(key string) ([]string, bool) {
	if v, ok := a.claims[key]; ok {
		return v, true
	}
	switch key {
	case "sts:rolesessionname":
		return []string{sessionName}, true
	case "aws:federatedprovider":
		return []string{providerName}, true
	case "aws:tagkeys":
		return slices.Sorted(maps.Keys(a.tags)), len(a.tags) > 0
	}
	if tag, ok := strings.CutPrefix(key, "aws:requesttag/"); ok {
		for k, v := range a.tags {
			if caller.Fold(k) == tag {
				return []string{v}, true
			}
		}
		return nil, false
	}
	if v, ok := a.request.Lookup(key); ok {
		return []string{v}, true
	}
	return nil, false
}

// errNoDecisions is a mistake in the wiring, which must not let anybody in.
var errNoDecisions = errors.New("identitypool: nothing records decisions")

// decide asks the role's trust policy to let the identity in, and with its tags where it has some. Each answer is recorded before it counts
// (https://docs.aws.amazon.com/cognito/latest/developerguide/using-attributes-for-access-control-policy-example.html).
func (s *Service) decide(ctx context.Context, a *assumption) error {
	if s.Decisions == nil {
		return errNoDecisions
	}
	if err := s.decideOne(ctx, a, "sts:AssumeRoleWithWebIdentity"); err != nil || len(a.tags) == 0 {
		return err
	}
	return s.decideOne(ctx, a, "sts:TagSession")
}

func (s *Service) decideOne(ctx context.Context, a *assumption, action string) error {
	d := iampolicy.Evaluate(
		&iampolicy.Set{Resource: &iampolicy.Named{ID: a.role.ARN, Policy: a.role.Trust}, ResourceKind: iampolicy.RoleTrust},
		&iampolicy.Request{
			Action: action, Resource: a.role.ARN, ResourceAccount: a.role.Account, Context: a,
			Principal: iampolicy.Principal{Type: iampolicy.WebIdentity, Federated: providerName},
		})
	reason := ""
	if !d.Allowed {
		reason = "the role's trust policy does not allow it"
	}
	who := caller.Principal{Kind: webIdentity, Account: a.pool.Account, UserID: providerName + ":" + a.pool.ID + ":" + a.identity}
	ask := caller.Ask{Action: action, Resource: a.role.ARN, ResourceAccount: a.role.Account, Trust: true}
	if err := s.Decisions.Record(ctx, &who, &ask, d.Allowed, reason); err != nil {
		return err
	}
	if !d.Allowed {
		return badConfiguration()
	}
	return nil
}
