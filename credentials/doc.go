// Package credentials takes a person or a program from what they have to short-term credentials, at a Mayfly server or at AWS itself.
//
//	what one has        -> TokenSource                        -> aws.CredentialsProvider
//	user and password      Password, SRP                         IdentityPool
//	API token              APIToken                              (the same)
//	web identity token     TokenFile                             WebIdentityRole
//	SSO session            SSOToken                              SSORole
//	AWS keys                                                     AssumeRole, SessionToken
//
// Every provider is an aws.CredentialsProvider of the AWS SDK for Go v2, so it goes into aws.Config as it is. Cached puts a Store between a provider and its
// users: one renewal for all threads and processes, before the old credentials end.
//
// Services are reached through a Client, which has the Region, the endpoints, the HTTP client and the clock. The package reads no file and no environment
// variable by itself, writes nothing but to a Store, and never puts a secret into an error.
package credentials
