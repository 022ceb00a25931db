package credential

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// EnsureRoot makes sure that the account has this root key with this secret, active. It is how an operator gets the first key of a
// deployment in, so the quota of keys does not count. A key id that somebody else has is an error. Nothing is written when all is as
// it should be.
func (s *Service) EnsureRoot(ctx context.Context, account, accessKeyID string, secret caller.Secret) error {
	err := s.db.Update(ctx, func(w store.Writer) error {
		row, err := record.AccessKeys.Get(ctx, w, accessKeyID)
		if errors.Is(err, store.ErrNotFound) {
			k, err := s.sealed(accessKeyID, account, account, string(secret))
			if err != nil {
				return err
			}
			return record.AccessKeys.Insert(ctx, w, &k)
		}
		if err != nil {
			return err
		}
		k := &row.Doc
		if k.Account != account || k.Owner != account {
			return errors.New("the access key id belongs to somebody else")
		}
		old, err := s.keys.Open(ctx, seal.AccessKeySecret, account, k.Sealed, k.SecretAAD())
		if err == nil && k.Active && subtle.ConstantTimeCompare(old, []byte(secret)) == 1 {
			return nil
		}
		fresh, err := s.sealed(accessKeyID, account, account, string(secret))
		if err != nil {
			return err
		}
		k.Sealed, k.Active = fresh.Sealed, true
		return record.AccessKeys.Update(ctx, w, &row)
	})
	if err != nil {
		return fmt.Errorf("iam: root access key: %w", err)
	}
	return nil
}
