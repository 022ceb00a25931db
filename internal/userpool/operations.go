package userpool

import (
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Operations lists what this package performs, with what each asks to be allowed
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncognitouserpools.html).
func (s *Service) Operations() []wire.Binding {
	return []wire.Binding{
		wire.Bind(api.CreateUserPool, s.CreateUserPool, askCreate),
		wire.Bind(api.DescribeUserPool, s.DescribeUserPool, pooledge.OnPool(s.edge, func(in *api.DescribeUserPoolRequest) string { return in.UserPoolId })),
		wire.Bind(api.UpdateUserPool, s.UpdateUserPool, s.askUpdate),
		wire.Bind(api.DeleteUserPool, s.DeleteUserPool, pooledge.OnPool(s.edge, func(in *api.DeleteUserPoolRequest) string { return in.UserPoolId })),
		wire.Bind(api.ListUserPools, s.ListUserPools),
		wire.Bind(api.AddCustomAttributes, s.AddCustomAttributes, pooledge.OnPool(s.edge, func(in *api.AddCustomAttributesRequest) string { return in.UserPoolId })),
		wire.Bind(api.GetUserPoolMfaConfig, s.GetUserPoolMfaConfig, pooledge.OnPool(s.edge, func(in *api.GetUserPoolMfaConfigRequest) string { return in.UserPoolId })),
		wire.Bind(api.SetUserPoolMfaConfig, s.SetUserPoolMfaConfig, pooledge.OnPool(s.edge, func(in *api.SetUserPoolMfaConfigRequest) string { return in.UserPoolId })),
		wire.Bind(api.CreateUserPoolClient, s.CreateUserPoolClient, pooledge.OnPool(s.edge, func(in *api.CreateUserPoolClientRequest) string { return in.UserPoolId })),
		wire.Bind(api.DescribeUserPoolClient, s.DescribeUserPoolClient, pooledge.OnPool(s.edge, func(in *api.DescribeUserPoolClientRequest) string { return in.UserPoolId })),
		wire.Bind(api.UpdateUserPoolClient, s.UpdateUserPoolClient, pooledge.OnPool(s.edge, func(in *api.UpdateUserPoolClientRequest) string { return in.UserPoolId })),
		wire.Bind(api.DeleteUserPoolClient, s.DeleteUserPoolClient, pooledge.OnPool(s.edge, func(in *api.DeleteUserPoolClientRequest) string { return in.UserPoolId })),
		wire.Bind(api.ListUserPoolClients, s.ListUserPoolClients, pooledge.OnPool(s.edge, func(in *api.ListUserPoolClientsRequest) string { return in.UserPoolId })),
		wire.Bind(api.AddUserPoolClientSecret, s.AddUserPoolClientSecret, pooledge.OnPool(s.edge, func(in *api.AddUserPoolClientSecretRequest) string { return in.UserPoolId })),
		wire.Bind(api.DeleteUserPoolClientSecret, s.DeleteUserPoolClientSecret, pooledge.OnPool(s.edge, func(in *api.DeleteUserPoolClientSecretRequest) string { return in.UserPoolId })),
		wire.Bind(api.ListUserPoolClientSecrets, s.ListUserPoolClientSecrets, pooledge.OnPool(s.edge, func(in *api.ListUserPoolClientSecretsRequest) string { return in.UserPoolId })),
		wire.Bind(api.TagResource, s.TagResource, s.askTag),
		wire.Bind(api.UntagResource, s.UntagResource, s.askUntag),
		wire.Bind(api.ListTagsForResource, s.ListTagsForResource, s.askListTags),
	}
}
