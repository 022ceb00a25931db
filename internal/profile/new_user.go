package profile

import (
	"slices"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/draw"
)

// newUser makes the user that a request asks for.
func (s *Service) newUser(d account.Door, in *api.SignUpRequest) (*directory.User, error) {
	attributes, err := attributesOf(in.UserAttributes)
	if err != nil {
		return nil, err
	}
	if err := account.CheckWritable(d, attributes); err != nil {
		return nil, err
	}
	u, err := s.blank(d.Pool, in.Username, directory.Unconfirmed, attributes)
	if err != nil {
		return nil, err
	}
	if err := nameUser(d.Pool, u, in.Username); err != nil {
		return nil, err
	}
	if err := checkSchema(d.Pool, u); err != nil {
		return nil, err
	}
	for _, address := range []string{"email", "phone_number"} {
		if u.Attributes[address] != "" {
			u.Attributes[address+"_verified"] = "false"
		}
	}
	return u, nil
}

// blank makes a user of a name with attributes, with a sub that nobody else has.
func (s *Service) blank(p *directory.Pool, name string, status directory.Status, attributes map[string]string) (*directory.User, error) {
	var id [16]byte
	if err := s.core.Draw(id[:]); err != nil {
		return nil, err
	}
	now := s.core.Now()
	return &directory.User{
		PoolID: p.ID, Sub: draw.FormatUUID(id), Username: name, Status: status, Enabled: true, Created: now, Modified: now,
		Attributes: account.Merged(nil, attributes),
	}, nil
}

// checkSchema holds a whole new user against the pool's schema.
func checkSchema(p *directory.Pool, u *directory.User) error {
	if problem := p.CheckAttributes(u.Attributes); problem != "" {
		return api.InvalidParameterException.New("%s", problem)
	}
	if lacking := p.RequiredMissing(u.Attributes); len(lacking) > 0 {
		return api.InvalidParameterException.New("Attributes did not conform to the schema: %s: The attribute is required\n", lacking[0])
	}
	return nil
}

// nameUser takes the name that was typed. Where the pool's user name is an attribute, the name is that attribute and the user name is the sub;
// where an address may be an alias, no user name may look like one.
func nameUser(p *directory.Pool, u *directory.User, typed string) error {
	kind := ""
	switch {
	case directory.IsEmail(typed):
		kind = "email"
	case directory.IsPhoneNumber(typed):
		kind = "phone_number"
	}
	if len(p.UsernameAttributes) == 0 {
		if kind != "" && slices.Contains(p.AliasAttributes, kind) {
			return api.InvalidParameterException.New("Username cannot be of %s format, since user pool is configured for %s alias.", spoken(kind), spoken(kind))
		}
		return nil
	}
	switch {
	case kind != "" && p.IsUsername(kind):
	case len(p.UsernameAttributes) > 1:
		return api.InvalidParameterException.New("Username should be either an email or a phone number.")
	case p.IsUsername("email"):
		return api.InvalidParameterException.New("Username should be an email.")
	default:
		return api.InvalidParameterException.New("Username should be a phone number.")
	}
	if given := u.Attributes[kind]; given != "" && p.Canonical(given) != p.Canonical(typed) {
		return api.InvalidParameterException.New("User %s should be empty or same as username, since username attribute is %s", spoken(kind), spoken(kind))
	}
	u.Attributes[kind], u.Username = typed, u.Sub
	return nil
}

func spoken(attribute string) string {
	if attribute == "phone_number" {
		return "phone number"
	}
	return attribute
}
