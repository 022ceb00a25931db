package profile

import (
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
	if problem := d.Pool.NameUser(u, in.Username); problem != "" {
		return nil, api.InvalidParameterException.New("%s", problem)
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
