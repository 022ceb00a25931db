package federate

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"
)

func metadata(cert []byte) string {
	return `<?xml version="1.0"?><md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="` + entityID + `" validUntil="2027-01-01T00:00:00Z">` +
		`<md:IDPSSODescriptor WantAuthnRequestsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">` +
		`<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>` + "\n" + base64.StdEncoding.EncodeToString(cert) + "\n" + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>` +
		`<md:KeyDescriptor use="encryption"><ds:KeyInfo/></md:KeyDescriptor>` +
		`<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/sso"/>` +
		`<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.com/post"/>` +
		`<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.com/out"/>` +
		`</md:IDPSSODescriptor></md:EntityDescriptor>`
}

func TestMetadata(t *testing.T) {
	i := newIDP(t, rsaKey())
	good := metadata(i.cert)
	want := Metadata{
		EntityID: entityID, SSORedirect: "https://idp.example.com/sso", SSOPost: "https://idp.example.com/post", SLOPost: "https://idp.example.com/out",
		Certificates: i.provider().Certificates, SignRequests: true, ValidUntil: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	plain := strings.TrimPrefix(good, `<?xml version="1.0"?>`)
	around := `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">` + plain + `<md:EntityDescriptor entityID="sp"/></md:EntitiesDescriptor>`
	for _, text := range []string{good, around} {
		got, err := ReadMetadata([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
	for name, text := range map[string]string{
		"empty":          "",
		"document type":  "<!DOCTYPE x>" + plain,
		"two providers":  strings.Replace(around, "</md:EntitiesDescriptor>", plain+"</md:EntitiesDescriptor>", 1),
		"no certificate": strings.ReplaceAll(good, "X509Certificate", "X509Other"),
		"no entity id":   strings.Replace(good, "entityID", "entity", 1),
		"no provider":    strings.ReplaceAll(good, "IDPSSODescriptor", "SPSSODescriptor"),
		"no time":        strings.Replace(good, "2027-01-01T00:00:00Z", "never", 1),
	} {
		_, err := ReadMetadata([]byte(text))
		refused(t, name, err, ErrInvalid)
	}
}

// FuzzSAML: whatever is made of a signed response, what is accepted is what was signed.
func FuzzSAML(f *testing.F) {
	i := newIDP(f, rsaKey())
	p, o := i.provider(), options()
	known, err := parseCertificates(p.Certificates)
	if err != nil {
		f.Fatal(err)
	}
	for _, what := range []int{signAssertion, signResponse} {
		f.Add([]byte(i.sign(f, response("1"), what, "")))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := read(&p, base64.StdEncoding.EncodeToString(data), &o, start, func(sp *signedParts) (*etree.Element, error) { return sp.verified(known) })
		if err == nil && (a.Subject.Value != "alice@example.com" || a.ID != "_a1" || len(a.Attributes) != 2) {
			t.Fatalf("forged: %s", data)
		}
	})
}

// FuzzGate: what passes has no document type, and passes again after it was written.
func FuzzGate(f *testing.F) {
	f.Add([]byte(response("1")))
	f.Add([]byte(`<!DOCTYPE x [<!ENTITY e "x">]><x>&e;</x>`))
	f.Add([]byte(`<a xmlns:b="c"><b:d e="f"/><!-- g --><![CDATA[h]]></a>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := gate(data, 1<<16)
		if err != nil {
			return
		}
		if bytes.Contains(data, []byte("<!ENTITY")) && !bytes.Contains(data, []byte("<!--")) && !bytes.Contains(data, []byte("CDATA")) {
			t.Fatalf("an entity passes: %s", data)
		}
		again, err := doc.WriteToBytes()
		if err != nil {
			t.Fatal(err)
		}
		second, err := gate(again, 1<<20)
		if err != nil {
			t.Fatalf("%q is written as %q, which does not pass", data, again)
		}
		if doc.Root().Tag != second.Root().Tag || len(doc.Root().ChildElements()) != len(second.Root().ChildElements()) {
			t.Fatalf("%q means something else written as %q", data, again)
		}
	})
}
