package profile

import (
	"maps"
	"slices"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// attributesOf turns a list of attributes into a map. A name that comes twice is refused: which one counts would be anybody's guess.
func attributesOf(list []api.AttributeType) (map[string]string, error) {
	m := make(map[string]string, len(list))
	for _, a := range list {
		if _, twice := m[a.Name]; twice {
			return nil, api.InvalidParameterException.New("Attribute %s is given more than once", a.Name)
		}
		m[a.Name] = account.Text(a.Value)
	}
	return m, nil
}

// shown lists the attributes that the client may read, sub first. The identities of other providers come last: they are no attribute that a client
// lists, so it sees them whatever it reads, as its id tokens show them.
func shown(c *directory.Client, u *directory.User) ([]api.AttributeType, error) {
	sub := u.Sub
	out := []api.AttributeType{{Name: "sub", Value: &sub}}
	for _, name := range slices.Sorted(maps.Keys(u.Attributes)) {
		if c.Readable(name) {
			value := u.Attributes[name]
			out = append(out, api.AttributeType{Name: name, Value: &value})
		}
	}
	identities, err := u.IdentitiesText()
	if err == nil && identities != "" {
		out = append(out, api.AttributeType{Name: "identities", Value: &identities})
	}
	return out, err
}
