// Package credentials takes a person or a program from what they have to short-term credentials, at a Mayfly server or at AWS itself.
//
//	what one has          -> TokenSource             -> aws.CredentialsProvider
//	user and password        Password, SRP              IdentityPool
//	API token                APIToken                   (the same)
//	a person at SSO          SSODevice, SSOBrowser      SSORole
//	web identity token       TokenFile                  WebIdentityRole
//	a refresh token          Refresh, SSORefresh        (as the sign-in before)
//	a session of aws login                              LoginSession
//	AWS keys                                            AssumeRole, SessionToken
//
// Every provider is an aws.CredentialsProvider of the AWS SDK for Go v2, so it goes into aws.Config as it is. Session puts a Store between a sign-in and those
// who use its tokens, and Cached between a provider and those who use its credentials: one renewal for all threads and processes, before the old ones end.
// A Store is Memory, or Files, or the caller's own.
//
// Services are reached through a Client, which has the Region, the endpoints, the HTTP client and the clock, and which also tells who somebody is (WhoAmI), handles
// the caller's access keys (CreateAccessKey), and makes links to the console (ConsoleURL). Errors are a ServiceError, an UnreachableError, a ChallengeError or a
// LoginRequiredError.
//
// The package reads no environment variable, and no file but the one that TokenFile is given and those of Files; it writes nothing but to a Store, and never puts
// a secret into an error.
package credentials
