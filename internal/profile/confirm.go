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

// nameless is the error for a name that stands for nobody, in the operations that send and take codes.
func nameless(err error) error {
	if errors.Is(err, api.UserNotFoundException) {
		return api.UserNotFoundException.New("Username/client id combination not found.")
	}
	return err
}

func alreadyConfirmed(u *directory.User) error {
	return api.NotAuthorizedException.New("User cannot be confirmed. Current status is %s", u.Status)
}

// ConfirmSignUp confirms a user by the code that they were sent. A session from SignUp becomes one that USER_AUTH takes.
func (s *Service) ConfirmSignUp(ctx context.Context, in *api.ConfirmSignUpRequest) (*api.ConfirmSignUpResponse, error) {
	d, err := s.core.Open(ctx, in.ClientId)
	if err != nil {
		return nil, err
	}
	if err := s.core.CheckSecretHash(ctx, d, account.Text(in.SecretHash), in.Username); err != nil {
		return nil, err
	}
	c := confirmation{name: in.Username, code: in.ConfirmationCode, metadata: in.ClientMetadata}
	c.force = in.ForceAliasCreation != nil && *in.ForceAliasCreation
	if in.Session != nil {
		if s.Sessions == nil || !d.Allows("ALLOW_USER_AUTH") {
			return nil, api.NotAuthorizedException.New("Invalid session for the user.")
		}
		c.session = *in.Session
	}
	session, err := s.confirm(ctx, d, c)
	if err != nil {
		return nil, err
	}
	out := &api.ConfirmSignUpResponse{}
	if session != "" {
		out.Session = &session
	}
	return out, nil
}

// confirmation is what a user brings to be confirmed, by the operation or by a link.
type confirmation struct {
	name, code string
	force      bool   // take the address from whoever has it as an alias
	session    string // of SignUp; empty: none
	metadata   map[string]string
}

// confirm confirms a user, and gives the session that they may go on with.
func (s *Service) confirm(ctx context.Context, d account.Door, given confirmation) (session string, err error) {
	a, err := s.core.Find(ctx, d, given.name)
	if err != nil {
		return "", nameless(err)
	}
	if a.User().Status != directory.Unconfirmed {
		if !d.Client.PreventExistence {
			return "", alreadyConfirmed(a.User())
		}
		a = s.core.GhostOf(d.Pool, given.name) // as ResendConfirmationCode does
	}
	var u directory.User
	err = s.core.Redeem(ctx, d.Pool, a.User().Sub, account.SignUpCode, given.code, func(ctx context.Context, w store.Writer, c *account.Code) error {
		row, err := directory.Users.Get(ctx, w, d.Pool.ID, a.User().Sub)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return account.Mismatch()
		case err != nil:
			return err
		case row.Doc.Status != directory.Unconfirmed:
			return alreadyConfirmed(&row.Doc)
		}
		row.Doc.Status, row.Doc.Modified = directory.Confirmed, s.core.Now()
		s.core.Prove(&row.Doc, c)
		if given.force {
			if err := directory.ReleaseAliases(ctx, w, d.Pool, &row.Doc); err != nil {
				return err
			}
		}
		if err := directory.UpdateUser(ctx, w, d.Pool, &row); err != nil {
			return err
		}
		u, session = row.Doc, ""
		if given.session != "" {
			session, err = s.Sessions.Confirmed(ctx, w, d, &row.Doc, given.session, c.Attribute)
		}
		return err
	})
	if err != nil {
		return "", account.WriteError(err)
	}
	return session, s.afterwards(ctx, d, &u, hook.PostConfirmationSignUp, given.metadata)
}

// ResendConfirmationCode sends a new code or link to a user who has not confirmed yet.
func (s *Service) ResendConfirmationCode(ctx context.Context, in *api.ResendConfirmationCodeRequest) (*api.ResendConfirmationCodeResponse, error) {
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
	u := a.User()
	attribute := confirmAttribute(d.Pool, u)
	if a.Ghost || d.Client.PreventExistence && (attribute == "" || u.Status != directory.Unconfirmed) {
		details, err := s.pretend(ctx, d, in.Username, account.SignUpCode)
		return &api.ResendConfirmationCodeResponse{CodeDeliveryDetails: details}, err
	}
	if u.Status != directory.Unconfirmed {
		return nil, api.InvalidParameterException.New("User is already confirmed.")
	}
	if attribute == "" {
		return nil, api.InvalidParameterException.New("Auto verification not turned on.")
	}
	c, err := s.newCode(d, u, attribute, occasion{account.SignUpCode, "ResendCode", in.ClientMetadata})
	if err != nil {
		return nil, err
	}
	details, err := s.storeAndSend(ctx, d, attribute, c)
	s.record(ctx, d, u, "ResendCode", outcome(err), in.UserContextData)
	return &api.ResendConfirmationCodeResponse{CodeDeliveryDetails: details}, err
}
