package profile

import (
	"context"
	"errors"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// ForgotPassword sends a code with which a user can set a new password. A client that hides who exists gets an answer of the same shape for
// everybody who cannot be sent one.
func (s *Service) ForgotPassword(ctx context.Context, in *api.ForgotPasswordRequest) (*api.ForgotPasswordResponse, error) {
	d, err := s.core.Open(ctx, in.ClientId)
	if err != nil {
		return nil, err
	}
	if err := s.core.CheckSecretHash(ctx, d, account.Text(in.SecretHash), in.Username); err != nil {
		return nil, err
	}
	a, err := s.core.Find(ctx, d, in.Username)
	if err != nil {
		return nil, nameless(err)
	}
	attribute, err := recoverBy(d.Pool, &a)
	if a.Ghost || err != nil && d.Client.PreventExistence {
		details, err := s.core.PretendToSend(ctx, d.Pool, in.Username, account.ResetCode)
		return &api.ForgotPasswordResponse{CodeDeliveryDetails: details}, err
	}
	if err != nil {
		return nil, err
	}
	c, err := s.core.NewCode(d.Pool, a.User(), account.ResetCode, attribute, "ForgotPassword")
	if err != nil {
		return nil, err
	}
	details, err := s.core.StoreAndSend(ctx, c)
	return &api.ForgotPasswordResponse{CodeDeliveryDetails: details}, err
}

// recoverBy chooses the address that a code goes to: the first of the pool's order that the user has verified.
func recoverBy(p *directory.Pool, a *account.Account) (string, error) {
	u := a.User()
	switch {
	case !u.Enabled:
		return "", account.UserDisabled()
	case u.Status == directory.ForceChangePassword:
		return "", api.NotAuthorizedException.New("User password cannot be reset in the current state.")
	}
	order := p.RecoveryOrder
	if len(order) == 0 {
		order = []string{"verified_phone_number", "verified_email"}
	}
	for _, way := range order {
		switch {
		case way == "verified_email" && u.Attributes["email_verified"] == "true" && u.Attributes["email"] != "":
			return "email", nil
		case way == "verified_phone_number" && u.Attributes["phone_number_verified"] == "true" && u.Attributes["phone_number"] != "":
			return "phone_number", nil
		case way == "admin_only":
			return "", api.NotAuthorizedException.New("Contact administrator to reset password.")
		}
	}
	return "", api.InvalidParameterException.New("Cannot reset password for the user as there is no registered/verified email or phone_number")
}

// ConfirmForgotPassword sets a new password by the code that the user was sent. A password that does not conform leaves the code usable.
func (s *Service) ConfirmForgotPassword(ctx context.Context, in *api.ConfirmForgotPasswordRequest) (*api.ConfirmForgotPasswordResponse, error) {
	d, err := s.core.Open(ctx, in.ClientId)
	if err != nil {
		return nil, err
	}
	if err := s.core.CheckSecretHash(ctx, d, account.Text(in.SecretHash), in.Username); err != nil {
		return nil, err
	}
	a, err := s.core.Find(ctx, d, in.Username)
	if err != nil {
		return nil, nameless(err)
	}
	if _, err := recoverBy(d.Pool, &a); err != nil && d.Client.PreventExistence {
		a = s.core.GhostOf(d.Pool, in.Username) // as ForgotPassword did
	}
	sub := a.User().Sub
	if err := account.CheckPolicy(d.Pool, in.Password); err != nil {
		return nil, err
	}
	fresh := *a.User()
	historic := s.core.SetPassword(ctx, d.Pool, &fresh, in.Password) // for a ghost as well: the same arithmetic
	err = s.core.Redeem(ctx, d.Pool, sub, account.ResetCode, in.ConfirmationCode, func(ctx context.Context, w store.Writer, c *account.Code) error {
		row, err := directory.Users.Get(ctx, w, d.Pool.ID, sub)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return account.Mismatch()
		case err != nil:
			return err
		case !row.Doc.Enabled:
			return account.UserDisabled()
		case row.Version != a.Row.Version:
			return store.ErrConflict
		case historic != nil: // only who has the code learns that a password was used before
			return historic
		}
		row.Doc = fresh
		row.Doc.Status = directory.Confirmed
		s.core.Prove(&row.Doc, c)
		return directory.UpdateUser(ctx, w, d.Pool, &row)
	})
	if err != nil {
		return nil, account.WriteError(err)
	}
	return &api.ConfirmForgotPasswordResponse{}, nil
}
