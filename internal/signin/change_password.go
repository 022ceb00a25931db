package signin

import (
	"context"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// ChangePassword gives the caller a new password. They prove that they know the one they have: a wrong one counts as at sign-in.
func (s *Service) ChangePassword(ctx context.Context, in *api.ChangePasswordRequest) (*api.ChangePasswordResponse, error) {
	d, row, err := s.bearerUser(ctx, in.AccessToken)
	if err != nil {
		return nil, err
	}
	a := account{row: row}
	if err := s.checkLock(ctx, &a); err != nil {
		return nil, limitExceeded()
	}
	if len(row.Doc.SealedVerifier) > 0 {
		if in.PreviousPassword == nil {
			return nil, missing("PreviousPassword")
		}
		right, err := s.passwordFits(ctx, d, &a, *in.PreviousPassword)
		if err != nil {
			return nil, err
		}
		if !right {
			return nil, s.fail(ctx, d, &a, nil)
		}
	}
	if err := s.setPassword(ctx, d.pool, &row.Doc, in.ProposedPassword); err != nil {
		return nil, err
	}
	if err := s.db.Update(ctx, func(w store.Writer) error { return directory.Users.Update(ctx, w, &row) }); err != nil {
		return nil, writeError(err)
	}
	return &api.ChangePasswordResponse{}, nil
}
