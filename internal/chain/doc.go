// Package chain finds credentials as the AWS SDK for Go v2 does, and tells how: which link of the chain answers, which ones are not configured, and which ones are
// configured and hidden.
//
//	a profile named in code, or: environment keys -> environment web identity -> the active profile
//	within a profile: source_profile -> static keys -> credential_source -> web_identity_token_file -> SSO -> login_session -> credential_process
//	                  -> container relative URI -> container full URI -> instance metadata; role_arn on top of what answers
//
// As in the SDK, the first link that is configured counts, even when it cannot answer: the chain does not go on behind a mistake. Only the link that counts is
// opened, so no process is run, no endpoint asked and no sign-in used for an explanation, but for the metadata service when it is the last hope.
//
// The package starts no sign-in and renews no token: Chain takes that from its callers. It reads the environment from awsfile.Shared alone, and puts no secret
// into a link, a finding or an error.
//
// Source: https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html and module config v1.33 of the SDK.
package chain
