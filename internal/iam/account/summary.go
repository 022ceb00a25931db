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
	id := account(ctx)
	a, err := s.row(ctx, id)
	if err != nil {
		return nil, err
	}
	var out summary
	err = s.db.View(ctx, func(r store.Reader) error {
		out = quotas() // anew, should this run twice
		return addCounts(ctx, r, id, out)
	})
	if err != nil {
		return nil, err
	}
	out[iamapi.SummaryKeyTypeGlobalEndpointTokenVersion] = max(a.TokenVersion, 1)
	return &iamapi.GetAccountSummaryResponse{SummaryMap: out}, nil
}

// addCounts counts what an account has, into a summary that has none of these keys.
func addCounts(ctx context.Context, r store.Reader, account string, out summary) error {
	versions, err := record.CountPolicyVersions(ctx, r, account)
	if err != nil {
		return err
	}
	out[iamapi.SummaryKeyTypePolicyVersionsInUse] = int(versions)
	for _, c := range counts(account) {
		n, err := c.count(ctx, r, c.index, c.prefix...)
		if err != nil {
			return err
		}
		if c.present { // there or not
			n = min(n, 1)
		}
		out[c.key] += int(n)
	}
	return nil
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
