package app

import (
	"context"
	"errors"
	"time"

	"github.com/mayfly-id/mayfly/internal/federate"
	"github.com/mayfly-id/mayfly/internal/iam/provider"
	"github.com/mayfly-id/mayfly/internal/identitypool"
	"github.com/mayfly-id/mayfly/internal/sts"
)

// trusted finds, for STS, the providers that accounts have registered.
type trusted struct{ service *provider.Service }

// OIDCProvider implements sts.Providers.
func (t trusted) OIDCProvider(ctx context.Context, account, issuer string) (sts.OIDCProvider, error) {
	p, err := t.service.OIDCProvider(ctx, account, issuer)
	if err != nil {
		return sts.OIDCProvider{}, err
	}
	return sts.OIDCProvider{ARN: p.ARN(), Name: p.Name, Issuer: p.Issuer(), ClientIDs: p.ClientIDs}, nil
}

// SAMLProvider implements sts.Providers.
func (t trusted) SAMLProvider(ctx context.Context, arn string) (sts.SAMLProvider, error) {
	p, err := t.service.SAMLProvider(ctx, arn)
	if err != nil {
		return sts.SAMLProvider{}, err
	}
	return sts.SAMLProvider{
		ARN: p.ARN(), Account: p.Account, Name: p.Name, EntityID: p.Metadata.EntityID, Certificates: p.Metadata.Certificates, ValidUntil: p.Metadata.ValidUntil,
	}, nil
}

// outsiders verifies, for STS, what providers vouch for.
type outsiders struct {
	verifier *federate.Verifier
	url      string // of this server
}

// ReadToken implements sts.Verifier.
func (o outsiders) ReadToken(text string) (sts.Token, error) {
	t, err := federate.ReadToken(text)
	if err != nil {
		return nil, err
	}
	return readToken{t, o.verifier}, nil
}

// readToken is a token on its way through STS.
type readToken struct {
	*federate.Token
	verifier *federate.Verifier
}

// Verify implements sts.Token.
func (t readToken) Verify(ctx context.Context, p sts.OIDCProvider) (sts.WebIdentity, error) {
	i, err := t.verifier.Verify(ctx, federate.Provider{Issuer: p.Issuer, ClientIDs: p.ClientIDs}, t.Token)
	return sts.WebIdentity{Subject: i.Subject, Audience: i.Audience, AuthorizedParty: i.AuthorizedParty, Claims: i.Claims}, err
}

// assertionAge is how long after it was made an assertion opens a session
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_saml.html).
const assertionAge = 5 * time.Minute

// VerifySAML implements sts.Verifier.
func (o outsiders) VerifySAML(ctx context.Context, p sts.SAMLProvider, response string) (sts.Assertion, error) {
	options := samlOptions(o.url)
	options.MaxAge = assertionAge
	a, err := o.verifier.VerifySAML(ctx, federate.SAMLProvider{Key: p.ARN, EntityID: p.EntityID, Certificates: p.Certificates}, response, options)
	return sts.Assertion{
		Issuer: a.Issuer, Subject: a.Subject.Value, Format: a.Subject.Format, Recipient: a.Recipient, Attributes: a.Attributes, SessionNotOnOrAfter: a.SessionNotOnOrAfter,
	}, err
}

// identityTokens verifies, for STS, the tokens of identity pools.
type identityTokens struct{ service *identitypool.Service }

// OpenIDIssuer implements sts.CognitoIdentity.
func (i identityTokens) OpenIDIssuer() string { return i.service.OpenIDIssuer() }

// VerifyOpenIDToken implements sts.CognitoIdentity.
func (i identityTokens) VerifyOpenIDToken(ctx context.Context, token string) (sts.CognitoToken, error) {
	t, err := i.service.VerifyOpenIDToken(ctx, token)
	switch {
	case err == nil:
		return sts.CognitoToken{IdentityID: t.IdentityID, PoolID: t.PoolID, AMR: t.AMR, Tags: t.Tags}, nil
	case errors.Is(err, identitypool.ErrExpired):
		return sts.CognitoToken{}, errors.Join(&sts.Refused{Kind: "Expired", Message: "Token expired"}, err)
	case errors.Is(err, identitypool.ErrBadSignature), errors.Is(err, identitypool.ErrRevoked):
		return sts.CognitoToken{}, errors.Join(&sts.Refused{Kind: "Invalid", Message: "The web identity token could not be verified"}, err)
	}
	return sts.CognitoToken{}, err
}
