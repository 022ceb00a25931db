package pooluser

import (
	"context"
	"maps"
	"slices"
	"strings"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// attributeMap turns a list of attributes into a map, and holds it against the schema. An absent value is an empty one.
func attributeMap(p *directory.Pool, list []api.AttributeType) (map[string]string, error) {
	values := make(map[string]string, len(list))
	for i := range list {
		name := list[i].Name
		if _, twice := values[name]; twice {
			return nil, api.InvalidParameterException.New("Attribute %s is given more than once.", name)
		}
		values[name] = deref(list[i].Value)
	}
	if _, ok := values["sub"]; ok {
		return nil, api.InvalidParameterException.New("Cannot modify the non-mutable attribute sub")
	}
	if problem := p.CheckAttributes(values); problem != "" {
		return nil, api.InvalidParameterException.New("%s", problem)
	}
	return values, nil
}

// verifiedNeeds refuses to call an address verified that is not there.
func verifiedNeeds(attributes map[string]string) error {
	if attributes["email_verified"] != "" && attributes["email"] == "" {
		return api.InvalidParameterException.New("Email is required to verify/un-verify an email")
	}
	if attributes["phone_number_verified"] != "" && attributes["phone_number"] == "" {
		return api.InvalidParameterException.New("Phone Number is required to verify/un-verify a phone number")
	}
	return nil
}

// changeAttributes writes new values into a user and lists the addresses that are to be verified by a code. A new address is not verified unless
// the change says so; where the pool wants it verified first it waits beside the old one. An empty value removes.
func changeAttributes(p *directory.Pool, u *directory.User, values map[string]string) (verify []string, err error) {
	before := u.Attributes
	u.Attributes, u.Pending = maps.Clone(before), maps.Clone(u.Pending)
	if u.Attributes == nil {
		u.Attributes = map[string]string{}
	}
	values = maps.Clone(values)
	for _, address := range []string{"email", "phone_number"} {
		value, given := values[address]
		if !given {
			continue
		}
		delete(u.Pending, address)
		if value == before[address] {
			continue
		}
		delete(u.Attributes, address+"_verified")
		if value == "" || values[address+"_verified"] == "true" {
			continue
		}
		u.Attributes[address+"_verified"] = "false"
		if before[address] != "" && slices.Contains(p.VerifyBeforeUpdate, address) {
			wait(u, address, value, before)
			delete(values, address)
			delete(values, address+"_verified")
		}
		if slices.Contains(p.AutoVerified, address) {
			verify = append(verify, address)
		}
	}
	for name, value := range values {
		if value == "" {
			delete(u.Attributes, name)
		} else {
			u.Attributes[name] = value
		}
	}
	return verify, verifiedNeeds(u.Attributes)
}

// wait keeps a new address beside the old one, which stays as it was.
func wait(u *directory.User, address, value string, before map[string]string) {
	if u.Pending == nil {
		u.Pending = map[string]string{}
	}
	u.Pending[address] = value
	delete(u.Attributes, address+"_verified")
	if was, ok := before[address+"_verified"]; ok {
		u.Attributes[address+"_verified"] = was
	}
}

// withPending is the user as they are with the new address that waits for its code.
func withPending(u *directory.User, address string) *directory.User {
	changed := *u
	if value := u.Pending[address]; value != "" {
		changed.Attributes = maps.Clone(u.Attributes)
		changed.Attributes[address] = value
	}
	return &changed
}

// AdminUpdateUserAttributes changes attributes of a user. Who has a new address that the pool verifies is sent a code there, unless the change
// says that it is verified.
func (s *Service) AdminUpdateUserAttributes(ctx context.Context, in *api.AdminUpdateUserAttributesRequest) (*api.AdminUpdateUserAttributesResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	values, err := attributeMap(p, in.UserAttributes)
	if err != nil {
		return nil, err
	}
	var changed directory.User
	var verify []string
	err = s.updateUser(ctx, p, in.Username, func(u *directory.User) error {
		for name, value := range values {
			if err := writable(p, name, u.Attributes[name], value); err != nil {
				return err
			}
		}
		var err error
		verify, err = changeAttributes(p, u, values)
		changed = *u
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, attribute := range verify {
		if s.Codes == nil {
			break
		}
		if err := s.Codes.SendVerification(ctx, p, withPending(&changed, attribute), attribute, in.ClientMetadata); err != nil {
			return nil, err
		}
	}
	return &api.AdminUpdateUserAttributesResponse{}, nil
}

// writable refuses a change of an attribute that is set once, and the removal of the address that a user signs in with.
func writable(p *directory.Pool, name, old, value string) error {
	a, _ := p.Attribute(name)
	if !a.Mutable && old != "" && old != value {
		return api.InvalidParameterException.New("user.%s: Attribute cannot be updated.", name)
	}
	if value == "" && old != "" && p.IsUsername(name) {
		return api.InvalidParameterException.New("Cannot delete the attribute %s: it is the user name.", name)
	}
	return nil
}

// AdminDeleteUserAttributes removes attributes of a user. Required ones stay.
func (s *Service) AdminDeleteUserAttributes(ctx context.Context, in *api.AdminDeleteUserAttributesRequest) (*api.AdminDeleteUserAttributesResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	removed := make(map[string]string, len(in.UserAttributeNames))
	for _, name := range in.UserAttributeNames {
		a, ok := p.Attribute(name)
		if !ok {
			return nil, api.InvalidParameterException.New("Attributes did not conform to the schema: The attribute %s is not defined in schema.", name)
		}
		if a.Required || strings.HasSuffix(name, "_verified") {
			return nil, api.InvalidParameterException.New("user.%s: Attribute cannot be deleted.", name)
		}
		removed[name] = ""
	}
	err = s.updateUser(ctx, p, in.Username, func(u *directory.User) error {
		for name := range removed {
			if err := writable(p, name, u.Attributes[name], ""); err != nil {
				return err
			}
		}
		_, err := changeAttributes(p, u, removed)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.AdminDeleteUserAttributesResponse{}, nil
}
