package userpool

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/pooledge"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// algorithmTag is the reserved tag that chooses the algorithm of a pool's tokens at its creation: RS256 (the default) or ES256.
const algorithmTag = "mayfly:token-signing-alg"

// CreateUserPool makes a pool together with its signing keys.
func (s *Service) CreateUserPool(ctx context.Context, in *api.CreateUserPoolRequest) (*api.CreateUserPoolResponse, error) {
	p, err := s.newPool(ctx, in)
	if err != nil {
		return nil, err
	}
	insertKeys, err := s.PoolKeys.NewPoolKeys(p.ID, p.SigningAlg)
	if err != nil {
		return nil, err
	}
	err = s.Store.Update(ctx, func(w store.Writer) error {
		if err := s.insertPool(ctx, w, p); err != nil {
			return err
		}
		return insertKeys(ctx, w)
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateUserPoolResponse{UserPool: poolView(p, 0, nil)}, nil
}

func (s *Service) newPool(ctx context.Context, in *api.CreateUserPoolRequest) (*directory.Pool, error) {
	now := s.now()
	p := &directory.Pool{
		Account: caller.PrincipalFrom(ctx).Account, Region: s.edge.RegionOf(ctx), Name: in.PoolName, Created: now, Modified: now,
		UsernameAttributes: unique(texts(in.UsernameAttributes)), AliasAttributes: unique(texts(in.AliasAttributes)),
		CaseSensitive: in.UsernameConfiguration == nil || in.UsernameConfiguration.CaseSensitive,
		CaseGiven:     in.UsernameConfiguration != nil,
		SigningAlg:    "RS256", Tags: in.UserPoolTags,
	}
	if len(p.UsernameAttributes) > 0 && len(p.AliasAttributes) > 0 {
		return nil, api.InvalidParameterException.New("Only one of the aliasAttributes or usernameAttributes can be set in a user pool.")
	}
	if err := checkTags(p.Tags); err != nil {
		return nil, err
	}
	if alg, ok := p.Tags[algorithmTag]; ok {
		if alg != "RS256" && alg != "ES256" {
			return nil, api.InvalidParameterException.New("Tag %s must be RS256 or ES256.", algorithmTag)
		}
		p.SigningAlg = alg
	}
	if err := createSettings(in).apply(p, s.Functions); err != nil {
		return nil, err
	}
	var err error
	if p.Schema, err = poolSchema(in.Schema); err != nil {
		return nil, err
	}
	if customCount(p) > maxCustom {
		return nil, tooManyCustom()
	}
	p.ID, err = s.newPoolID(p)
	return p, err
}

// DescribeUserPool shows a pool.
func (s *Service) DescribeUserPool(ctx context.Context, in *api.DescribeUserPoolRequest) (*api.DescribeUserPoolResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	users, err := s.countUsers(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	domains, err := directory.Domains.List(ctx, s.Store, store.Query{Index: "by_pool", Prefix: []string{p.ID}, Limit: pooledge.PageSize})
	if err != nil {
		return nil, err
	}
	return &api.DescribeUserPoolResponse{UserPool: poolView(p, users, domains.Rows)}, nil
}

// UpdateUserPool replaces the settings of a pool. What is absent goes back to its default, as with AWS, except for the name.
func (s *Service) UpdateUserPool(ctx context.Context, in *api.UpdateUserPoolRequest) (*api.UpdateUserPoolResponse, error) {
	err := s.updatePool(ctx, in.UserPoolId, func(p *directory.Pool) error {
		if in.UserPoolTags != nil {
			tags := in.UserPoolTags
			if err := checkTags(tags); err != nil {
				return err
			}
			if err := sameReserved(p, tags); err != nil {
				return err
			}
			p.Tags = tags
		}
		if in.PoolName != nil {
			p.Name = *in.PoolName
		}
		return updateSettings(in).apply(p, s.Functions)
	})
	if err != nil {
		return nil, err
	}
	return &api.UpdateUserPoolResponse{}, nil
}

// ListUserPools lists the pools of the caller's account in the request's region.
func (s *Service) ListUserPools(ctx context.Context, in *api.ListUserPoolsRequest) (*api.ListUserPoolsResponse, error) {
	account, region := caller.PrincipalFrom(ctx).Account, s.edge.RegionOf(ctx)
	l := pooledge.Listing{"ListUserPools", region}
	after, err := s.edge.Cursor(ctx, l, in.NextToken)
	if err != nil {
		return nil, err
	}
	page, err := directory.Pools.List(ctx, s.Store, store.Query{Index: "by_region", Prefix: []string{account, region}, After: after, Limit: in.MaxResults})
	if err != nil {
		return nil, pooledge.PageError(err)
	}
	out := &api.ListUserPoolsResponse{UserPools: []api.UserPoolDescriptionType{}}
	for i := range page.Rows {
		p := &page.Rows[i].Doc
		out.UserPools = append(out.UserPools, api.UserPoolDescriptionType{
			Id: &p.ID, Name: &p.Name, CreationDate: &p.Created, LastModifiedDate: &p.Modified, LambdaConfig: triggersView(&p.Triggers),
		})
	}
	out.NextToken, err = s.edge.Token(ctx, l, page.Next)
	return out, err
}
