package sts

import (
	"context"
	"errors"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// Federation is what STS needs to let in who comes from another identity provider. Every field is required.
type Federation struct {
	Providers Providers
	Verifier  Verifier
	Cognito   CognitoIdentity
	Decisions Decisions
}

// OIDCProvider is a registered OpenID Connect provider.
type OIDCProvider struct {
	ARN       string
	Name      string // host and path of the issuer: the prefix of its condition keys
	Issuer    string // as tokens spell it
	ClientIDs []string
}

// SAMLProvider is a registered SAML provider.
type SAMLProvider struct {
	ARN          string
	Account      string
	Name         string
	EntityID     string
	Certificates []string // DER in base64
	ValidUntil   time.Time
}

// Providers finds the identity providers that accounts have registered. caller.ErrUnknown when there is none.
type Providers interface {
	OIDCProvider(ctx context.Context, account, issuer string) (OIDCProvider, error)
	SAMLProvider(ctx context.Context, arn string) (SAMLProvider, error)
}

// WebIdentity is what a verified token says.
type WebIdentity struct {
	Subject         string
	Audience        []string       // every "aud"
	AuthorizedParty string         // "azp"; empty if there is none
	Claims          map[string]any // all of them, as JSON decodes
}

// Assertion is what a verified SAML assertion says.
type Assertion struct {
	Issuer              string
	Subject             string // NameID
	Format              string // of the NameID, a URI; may be empty
	Recipient           string
	Attributes          map[string][]string
	SessionNotOnOrAfter time.Time // zero: the provider does not say
}

// Verifier verifies tokens and assertions. Its refusals, and those of Token, are errors with a method Refusal (see Refused); every other error is a failure,
// which lets nobody in either. An assertion is accepted once.
type Verifier interface {
	ReadToken(token string) (Token, error)
	VerifySAML(ctx context.Context, p SAMLProvider, response string) (Assertion, error)
}

// Token is a token that has been read, to find its provider. Nothing that it says is proven before Verify.
type Token interface {
	Issuer() string
	Verify(ctx context.Context, p OIDCProvider) (WebIdentity, error)
}

// CognitoToken is what a verified token of an identity pool says.
type CognitoToken struct {
	IdentityID string
	PoolID     string
	AMR        []string
	Tags       map[string]string // session tags
}

// CognitoIdentity verifies the tokens of this server's own identity pools, which every account knows as cognito-identity.amazonaws.com.
type CognitoIdentity interface {
	OpenIDIssuer() string
	VerifyOpenIDToken(ctx context.Context, token string) (CognitoToken, error) // refusals as Verifier's
}

// Decisions records a decision before it takes effect. An error takes it back.
type Decisions interface {
	Record(ctx context.Context, p *caller.Principal, ask *caller.Ask, allowed bool, reason string) error
}

// Refused is a refusal, for those who verify without a type of their own. Kind is one of Invalid, Expired, Audience, Unreachable, Rejected.
type Refused struct{ Kind, Message string }

// Error implements error.
func (r *Refused) Error() string { return r.Message }

// Refusal gives kind and message.
func (r *Refused) Refusal() (kind, message string) { return r.Kind, r.Message }

// answer turns a refusal into AWS's error (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html), and leaves other
// errors as they are.
func answer(err error) error {
	var refused interface {
		error
		Refusal() (kind, message string)
	}
	if !errors.As(err, &refused) {
		return err
	}
	kind, message := refused.Refusal()
	t := stsapi.InvalidIdentityTokenException
	switch kind {
	case "Expired":
		t = stsapi.ExpiredTokenException
	case "Unreachable":
		t = stsapi.IDPCommunicationErrorException
	case "Rejected":
		t = stsapi.IDPRejectedClaimException
	}
	return t.New("%s", message).Because(err)
}

func invalidToken(format string, args ...any) error {
	return stsapi.InvalidIdentityTokenException.New(format, args...)
}
