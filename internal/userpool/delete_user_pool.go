package userpool

import (
	"context"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// deleteBatch bounds the users that one transaction deletes.
const deleteBatch = 200

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
	s.counts.drop(in.UserPoolId)
	return &wire.Empty{}, nil
}

func (s *Service) deletable(ctx context.Context, r store.Reader, poolID string) error {
	row, err := s.edge.Row(ctx, r, poolID)
	if err != nil {
		return err
	}
	if row.Doc.DeletionProtection {
		return api.InvalidParameterException.New("The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.")
	}
	domains, err := directory.Domains.Count(ctx, r, "by_pool", poolID)
	if err == nil && domains > 0 {
		err = api.InvalidParameterException.New("User pool cannot be deleted. It has a domain configured that should be deleted first.")
	}
	return err
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
	if err := deleteRecords(ctx, w, poolID); err != nil {
		return err
	}
	for _, clean := range s.Cleanup {
		if err := clean(ctx, w, poolID); err != nil {
			return err
		}
	}
	if err := s.PoolKeys.DeletePoolKeys(ctx, w, poolID); err != nil {
		return err
	}
	row, err := directory.Pools.Get(ctx, w, poolID)
	if err != nil {
		return err
	}
	retired := &directory.RetiredPool{ID: poolID, Account: row.Doc.Account, Deleted: s.now()}
	if err := directory.RetiredPools.Upsert(ctx, w, retired); err != nil {
		return err
	}
	return directory.Pools.Delete(ctx, w, poolID)
}

// deleteRecords removes what the directory holds of a pool besides its users and what is theirs. It has no domains any more.
func deleteRecords(ctx context.Context, w store.Writer, poolID string) error {
	for _, remove := range []func() (int64, error){
		func() (int64, error) { return directory.Clients.DeleteAll(ctx, w, "by_pool", poolID) },
		func() (int64, error) { return directory.RetiredClients.DeleteAll(ctx, w, "by_pool", poolID) },
		func() (int64, error) { return directory.Groups.DeleteAll(ctx, w, "", poolID) },
		func() (int64, error) { return directory.Providers.DeleteAll(ctx, w, "", poolID) },
		func() (int64, error) { return directory.ProviderIDs.DeleteAll(ctx, w, "", poolID) },
		func() (int64, error) { return directory.UserLinks.DeleteAll(ctx, w, "", poolID) },
		func() (int64, error) { return directory.ResourceServers.DeleteAll(ctx, w, "", poolID) },
	} {
		if _, err := remove(); err != nil {
			return err
		}
	}
	return nil
}
