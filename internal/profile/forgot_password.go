package profile

import (
	"context"
	"errors"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/hook"
	"github.com/mayfly-id/mayfly/internal/store"
)

// ForgotPassword sends a code with which a user can set a new password. Somebody whom the pool does not know may be known to its migration trigger. A
// client that hides who exists gets an answer of the same shape for everybody who cannot be sent one.
func (s *Service) ForgotPassword(ctx context.Context, in *api.ForgotPasswordRequest) (*api.ForgotPasswordResponse, error) {
	d, err := s.core.Open(ctx, in.ClientId)
	if err != nil {
		return nil, err
	}
	if err := s.core.CheckSecretHash(ctx, d, account.Text(in.SecretHash), in.Username); err != nil {
		return nil, err
	}
	a, err := s.core.Find(ctx, d, in.Username)
	if a.Ghost || errors.Is(err, api.UserNotFoundException) {
		a, err = s.migrate(ctx, d, in, a, err)
	}
	if err != nil {
		return nil, nameless(err)
	}
	attribute, err := recoverBy(d.Pool, &a)
	if a.Ghost || err != nil && d.Client.PreventExistence {
		details, err := s.pretend(ctx, d, in.Username, account.ResetCode)
		return &api.ForgotPasswordResponse{CodeDeliveryDetails: details}, err
	}
	if err != nil {
		return nil, err
	}
	c, err := s.newCode(d, a.User(), attribute, occasion{account.ResetCode, "ForgotPassword", in.ClientMetadata})
	if err != nil {
		return nil, err
	}
	details, err := s.storeAndSend(ctx, d, attribute, c)
	response := "InProgress"
	if err != nil {
		response = outcome(err)
	}
	s.record(ctx, d, a.User(), "ForgotPassword", response, in.UserContextData)
	return &api.ForgotPasswordResponse{CodeDeliveryDetails: details}, err
}

// recoverBy chooses the address that a code goes to: the first of the pool's order that the user has verified
// (https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html#user-pool-password-reset-and-recovery).
func recoverBy(p *directory.Pool, a *account.Account) (string, error) {
	u := a.User()
	switch {
	case !u.Enabled:
		return "", account.UserDisabled()
	case u.Status == directory.ForceChangePassword, u.Status == directory.ExternalProvider:
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
	if err := account.CheckPolicy(d.Pool, in.Password); err != nil {
		return nil, err
	}
	if err := s.judge(ctx, d, "PASSWORD_CHANGE", in.Password); err != nil {
		return nil, err
	}
	fresh, historic, err := s.withPassword(ctx, d, &a, in)
	if err != nil {
		return nil, err
	}
	u, err := s.redeemReset(ctx, d, &a, in.ConfirmationCode, &fresh, historic)
	if !a.Ghost {
		s.record(ctx, d, a.User(), "ForgotPassword", outcome(err), in.UserContextData)
	}
	if err != nil {
		return nil, account.WriteError(err)
	}
	if err := s.afterwards(ctx, d, u, hook.PostConfirmationForgotPassword, in.ClientMetadata); err != nil {
		return nil, err
	}
	return &api.ConfirmForgotPasswordResponse{}, nil
}

// withPassword makes what the user is to be, and refused, why the password is not taken, for whom the code is right. For anybody else nothing is computed:
// a verifier is costly, and a user's history makes more of them, so that the time would tell who has one.
func (s *Service) withPassword(ctx context.Context, d account.Door, a *account.Account, in *api.ConfirmForgotPasswordRequest) (fresh directory.User, refused, err error) {
	fits, err := s.core.Fits(ctx, d.Pool, a.User().Sub, account.ResetCode, in.ConfirmationCode)
	if err != nil || !fits {
		return fresh, account.Mismatch(), err
	}
	fresh = *a.User()
	refused = s.core.SetPassword(ctx, d.Pool, &fresh, in.Password)
	fresh.Status = directory.Confirmed
	return fresh, refused, nil
}

// redeemReset uses up the code and stores the user as they are with the new password. Only who has the code learns why a password is refused.
func (s *Service) redeemReset(ctx context.Context, d account.Door, a *account.Account, code string, fresh *directory.User, refused error) (*directory.User, error) {
	var u directory.User
	err := s.core.Redeem(ctx, d.Pool, a.User().Sub, account.ResetCode, code, func(ctx context.Context, w store.Writer, c *account.Code) error {
		row, err := directory.Users.Get(ctx, w, d.Pool.ID, a.User().Sub)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return account.Mismatch()
		case err != nil:
			return err
		case !row.Doc.Enabled:
			return account.UserDisabled()
		case row.Version != a.Row.Version:
			return store.ErrConflict
		case !s.core.Reaches(&row.Doc, c):
			return account.Mismatch() // the code went to an address that the user has given up since
		case refused != nil:
			return refused
		}
		row.Doc = *fresh
		row.Doc.Attributes = account.Merged(fresh.Attributes, nil) // the transaction may be tried again
		s.core.Prove(&row.Doc, c)
		if err := directory.UpdateUser(ctx, w, d.Pool, &row); err != nil {
			return err
		}
		u = row.Doc
		return nil
	})
	return &u, err
}
