package signin

import (
	"maps"
	"slices"
	"strings"

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
		m[a.Name] = text(a.Value)
	}
	return m, nil
}

// checkWritable refuses attributes that users of the client may not write: the server's own, those for administrators, and those that the
// client does not list.
func checkWritable(d door, values map[string]string) error {
	for name := range values {
		own := name == "sub" || name == "email_verified" || name == "phone_number_verified" || strings.HasPrefix(name, "dev:")
		a, _ := d.pool.Attribute(name)
		listed := len(d.client.WriteAttributes) == 0 || slices.Contains(d.client.WriteAttributes, name)
		if own || a.DeveloperOnly || !listed {
			return api.NotAuthorizedException.New("A client attempted to write unauthorized attribute")
		}
	}
	return nil
}

// merged gives old with the new values; an empty new value takes the attribute away.
func merged(old, values map[string]string) map[string]string {
	m := maps.Clone(old)
	if m == nil {
		m = map[string]string{}
	}
	for name, value := range values {
		if value == "" {
			delete(m, name)
		} else {
			m[name] = value
		}
	}
	return m
}

// shown lists the attributes that the client may read, sub first.
func shown(c *directory.Client, u *directory.User) []api.AttributeType {
	sub := u.Sub
	out := []api.AttributeType{{Name: "sub", Value: &sub}}
	for _, name := range slices.Sorted(maps.Keys(u.Attributes)) {
		if c.Readable(name) {
			value := u.Attributes[name]
			out = append(out, api.AttributeType{Name: name, Value: &value})
		}
	}
	return out
}
