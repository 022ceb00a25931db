// Package account performs the operations of IAM on the account itself: its alias and settings, what is in it, and the features that it has
// turned on.
//
// It owns the account's row, the credential report, and who may turn on root access for an organization. It counts and lists what the other
// areas of IAM keep, from their records; how a role is shown, what runs on instances and when a key was last used it asks those who know
// (Roles, Profiles, KeyUses).
//
//	GenerateCredentialReport --> a request in the store --> Run makes the report --> GetCredentialReport
//
// It refuses to know how tokens are signed (Issuers) and what an organization is (Organizations): it keeps the switches, and tells others
// how they stand: TokenVersion, OutboundIssuer, RootSessions, RootCredentials.
package account
