package access

import (
	"context"
	"errors"
	"time"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/sigv4"
)

// Problem says what is wrong with a request's authentication. Each protocol has its own code for it.
type Problem string

// The problems, with the code that awsQuery services use.
const (
	Missing     Problem = "MissingAuthenticationToken"
	Incomplete  Problem = "IncompleteSignature"
	UnknownKey  Problem = "InvalidClientTokenId"
	TokenEnded  Problem = "ExpiredToken"
	Mismatch    Problem = "SignatureDoesNotMatch"
	Unavailable Problem = "ServiceUnavailable"
)

// AuthError is a refused authentication. The message is for the caller.
type AuthError struct {
	Problem Problem
	Message string
	cause   error
}

// Error implements error.
func (e *AuthError) Error() string { return string(e.Problem) + ": " + e.Message }

// Unwrap gives the cause, for the log.
func (e *AuthError) Unwrap() error { return e.cause }

// invalidToken is AWS's text for an unknown, deleted or inactive key and for a token that is not ours.
const invalidToken = "The security token included in the request is invalid."

// Keys finds long-term access keys.
type Keys interface {
	AccessKey(ctx context.Context, id string) (caller.Key, error) // caller.ErrUnknown
	Used(ctx context.Context, id, service, region string, at time.Time)
}

// Sessions opens session tokens and checks that the principal inside still exists.
type Sessions interface {
	OpenSession(ctx context.Context, token string, now time.Time) (caller.Secret, caller.Principal, error) // caller.ErrUnknown, caller.ErrExpired
}

// Authenticator recognises callers.
type Authenticator struct {
	Keys     Keys
	Sessions Sessions
}

// SigV4 verifies the signature over the raw request and returns who signed it. service is the signing name that the credential
// scope must have; region, when not empty, the region it must have. An empty service allows any.
func (a *Authenticator) SigV4(ctx context.Context, r *sigv4.Request, service, region string, now time.Time) (*caller.Principal, sigv4.Scope, error) {
	sig, err := sigv4.Parse(r)
	if err != nil {
		return nil, sigv4.Scope{}, fromSignature(err)
	}
	if err := checkScope(sig.Scope, service, region); err != nil {
		return nil, sig.Scope, err
	}
	secret, p, err := a.credentials(ctx, sig, now)
	if err != nil {
		return nil, sig.Scope, err
	}
	if secret == "" { // never a key to sign with, whatever a look-up says
		return nil, sig.Scope, fromLookup(errNoSecret)
	}
	if err := sig.Verify(r, sigv4.DeriveKey(string(secret), sig.Scope), now); err != nil {
		return nil, sig.Scope, fromSignature(err)
	}
	if p.Session == nil {
		a.Keys.Used(ctx, sig.AccessKeyID, sig.Scope.Service, sig.Scope.Region, now)
	}
	return p, sig.Scope, nil
}

func checkScope(s sigv4.Scope, service, region string) error {
	if service != "" && s.Service != service {
		return &AuthError{Problem: Mismatch, Message: "Credential should be scoped to correct service: '" + service + "'."}
	}
	if region != "" && s.Region != region {
		return &AuthError{Problem: Mismatch, Message: "Credential should be scoped to a valid region."}
	}
	return nil
}

// credentials finds the secret behind the key id. A key id with a token is only ever looked up in the token, and one without only
// among the long-term keys, so the two spaces cannot stand in for each other.
func (a *Authenticator) credentials(ctx context.Context, sig *sigv4.Signature, now time.Time) (caller.Secret, *caller.Principal, error) {
	if sig.SessionToken == "" {
		k, err := a.Keys.AccessKey(ctx, sig.AccessKeyID)
		if err != nil {
			return "", nil, fromLookup(err)
		}
		if !k.Active {
			return "", nil, &AuthError{Problem: UnknownKey, Message: invalidToken}
		}
		return k.Secret, &k.Principal, nil
	}
	secret, p, err := a.Sessions.OpenSession(ctx, sig.SessionToken, now)
	if err != nil {
		return "", nil, fromLookup(err)
	}
	if p.AccessKeyID != sig.AccessKeyID || !goodIn(p.Session.DefaultRegions, sig.Scope) { // the token is bound to its key id
		return "", nil, &AuthError{Problem: UnknownKey, Message: invalidToken}
	}
	return secret, &p, nil
}

var errNoSecret = errors.New("access: credentials without a secret")

func fromLookup(err error) error {
	switch {
	case errors.Is(err, caller.ErrUnknown):
		return &AuthError{Problem: UnknownKey, Message: invalidToken, cause: err}
	case errors.Is(err, caller.ErrExpired):
		return &AuthError{Problem: TokenEnded, Message: "The security token included in the request is expired", cause: err}
	}
	return &AuthError{Problem: Unavailable, Message: "The request could not be authenticated. Try again.", cause: err}
}

func fromSignature(err error) error {
	var e *sigv4.Error
	if !errors.As(err, &e) {
		return &AuthError{Problem: Incomplete, Message: "The request signature does not conform to AWS standards.", cause: err}
	}
	switch e.Kind {
	case sigv4.Missing:
		return &AuthError{Problem: Missing, Message: "Request is missing Authentication Token"}
	case sigv4.Incomplete:
		return &AuthError{Problem: Incomplete, Message: e.Message}
	}
	return &AuthError{Problem: Mismatch, Message: e.Message}
}
