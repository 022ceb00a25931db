package identitypool

import (
	"context"
	"errors"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/store"
)

// DescribeIdentity tells an identity's logins and dates.
func (s *Service) DescribeIdentity(ctx context.Context, in *api.DescribeIdentityInput) (*api.IdentityDescription, error) {
	row, err := ownIdentity(ctx, s.Store, in.IdentityId)
	if err != nil {
		return nil, found(err, noIdentity(in.IdentityId))
	}
	d := describeIdentity(&row.Doc)
	return &d, nil
}

// ownIdentity reads an identity of one of the caller's pools; store.ErrNotFound when there is none.
func ownIdentity(ctx context.Context, r store.Reader, id string) (store.Row[Identity], error) {
	row, err := identities.Get(ctx, r, id)
	if err != nil {
		return row, err
	}
	p, err := pools.Get(ctx, r, row.Doc.PoolID)
	if err == nil && p.Doc.Account != accountOf(ctx) {
		err = store.ErrNotFound
	}
	return row, err
}

func describeIdentity(i *Identity) api.IdentityDescription {
	created, modified := i.Created.Truncate(time.Millisecond), i.Modified.Truncate(time.Millisecond)
	return api.IdentityDescription{IdentityId: &i.ID, Logins: i.Logins, CreationDate: &created, LastModifiedDate: &modified}
}

// ListIdentities lists the identities of a pool. HideDisabled leaves out those that were merged into others.
func (s *Service) ListIdentities(ctx context.Context, in *api.ListIdentitiesInput) (*api.ListIdentitiesResponse, error) {
	if _, err := s.ownPool(ctx, in.IdentityPoolId); err != nil {
		return nil, err
	}
	index := "by_pool"
	if in.HideDisabled != nil && *in.HideDisabled {
		index = "enabled"
	}
	operation := "ListIdentities " + index + " " + in.IdentityPoolId
	after, err := s.openPage(ctx, operation, in.NextToken)
	if err != nil {
		return nil, err
	}
	page, err := identities.List(ctx, s.Store, store.Query{Index: index, Prefix: []string{in.IdentityPoolId}, After: after, Limit: in.MaxResults})
	if err != nil {
		return nil, err
	}
	out := &api.ListIdentitiesResponse{IdentityPoolId: &in.IdentityPoolId, Identities: []api.IdentityDescription{}}
	for _, row := range page.Rows {
		out.Identities = append(out.Identities, describeIdentity(&row.Doc))
	}
	out.NextToken, err = s.sealPage(ctx, operation, page.Next)
	return out, err
}

// DeleteIdentities deletes identities with their logins. Ids that do not exist in the caller's account are passed over, as AWS does.
func (s *Service) DeleteIdentities(ctx context.Context, in *api.DeleteIdentitiesInput) (*api.DeleteIdentitiesResponse, error) {
	err := s.Store.Update(ctx, func(w store.Writer) error {
		for _, id := range in.IdentityIdsToDelete {
			_, err := ownIdentity(ctx, w, id)
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if _, err := logins.DeleteAll(ctx, w, "by_identity", id); err != nil {
				return err
			}
			if err := identities.Delete(ctx, w, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &api.DeleteIdentitiesResponse{UnprocessedIdentityIds: []api.UnprocessedIdentityId{}}, nil
}
