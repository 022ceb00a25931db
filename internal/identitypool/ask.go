package identitypool

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/arn"
	"github.com/mayfly-id/mayfly/iampolicy"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// askPool gives the authorization entry of an operation on one pool.
func askPool[In any](s *Service, id func(*In) string) wire.Asks[In] {
	return func(ctx context.Context, in *In) ([]caller.Ask, error) {
		return s.ask(ctx, id(in), nil)
	}
}

// poolARN is the ARN of a pool (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncognitoidentity.html).
func poolARN(account, region, poolID string) string {
	return "arn:aws:cognito-identity:" + region + ":" + account + ":identitypool/" + poolID
}

func (p *Pool) arn() string { return poolARN(p.Account, p.Region, p.ID) }

// ask asks for a pool by the ARN it has, or would have, in the caller's account: whether it is there is for those who may know.
func (s *Service) ask(ctx context.Context, poolID string, keys iampolicy.MapContext) ([]caller.Ask, error) {
	region, _, _ := strings.Cut(poolID, ":")
	if region == "" {
		region = caller.RequestFrom(ctx).Region
	}
	c := iampolicy.MapContext{}
	p, err := s.ownPool(ctx, poolID)
	switch {
	case err == nil:
		caller.AddTags(c, "aws:resourcetag/", p.Tags)
	case !errors.Is(err, api.ResourceNotFoundException):
		return nil, err
	}
	maps.Copy(c, keys)
	return []caller.Ask{{Resource: poolARN(accountOf(ctx), region, poolID), Context: c}}, nil
}

// tagContext gives the condition keys of a request that sets tags.
func tagContext(tags map[string]string) iampolicy.MapContext {
	c := iampolicy.MapContext{}
	caller.AddTags(c, "aws:requesttag/", tags)
	if len(tags) > 0 {
		c["aws:tagkeys"] = slices.Sorted(maps.Keys(tags))
	}
	return c
}

func (s *Service) askCreate(_ context.Context, in *api.CreateIdentityPoolInput) ([]caller.Ask, error) {
	return []caller.Ask{{Context: tagContext(in.IdentityPoolTags)}}, nil
}

func (s *Service) askUpdate(ctx context.Context, in *api.IdentityPool) ([]caller.Ask, error) {
	return s.ask(ctx, in.IdentityPoolId, tagContext(in.IdentityPoolTags))
}

func (s *Service) askTag(ctx context.Context, in *api.TagResourceInput) ([]caller.Ask, error) {
	return s.askARN(ctx, in.ResourceArn, tagContext(in.Tags))
}

func (s *Service) askUntag(ctx context.Context, in *api.UntagResourceInput) ([]caller.Ask, error) {
	keys := iampolicy.MapContext{}
	if len(in.TagKeys) > 0 {
		keys["aws:tagkeys"] = in.TagKeys
	}
	return s.askARN(ctx, in.ResourceArn, keys)
}

func (s *Service) askListTags(ctx context.Context, in *api.ListTagsForResourceInput) ([]caller.Ask, error) {
	return s.askARN(ctx, in.ResourceArn, nil)
}

// askARN asks for the pool that the text names, or else for the text as it stands.
func (s *Service) askARN(ctx context.Context, text string, keys iampolicy.MapContext) ([]caller.Ask, error) {
	_, id, _ := strings.Cut(text, ":identitypool/")
	asks, err := s.ask(ctx, id, keys)
	if err == nil && asks[0].Resource != text {
		asks = []caller.Ask{{Resource: text, Context: keys}}
	}
	return asks, err
}

// askSetRoles asks for the pool, and for each role to be handed to it: who sets a role can have its credentials
// (https://docs.aws.amazon.com/cognito/latest/developerguide/role-based-access-control.html#granting-pass-role-permission).
func (s *Service) askSetRoles(ctx context.Context, in *api.SetIdentityPoolRolesInput) ([]caller.Ask, error) {
	asks, err := s.ask(ctx, in.IdentityPoolId, nil)
	if err != nil {
		return nil, err
	}
	handed := map[string]bool{}
	for _, role := range in.Roles {
		handed[role] = true
	}
	for _, m := range in.RoleMappings {
		if m.RulesConfiguration == nil {
			continue
		}
		for _, r := range m.RulesConfiguration.Rules {
			handed[r.RoleARN] = true
		}
	}
	for _, role := range slices.Sorted(maps.Keys(handed)) {
		ask := caller.Ask{Action: "iam:PassRole", Resource: role, Context: iampolicy.MapContext{"iam:passedtoservice": {providerName}}}
		if parsed, err := arn.Parse(role); err == nil {
			ask.ResourceAccount = parsed.AccountID
		}
		asks = append(asks, ask)
	}
	return asks, nil
}

func (s *Service) askIdentity(ctx context.Context, in *api.DescribeIdentityInput) ([]caller.Ask, error) {
	_, p, err := s.identity(ctx, in.IdentityId)
	if errors.Is(err, api.ResourceNotFoundException) || err == nil && p.Account != accountOf(ctx) {
		return []caller.Ask{{}}, nil
	}
	if err != nil {
		return nil, err
	}
	return s.ask(ctx, p.ID, nil)
}
