package organization

import (
	"fmt"
	"io"
	"strings"

	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/draw"
)

// The ids of things tell their kind: r-… is a root, ou-… a unit, p-… a policy, 12 digits an account
// (https://docs.aws.amazon.com/organizations/latest/APIReference/API_PolicyTargetSummary.html). They are drawn in AWS's lengths.
const (
	orgPrefix      = "o-"
	rootPrefix     = "r-"
	unitPrefix     = "ou-"
	policyPrefix   = "p-"
	creationPrefix = "car-"
)

func newID(random io.Reader, prefix string, n int) (string, error) {
	text, err := draw.Text(random, draw.LowerDigits, n)
	return prefix + text, err
}

// ARN gives the ARN of a thing by its id, whether or not it is there
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html#awsorganizations-resources-for-iam-policies).
func (o *Organization) ARN(id string) string {
	kind := "account"
	switch {
	case id == fullAccessID:
		return "arn:aws:organizations::aws:policy/service_control_policy/" + id
	case strings.HasPrefix(id, orgPrefix):
		return "arn:aws:organizations::" + o.Management + ":organization/" + id
	case strings.HasPrefix(id, rootPrefix):
		kind = "root"
	case strings.HasPrefix(id, unitPrefix):
		kind = "ou"
	case strings.HasPrefix(id, policyPrefix):
		return fmt.Sprintf("arn:aws:organizations::%s:policy/%s/service_control_policy/%s", o.Management, o.ID, id)
	}
	return fmt.Sprintf("arn:aws:organizations::%s:%s/%s/%s", o.Management, kind, o.ID, id)
}

// parentType tells what a parent is.
func parentType(id string) api.ParentType {
	if strings.HasPrefix(id, rootPrefix) {
		return api.ParentTypeRoot
	}
	return api.ParentTypeOrganizationalUnit
}

// targetType tells what a target is.
func targetType(id string) api.TargetType {
	switch {
	case strings.HasPrefix(id, rootPrefix):
		return api.TargetTypeRoot
	case strings.HasPrefix(id, unitPrefix):
		return api.TargetTypeOrganizationalUnit
	}
	return api.TargetTypeAccount
}
