package profile

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// AdminResetUserPassword makes a user set a new password before they can sign in again, by the code that they are sent. The one they have no longer
// counts. It needs an address that the pool's recovery may use
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminResetUserPassword.html).
func (s *Service) AdminResetUserPassword(ctx context.Context, in *api.AdminResetUserPasswordRequest) (*api.AdminResetUserPasswordResponse, error) {
	p, err := s.core.OwnPool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	d := account.Door{Pool: p}
	row, err := directory.FindUser(ctx, s.core.Store, p, in.Username)
	if err != nil {
		return nil, account.WriteError(err)
	}
	attribute, err := recoverBy(p, &account.Account{Row: row})
	if err != nil {
		return nil, err
	}
	row.Doc.Status, row.Doc.Modified = directory.ResetRequired, s.core.Now()
	c, err := s.newCode(d, &row.Doc, attribute, occasion{account.ResetCode, "ForgotPassword", in.ClientMetadata})
	if err != nil {
		return nil, err
	}
	err = s.core.Store.Update(ctx, func(w store.Writer) error {
		changed := row
		if err := directory.UpdateUser(ctx, w, p, &changed); err != nil {
			return err
		}
		return s.core.PutCode(ctx, w, c)
	})
	if err != nil {
		return nil, account.WriteError(err)
	}
	if _, err := s.core.Send(ctx, c); err != nil {
		return nil, err
	}
	return &api.AdminResetUserPasswordResponse{}, nil
}
