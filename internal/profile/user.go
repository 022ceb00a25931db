package profile

import (
	"context"
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
	return &api.GetUserResponse{Username: row.Doc.Username, UserAttributes: shown(d.Client, &row.Doc)}, nil
}

// UpdateUserAttributes changes attributes of the caller. A new e-mail address or phone number is not verified; where the pool verifies it,
// a code is sent there.
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
	changed := changeAttributes(&row.Doc, values)
	row.Doc.Modified = s.core.Now()
	var pending []*account.PendingCode
	for _, attribute := range changed {
		if !slices.Contains(d.Pool.AutoVerified, attribute) {
			continue
		}
		c, err := s.core.NewCode(d.Pool, &row.Doc, account.VerifyKind(attribute), attribute, "UpdateUserAttribute")
		if err != nil {
			return nil, err
		}
		pending = append(pending, c)
	}
	err = s.core.Store.Update(ctx, func(w store.Writer) error {
		if err := directory.UpdateUser(ctx, w, d.Pool, &row); err != nil {
			return err
		}
		for _, c := range pending {
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
	for _, c := range pending {
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

// changeAttributes sets the values and lists the addresses that are new, and therefore not verified.
func changeAttributes(u *directory.User, values map[string]string) []string {
	var changed []string
	before := u.Attributes
	u.Attributes = account.Merged(before, values)
	for _, address := range []string{"email", "phone_number"} {
		value, given := values[address]
		if !given || value == before[address] {
			continue
		}
		if value == "" {
			delete(u.Attributes, address+"_verified")
			continue
		}
		u.Attributes[address+"_verified"] = "false"
		changed = append(changed, address)
	}
	return changed
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
	changeAttributes(&row.Doc, values)
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
		return s.tokens.RevokeUser(ctx, w, c.PoolID, c.Sub)
	})
	if err != nil {
		return nil, account.WriteError(err)
	}
	return &wire.Empty{}, nil
}
