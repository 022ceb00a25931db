package organization

import (
	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Operations is the table of bound operations.
func (s *Service) Operations() []wire.Binding {
	all := s.organizationOperations()
	all = append(all, s.accountOperations()...)
	return append(all, s.policyOperations()...)
}

// organizationOperations are about the organization, its tree and its tags.
func (s *Service) organizationOperations() []wire.Binding {
	return []wire.Binding{
		wire.Bind(api.CreateOrganization, s.CreateOrganization),
		wire.Bind(api.DescribeOrganization, s.DescribeOrganization),
		wire.Bind(api.DeleteOrganization, s.DeleteOrganization),
		wire.Bind(api.ListRoots, s.ListRoots),
		wire.Bind(api.CreateOrganizationalUnit, s.CreateOrganizationalUnit, s.askCreateUnit),
		wire.Bind(api.DescribeOrganizationalUnit, s.DescribeOrganizationalUnit,
			on(s, func(in *api.DescribeOrganizationalUnitRequest) string { return in.OrganizationalUnitId })),
		wire.Bind(api.UpdateOrganizationalUnit, s.UpdateOrganizationalUnit,
			on(s, func(in *api.UpdateOrganizationalUnitRequest) string { return in.OrganizationalUnitId })),
		wire.Bind(api.DeleteOrganizationalUnit, s.DeleteOrganizationalUnit,
			on(s, func(in *api.DeleteOrganizationalUnitRequest) string { return in.OrganizationalUnitId })),
		wire.Bind(api.ListOrganizationalUnitsForParent, s.ListOrganizationalUnitsForParent,
			on(s, func(in *api.ListOrganizationalUnitsForParentRequest) string { return in.ParentId })),
		wire.Bind(api.ListChildren, s.ListChildren, on(s, func(in *api.ListChildrenRequest) string { return in.ParentId })),
		wire.Bind(api.ListParents, s.ListParents, on(s, func(in *api.ListParentsRequest) string { return in.ChildId })),
		wire.Bind(api.EnableAWSServiceAccess, s.EnableAWSServiceAccess,
			with(func(in *api.EnableAWSServiceAccessRequest) condition { return onService(in.ServicePrincipal) })),
		wire.Bind(api.DisableAWSServiceAccess, s.DisableAWSServiceAccess,
			with(func(in *api.DisableAWSServiceAccessRequest) condition { return onService(in.ServicePrincipal) })),
		wire.Bind(api.ListAWSServiceAccessForOrganization, s.ListAWSServiceAccessForOrganization),
		wire.Bind(api.TagResource, s.TagResource, on(s, func(in *api.TagResourceRequest) string { return in.ResourceId },
			func(in *api.TagResourceRequest) condition { return requestTags(in.Tags) })),
		wire.Bind(api.UntagResource, s.UntagResource, on(s, func(in *api.UntagResourceRequest) string { return in.ResourceId },
			func(in *api.UntagResourceRequest) condition { return tagKeys(in.TagKeys) })),
		wire.Bind(api.ListTagsForResource, s.ListTagsForResource, on(s, func(in *api.ListTagsForResourceRequest) string { return in.ResourceId })),
	}
}

// accountOperations are about accounts and who of them administers services.
func (s *Service) accountOperations() []wire.Binding {
	return []wire.Binding{
		wire.Bind(api.CreateAccount, s.CreateAccount, s.askCreateAccount),
		wire.Bind(api.DescribeCreateAccountStatus, s.DescribeCreateAccountStatus),
		wire.Bind(api.ListCreateAccountStatus, s.ListCreateAccountStatus),
		wire.Bind(api.DescribeAccount, s.DescribeAccount, on(s, func(in *api.DescribeAccountRequest) string { return in.AccountId })),
		wire.Bind(api.ListAccounts, s.ListAccounts),
		wire.Bind(api.ListAccountsForParent, s.ListAccountsForParent, on(s, func(in *api.ListAccountsForParentRequest) string { return in.ParentId })),
		wire.Bind(api.MoveAccount, s.MoveAccount, s.askMove),
		wire.Bind(api.RemoveAccountFromOrganization, s.RemoveAccountFromOrganization,
			on(s, func(in *api.RemoveAccountFromOrganizationRequest) string { return in.AccountId })),
		wire.Bind(api.LeaveOrganization, s.LeaveOrganization),
		wire.Bind(api.RegisterDelegatedAdministrator, s.RegisterDelegatedAdministrator,
			on(s, func(in *api.RegisterDelegatedAdministratorRequest) string { return in.AccountId },
				func(in *api.RegisterDelegatedAdministratorRequest) condition { return onService(in.ServicePrincipal) })),
		wire.Bind(api.DeregisterDelegatedAdministrator, s.DeregisterDelegatedAdministrator,
			on(s, func(in *api.DeregisterDelegatedAdministratorRequest) string { return in.AccountId },
				func(in *api.DeregisterDelegatedAdministratorRequest) condition { return onService(in.ServicePrincipal) })),
		wire.Bind(api.ListDelegatedAdministrators, s.ListDelegatedAdministrators, s.askDelegated),
		wire.Bind(api.ListDelegatedServicesForAccount, s.ListDelegatedServicesForAccount,
			on(s, func(in *api.ListDelegatedServicesForAccountRequest) string { return in.AccountId })),
	}
}

// policyOperations are about policies, their types and where they are attached.
func (s *Service) policyOperations() []wire.Binding {
	return []wire.Binding{
		wire.Bind(api.EnablePolicyType, s.EnablePolicyType, on(s, func(in *api.EnablePolicyTypeRequest) string { return in.RootId },
			func(in *api.EnablePolicyTypeRequest) condition { return ofType(in.PolicyType) })),
		wire.Bind(api.DisablePolicyType, s.DisablePolicyType, on(s, func(in *api.DisablePolicyTypeRequest) string { return in.RootId },
			func(in *api.DisablePolicyTypeRequest) condition { return ofType(in.PolicyType) })),
		wire.Bind(api.CreatePolicy, s.CreatePolicy, s.askCreatePolicy),
		wire.Bind(api.UpdatePolicy, s.UpdatePolicy, on(s, func(in *api.UpdatePolicyRequest) string { return in.PolicyId }, policyType[api.UpdatePolicyRequest])),
		wire.Bind(api.DescribePolicy, s.DescribePolicy,
			on(s, func(in *api.DescribePolicyRequest) string { return in.PolicyId }, policyType[api.DescribePolicyRequest])),
		wire.Bind(api.DeletePolicy, s.DeletePolicy, on(s, func(in *api.DeletePolicyRequest) string { return in.PolicyId }, policyType[api.DeletePolicyRequest])),
		wire.Bind(api.ListPolicies, s.ListPolicies, with(func(in *api.ListPoliciesRequest) condition { return ofType(in.Filter) })),
		wire.Bind(api.AttachPolicy, s.AttachPolicy, s.askAttach),
		wire.Bind(api.DetachPolicy, s.DetachPolicy, s.askDetach),
		wire.Bind(api.ListPoliciesForTarget, s.ListPoliciesForTarget,
			on(s, func(in *api.ListPoliciesForTargetRequest) string { return in.TargetId },
				func(in *api.ListPoliciesForTargetRequest) condition { return ofType(in.Filter) })),
		wire.Bind(api.ListTargetsForPolicy, s.ListTargetsForPolicy,
			on(s, func(in *api.ListTargetsForPolicyRequest) string { return in.PolicyId }, policyType[api.ListTargetsForPolicyRequest])),
	}
}
