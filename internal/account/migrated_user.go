package account

import (
	"maps"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/hook"
)

// migratedUser makes the user whom a migration trigger describes, for a name that was typed. "username" among the attributes is the user name, where
// what was typed is an alias. The other system vouches for what it calls verified. The user has no password yet.
func (s *Core) migratedUser(p *directory.Pool, typed string, status directory.Status, answer *hook.MigrationResponse) (*directory.User, error) {
	attributes := maps.Clone(answer.UserAttributes)
	name := typed
	if given := attributes["username"]; given != "" && len(p.UsernameAttributes) == 0 {
		name = given
	}
	delete(attributes, "username")
	delete(attributes, "sub") // a sub is never chosen
	var id [16]byte
	if err := s.Draw(id[:]); err != nil {
		return nil, err
	}
	now := s.Now()
	u := &directory.User{
		PoolID: p.ID, Sub: draw.FormatUUID(id), Username: name, Status: status, Enabled: true, Created: now, Modified: now,
		Attributes: Merged(nil, attributes),
	}
	if problem := p.NameUser(u, name); problem != "" {
		return nil, api.InvalidParameterException.New("%s", problem)
	}
	if problem := p.CheckAttributes(u.Attributes); problem != "" {
		return nil, api.InvalidParameterException.New("%s", problem)
	}
	if lacking := p.RequiredMissing(u.Attributes); len(lacking) > 0 {
		return nil, api.InvalidParameterException.New("Attributes did not conform to the schema: %s: The attribute is required\n", lacking[0])
	}
	for _, address := range []string{"email", "phone_number"} {
		switch {
		case u.Attributes[address] == "":
			delete(u.Attributes, address+"_verified")
		case u.Attributes[address+"_verified"] == "":
			u.Attributes[address+"_verified"] = "false"
		}
	}
	if answer.EnableSMSMFA != nil && *answer.EnableSMSMFA && u.Attributes["phone_number"] != "" {
		u.MFA.SMS = true
	}
	return u, nil
}
