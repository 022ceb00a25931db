package account

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

type summary = map[iamapi.SummaryKeyType]int

// quotas gives AWS's default quotas (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html). Nobody raises them here.
func quotas() summary {
	return summary{
		iamapi.SummaryKeyTypeUsersQuota:                      5000,
		iamapi.SummaryKeyTypeGroupsQuota:                     300,
		iamapi.SummaryKeyTypeRolesQuota:                      1000,
		iamapi.SummaryKeyTypePoliciesQuota:                   1500,
		iamapi.SummaryKeyTypePolicyVersionsInUseQuota:        10000,
		iamapi.SummaryKeyTypeInstanceProfilesQuota:           1000,
		iamapi.SummaryKeyTypeServerCertificatesQuota:         20,
		iamapi.SummaryKeyTypeGroupsPerUserQuota:              10,
		iamapi.SummaryKeyTypeAccessKeysPerUserQuota:          2,
		iamapi.SummaryKeyTypeSigningCertificatesPerUserQuota: 2,
		iamapi.SummaryKeyTypeVersionsPerPolicyQuota:          5,
		iamapi.SummaryKeyTypeAttachedPoliciesPerGroupQuota:   10,
		iamapi.SummaryKeyTypeAttachedPoliciesPerRoleQuota:    10,
		iamapi.SummaryKeyTypeAttachedPoliciesPerUserQuota:    10,
		iamapi.SummaryKeyTypePolicySizeQuota:                 6144, // these are in characters without white space
		iamapi.SummaryKeyTypeUserPolicySizeQuota:             2048,
		iamapi.SummaryKeyTypeGroupPolicySizeQuota:            5120,
		iamapi.SummaryKeyTypeRolePolicySizeQuota:             10240,
		iamapi.SummaryKeyTypeAssumeRolePolicySizeQuota:       2048,
	}
}

// GetAccountSummary tells how much of what the account has, and how much it may have.
func (s *Service) GetAccountSummary(ctx context.Context, _ *wire.Empty) (*iamapi.GetAccountSummaryResponse, error) {
	out, id := quotas(), account(ctx)
	a, err := s.row(ctx, id)
	if err != nil {
		return nil, err
	}
	out[iamapi.SummaryKeyTypeGlobalEndpointTokenVersion] = max(a.TokenVersion, 1)
	if out[iamapi.SummaryKeyTypePolicyVersionsInUse], err = s.policyVersions(ctx, id); err != nil {
		return nil, err
	}
	for _, c := range counts(id) {
		n, err := c.count(ctx, s.db, c.index, c.prefix...)
		if err != nil {
			return nil, err
		}
		if c.present { // there or not
			n = min(n, 1)
		}
		out[c.key] += int(n)
	}
	return &iamapi.GetAccountSummaryResponse{SummaryMap: out}, nil
}

// counted is a key of the summary and what is counted for it.
type counted struct {
	key     iamapi.SummaryKeyType
	count   func(ctx context.Context, r store.Reader, index string, prefix ...string) (int64, error)
	index   string
	prefix  []string
	present bool
}

func counts(account string) []counted {
	own, root := []string{account}, []string{account, account} // what the root owns has the account as its owner
	return []counted{
		{iamapi.SummaryKeyTypeUsers, record.Users.Count, "by_name", own, false},
		{iamapi.SummaryKeyTypeGroups, record.Groups.Count, "by_name", own, false},
		{iamapi.SummaryKeyTypeRoles, record.Roles.Count, "by_name", own, false},
		{iamapi.SummaryKeyTypePolicies, record.Policies.Count, "by_name", own, false},
		{iamapi.SummaryKeyTypeInstanceProfiles, record.InstanceProfiles.Count, "by_name", own, false},
		{iamapi.SummaryKeyTypeServerCertificates, record.ServerCertificates.Count, "by_name", own, false},
		{iamapi.SummaryKeyTypeProviders, record.OIDCProviders.Count, "", own, false},
		{iamapi.SummaryKeyTypeProviders, record.SAMLProviders.Count, "by_name", own, false},
		{iamapi.SummaryKeyTypeMFADevices, record.MFADevices.Count, "by_name", own, false},
		{iamapi.SummaryKeyTypeMFADevicesInUse, record.MFADevices.Count, "by_owner", own, false},
		{iamapi.SummaryKeyTypeAccountMFAEnabled, record.MFADevices.Count, "by_owner", root, true},
		{iamapi.SummaryKeyTypeAccountPasswordPresent, record.LoginProfiles.Count, "", root, true},
		{iamapi.SummaryKeyTypeAccountAccessKeysPresent, record.AccessKeys.Count, "by_owner", own, true},
		{iamapi.SummaryKeyTypeAccountSigningCertificatesPresent, record.SigningCertificates.Count, "by_owner", own, true},
	}
}

// policyVersions counts the versions of the account's own managed policies. They are in the policies' rows, so that a policy and the version
// in force are read at once; here that costs a look at each.
func (s *Service) policyVersions(ctx context.Context, account string) (int, error) {
	n := 0
	for row, err := range record.Policies.All(ctx, s.db, store.Query{Index: "by_name", Prefix: []string{account}}) {
		if err != nil {
			return 0, err
		}
		n += len(row.Doc.Versions)
	}
	return n, nil
}
