package federate

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"slices"
	"strings"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"
)

// The namespaces of SAML 2.0 and XML signatures.
const (
	nsProtocol  = "urn:oasis:names:tc:SAML:2.0:protocol"
	nsAssertion = "urn:oasis:names:tc:SAML:2.0:assertion"
	nsMetadata  = "urn:oasis:names:tc:SAML:2.0:metadata"
	nsSignature = "http://www.w3.org/2000/09/xmldsig#"
)

const maxCertificates = 16

var (
	// errShape means that a document is not laid out as the one response with one assertion that is read here.
	errShape = errors.New("federate: unexpected layout of a SAML response")
	// errSignature means that a signature is not one of the provider.
	errSignature = errors.New("federate: SAML signature does not verify")
	// errEncrypted means that something is encrypted.
	errEncrypted = errors.New("federate: encrypted SAML")
)

// signedParts are the two places of a response that may be signed. A nil signature says that a place is not.
type signedParts struct {
	response, assertion                   *etree.Element
	responseSignature, assertionSignature *etree.Element
}

// parts finds the response and its one assertion. Nothing that has the name of an assertion, response or signature may stand anywhere else, whatever
// its namespace, and no id may stand twice: then there is nothing that a signature could be moved to or taken from.
func parts(doc *etree.Document) (*signedParts, error) {
	p := &signedParts{response: doc.Root()}
	if !is(p.response, nsProtocol, "Response") {
		return nil, errShape
	}
	ids := map[string]bool{}
	if err := p.walk(p.response, ids); err != nil {
		return nil, err
	}
	if p.assertion == nil || attr(p.assertion, "ID") == "" || attr(p.response, "ID") == "" {
		return nil, errShape
	}
	return p, nil
}

func (p *signedParts) walk(e *etree.Element, ids map[string]bool) error {
	for i := range e.Attr {
		if strings.ToLower(e.Attr[i].Key) != "id" {
			continue
		}
		if id := e.Attr[i].Value; ids[id] {
			return errShape
		}
		ids[e.Attr[i].Value] = true
	}
	for _, c := range e.ChildElements() {
		if err := p.place(e, c); err != nil {
			return err
		}
		if err := p.walk(c, ids); err != nil {
			return err
		}
	}
	return nil
}

// place holds an element against the places where its name may stand.
func (p *signedParts) place(parent, e *etree.Element) error {
	switch e.Tag {
	case "Response":
		return errShape
	case "EncryptedAssertion", "EncryptedID", "EncryptedAttribute", "EncryptedData":
		return errEncrypted
	case "Assertion":
		if parent != p.response || p.assertion != nil || !is(e, nsAssertion, "Assertion") {
			return errShape
		}
		p.assertion = e
	case "Signature":
		of := &p.responseSignature
		if parent == p.assertion && p.assertion != nil {
			of = &p.assertionSignature
		} else if parent != p.response {
			return errShape
		}
		if *of != nil || !is(e, nsSignature, "Signature") {
			return errShape
		}
		*of = e
	}
	return nil
}

// verified gives the assertion as the provider signed it: an element made anew from the bytes that were digested. Every signature has to hold, and
// there has to be one.
func (p *signedParts) verified(certificates []*x509.Certificate) (*etree.Element, error) {
	if p.responseSignature == nil && p.assertionSignature == nil {
		return nil, errSignature
	}
	var assertion *etree.Element
	if p.responseSignature != nil {
		response, err := verifyElement(p.response, p.responseSignature, certificates)
		if err != nil {
			return nil, err
		}
		if assertion = child(response, nsAssertion, "Assertion"); assertion == nil || !is(response, nsProtocol, "Response") {
			return nil, errShape
		}
	}
	if p.assertionSignature != nil {
		signed, err := verifyElement(p.assertion, p.assertionSignature, certificates)
		if err != nil {
			return nil, err
		}
		assertion = signed
	}
	if !is(assertion, nsAssertion, "Assertion") {
		return nil, errShape
	}
	return assertion, nil
}

// verifyElement verifies the signature of an element by any of the certificates, and gives the element that was signed.
func verifyElement(e, signature *etree.Element, certificates []*x509.Certificate) (*etree.Element, error) {
	if err := plainSignature(signature, attr(e, "ID")); err != nil {
		return nil, err
	}
	scope, err := etreeutils.NSBuildParentContext(e)
	if err != nil {
		return nil, errShape
	}
	detached, err := etreeutils.NSDetatch(scope, e)
	if err != nil {
		return nil, errShape
	}
	// The certificate is one of the metadata, never one that the document brings along.
	if own := child(detached, nsSignature, "Signature"); own != nil {
		for _, info := range children(own, nsSignature, "KeyInfo") {
			own.RemoveChild(info)
		}
	}
	for _, c := range certificates {
		v := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{c}})
		v.Clock = dsig.NewFakeClockAt(c.NotBefore) // as with AWS, metadata is trusted until it is replaced, not until its certificates expire
		if signed, err := v.Validate(detached); err == nil && signed != nil {
			return signed, nil
		}
	}
	return nil, errSignature
}

// The algorithms that are accepted: exclusive canonicalization, which SAML asks for (SAML 2.0 Core section 5.4), and SHA-2.
func canonicalizations() []string {
	return []string{"http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"}
}

func signatureMethods() []string {
	return []string{
		"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
		"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
	}
}

func digestMethods() []string {
	return []string{"http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2001/04/xmldsig-more#sha384", "http://www.w3.org/2001/04/xmlenc#sha512"}
}

const enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"

// plainSignature admits the one form of signature that SAML asks for (SAML 2.0 Core section 5.4): one reference, to the element that the signature
// stands in, with the two transforms and nothing else.
func plainSignature(signature *etree.Element, id string) error {
	allowed := []string{"SignedInfo", "SignatureValue", "KeyInfo"}
	if !only(signature, allowed...) || len(children(signature, nsSignature, "KeyInfo")) > 1 || child(signature, nsSignature, "SignatureValue") == nil {
		return errShape
	}
	info := child(signature, nsSignature, "SignedInfo")
	if info == nil || !only(info, "CanonicalizationMethod", "SignatureMethod", "Reference") || len(info.ChildElements()) != 3 {
		return errShape
	}
	reference := child(info, nsSignature, "Reference")
	if reference == nil || id == "" || attr(reference, "URI") != "#"+id || !only(reference, "Transforms", "DigestMethod", "DigestValue") || len(reference.ChildElements()) != 3 {
		return errShape
	}
	if !algorithm(info, "CanonicalizationMethod", canonicalizations()) || !algorithm(info, "SignatureMethod", signatureMethods()) ||
		!algorithm(reference, "DigestMethod", digestMethods()) {
		return errShape
	}
	transforms := child(reference, nsSignature, "Transforms")
	if transforms == nil || !only(transforms, "Transform") {
		return errShape
	}
	list := transforms.ChildElements()
	if len(list) != 2 || attr(list[0], "Algorithm") != enveloped || !slices.Contains(canonicalizations(), attr(list[1], "Algorithm")) {
		return errShape
	}
	return nil
}

// algorithm tells whether the only child of a name has one of the algorithms.
func algorithm(e *etree.Element, name string, allowed []string) bool {
	c := child(e, nsSignature, name)
	return c != nil && slices.Contains(allowed, attr(c, "Algorithm"))
}

// only tells whether all children are of the signature's namespace and of these names.
func only(e *etree.Element, names ...string) bool {
	for _, c := range e.ChildElements() {
		if c.NamespaceURI() != nsSignature || !slices.Contains(names, c.Tag) {
			return false
		}
	}
	return true
}

// strong tells whether a certificate's key is of a kind and size that is accepted.
func strong(c *x509.Certificate) bool {
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return k.N.BitLen() >= minRSA && k.N.BitLen() <= 2*maxRSA
	case *ecdsa.PublicKey:
		return k.Curve.Params().BitSize >= 256
	}
	return false
}
