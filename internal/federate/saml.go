package federate

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"time"

	"github.com/beevik/etree"
)

// MaxResponse is the longest response that is read, in characters of base64: the bound of SAMLAssertion in AWS's model.
const MaxResponse = 100_000

// SAMLProvider is a SAML identity provider as its metadata says.
type SAMLProvider struct {
	Key          string   // names the provider wherever assertions are remembered: its ARN, or pool and name
	EntityID     string   // the Issuer of its assertions
	Certificates []string // DER in base64
}

// SAMLOptions say what a response has to be for.
type SAMLOptions struct {
	Audiences    []string      // the assertion has to name one of them
	Recipients   []string      // URLs to which it may be delivered
	InResponseTo string        // id of the request that it has to answer; empty: any, or none
	MaxAge       time.Duration // since it was issued; 0: as long as the assertion itself says
}

// NameID is how the provider calls the user.
type NameID struct {
	Value           string
	Format          string // URI; empty stands for unspecified
	NameQualifier   string
	SPNameQualifier string
}

// Assertion is what a verified assertion says.
type Assertion struct {
	ID                  string
	Issuer              string
	Subject             NameID
	Attributes          map[string][]string // by Name
	Audience            string              // the one of the options that it names
	Recipient           string
	InResponseTo        string
	SessionIndex        string
	IssuedAt            time.Time
	NotOnOrAfter        time.Time // of the delivery
	SessionNotOnOrAfter time.Time // zero: the provider does not say

	until time.Time // the latest end of any way to deliver it
}

// Messages, in AWS's words where those are known (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_saml.html).
const (
	badResponse  = "Invalid SAML response"
	badSignature = "Response signature invalid"
	noEncryption = "Encrypted SAML assertions are not supported"
)

// VerifySAML verifies a response, in base64 as browsers post it, and takes its assertion: a second time it is refused. Only what is signed is read.
// Errors are *Error, or failures of this server.
func (v *Verifier) VerifySAML(ctx context.Context, p SAMLProvider, response string, o SAMLOptions) (Assertion, error) {
	known, err := parseCertificates(p.Certificates)
	if err != nil {
		return Assertion{}, err
	}
	now := v.config.Now()
	a, err := read(&p, response, &o, now, func(sp *signedParts) (*etree.Element, error) { return sp.verified(known) })
	if err != nil {
		return Assertion{}, err
	}
	if err := v.take(ctx, &p, &a, now); err != nil {
		return Assertion{}, err
	}
	return a, nil
}

// read does all of VerifySAML that needs no store; prove verifies the signatures.
func read(p *SAMLProvider, response string, o *SAMLOptions, now time.Time, prove func(*signedParts) (*etree.Element, error)) (Assertion, error) {
	if len(response) > MaxResponse {
		return Assertion{}, invalid(badResponse)
	}
	raw, err := base64.StdEncoding.DecodeString(response)
	if err != nil {
		return Assertion{}, invalid(badResponse)
	}
	doc, err := gate(raw, MaxResponse)
	if err != nil {
		return Assertion{}, &Error{Kind: ErrInvalid, Message: badResponse, Cause: err}
	}
	found, err := parts(doc)
	if err != nil {
		return Assertion{}, refuseLayout(err)
	}
	if err := checkResponse(found.response, p, o); err != nil {
		return Assertion{}, err
	}
	signed, err := prove(found)
	if err != nil {
		return Assertion{}, refuseLayout(err)
	}
	r := reading{p: p, o: o, now: now, e: signed}
	return r.assertion()
}

func refuseLayout(err error) error {
	message := badResponse
	switch {
	case errors.Is(err, errEncrypted):
		message = noEncryption
	case errors.Is(err, errSignature):
		message = badSignature
	}
	return &Error{Kind: ErrInvalid, Message: message, Cause: err}
}

const success = "urn:oasis:names:tc:SAML:2.0:status:Success"

// checkResponse looks at what stands around the assertion. It may be unsigned, so it can only refuse.
func checkResponse(r *etree.Element, p *SAMLProvider, o *SAMLOptions) error {
	if attr(r, "Version") != "2.0" {
		return invalid(badResponse)
	}
	status := child(child(r, nsProtocol, "Status"), nsProtocol, "StatusCode")
	if status == nil {
		return invalid(badResponse)
	}
	if attr(status, "Value") != success {
		return &Error{Kind: ErrRejected, Message: "The identity provider did not authenticate the user"}
	}
	if d := attr(r, "Destination"); d != "" && !slices.Contains(o.Recipients, d) {
		return invalid("Response is for another destination")
	}
	if to := attr(r, "InResponseTo"); o.InResponseTo != "" && to != "" && to != o.InResponseTo {
		return invalid("Response answers another request")
	}
	if all := children(r, nsAssertion, "Issuer"); len(all) > 0 {
		if t, ok := text(all[0]); !ok || len(all) > 1 || t != p.EntityID {
			return invalid(wrongIssuer)
		}
	}
	return nil
}

const wrongIssuer = "Issuer not present in specified provider"
