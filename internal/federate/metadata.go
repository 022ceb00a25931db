package federate

import (
	"crypto/x509"
	"encoding/base64"
	"strings"
	"time"

	"github.com/beevik/etree"
)

// MaxMetadata is the longest metadata document that is read, in bytes (https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateSAMLProvider.html).
const MaxMetadata = 10_000_000

// Metadata is what the metadata of a SAML identity provider says (SAML 2.0 Metadata section 2.4).
type Metadata struct {
	EntityID     string
	SSORedirect  string // URLs of the bindings HTTP-Redirect and HTTP-POST; empty where there is none
	SSOPost      string
	SLORedirect  string
	SLOPost      string
	Certificates []string // DER in base64; any of them may have signed
	SignRequests bool     // WantAuthnRequestsSigned
	ValidUntil   time.Time
}

// parseMetadata is AWS's text for a document that is not what it should be.
const parseMetadata = "Could not parse metadata"

// ReadMetadata reads the metadata of one identity provider. Its own signature, if it has one, proves nothing to whoever is given the document by its
// administrator. Errors match ErrInvalid.
func ReadMetadata(document []byte) (Metadata, error) {
	doc, err := gate(document, MaxMetadata)
	if err != nil {
		return Metadata{}, &Error{Kind: ErrInvalid, Message: parseMetadata, Cause: err}
	}
	entity, idp := findIDP(doc.Root())
	if idp == nil {
		return Metadata{}, invalid(parseMetadata)
	}
	m := Metadata{EntityID: attr(entity, "entityID"), SignRequests: attr(idp, "WantAuthnRequestsSigned") == "true" || attr(idp, "WantAuthnRequestsSigned") == "1"}
	if m.EntityID == "" || len(m.EntityID) > 1024 {
		return Metadata{}, invalid(parseMetadata)
	}
	for _, e := range []*etree.Element{entity, idp} {
		text := attr(e, "validUntil")
		if text == "" {
			continue
		}
		at, ok := instant(text)
		if !ok {
			return Metadata{}, invalid(parseMetadata)
		}
		if m.ValidUntil.IsZero() || at.Before(m.ValidUntil) {
			m.ValidUntil = at
		}
	}
	m.SSORedirect, m.SSOPost = endpoints(idp, "SingleSignOnService")
	m.SLORedirect, m.SLOPost = endpoints(idp, "SingleLogoutService")
	if m.Certificates = certificates(idp); len(m.Certificates) == 0 || len(m.Certificates) > maxCertificates {
		return Metadata{}, invalid(parseMetadata)
	}
	return m, nil
}

// findIDP finds the one identity provider of a document, which may stand among other entities.
func findIDP(root *etree.Element) (entity, idp *etree.Element) {
	candidates := []*etree.Element{root}
	if is(root, nsMetadata, "EntitiesDescriptor") {
		candidates = children(root, nsMetadata, "EntityDescriptor")
	}
	for _, e := range candidates {
		if !is(e, nsMetadata, "EntityDescriptor") {
			continue
		}
		if found := child(e, nsMetadata, "IDPSSODescriptor"); found != nil {
			if idp != nil {
				return nil, nil // whose it is would be a guess
			}
			entity, idp = e, found
		}
	}
	return entity, idp
}

func endpoints(idp *etree.Element, name string) (redirect, post string) {
	for _, e := range children(idp, nsMetadata, name) {
		switch attr(e, "Binding") {
		case "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect":
			redirect = attr(e, "Location")
		case "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST":
			post = attr(e, "Location")
		}
	}
	return redirect, post
}

// certificates gives the certificates that may have signed. One whose key is too weak is not among them.
func certificates(idp *etree.Element) []string {
	var out []string
	for _, k := range children(idp, nsMetadata, "KeyDescriptor") {
		if use := attr(k, "use"); use != "" && use != "signing" {
			continue
		}
		for _, data := range children(child1(k, "KeyInfo"), nsSignature, "X509Data") {
			for _, e := range children(data, nsSignature, "X509Certificate") {
				t, _ := text(e)
				der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(t), ""))
				if err != nil {
					continue
				}
				if c, err := x509.ParseCertificate(der); err == nil && strong(c) {
					out = append(out, base64.StdEncoding.EncodeToString(der))
				}
			}
		}
	}
	return out
}

// child1 gives a child of the signature's namespace, and an element without children where there is none.
func child1(e *etree.Element, name string) *etree.Element {
	if c := child(e, nsSignature, name); c != nil {
		return c
	}
	return etree.NewElement("none")
}

// parseCertificates reads the certificates of a provider.
func parseCertificates(list []string) ([]*x509.Certificate, error) {
	var out []*x509.Certificate
	for _, text := range list[:min(len(list), maxCertificates)] {
		der, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, err
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		if strong(c) {
			out = append(out, c)
		}
	}
	return out, nil
}

// instant reads an xs:dateTime with a time zone; SAML has them in UTC (SAML 2.0 Core section 1.3.3).
func instant(s string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339Nano, s)
	return t.UTC(), err == nil
}
