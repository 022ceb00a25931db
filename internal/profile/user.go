package profile

import (
	"context"
	"maps"
	"slices"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// GetUser shows the caller who they are, as far as their client may read.
func (s *Service) GetUser(ctx context.Context, in *api.GetUserRequest) (*api.GetUserResponse, error) {
	d, row, err := s.core.BearerUser(ctx, in.AccessToken)
	if err != nil {
		return nil, err
	}
	u := &row.Doc
	attributes, err := shown(d.Client, u)
	if err != nil {
		return nil, err
	}
	out := &api.GetUserResponse{Username: u.Username, UserAttributes: attributes, UserMFASettingList: u.MFA.List()}
	if u.MFA.Preferred != "" {
		out.PreferredMfaSetting = &u.MFA.Preferred
	}
	for _, attribute := range u.MFAOptions {
		medium := api.DeliveryMediumType(account.Medium(attribute))
		out.MFAOptions = append(out.MFAOptions, api.MFAOptionType{AttributeName: &attribute, DeliveryMedium: &medium})
	}
	return out, nil
}

// UpdateUserAttributes changes attributes of the caller. A new e-mail address or phone number is not verified; where the pool verifies it, a code is
// sent there. Where the pool wants it verified first, the old one stays until then.
func (s *Service) UpdateUserAttributes(ctx context.Context, in *api.UpdateUserAttributesRequest) (*api.UpdateUserAttributesResponse, error) {
	d, row, err := s.core.BearerUser(ctx, in.AccessToken)
	if err != nil {
		return nil, err
	}
	values, err := attributesOf(in.UserAttributes)
	if err != nil {
		return nil, err
	}
	if err := checkChange(d, &row.Doc, values); err != nil {
		return nil, err
	}
	addresses := changeAttributes(d.Pool, &row.Doc, values)
	row.Doc.Modified = s.core.Now()
	var codes []*account.PendingCode
	for _, attribute := range addresses {
		c, err := s.newCode(d, withPending(&row.Doc, attribute), attribute, occasion{account.VerifyKind(attribute), "UpdateUserAttribute", in.ClientMetadata})
		if err != nil {
			return nil, err
		}
		codes = append(codes, c)
	}
	err = s.core.Store.Update(ctx, func(w store.Writer) error {
		changed := row
		if err := directory.UpdateUser(ctx, w, d.Pool, &changed); err != nil {
			return err
		}
		for _, c := range codes {
			if err := s.core.PutCode(ctx, w, c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, account.WriteError(err)
	}
	out := &api.UpdateUserAttributesResponse{CodeDeliveryDetailsList: []api.CodeDeliveryDetailsType{}}
	for _, c := range codes {
		details, err := s.core.Send(ctx, c)
		if err != nil {
			return nil, err
		}
		out.CodeDeliveryDetailsList = append(out.CodeDeliveryDetailsList, *details)
	}
	return out, nil
}

// checkChange refuses values that the user may not set.
func checkChange(d account.Door, u *directory.User, values map[string]string) error {
	if err := account.CheckWritable(d, values); err != nil {
		return err
	}
	for name, value := range values {
		if a, ok := d.Pool.Attribute(name); ok && !a.Mutable && u.Attributes[name] != value {
			return api.InvalidParameterException.New("user.%s: Attribute cannot be updated.", name)
		}
	}
	if problem := d.Pool.CheckAttributes(values); problem != "" {
		return api.InvalidParameterException.New("%s", problem)
	}
	return nil
}

// changeAttributes sets the values and lists the addresses that are to be verified by a code. A new address that the pool wants verified first waits
// beside the old one; one that there is no old one of takes its place at once, unverified.
func changeAttributes(p *directory.Pool, u *directory.User, values map[string]string) []string {
	var verify []string
	before := u.Attributes
	u.Attributes, u.Pending = account.Merged(before, values), maps.Clone(u.Pending)
	for _, address := range []string{"email", "phone_number"} {
		value, given := values[address]
		if !given {
			continue
		}
		delete(u.Pending, address)
		verified := slices.Contains(p.AutoVerified, address)
		switch {
		case value == before[address]:
			continue
		case value == "":
			delete(u.Attributes, address+"_verified")
			continue
		case before[address] != "" && slices.Contains(p.VerifyBeforeUpdate, address):
			u.Attributes[address] = before[address]
			u.Pending = account.Merged(u.Pending, map[string]string{address: value})
			verified = true
		default:
			u.Attributes[address+"_verified"] = "false"
		}
		if verified {
			verify = append(verify, address)
		}
	}
	return verify
}

// withPending is the user as they are with the new address that waits for its code; the user themselves where none does.
func withPending(u *directory.User, address string) *directory.User {
	value := u.Pending[address]
	if value == "" {
		return u
	}
	changed := *u
	changed.Attributes = account.Merged(u.Attributes, map[string]string{address: value, address + "_verified": "false"})
	changed.Pending = maps.Clone(u.Pending)
	delete(changed.Pending, address)
	return &changed
}

// DeleteUserAttributes takes attributes of the caller away.
func (s *Service) DeleteUserAttributes(ctx context.Context, in *api.DeleteUserAttributesRequest) (*api.DeleteUserAttributesResponse, error) {
	d, row, err := s.core.BearerUser(ctx, in.AccessToken)
	if err != nil {
		return nil, err
	}
	values := make(map[string]string, len(in.UserAttributeNames))
	for _, name := range in.UserAttributeNames {
		values[name] = ""
	}
	if err := checkChange(d, &row.Doc, values); err != nil {
		return nil, err
	}
	changeAttributes(d.Pool, &row.Doc, values)
	row.Doc.Modified = s.core.Now()
	err = s.core.Store.Update(ctx, func(w store.Writer) error { return directory.UpdateUser(ctx, w, d.Pool, &row) })
	if err != nil {
		return nil, account.WriteError(err)
	}
	return &api.DeleteUserAttributesResponse{}, nil
}

// DeleteUser deletes the caller, with all that hangs on them.
func (s *Service) DeleteUser(ctx context.Context, in *api.DeleteUserRequest) (*wire.Empty, error) {
	c, err := s.core.Bearer(ctx, in.AccessToken)
	if err != nil {
		return nil, err
	}
	err = s.core.Store.Update(ctx, func(w store.Writer) error {
		if err := directory.DeleteUser(ctx, w, c.PoolID, c.Sub); err != nil {
			return err
		}
		if err := account.DropCodes(ctx, w, c.PoolID, c.Sub); err != nil {
			return err
		}
		for _, clean := range s.Cleanup {
			if err := clean(ctx, w, c.PoolID, c.Sub); err != nil {
				return err
			}
		}
		return s.Tokens.RevokeUser(ctx, w, c.PoolID, c.Sub)
	})
	if err != nil {
		return nil, account.WriteError(err)
	}
	return &wire.Empty{}, nil
}
