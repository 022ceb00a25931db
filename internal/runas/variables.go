package runas

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
)

// Variables say what a child is to find in its environment.
type Variables struct {
	// Credentials go into variables as they are. Only with an empty Container.
	Credentials aws.Credentials
	// Container has the variables of a container endpoint, from which the child takes credentials for as long as it runs.
	Container map[string]credentials.Secret
	// Region is where the child works, such as "eu-west-1". Empty leaves what the environment says.
	Region string
	// Endpoint is the base URL of a server that stands for AWS. Empty leaves what the environment says.
	Endpoint string
	// WithoutFiles keeps the child from the shared config and credentials files, whose default profile the SDKs ask before a container endpoint.
	WithoutFiles bool
}

// Format keeps the credentials out of everything that package fmt prints.
func (Variables) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "runas.Variables") }

// Change is what is done to an environment. No name stands in both parts.
type Change struct {
	Set    map[string]credentials.Secret
	Remove []string // sorted
}

// timeForm is RFC 3339 in whole seconds of UTC.
const timeForm = "2006-01-02T15:04:05Z"

// links are the variables by which some link of the chain of an SDK finds credentials. AWS_ACCESS_KEY and AWS_SECRET_KEY are older names,
// which the SDK for Go still reads.
// https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html#EVarSettings
func links() []string {
	return []string{
		"AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION",
		"AWS_ACCOUNT_ID",
		"AWS_PROFILE", "AWS_DEFAULT_PROFILE",
		"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
		"AWS_CREDENTIAL_FILE", "BOTO_CONFIG", // botocore asks the files that these name before a container
	}
}

// Errors of a caller.
var (
	errNone = errors.New("runas: there are no credentials for the child")
	errBoth = errors.New("runas: credentials go into variables or come from an endpoint, not both")
)

// Change works out what is set and what is removed. Every link of the chain that is not set is removed: a child that finds other credentials than those it was
// given would work for somebody else.
func (v *Variables) Change() (*Change, error) {
	set := maps.Clone(v.Container)
	switch {
	case len(set) > 0 && v.Credentials != (aws.Credentials{}):
		return nil, errBoth
	case len(set) == 0 && !v.Credentials.HasKeys():
		return nil, errNone
	case len(set) == 0:
		set = keys(&v.Credentials)
	}
	c := &Change{Set: set, Remove: links()}
	if v.Region != "" {
		c.Set["AWS_REGION"] = credentials.Secret(v.Region)
		c.Set["AWS_DEFAULT_REGION"] = credentials.Secret(v.Region)
	}
	if v.Endpoint != "" {
		c.Set["AWS_ENDPOINT_URL"] = credentials.Secret(v.Endpoint)
		c.Remove = append(c.Remove, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") // hides the one above
	}
	if v.WithoutFiles {
		c.Set["AWS_CONFIG_FILE"] = os.DevNull
		c.Set["AWS_SHARED_CREDENTIALS_FILE"] = os.DevNull
	}
	for name, value := range c.Set {
		if strings.IndexByte(string(value), 0) >= 0 {
			return nil, errors.New("runas: the value of " + name + " has a zero byte, which no environment takes")
		}
	}
	c.Remove = slices.DeleteFunc(c.Remove, func(name string) bool { _, ok := c.Set[name]; return ok })
	slices.Sort(c.Remove)
	return c, nil
}

// keys puts credentials into variables.
func keys(c *aws.Credentials) map[string]credentials.Secret {
	set := map[string]credentials.Secret{
		"AWS_ACCESS_KEY_ID": credentials.Secret(c.AccessKeyID), "AWS_SECRET_ACCESS_KEY": credentials.Secret(c.SecretAccessKey),
	}
	if c.SessionToken != "" {
		set["AWS_SESSION_TOKEN"] = credentials.Secret(c.SessionToken)
	}
	if c.CanExpire {
		set["AWS_CREDENTIAL_EXPIRATION"] = credentials.Secret(c.Expires.UTC().Format(timeForm))
	}
	if c.AccountID != "" {
		set["AWS_ACCOUNT_ID"] = credentials.Secret(c.AccountID)
	}
	return set
}

// Apply gives an environment, as os.Environ gives one, with the change. The rest of it stays as it is and in its order; what is set comes last, sorted.
func (c *Change) Apply(environ []string) []string {
	gone := map[string]bool{}
	for _, name := range c.Remove {
		gone[folded(name)] = true
	}
	for name := range c.Set {
		gone[folded(name)] = true
	}
	out := make([]string, 0, len(environ)+len(c.Set))
	for _, e := range environ {
		if !gone[folded(nameOf(e))] {
			out = append(out, e)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Set)) {
		out = append(out, name+"="+string(c.Set[name]))
	}
	return out
}

// nameOf gives the name of an entry. Windows keeps the folders of its drives in entries whose names begin with "=".
func nameOf(entry string) string {
	if entry == "" {
		return ""
	}
	if i := strings.IndexByte(entry[1:], '='); i >= 0 {
		return entry[:i+1]
	}
	return entry
}
