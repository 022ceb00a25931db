package samlmeta

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The names of the specification that count here (OASIS SAML V2.0 Metadata section 2 and Bindings section 3).
const (
	protocol        = "urn:oasis:names:tc:SAML:2.0:protocol"
	redirectBinding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
	postBinding     = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
)

// Bounds on what is taken from a document.
const (
	maxEntityID     = 1024 // characters (section 2.2.1)
	maxURL          = 2048
	maxCertificates = 16
	leastRSA        = 1024 // bits: providers still sign with such keys, and their owners decide
)

// Metadata is what a document says of its identity provider. URLs are absolute, by binding; empty: the provider does not have it.
type Metadata struct {
	EntityID                string
	SSORedirect, SSOPost    string
	SLORedirect, SLOPost    string
	Certificates            []string // of signing keys: DER in base64
	WantAuthnRequestsSigned bool
	ValidUntil              time.Time // zero: no end
}

type (
	entities struct {
		Validity
		Entities []entity `xml:"urn:oasis:names:tc:SAML:2.0:metadata EntityDescriptor"`
	}
	entity struct {
		XMLName xml.Name
		Validity
		EntityID  string       `xml:"entityID,attr"`
		Providers []descriptor `xml:"urn:oasis:names:tc:SAML:2.0:metadata IDPSSODescriptor"`
	}
	descriptor struct {
		Protocols  string     `xml:"protocolSupportEnumeration,attr"`
		WantSigned string     `xml:"WantAuthnRequestsSigned,attr"`
		Keys       []key      `xml:"urn:oasis:names:tc:SAML:2.0:metadata KeyDescriptor"`
		SSO        []endpoint `xml:"urn:oasis:names:tc:SAML:2.0:metadata SingleSignOnService"`
		SLO        []endpoint `xml:"urn:oasis:names:tc:SAML:2.0:metadata SingleLogoutService"`
	}
	key struct {
		Use          string   `xml:"use,attr"`
		Certificates []string `xml:"http://www.w3.org/2000/09/xmldsig# KeyInfo>X509Data>X509Certificate"`
	}
	endpoint struct {
		Binding  string `xml:"Binding,attr"`
		Location string `xml:"Location,attr"`
	}
	// Validity is the end of a descriptor's life. It is exported for the decoder alone.
	Validity struct {
		Until string `xml:"validUntil,attr"`
	}
)

// Parse reads the metadata of one identity provider: an EntityDescriptor, or an EntitiesDescriptor in which one entity is an identity
// provider. Errors match ErrMalformed, and their text says what is missing without repeating the document.
func Parse(data []byte) (*Metadata, error) {
	if err := scan(data); err != nil {
		return nil, err
	}
	e, d, err := find(data)
	if err != nil {
		return nil, err
	}
	m := &Metadata{EntityID: strings.TrimSpace(e.EntityID), WantAuthnRequestsSigned: d.WantSigned == "true" || d.WantSigned == "1"}
	if m.EntityID == "" || len([]rune(m.EntityID)) > maxEntityID {
		return nil, problem("the entityID is absent or too long")
	}
	if m.ValidUntil, err = instant(e.Until); err != nil {
		return nil, err
	}
	for _, f := range []struct {
		list           []endpoint
		redirect, post *string
	}{{d.SSO, &m.SSORedirect, &m.SSOPost}, {d.SLO, &m.SLORedirect, &m.SLOPost}} {
		if *f.redirect, err = location(f.list, redirectBinding); err != nil {
			return nil, err
		}
		if *f.post, err = location(f.list, postBinding); err != nil {
			return nil, err
		}
	}
	if m.SSORedirect == "" && m.SSOPost == "" {
		return nil, problem("there is no SingleSignOnService with the binding HTTP-Redirect or HTTP-POST")
	}
	m.Certificates, err = certificates(d.Keys)
	return m, err
}

// find gives the one entity that is an identity provider, and its descriptor.
func find(data []byte) (*entity, *descriptor, error) {
	var root entity
	if err := xml.Unmarshal(data, &root); err != nil {
		return nil, nil, problem("the document is not metadata")
	}
	all := []entity{root}
	until := ""
	switch root.XMLName {
	case xml.Name{Space: "urn:oasis:names:tc:SAML:2.0:metadata", Local: "EntityDescriptor"}:
	case xml.Name{Space: "urn:oasis:names:tc:SAML:2.0:metadata", Local: "EntitiesDescriptor"}:
		var list entities
		if err := xml.Unmarshal(data, &list); err != nil {
			return nil, nil, problem("the document is not metadata")
		}
		all, until = list.Entities, list.Until
	default:
		return nil, nil, problem("the root is not an EntityDescriptor")
	}
	var found *entity
	var role *descriptor
	for i := range all {
		for j := range all[i].Providers {
			d := &all[i].Providers[j]
			if !slices.Contains(strings.Fields(d.Protocols), protocol) {
				continue
			}
			if found != nil {
				return nil, nil, problem("there is more than one identity provider")
			}
			found, role = &all[i], d
		}
	}
	if found == nil {
		return nil, nil, problem("there is no IDPSSODescriptor for SAML 2.0")
	}
	if found.Until == "" {
		found.Until = until
	}
	return found, role, nil
}

// instant reads an xs:dateTime; empty is the zero time.
func instant(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, problem("validUntil is not a time")
	}
	return t.UTC(), nil
}

// location gives the first endpoint of a binding; empty when there is none.
func location(list []endpoint, binding string) (string, error) {
	i := slices.IndexFunc(list, func(e endpoint) bool { return e.Binding == binding })
	if i < 0 {
		return "", nil
	}
	u, err := url.Parse(list[i].Location)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.Fragment != "" || len(list[i].Location) > maxURL {
		return "", problem("the Location of an endpoint is not an absolute http or https URL")
	}
	return list[i].Location, nil
}

// certificates takes those of keys that sign: use "signing", or none.
func certificates(keys []key) ([]string, error) {
	var out []string
	for _, k := range keys {
		if k.Use == "encryption" {
			continue
		}
		for _, text := range k.Certificates {
			der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
			if err != nil {
				return nil, problem("a certificate is not base64")
			}
			c, err := x509.ParseCertificate(der)
			if err != nil || !usable(c) {
				return nil, problem("a certificate cannot be read, or its key is not RSA or ECDSA of sufficient length")
			}
			if encoded := base64.StdEncoding.EncodeToString(der); !slices.Contains(out, encoded) {
				out = append(out, encoded)
			}
		}
	}
	switch {
	case len(out) == 0:
		return nil, problem("there is no certificate for signing")
	case len(out) > maxCertificates:
		return nil, problem("there are too many certificates")
	}
	return out, nil
}

func usable(c *x509.Certificate) bool {
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return k.N.BitLen() >= leastRSA
	case *ecdsa.PublicKey:
		return true
	}
	return false
}
