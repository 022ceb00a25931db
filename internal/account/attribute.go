package account

import (
	"maps"
	"slices"
	"strings"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
)

// CheckWritable refuses attributes that users of the client may not write: the server's own, those for administrators, and those that the
// client does not list.
func CheckWritable(d Door, values map[string]string) error {
	for name := range values {
		own := name == "sub" || name == "email_verified" || name == "phone_number_verified" || strings.HasPrefix(name, "dev:")
		a, _ := d.Pool.Attribute(name)
		listed := len(d.Client.WriteAttributes) == 0 || slices.Contains(d.Client.WriteAttributes, name)
		if own || a.DeveloperOnly || !listed {
			return api.NotAuthorizedException.New("A client attempted to write unauthorized attribute")
		}
	}
	return nil
}

// Merged gives old with the new values; an empty new value takes the attribute away.
func Merged(old, values map[string]string) map[string]string {
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
