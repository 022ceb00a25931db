package profile

import (
	"context"
	"errors"
	"slices"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/hook"
	"github.com/mayfly-id/mayfly/internal/store"
)

// SignUp adds a user who waits for confirmation, and sends them a code or link where the pool verifies an address that they gave.
func (s *Service) SignUp(ctx context.Context, in *api.SignUpRequest) (*api.SignUpResponse, error) {
	d, err := s.core.Open(ctx, in.ClientId)
	if err != nil {
		return nil, err
	}
	if err := s.core.CheckSecretHash(ctx, d, account.Text(in.SecretHash), in.Username); err != nil {
		return nil, err
	}
	if d.Pool.AdminCreateOnly {
		return nil, api.NotAuthorizedException.New("SignUp is not permitted for this user pool")
	}
	u, err := s.newUser(d, in)
	if err != nil {
		return nil, err
	}
	if err := checkPassword(d, u, in.Password); err != nil {
		return nil, err
	}
	if in.Password != nil {
		if err := s.judge(ctx, d, "SIGN_UP", *in.Password); err != nil {
			return nil, err
		}
	}
	verified, err := s.preSignUp(ctx, d, u, in)
	if err != nil {
		return nil, err
	}
	if in.Password != nil {
		if err := s.core.SetPassword(ctx, d.Pool, u, *in.Password); err != nil {
			return nil, err
		}
	}
	c, err := s.addUser(ctx, d, u, verified, in.ClientMetadata)
	if err != nil {
		return nil, err
	}
	s.record(ctx, d, u, "SignUp", outcome(nil), in.UserContextData)
	return s.signedUp(ctx, d, u, c, in.ClientMetadata)
}

// checkPassword holds the password of a new user against the pool's policy. There may be none where a one-time code to an address that the user gave
// and the pool verifies lets them in
// (https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html#signing-up-users-in-your-app-passwordless).
func checkPassword(d account.Door, u *directory.User, password *string) error {
	if password != nil {
		return account.CheckPolicy(d.Pool, *password)
	}
	for factor, attribute := range map[string]string{"EMAIL_OTP": "email", "SMS_OTP": "phone_number"} {
		if d.Allows("ALLOW_USER_AUTH") && slices.Contains(d.Pool.FirstFactors, factor) && u.Attributes[attribute] != "" && slices.Contains(d.Pool.AutoVerified, attribute) {
			return nil
		}
	}
	return account.Missing("Password")
}

// addUser stores the user with the code that they confirm themselves by; nil for one whom a trigger has confirmed, and where there is no address to
// send it to. With force, addresses that are verified already are taken from who had them as aliases.
func (s *Service) addUser(ctx context.Context, d account.Door, u *directory.User, force bool, metadata map[string]string) (*account.PendingCode, error) {
	var c *account.PendingCode
	if attribute := confirmAttribute(d.Pool, u); attribute != "" && u.Status == directory.Unconfirmed {
		var err error
		if c, err = s.newCode(d, u, attribute, occasion{account.SignUpCode, "SignUp", metadata}); err != nil {
			return nil, err
		}
	}
	err := s.core.Store.Update(ctx, func(w store.Writer) error {
		if force {
			if err := directory.ReleaseAliases(ctx, w, d.Pool, u); err != nil {
				return err
			}
		}
		if err := directory.InsertUser(ctx, w, d.Pool, u); err != nil || c == nil {
			return err
		}
		return s.core.PutCode(ctx, w, c)
	})
	return c, signUpError(err)
}

// signedUp does what follows once the user is stored, and answers.
func (s *Service) signedUp(ctx context.Context, d account.Door, u *directory.User, c *account.PendingCode, metadata map[string]string) (*api.SignUpResponse, error) {
	out := &api.SignUpResponse{UserSub: u.Sub, UserConfirmed: u.Status == directory.Confirmed}
	if out.UserConfirmed {
		return out, s.afterwards(ctx, d, u, hook.PostConfirmationSignUp, metadata)
	}
	if s.Sessions != nil && d.Allows("ALLOW_USER_AUTH") {
		session, err := s.Sessions.SignedUp(ctx, d, u)
		if err != nil {
			return nil, err
		}
		out.Session = &session
	}
	if c == nil {
		return out, nil
	}
	var err error
	out.CodeDeliveryDetails, err = s.core.Send(ctx, c)
	return out, err
}

func signUpError(err error) error {
	var taken *directory.TakenError
	switch {
	case !errors.As(err, &taken):
		return account.WriteError(err)
	case taken.Attribute == "username":
		return api.UsernameExistsException.New("User already exists")
	}
	return api.UsernameExistsException.New("An account with the given %s already exists.", taken.Attribute)
}
