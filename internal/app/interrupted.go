package app

import (
	"context"
	"errors"
	"strings"

	"github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
)

// mostLeft is how many things of one sort are looked at; an interrupted first start leaves one, or a few when it was interrupted again.
const mostLeft = 60

// discard removes what a first start that did not come to its end has left. Nobody has seen the secrets of it.
func (a *App) discard(ctx context.Context, s *services) error {
	return errors.Join(discardKeys(ctx, s), discardPools(ctx, s), discardRoles(ctx, s))
}

func discardKeys(ctx context.Context, s *services) error {
	keys, err := s.credential.ListAccessKeys(ctx, &iamapi.ListAccessKeysRequest{})
	if err != nil {
		return err
	}
	for _, k := range keys.AccessKeyMetadata {
		if _, err := s.credential.DeleteAccessKey(ctx, &iamapi.DeleteAccessKeyRequest{AccessKeyId: *k.AccessKeyId}); err != nil {
			return err
		}
	}
	return nil
}

func discardPools(ctx context.Context, s *services) error {
	users, err := s.userpool.ListUserPools(ctx, &cognitoidpapi.ListUserPoolsRequest{MaxResults: mostLeft})
	if err != nil {
		return err
	}
	for _, p := range users.UserPools {
		if _, err := s.userpool.DeleteUserPool(ctx, &cognitoidpapi.DeleteUserPoolRequest{UserPoolId: *p.Id}); err != nil {
			return err
		}
	}
	identities, err := s.identitypool.ListIdentityPools(ctx, &cognitoidentityapi.ListIdentityPoolsInput{MaxResults: mostLeft})
	if err != nil {
		return err
	}
	for _, p := range identities.IdentityPools {
		if _, err := s.identitypool.DeleteIdentityPool(ctx, &cognitoidentityapi.DeleteIdentityPoolInput{IdentityPoolId: *p.IdentityPoolId}); err != nil {
			return err
		}
	}
	return nil
}

func discardRoles(ctx context.Context, s *services) error {
	roles, err := s.identity.ListRoles(ctx, &iamapi.ListRolesRequest{})
	if err != nil {
		return err
	}
	for _, r := range roles.Roles {
		if !strings.HasPrefix(r.RoleName, tenantRole) {
			continue
		}
		_, err := s.policy.DeleteRolePolicy(ctx, &iamapi.DeleteRolePolicyRequest{RoleName: r.RoleName, PolicyName: tenantPolicy})
		if err != nil && !errors.Is(err, iamapi.NoSuchEntityException) {
			return err
		}
		if _, err := s.identity.DeleteRole(ctx, &iamapi.DeleteRoleRequest{RoleName: r.RoleName}); err != nil {
			return err
		}
	}
	return nil
}
