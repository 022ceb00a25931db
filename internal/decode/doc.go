// Package decode tells what a text is that a person has come across: a JSON Web Token, a session token, an authorization message of STS. It looks at the form alone: it
// verifies nothing, opens nothing that is sealed, and asks nobody.
package decode
