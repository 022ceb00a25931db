package identity

import (
	"context"
	"strings"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// mostRoles is how many roles an account can have, the quota of an account that never asked for more
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
const mostRoles = 1000

// freePath refuses the paths of roles that AWS itself makes.
func freePath(path string) error {
	switch {
	case strings.HasPrefix(path, record.PathServiceLinked):
		return iamapi.InvalidInputException.New("Path prefix '%s' can only be used for AWS Service linked Roles", record.PathServiceLinked)
	case strings.HasPrefix(path, record.PathReserved):
		return iamapi.InvalidInputException.New("Path prefix '%s' can only be used for roles reserved by AWS", record.PathReserved)
	}
	return nil
}

// belowRoles refuses a role too many. Roles that are linked to services do not count
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html).
func belowRoles(ctx context.Context, r store.Reader, account string) error {
	all, err := record.Roles.Count(ctx, r, "by_name", account)
	if err != nil {
		return err
	}
	linked, err := record.Roles.Count(ctx, r, "by_linked", account)
	return edge.Below(all-linked, err, "RolesPerAccount", mostRoles)
}
