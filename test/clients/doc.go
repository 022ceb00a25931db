// Package clients runs stock AWS clients against the real program: the AWS CLI, the AWS SDK for Go v2, the AWS SDK for JavaScript v3 and
// amazon-cognito-identity-js. It is a module of its own, so that none of them is a dependency of the server.
//
// It owns the proof that the journeys hold for clients that nobody changed: an API token becomes short-term credentials, an SRP sign-in
// becomes three tokens, STS hands out sessions, all of it is set up from nothing through AWS's own operations, and every refusal reaches the
// client as the error type it expects; so too for profiles with roles, MFA devices and tokens of other providers, for SAML responses and for
// organizations. It refuses to know anything of the server's inside: it starts the built binary on a free loopback port, reads the JSON of its
// first run, and stops it with SIGINT, after which the exit must be clean, the log free of errors, and free of secrets.
//
// What needs programs or packages from outside Go (the AWS CLI, curl, jq, Node) runs when MAYFLY_TEST_CLIENTS is set, and then fails when one
// is missing. run.sh sets it, after installing the packages of the js folder.
package clients
