package federate

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/beevik/etree"
)

// TestSignatureTricks changes signatures and what stands around them in the ways by which verifiers were led to verify one thing and read another.
func TestSignatureTricks(t *testing.T) {
	i, c := newIDP(t, rsaKey()), newClock()
	v := newVerifier(t, nil, c)
	good := i.sign(t, response("1"), signAssertion, "")
	other := i.sign(t, strings.Replace(response("2"), "alice@", "mallory@", 2), signAssertion, "")
	forged := strings.Replace(good, "alice@example.com</saml:NameID>", "mallory@example.com</saml:NameID>", 1)
	twin := i.sign(t, strings.Replace(response("1"), "alice@example.com</saml:NameID>", "mallory@example.com</saml:NameID>", 1), signAssertion, "")
	digest := between(t, twin, "<ds:DigestValue>", "</ds:DigestValue>") // of the forged assertion
	info := between(t, good, "<ds:SignedInfo", "</ds:SignedInfo>")
	second := "<ds:SignedInfo" + strings.Replace(info, between(t, good, "<ds:DigestValue>", "</ds:DigestValue>"), digest, 1) + "</ds:SignedInfo>"
	reference := "<ds:Reference" + between(t, good, "<ds:Reference", "</ds:Reference>") + "</ds:Reference>"
	replaced := func(text, old, new string) string {
		t.Helper()
		out := strings.Replace(text, old, new, 1)
		if out == text {
			t.Fatalf("%q is not there", old)
		}
		return out
	}
	for name, text := range map[string]string{
		"second SignedInfo before":      replaced(forged, "<ds:SignedInfo", second+"<ds:SignedInfo"), // CVE-2025-29774
		"second SignedInfo after":       replaced(forged, "</ds:SignedInfo>", "</ds:SignedInfo>"+second),
		"digest in a comment":           replaced(forged, "<ds:DigestValue>", "<ds:DigestValue><!--"+digest+"-->"), // CVE-2025-29775
		"digest after a comment":        replaced(forged, "</ds:DigestValue>", "<!-- -->"+digest+"</ds:DigestValue>"),
		"second reference":              replaced(good, "</ds:Reference>", "</ds:Reference>"+reference),
		"no reference":                  replaced(good, reference, ""),
		"reference to all":              replaced(good, `URI="#_a1"`, `URI=""`),
		"reference by pointer":          replaced(good, `URI="#_a1"`, `URI="#xpointer(id('_a1'))"`),
		"no URI":                        replaced(good, ` URI="#_a1"`, ""),
		"third transform":               replaced(good, "</ds:Transforms>", `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>not(self::x)</ds:XPath></ds:Transform></ds:Transforms>`),
		"style sheet":                   replaced(good, "http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xslt-19991116"),
		"weak digest":                   replaced(good, "http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1"),
		"no signature method":           replaced(good, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", ""),
		"the certificate as secret":     i.macked(t, good),
		"signature of something else":   swapped(t, forged, other),
		"empty signature":               replaced(good, between(t, good, "<ds:SignatureValue>", "</ds:SignatureValue>"), ""),
		"another signature namespace":   replaced(good, `xmlns:ds="http://www.w3.org/2000/09/xmldsig#"`, `xmlns:ds="http://www.w3.org/2009/xmldsig11#"`),
		"two that are signed":           replaced(good, "</samlp:Response>", assertionOf(t, other)+"</samlp:Response>"),
		"evil one first":                replaced(good, "<saml:Assertion", assertion("9", "mallory@example.com")+"<saml:Assertion"),
		"evil one last":                 replaced(good, "</samlp:Response>", assertion("9", "mallory@example.com")+"</samlp:Response>"),
		"evil one without a namespace":  replaced(good, "<samlp:Status>", "<Assertion ID=\"_a9\"/><samlp:Status>"),
		"evil response in the response": replaced(good, "<samlp:Status>", "<samlp:Extensions>"+response("9")+"</samlp:Extensions><samlp:Status>"),
		"the id as xml:id":              replaced(good, "<samlp:Status>", `<samlp:Status xml:id="_a1">`),
		"the id in lower case":          replaced(good, "<samlp:Status>", `<samlp:Status id="_a1">`),
		"another prefix":                replaced(good, "<saml:Subject>", `<saml:Subject xmlns:saml="urn:example">`),
		"attribute in a namespace":      replaced(good, `Version="2.0"`, `Version="2.0" xmlns:x="urn:example" x:ID="_a1"`),
	} {
		got, err := v.VerifySAML(t.Context(), i.provider(), encoded(text), options())
		if err == nil {
			t.Errorf("%s: accepted as %s", name, got.Subject.Value)
			continue
		}
		refused(t, name, err, ErrInvalid)
	}
	got, err := v.VerifySAML(t.Context(), i.provider(), encoded(good), options())
	if err != nil || got.Subject.Value != "alice@example.com" {
		t.Fatalf("what was changed is not good itself: %s, %v", got.Subject.Value, err)
	}
}

// macked signs with the provider's certificate as if it were a shared secret.
func (i *idp) macked(t *testing.T, text string) string {
	t.Helper()
	text = strings.Replace(text, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", 1)
	mac := hmac.New(sha256.New, i.cert)
	mac.Write([]byte("<ds:SignedInfo" + between(t, text, "<ds:SignedInfo", "</ds:SignedInfo>") + "</ds:SignedInfo>"))
	return strings.Replace(text, between(t, text, "<ds:SignatureValue>", "</ds:SignatureValue>"), base64.StdEncoding.EncodeToString(mac.Sum(nil)), 1)
}

// swapped puts the signature of one response's assertion into another's.
func swapped(t *testing.T, into, from string) string {
	t.Helper()
	doc := parse(t, into)
	old := doc.Root().FindElement("./Assertion/Signature")
	index, parent := old.Index(), old.Parent()
	parent.RemoveChild(old)
	parent.InsertChildAt(index, parse(t, from).Root().FindElement("./Assertion/Signature").Copy())
	return write(t, doc)
}

// assertionOf is the assertion of a response, as text.
func assertionOf(t *testing.T, text string) string {
	t.Helper()
	doc := etree.NewDocument()
	doc.SetRoot(parse(t, text).Root().FindElement("./Assertion").Copy())
	return write(t, doc)
}

// between is the text between two others.
func between(t *testing.T, text, before, after string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, before)
	out, _, found := strings.Cut(rest, after)
	if !ok || !found {
		t.Fatalf("nothing between %q and %q", before, after)
	}
	return out
}
