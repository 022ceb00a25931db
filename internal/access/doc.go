// Package access is the one place where a caller is recognised and where a decision is made.
//
// Authenticator.SigV4 turns a signed request into a Principal or an *AuthError. Authorizer.Authorize decides what a principal asks for with iampolicy
// and records the decision in the audit trail, in one call: what cannot be recorded is refused, and an error while deciding is a no.
//
// What AWS refuses to temporary credentials and to the account root whatever their policies say is one rule, mayCall, and recorded like any other
// refusal.
//
// It imports no service. Access keys, sessions, entities and policies come through small interfaces that app connects.
package access
