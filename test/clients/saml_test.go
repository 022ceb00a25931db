package clients

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"
)

// The namespaces and the audience of the responses that AWS takes.
const (
	samlProtocol  = "urn:oasis:names:tc:SAML:2.0:protocol"
	samlAssertion = "urn:oasis:names:tc:SAML:2.0:assertion"
	signinPage    = "https://signin.aws.amazon.com/saml"
	idpEntity     = "https://idp.example.com/saml/metadata-of-the-company"
)

// identityProvider is a SAML identity provider. It writes its assertions in canonical form, so that what it signs is what it writes and no
// library for XML stands between the test and the server's.
type identityProvider struct {
	key  *rsa.PrivateKey
	cert string // DER in base64
}

func newIdentityProvider(t *testing.T) *identityProvider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "idp"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &identityProvider{key, base64.StdEncoding.EncodeToString(der)}
}

func (p *identityProvider) metadata() string {
	return `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="` + idpEntity + `"><IDPSSODescriptor protocolSupportEnumeration="` + samlProtocol + `">` +
		`<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>` + p.cert + `</X509Certificate></X509Data></KeyInfo></KeyDescriptor>` +
		`<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.com/sso"></SingleSignOnService></IDPSSODescriptor></EntityDescriptor>`
}

// statement is what the provider says of somebody.
type statement struct {
	id, name, session string
	roles             string // of the account: role ARN and provider ARN
	team              string // a session tag
}

// assertion writes a statement in canonical form.
func (s *statement) assertion() string {
	now := time.Now().UTC()
	at := func(d time.Duration) string { return now.Add(d).Format(time.RFC3339) }
	attribute := func(name, value string) string {
		return `<saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/` + name + `"><saml:AttributeValue>` + value + `</saml:AttributeValue></saml:Attribute>`
	}
	return `<saml:Assertion xmlns:saml="` + samlAssertion + `" ID="` + s.id + `" IssueInstant="` + at(0) + `" Version="2.0"><saml:Issuer>` + idpEntity + `</saml:Issuer>` +
		`<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">` + s.name + `</saml:NameID>` +
		`<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="` + at(5*time.Minute) + `" Recipient="` + signinPage + `">` +
		`</saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject>` +
		`<saml:Conditions NotBefore="` + at(-time.Minute) + `" NotOnOrAfter="` + at(5*time.Minute) + `"><saml:AudienceRestriction><saml:Audience>urn:amazon:webservices</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
		`<saml:AuthnStatement AuthnInstant="` + at(0) + `"><saml:AuthnContext></saml:AuthnContext></saml:AuthnStatement>` +
		`<saml:AttributeStatement>` + attribute("Role", s.roles) + attribute("RoleSessionName", s.session) + attribute("PrincipalTag:team", s.team) + `</saml:AttributeStatement></saml:Assertion>`
}

// signature signs what has the id (W3C XML Signature Syntax and Processing, section 3.1).
func (p *identityProvider) signature(t *testing.T, id, canonical string) string {
	t.Helper()
	digest := sha256.Sum256([]byte(canonical))
	const exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
	info := `<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:CanonicalizationMethod Algorithm="` + exclusive + `"></ds:CanonicalizationMethod>` +
		`<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod><ds:Reference URI="#` + id + `"><ds:Transforms>` +
		`<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform><ds:Transform Algorithm="` + exclusive + `"></ds:Transform></ds:Transforms>` +
		`<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod><ds:DigestValue>` + base64.StdEncoding.EncodeToString(digest[:]) + `</ds:DigestValue></ds:Reference></ds:SignedInfo>`
	sum := sha256.Sum256([]byte(info))
	value, err := rsa.SignPKCS1v15(rand.Reader, p.key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">` + info + `<ds:SignatureValue>` + base64.StdEncoding.EncodeToString(value) + `</ds:SignatureValue></ds:Signature>`
}

const afterIssuer = "</saml:Issuer>"

// signed is a statement as a signed assertion.
func (p *identityProvider) signed(t *testing.T, s *statement) string {
	t.Helper()
	a := s.assertion()
	return strings.Replace(a, afterIssuer, afterIssuer+p.signature(t, s.id, a), 1)
}

// response puts assertions, and what else is given, into a response.
func response(content string) string {
	return fmt.Sprintf(`<samlp:Response xmlns:samlp="%s" Destination="%s" ID="_response" IssueInstant="%s" Version="2.0"><saml:Issuer xmlns:saml="%s">%s</saml:Issuer>`+
		`<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"></samlp:StatusCode></samlp:Status>%s</samlp:Response>`,
		samlProtocol, signinPage, time.Now().UTC().Format(time.RFC3339), samlAssertion, idpEntity, content)
}
