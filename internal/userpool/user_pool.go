package userpool

import (
	"context"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// algorithmTag is the reserved tag that chooses the algorithm of a pool's tokens at its creation: RS256 (the default) or ES256.
const algorithmTag = "mayfly:token-signing-alg"

// deleteBatch bounds the users that one transaction deletes.
const deleteBatch = 200

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
		if err := directory.Pools.Insert(ctx, w, p); err != nil {
			return err
		}
		return insertKeys(ctx, w)
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateUserPoolResponse{UserPool: poolView(p, 0)}, nil
}

func (s *Service) newPool(ctx context.Context, in *api.CreateUserPoolRequest) (*directory.Pool, error) {
	now := s.now()
	p := &directory.Pool{
		Account: caller.PrincipalFrom(ctx).Account, Region: s.region(ctx), Name: in.PoolName, Created: now, Modified: now,
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
	if err := createSettings(in).apply(p); err != nil {
		return nil, err
	}
	var err error
	if p.Schema, err = poolSchema(in.Schema); err != nil {
		return nil, err
	}
	id, err := draw.Text(s.Random, draw.Alphanumeric, poolIDLength)
	p.ID = p.Region + "_" + id
	return p, err
}

// DescribeUserPool shows a pool.
func (s *Service) DescribeUserPool(ctx context.Context, in *api.DescribeUserPoolRequest) (*api.DescribeUserPoolResponse, error) {
	p, err := s.pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	users, err := directory.Users.Count(ctx, s.Store, "", p.ID)
	if err != nil {
		return nil, err
	}
	return &api.DescribeUserPoolResponse{UserPool: poolView(p, users)}, nil
}

// UpdateUserPool replaces the settings of a pool. What is absent goes back to its default, as with AWS, except for the name.
func (s *Service) UpdateUserPool(ctx context.Context, in *api.UpdateUserPoolRequest) (*api.UpdateUserPoolResponse, error) {
	err := s.updatePool(ctx, in.UserPoolId, func(p *directory.Pool) error {
		if in.UserPoolTags != nil {
			tags := in.UserPoolTags
			if err := checkTags(tags); err != nil {
				return err
			}
			if err := sameAlgorithm(p, tags); err != nil {
				return err
			}
			p.Tags = tags
		}
		if in.PoolName != nil {
			p.Name = *in.PoolName
		}
		return updateSettings(in).apply(p)
	})
	if err != nil {
		return nil, err
	}
	return &api.UpdateUserPoolResponse{}, nil
}

// DeleteUserPool removes a pool with all that belongs to it. Users go in batches before the pool; when it is cut short the pool is still
// there, and the request can be made again.
func (s *Service) DeleteUserPool(ctx context.Context, in *api.DeleteUserPoolRequest) (*wire.Empty, error) {
	for {
		left, err := s.deleteSomeUsers(ctx, in.UserPoolId)
		if err != nil {
			return nil, err
		}
		if !left {
			break
		}
	}
	err := s.Store.Update(ctx, func(w store.Writer) error {
		if err := s.deletable(ctx, w, in.UserPoolId); err != nil {
			return err
		}
		return s.deletePool(ctx, w, in.UserPoolId)
	})
	if err != nil {
		return nil, err
	}
	return &wire.Empty{}, nil
}

func (s *Service) deletable(ctx context.Context, r store.Reader, poolID string) error {
	row, err := s.poolRow(ctx, r, poolID)
	if err != nil {
		return err
	}
	if row.Doc.DeletionProtection {
		return api.InvalidParameterException.New("The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.")
	}
	return nil
}

// deleteSomeUsers deletes up to a batch of users and says whether there may be more.
func (s *Service) deleteSomeUsers(ctx context.Context, poolID string) (left bool, err error) {
	err = s.Store.Update(ctx, func(w store.Writer) error {
		if err := s.deletable(ctx, w, poolID); err != nil {
			return err
		}
		page, err := directory.Users.List(ctx, w, store.Query{Prefix: []string{poolID}, Limit: deleteBatch})
		if err != nil {
			return err
		}
		for i := range page.Rows {
			if err := s.deleteUser(ctx, w, &page.Rows[i].Doc); err != nil {
				return err
			}
		}
		left = page.Next != ""
		return nil
	})
	return left, err
}

// deleteUser removes a user and what belongs to them.
func (s *Service) deleteUser(ctx context.Context, w store.Writer, u *directory.User) error {
	if err := s.Tokens.RevokeUser(ctx, w, u.PoolID, u.Sub); err != nil {
		return err
	}
	return directory.DeleteUser(ctx, w, u.PoolID, u.Sub)
}

// deletePool removes the pool and what is left of it. Users that signed up since the last batch go here.
func (s *Service) deletePool(ctx context.Context, w store.Writer, poolID string) error {
	page, err := directory.Users.List(ctx, w, store.Query{Prefix: []string{poolID}})
	if err != nil {
		return err
	}
	if page.Next != "" {
		return api.ConcurrentModificationException.New("User pool %s is being modified. Please try again.", poolID)
	}
	for i := range page.Rows {
		if err := s.deleteUser(ctx, w, &page.Rows[i].Doc); err != nil {
			return err
		}
	}
	_, err = directory.Clients.DeleteAll(ctx, w, "by_pool", poolID)
	if err != nil {
		return err
	}
	if _, err := directory.Groups.DeleteAll(ctx, w, "", poolID); err != nil {
		return err
	}
	if err := s.PoolKeys.DeletePoolKeys(ctx, w, poolID); err != nil {
		return err
	}
	return directory.Pools.Delete(ctx, w, poolID)
}

// ListUserPools lists the pools of the caller's account in the request's region.
func (s *Service) ListUserPools(ctx context.Context, in *api.ListUserPoolsRequest) (*api.ListUserPoolsResponse, error) {
	account, region := caller.PrincipalFrom(ctx).Account, s.region(ctx)
	l := listing{"ListUserPools", region}
	after, err := s.cursor(ctx, l, in.NextToken)
	if err != nil {
		return nil, err
	}
	page, err := directory.Pools.List(ctx, s.Store, store.Query{Index: "by_region", Prefix: []string{account, region}, After: after, Limit: in.MaxResults})
	if err != nil {
		return nil, pageError(err)
	}
	out := &api.ListUserPoolsResponse{UserPools: []api.UserPoolDescriptionType{}}
	for i := range page.Rows {
		p := &page.Rows[i].Doc
		out.UserPools = append(out.UserPools, api.UserPoolDescriptionType{
			Id: &p.ID, Name: &p.Name, CreationDate: &p.Created, LastModifiedDate: &p.Modified, LambdaConfig: &api.LambdaConfigType{},
		})
	}
	out.NextToken, err = s.tokenFor(ctx, l, page.Next)
	return out, err
}
