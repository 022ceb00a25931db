package record

import "github.com/mayfly-id/mayfly/internal/store"

// Tables lists the tables of this package, for opening the store.
func Tables() []store.AnyTable {
	return []store.AnyTable{
		Accounts, CredentialReports,
		Users, Groups, Memberships, Roles,
		InstanceProfiles, ServiceLinkedDeletions,
		AccessKeys, KeyUses,
		MFADevices, LoginProfiles, PasswordPolicies,
		SSHPublicKeys, ServiceCredentials, SigningCertificates, ServerCertificates, ServerCertificateBodies,
		Policies, Attachments,
		OIDCProviders, SAMLProviders, SAMLDocuments,
		DelegationRequests,
		EntityUses, AccessJobs,
	}
}
