package pooluser

import (
	"context"
	"slices"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// findUser finds a user by user name, alias or sub.
func findUser(ctx context.Context, r store.Reader, p *directory.Pool, name string) (store.Row[directory.User], error) {
	row, err := directory.FindUser(ctx, r, p, name)
	return row, userError(err)
}

// updateUser changes a user in one transaction.
func (s *Service) updateUser(ctx context.Context, p *directory.Pool, name string, change func(*directory.User) error) error {
	return s.updateUserWith(ctx, p, name, func(_ store.Writer, u *directory.User) error { return change(u) })
}

// updateUserWith is updateUser for a change that writes more than the user.
func (s *Service) updateUserWith(ctx context.Context, p *directory.Pool, name string, change func(store.Writer, *directory.User) error) error {
	return s.Store.Update(ctx, func(w store.Writer) error {
		row, err := findUser(ctx, w, p, name)
		if err != nil {
			return err
		}
		if err := change(w, &row.Doc); err != nil {
			return err
		}
		row.Doc.Modified = s.now()
		return userError(directory.UpdateUser(ctx, w, p, &row))
	})
}

// AdminGetUser shows a user.
func (s *Service) AdminGetUser(ctx context.Context, in *api.AdminGetUserRequest) (*api.AdminGetUserResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	row, err := findUser(ctx, s.Store, p, in.Username)
	if err != nil {
		return nil, err
	}
	u := &row.Doc
	attributes, err := attributesView(p, u, nil)
	return &api.AdminGetUserResponse{
		Username: u.Username, UserAttributes: attributes, UserCreateDate: &u.Created, UserLastModifiedDate: &u.Modified,
		Enabled: &u.Enabled, UserStatus: new(api.UserStatusType(u.Status)),
		MFAOptions: mfaOptions(u), UserMFASettingList: u.MFA.List(), PreferredMfaSetting: optional(u.MFA.Preferred),
	}, err
}

// AdminSetUserPassword sets a user's password: permanent, or temporary, to be changed at the next sign-in.
func (s *Service) AdminSetUserPassword(ctx context.Context, in *api.AdminSetUserPasswordRequest) (*api.AdminSetUserPasswordResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	if err := checkPassword(p, in.Password); err != nil {
		return nil, err
	}
	row, err := findUser(ctx, s.Store, p, in.Username)
	if err != nil {
		return nil, err
	}
	if err := s.checkHistory(ctx, p, &row.Doc, in.Password); err != nil {
		return nil, err
	}
	permanent := deref(in.Permanent)
	c, err := s.credential(p, row.Doc.Username, row.Doc.Sub, in.Password, !permanent)
	if err != nil {
		return nil, err
	}
	err = s.updateUser(ctx, p, row.Doc.Sub, func(u *directory.User) error {
		if u.Sub != row.Doc.Sub {
			return userError(store.ErrNotFound)
		}
		c.put(p, u)
		u.Status = directory.ForceChangePassword
		if permanent {
			u.Status = directory.Confirmed
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &api.AdminSetUserPasswordResponse{}, nil
}

// AdminConfirmSignUp confirms a user who signed up, without a code. Where the post confirmation trigger fails they stay confirmed, as with AWS.
func (s *Service) AdminConfirmSignUp(ctx context.Context, in *api.AdminConfirmSignUpRequest) (*api.AdminConfirmSignUpResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	var confirmed directory.User
	err = s.updateUser(ctx, p, in.Username, func(u *directory.User) error {
		if u.Status != directory.Unconfirmed {
			return api.NotAuthorizedException.New("User cannot be confirmed. Current status is %s", u.Status)
		}
		u.Status = directory.Confirmed
		confirmed = *u
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := s.afterConfirmation(ctx, p, &confirmed, in.ClientMetadata); err != nil {
		return nil, err
	}
	return &api.AdminConfirmSignUpResponse{}, nil
}

// AdminEnableUser lets a user sign in again.
func (s *Service) AdminEnableUser(ctx context.Context, in *api.AdminEnableUserRequest) (*api.AdminEnableUserResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	err = s.updateUser(ctx, p, in.Username, func(u *directory.User) error {
		u.Enabled = true
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &api.AdminEnableUserResponse{}, nil
}

// AdminDisableUser keeps a user from signing in and revokes all of their tokens.
func (s *Service) AdminDisableUser(ctx context.Context, in *api.AdminDisableUserRequest) (*api.AdminDisableUserResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	err = s.updateUserWith(ctx, p, in.Username, func(w store.Writer, u *directory.User) error {
		u.Enabled, u.SignedOutAt = false, s.Now().UTC()
		return s.Tokens.RevokeUser(ctx, w, p.ID, u.Sub)
	})
	if err != nil {
		return nil, err
	}
	return &api.AdminDisableUserResponse{}, nil
}

// AdminDeleteUser removes a user together with their sign-ins and memberships.
func (s *Service) AdminDeleteUser(ctx context.Context, in *api.AdminDeleteUserRequest) (*wire.Empty, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	err = s.Store.Update(ctx, func(w store.Writer) error {
		row, err := findUser(ctx, w, p, in.Username)
		if err != nil {
			return err
		}
		return s.deleteUser(ctx, w, &row.Doc)
	})
	if err != nil {
		return nil, err
	}
	return &wire.Empty{}, nil
}

// deleteUser removes a user and what belongs to them.
func (s *Service) deleteUser(ctx context.Context, w store.Writer, u *directory.User) error {
	if err := s.Tokens.RevokeUser(ctx, w, u.PoolID, u.Sub); err != nil {
		return err
	}
	for _, clean := range s.Cleanup {
		if err := clean(ctx, w, u.PoolID, u.Sub); err != nil {
			return err
		}
	}
	return directory.DeleteUser(ctx, w, u.PoolID, u.Sub)
}

// attributesView lists a user's attributes as they are shown, those of other providers last. only, when it is not nil, selects some.
func attributesView(p *directory.Pool, u *directory.User, only func(string) bool) ([]api.AttributeType, error) {
	out := []api.AttributeType{}
	add := func(name, value string) {
		if only == nil || only(name) {
			out = append(out, api.AttributeType{Name: name, Value: &value})
		}
	}
	for _, name := range sortedAttributes(p, u.Attributes) {
		add(name, u.Attributes[name])
	}
	add("sub", u.Sub)
	identities, err := u.IdentitiesText()
	if identities != "" {
		add("identities", identities)
	}
	return out, err
}

// mfaOptions shows what SetUserSettings set: the attributes that take codes by SMS.
func mfaOptions(u *directory.User) []api.MFAOptionType {
	var out []api.MFAOptionType
	for _, attribute := range u.MFAOptions {
		out = append(out, api.MFAOptionType{AttributeName: &attribute, DeliveryMedium: new(api.DeliveryMediumTypeSms)})
	}
	return out
}

// userView shows a user as AdminCreateUser and ListUsers do.
func userView(p *directory.Pool, u *directory.User, only func(string) bool) (*api.UserType, error) {
	attributes, err := attributesView(p, u, only)
	return &api.UserType{
		Username: &u.Username, Attributes: attributes, UserCreateDate: &u.Created, UserLastModifiedDate: &u.Modified,
		Enabled: &u.Enabled, UserStatus: new(api.UserStatusType(u.Status)), MFAOptions: mfaOptions(u),
	}, err
}

// sortedAttributes gives the names of a user's attributes in the order in which they are shown: the schema's, sub apart.
func sortedAttributes(p *directory.Pool, attributes map[string]string) []string {
	var names []string
	for _, a := range p.Attributes() {
		if _, ok := attributes[a.Name]; ok && !slices.Contains(names, a.Name) {
			names = append(names, a.Name)
		}
	}
	return names
}
