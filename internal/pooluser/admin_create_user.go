package pooluser

import (
	"context"
	"errors"
	"slices"
	"strings"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// AdminCreateUser makes a user with a temporary password, and invites them; with MessageAction RESEND it invites a user again. Where users can
// sign in by a one-time password, a user who has the address for it and is given no password has none.
func (s *Service) AdminCreateUser(ctx context.Context, in *api.AdminCreateUserRequest) (*api.AdminCreateUserResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	if given := deref(in.TemporaryPassword); given != "" {
		if err := checkPassword(p, given); err != nil {
			return nil, err
		}
	}
	var u *directory.User
	var password string
	if deref(in.MessageAction) == api.MessageActionTypeResend {
		u, password, err = s.renew(ctx, p, in)
	} else {
		u, password, err = s.invite(ctx, p, in)
	}
	if err != nil {
		return nil, err
	}
	if err := s.deliver(ctx, p, u, in, password); err != nil {
		return nil, err
	}
	v, err := userView(p, u, nil)
	return &api.AdminCreateUserResponse{User: v}, err
}

// temporary gives the temporary password of a request: the one given, or else a drawn one.
func (s *Service) temporary(p *directory.Pool, in *api.AdminCreateUserRequest) (string, error) {
	if given := deref(in.TemporaryPassword); given != "" {
		return given, nil
	}
	return generate(s.Random, &p.Password)
}

// passwordless tells whether a user can sign in with a one-time password alone
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminCreateUser.html).
func passwordless(p *directory.Pool, u *directory.User) bool {
	return u.Attributes["email"] != "" && slices.Contains(p.FirstFactors, "EMAIL_OTP") ||
		u.Attributes["phone_number"] != "" && slices.Contains(p.FirstFactors, "SMS_OTP")
}

// invite makes the user. The password is empty for a user without one, who is confirmed at once.
func (s *Service) invite(ctx context.Context, p *directory.Pool, in *api.AdminCreateUserRequest) (u *directory.User, password string, err error) {
	if u, err = s.newUser(p, in); err != nil {
		return nil, "", err
	}
	if err := s.beforeCreation(ctx, p, u, in); err != nil {
		return nil, "", err
	}
	if deref(in.TemporaryPassword) == "" && passwordless(p, u) {
		u.Status = directory.Confirmed
		return u, "", s.insertUser(ctx, p, u, deref(in.ForceAliasCreation))
	}
	if password, err = s.temporary(p, in); err != nil {
		return nil, "", err
	}
	c, err := s.credential(p, u.Username, u.Sub, password, true)
	if err != nil {
		return nil, "", err
	}
	c.put(p, u)
	return u, password, s.insertUser(ctx, p, u, deref(in.ForceAliasCreation))
}

// newUser is the user of a request, without a password.
func (s *Service) newUser(p *directory.Pool, in *api.AdminCreateUserRequest) (*directory.User, error) {
	values, err := attributeMap(p, in.UserAttributes)
	if err != nil {
		return nil, err
	}
	sub, err := draw.UUID(s.Random)
	if err != nil {
		return nil, err
	}
	now := s.now()
	u := &directory.User{
		PoolID: p.ID, Sub: sub, Status: directory.ForceChangePassword, Enabled: true, Created: now, Modified: now, Attributes: values,
	}
	if problem := p.NameUser(u, in.Username); problem != "" {
		return nil, api.InvalidParameterException.New("%s", problem)
	}
	for key, value := range u.Attributes {
		if value == "" {
			delete(u.Attributes, key)
		}
	}
	return u, verifiedNeeds(u.Attributes)
}

func (s *Service) insertUser(ctx context.Context, p *directory.Pool, u *directory.User, force bool) error {
	return s.Store.Update(ctx, func(w store.Writer) error {
		if _, err := s.edge.Row(ctx, w, p.ID); err != nil { // it may be on its way out
			return err
		}
		if force {
			if err := directory.ReleaseAliases(ctx, w, p, u); err != nil {
				return err
			}
		}
		err := directory.InsertUser(ctx, w, p, u)
		var taken *directory.TakenError
		if errors.As(err, &taken) && p.IsUsername(taken.Attribute) {
			return api.UsernameExistsException.New("An account with the given %s already exists.", taken.Attribute)
		}
		return userError(err)
	})
}

// renew gives an invited user a new temporary password, so that they can be invited again.
func (s *Service) renew(ctx context.Context, p *directory.Pool, in *api.AdminCreateUserRequest) (*directory.User, string, error) {
	password, err := s.temporary(p, in)
	if err != nil {
		return nil, "", err
	}
	row, err := findUser(ctx, s.Store, p, in.Username)
	if err != nil {
		return nil, "", err
	}
	c, err := s.credential(p, row.Doc.Username, row.Doc.Sub, password, true)
	if err != nil {
		return nil, "", err
	}
	var u directory.User
	err = s.updateUser(ctx, p, row.Doc.Sub, func(now *directory.User) error {
		if now.Sub != row.Doc.Sub {
			return userError(store.ErrNotFound)
		}
		if now.Status != directory.ForceChangePassword {
			return api.UnsupportedUserStateException.New("Resend not possible. %s status is not FORCE_CHANGE_PASSWORD", now.Username)
		}
		c.put(p, now)
		u = *now
		return nil
	})
	return &u, password, err
}

// deliver sends the invitation by every medium that was asked for and that reaches the user; SMS when none was asked for, as with AWS. A user
// without a password is told their name alone, by the pool's own text: the text that every pool has speaks of a password.
func (s *Service) deliver(ctx context.Context, p *directory.Pool, u *directory.User, in *api.AdminCreateUserRequest, password string) error {
	if deref(in.MessageAction) == api.MessageActionTypeSuppress {
		return nil
	}
	media := unique(in.DesiredDeliveryMediums)
	if len(media) == 0 {
		media = []string{string(api.DeliveryMediumTypeSms)}
	}
	for _, medium := range media {
		to, text := "email", p.Invite.Email
		if medium == string(api.DeliveryMediumTypeSms) {
			to, text = "phone_number", p.Invite.SMS
		}
		if u.Attributes[to] == "" || password == "" && (text == "" || strings.Contains(text, "{####}")) && p.Triggers.CustomMessage == "" {
			continue
		}
		err := s.Notifier.Send(ctx, directory.Message{
			Pool: p, User: u, Name: in.Username, Kind: "AdminCreateUser", Medium: medium, Destination: u.Attributes[to], Code: password, Metadata: in.ClientMetadata,
		})
		if _, spoken := wire.AsError(err); err != nil && !spoken {
			err = api.CodeDeliveryFailureException.New("The invitation could not be delivered.").Because(err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
