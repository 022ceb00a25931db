package simulate

import (
	"context"
	"strconv"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

// Names of the members whose documents get ids.
const (
	policyInput   = "PolicyInputList"
	boundaryInput = "PermissionsBoundaryPolicyInputList"
)

// SimulateCustomPolicy decides requests by the documents of the input alone.
func (s *Service) SimulateCustomPolicy(ctx context.Context, in *iamapi.SimulateCustomPolicyRequest) (*iamapi.SimulatePolicyResponse, error) {
	common := &input{
		actions: in.ActionNames, resources: in.ResourceArns, policies: in.PolicyInputList, boundary: in.PermissionsBoundaryPolicyInputList,
		resourcePolicy: in.ResourcePolicy, owner: in.ResourceOwner, caller: in.CallerArn, entries: in.ContextEntries,
		option: in.ResourceHandlingOption, marker: in.Marker, maxItems: in.MaxItems,
	}
	p := iampolicy.Principal{Type: iampolicy.User, Account: account(ctx)}
	if in.CallerArn != nil {
		var err error
		if p, err = s.user(ctx, *in.CallerArn); err != nil {
			return nil, err
		}
	}
	return s.simulate(ctx, common, "", &simulation{principal: p})
}

// SimulatePrincipalPolicy decides requests by the policies of a user with its groups, of a group, or of a role, and by the documents of the
// input beside them.
func (s *Service) SimulatePrincipalPolicy(ctx context.Context, in *iamapi.SimulatePrincipalPolicyRequest) (*iamapi.SimulatePolicyResponse, error) {
	common := &input{
		actions: in.ActionNames, resources: in.ResourceArns, policies: in.PolicyInputList, boundary: in.PermissionsBoundaryPolicyInputList,
		resourcePolicy: in.ResourcePolicy, owner: in.ResourceOwner, caller: in.CallerArn, entries: in.ContextEntries,
		option: in.ResourceHandlingOption, marker: in.Marker, maxItems: in.MaxItems,
	}
	src, err := s.source(ctx, in.PolicySourceArn)
	if err != nil {
		return nil, err
	}
	p, err := s.principal(ctx, &src, in.CallerArn)
	if err != nil {
		return nil, err
	}
	if in.CallerArn == nil && src.kind == record.KindUser {
		common.caller = &src.arn
	}
	set, err := s.policiesOf(ctx, &src)
	if err != nil {
		return nil, err
	}
	return s.simulate(ctx, common, src.id, &simulation{principal: p, set: *set})
}

// simulation is what every request of one simulation shares.
type simulation struct {
	set        iampolicy.Set
	principal  iampolicy.Principal
	context    iampolicy.MapContext
	actions    []string
	resources  []string
	listed     bool // the resources were named
	together   bool // the resources make up one request
	owner      string
	onResource bool   // there is a resource policy
	document   string // the resource policy

	ordinary, trust *iampolicy.Named // the resource policy as it was read
}

// fill reads what the input adds to the policies of the source.
func (sim *simulation) fill(in *input) error {
	if in.resourcePolicy != nil {
		if in.caller == nil {
			return invalid("CallerArn is required with a ResourcePolicy unless PolicySourceArn is the ARN of a user.")
		}
		sim.onResource, sim.document = true, *in.resourcePolicy
	}
	if len(in.boundary) > 1 {
		return invalid("Only one permissions boundary policy can be simulated.")
	}
	if err := checkActions(in.actions); err != nil {
		return err
	}
	var err error
	sim.actions, sim.listed, sim.together = in.actions, len(in.resources) > 0, in.option != nil
	if sim.resources, err = resourcesOf(in.resources); err != nil {
		return err
	}
	if err := checkScenario(in.option, sim.resources); err != nil {
		return err
	}
	if sim.owner, err = ownerOf(in.owner); err != nil {
		return err
	}
	if sim.context, err = contextOf(in.entries); err != nil {
		return err
	}
	return sim.documents(in)
}

func (sim *simulation) documents(in *input) error {
	more, err := parse(policyInput, in.policies, iampolicy.IdentityPolicy)
	if err != nil {
		return err
	}
	sim.set.Identity = append(sim.set.Identity, more...)
	boundary, err := parse(boundaryInput, in.boundary, iampolicy.IdentityPolicy)
	if err != nil {
		return err
	}
	if len(boundary) > 0 {
		sim.set.Boundary = &boundary[0]
	}
	return nil
}

// simulate gives one page of results: for each action each resource, in the order of the input.
func (s *Service) simulate(ctx context.Context, in *input, source string, sim *simulation) (*iamapi.SimulatePolicyResponse, error) {
	if err := sim.fill(in); err != nil {
		return nil, err
	}
	l := &edge.List{Keys: s.keys, Scope: in.scope(source), Marker: in.marker, MaxItems: in.maxItems}
	place, err := l.After(ctx)
	if err != nil {
		return nil, err
	}
	next := 0
	if place != "" {
		if next, err = strconv.Atoi(place); err != nil {
			return nil, err
		}
	}
	each := len(sim.resources)
	if sim.together {
		each = 1
	}
	total := len(sim.actions) * each
	room, err := sim.room()
	if err != nil {
		return nil, err
	}
	out := &iamapi.SimulatePolicyResponse{EvaluationResults: []iamapi.EvaluationResult{}}
	for room = min(room, l.Limit()); next < total && len(out.EvaluationResults) < room; next++ {
		if err := ctx.Err(); err != nil { // nobody waits for the rest
			return nil, err
		}
		r, err := sim.result(sim.actions[next/each], next%each)
		if err != nil {
			return nil, err
		}
		out.EvaluationResults = append(out.EvaluationResults, r)
	}
	place = ""
	if next < total {
		place = strconv.Itoa(next)
	}
	out.IsTruncated, out.Marker, err = l.Next(ctx, place)
	return out, err
}
