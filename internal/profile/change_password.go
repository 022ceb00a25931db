package profile

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// ChangePassword gives the caller a new password. They prove that they know the one they have: a wrong one counts as at sign-in.
func (s *Service) ChangePassword(ctx context.Context, in *api.ChangePasswordRequest) (*api.ChangePasswordResponse, error) {
	d, row, err := s.core.BearerUser(ctx, in.AccessToken)
	if err != nil {
		return nil, err
	}
	a := account.Account{Row: row}
	if err := s.core.CheckLock(ctx, &a); err != nil {
		return nil, account.LimitExceeded()
	}
	if len(row.Doc.SealedVerifier) > 0 {
		if in.PreviousPassword == nil {
			return nil, account.Missing("PreviousPassword")
		}
		right, err := s.core.PasswordFits(ctx, d, &a, *in.PreviousPassword)
		if err != nil {
			return nil, err
		}
		if !right {
			s.record(ctx, d, &row.Doc, "PasswordChange", "Fail", nil)
			return nil, s.core.Fail(ctx, &a, nil)
		}
		// Of guesses that come at once the right one must not be known by getting further than the others.
		if err := account.StillUnchanged(ctx, s.core.Store, &row.Doc, s.core.Now()); err != nil {
			return nil, err
		}
	}
	if err := s.judge(ctx, d, "PASSWORD_CHANGE", in.ProposedPassword); err != nil {
		return nil, err
	}
	if err := s.core.SetPassword(ctx, d.Pool, &row.Doc, in.ProposedPassword); err != nil {
		return nil, err
	}
	if err := s.core.Store.Update(ctx, func(w store.Writer) error { return directory.Users.Update(ctx, w, &row) }); err != nil {
		return nil, account.WriteError(err)
	}
	s.record(ctx, d, &row.Doc, "PasswordChange", outcome(nil), nil)
	return &api.ChangePasswordResponse{}, nil
}
