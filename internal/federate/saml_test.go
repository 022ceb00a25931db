package federate

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	dsig "github.com/russellhaering/goxmldsig"
)

const (
	entityID  = "https://idp.example.com/saml"
	recipient = "https://signin.aws.amazon.com/saml"
)

// idp is a SAML identity provider.
type idp struct {
	key  *rsa.PrivateKey
	cert []byte
}

func newIDP(t testing.TB, key *rsa.PrivateKey) *idp {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "idp"},
		NotBefore: start.Add(-2 * time.Hour), NotAfter: start.Add(-time.Hour), // an expired certificate is trusted until the metadata is replaced
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &idp{key, der}
}

var otherKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

func (i *idp) provider() SAMLProvider {
	return SAMLProvider{Key: "arn:aws:iam::123456789012:saml-provider/idp", EntityID: entityID, Certificates: []string{base64.StdEncoding.EncodeToString(i.cert)}}
}

func options() SAMLOptions {
	return SAMLOptions{Audiences: []string{"urn:amazon:webservices", recipient}, Recipients: []string{recipient}, MaxAge: 5 * time.Minute}
}

// response is a good response without signatures. id makes its ids distinct.
func response(id string) string {
	return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r` + id + `" Version="2.0" IssueInstant="2026-05-04T03:02:00Z" Destination="` + recipient + `">` +
		`<saml:Issuer>` + entityID + `</saml:Issuer>` +
		`<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>` + assertion(id, "alice@example.com") + `</samlp:Response>`
}

func assertion(id, name string) string {
	return `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a` + id + `" Version="2.0" IssueInstant="2026-05-04T03:02:00Z"><saml:Issuer>` + entityID + `</saml:Issuer>` +
		`<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">` + name + `</saml:NameID>` +
		`<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData InResponseTo="req-1" NotOnOrAfter="2026-05-04T03:07:00Z" Recipient="` + recipient + `"/></saml:SubjectConfirmation></saml:Subject>` +
		`<saml:Conditions NotBefore="2026-05-04T03:01:00Z" NotOnOrAfter="2026-05-04T03:07:00Z"><saml:AudienceRestriction><saml:Audience>urn:amazon:webservices</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
		`<saml:AuthnStatement AuthnInstant="2026-05-04T03:02:00Z" SessionIndex="s1" SessionNotOnOrAfter="2026-05-04T11:02:00Z"><saml:AuthnContext/></saml:AuthnStatement>` +
		`<saml:AttributeStatement><saml:Attribute Name="mail"><saml:AttributeValue>alice@example.com</saml:AttributeValue></saml:Attribute>` +
		`<saml:Attribute Name="groups"><saml:AttributeValue>a</saml:AttributeValue><saml:AttributeValue>b</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>`
}

// what of a response is signed.
const (
	signAssertion = 1 << iota
	signResponse
)

func parse(t testing.TB, text string) *etree.Document {
	t.Helper()
	doc := etree.NewDocument()
	if err := doc.ReadFromString(text); err != nil {
		t.Fatal(err)
	}
	return doc
}

func write(t testing.TB, doc *etree.Document) string {
	t.Helper()
	text, err := doc.WriteToString()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// sign signs parts of a response.
func (i *idp) sign(t testing.TB, text string, what int, method string) string {
	t.Helper()
	doc := parse(t, text)
	root := doc.Root()
	if what&signAssertion != 0 {
		a := root.FindElement("./Assertion")
		index := a.Index()
		root.RemoveChildAt(index)
		root.InsertChildAt(index, i.enveloped(t, a, method))
	}
	if what&signResponse != 0 {
		doc.SetRoot(i.enveloped(t, root, method))
	}
	return write(t, doc)
}

func (i *idp) enveloped(t testing.TB, e *etree.Element, method string) *etree.Element {
	t.Helper()
	c, err := dsig.NewSigningContext(i.key, [][]byte{i.cert})
	if err != nil {
		t.Fatal(err)
	}
	c.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	if method != "" {
		if err := c.SetSignatureMethod(method); err != nil {
			t.Fatal(err)
		}
	}
	signature, err := c.ConstructSignature(e, true)
	if err != nil {
		t.Fatal(err)
	}
	out := e.Copy()
	out.InsertChildAt(1, signature) // after the issuer, where the schema has it
	return out
}

func encoded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func TestVerifySAML(t *testing.T) {
	i, c := newIDP(t, rsaKey()), newClock()
	v := newVerifier(t, nil, c)
	for n, what := range []int{signAssertion, signResponse, signAssertion | signResponse} {
		id := string(rune('0' + n))
		got, err := v.VerifySAML(t.Context(), i.provider(), encoded(i.sign(t, response(id), what, "")), options())
		if err != nil {
			t.Fatalf("%d: %v", what, err)
		}
		want := Assertion{
			ID: "_a" + id, Issuer: entityID, Subject: NameID{Value: "alice@example.com", Format: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"},
			Attributes: map[string][]string{"mail": {"alice@example.com"}, "groups": {"a", "b"}}, Audience: "urn:amazon:webservices", Recipient: recipient,
			InResponseTo: "req-1", SessionIndex: "s1", IssuedAt: start.Add(-time.Second), NotOnOrAfter: start.Add(5*time.Minute - time.Second),
			SessionNotOnOrAfter: start.Add(8*time.Hour - time.Second),
		}
		if d := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Assertion{})); d != "" {
			t.Error(d)
		}
	}
}

func TestSignatureMethods(t *testing.T) {
	i, c := newIDP(t, rsaKey()), newClock()
	v := newVerifier(t, nil, c)
	for method, want := range map[string]bool{
		dsig.RSASHA256SignatureMethod: true, dsig.RSASHA384SignatureMethod: true, dsig.RSASHA512SignatureMethod: true, dsig.RSASHA1SignatureMethod: false,
	} {
		_, err := v.VerifySAML(t.Context(), i.provider(), encoded(i.sign(t, response(method[len(method)-3:]), signAssertion, method)), options())
		if (err == nil) != want {
			t.Errorf("%s: %v", method, err)
		}
	}
}

// TestTakenOnce: of a hundred parallel attempts with one assertion, one succeeds.
func TestTakenOnce(t *testing.T) {
	i, c := newIDP(t, rsaKey()), newClock()
	v := newVerifier(t, nil, c)
	text := encoded(i.sign(t, response("1"), signAssertion, ""))
	var wg sync.WaitGroup
	var mu sync.Mutex
	good := 0
	for range 100 {
		wg.Go(func() {
			_, err := v.VerifySAML(t.Context(), i.provider(), text, options())
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				good++
			} else {
				refused(t, "again", err, ErrInvalid)
			}
		})
	}
	wg.Wait()
	if good != 1 {
		t.Errorf("%d of 100 succeeded", good)
	}
	other := i.provider()
	other.Key = "another provider with the same issuer"
	if _, err := v.VerifySAML(t.Context(), other, text, options()); err != nil {
		t.Errorf("of another provider: %v", err)
	}
}

// TestSAMLRules changes one thing at a time before it is signed.
func TestSAMLRules(t *testing.T) {
	i, c := newIDP(t, rsaKey()), newClock()
	v := newVerifier(t, nil, c)
	o := func(edit func(*SAMLOptions)) SAMLOptions {
		out := options()
		if edit != nil {
			edit(&out)
		}
		return out
	}
	for _, tt := range []struct {
		name     string
		old, new string
		edit     func(*SAMLOptions)
		want     error
	}{
		{"right answer", "", "", func(o *SAMLOptions) { o.InResponseTo = "req-1" }, nil},
		{"the answer to another request", "", "", func(o *SAMLOptions) { o.InResponseTo = "req-2" }, ErrInvalid},
		{"other audience", ">urn:amazon:webservices<", ">urn:other<", nil, ErrAudience},
		{"no audience", "<saml:AudienceRestriction><saml:Audience>urn:amazon:webservices</saml:Audience></saml:AudienceRestriction>", "", nil, ErrAudience},
		{"second restriction", "</saml:AudienceRestriction>", "</saml:AudienceRestriction><saml:AudienceRestriction><saml:Audience>x</saml:Audience></saml:AudienceRestriction>", nil, ErrAudience},
		{"several audiences", "<saml:Audience>", "<saml:Audience>x</saml:Audience><saml:Audience>", nil, nil},
		{"other recipient", `Recipient="` + recipient, `Recipient="https://example.org`, nil, ErrInvalid},
		{"no recipient", ` Recipient="` + recipient + `"`, ``, nil, ErrInvalid},
		{"other destination", `Destination="` + recipient, `Destination="https://example.org`, nil, ErrInvalid},
		{"no destination", ` Destination="` + recipient + `"`, ``, nil, nil},
		{"failed", "status:Success", "status:Responder", nil, ErrRejected},
		{"no status", `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>`, "", nil, ErrInvalid},
		{"delivered late", `NotOnOrAfter="2026-05-04T03:07:00Z" Recipient`, `NotOnOrAfter="2026-05-04T03:02:01Z" Recipient`, nil, ErrExpired},
		{"delivery without end", `NotOnOrAfter="2026-05-04T03:07:00Z" Recipient`, `Recipient`, nil, ErrInvalid},
		{"delivery with a beginning", `InResponseTo="req-1"`, `NotBefore="2026-05-04T03:00:00Z"`, nil, ErrInvalid},
		{"deliverable for days", `NotOnOrAfter="2026-05-04T03:07:00Z" Recipient`, `NotOnOrAfter="2026-05-06T03:07:00Z" Recipient`, nil, ErrInvalid},
		{"conditions over", `NotOnOrAfter="2026-05-04T03:07:00Z">`, `NotOnOrAfter="2026-05-04T03:02:01Z">`, nil, ErrExpired},
		{"conditions to come", `Conditions NotBefore="2026-05-04T03:01:00Z"`, `Conditions NotBefore="2026-05-04T03:03:02Z"`, nil, ErrInvalid},
		{"condition that nobody knows", "</saml:Conditions>", "<saml:Condition/></saml:Conditions>", nil, ErrInvalid},
		{"one time use", "</saml:Conditions>", "<saml:OneTimeUse/></saml:Conditions>", nil, nil},
		{"session over", "2026-05-04T11:02:00Z", "2026-05-04T03:02:01Z", nil, ErrExpired},
		{"no statement", `<saml:AuthnStatement AuthnInstant="2026-05-04T03:02:00Z" SessionIndex="s1" SessionNotOnOrAfter="2026-05-04T11:02:00Z"><saml:AuthnContext/></saml:AuthnStatement>`, "", nil, ErrInvalid},
		{"old", `IssueInstant="2026-05-04T03:02:00Z"><saml:Issuer>`, `IssueInstant="2026-05-04T02:57:00Z"><saml:Issuer>`, nil, ErrExpired},
		{"from the future", `IssueInstant="2026-05-04T03:02:00Z"><saml:Issuer>`, `IssueInstant="2026-05-04T03:03:02Z"><saml:Issuer>`, nil, ErrInvalid},
		{"no time", `IssueInstant="2026-05-04T03:02:00Z"><saml:Issuer>`, `IssueInstant="now"><saml:Issuer>`, nil, ErrInvalid},
		{"issuer", "><saml:Issuer>" + entityID, "><saml:Issuer>https://example.org", nil, ErrInvalid},
		{"old version", `Version="2.0"`, `Version="1.1"`, nil, ErrInvalid},
		{"holder of key", "cm:bearer", "cm:holder-of-key", nil, ErrInvalid},
		{"no name", "alice@example.com</saml:NameID>", "</saml:NameID>", nil, ErrInvalid},
		{"element in the name", "alice@example.com</saml:NameID>", "alice<saml:x/></saml:NameID>", nil, ErrInvalid},
		{"encrypted", "<saml:Subject>", "<saml:EncryptedID/><saml:Subject>", nil, ErrInvalid},
	} {
		text := response(digest(tt.name)[:8])
		if tt.old != "" {
			changed := strings.Replace(text, tt.old, tt.new, 1)
			if tt.name == "issuer" || strings.HasPrefix(tt.new, "IssueInstant") {
				changed = text[:strings.Index(text, "<saml:Assertion")] + strings.Replace(text[strings.Index(text, "<saml:Assertion"):], tt.old, tt.new, 1)
			}
			if changed == text {
				t.Fatalf("%s changes nothing", tt.name)
			}
			text = changed
		}
		_, err := v.VerifySAML(t.Context(), i.provider(), encoded(i.sign(t, text, signAssertion, "")), o(tt.edit))
		if tt.want == nil {
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		refused(t, tt.name, err, tt.want)
	}
}

// TestComments: a comment in a signed text does not cut it, wherever it was put.
func TestComments(t *testing.T) {
	i, c := newIDP(t, rsaKey()), newClock()
	v := newVerifier(t, nil, c)
	for n, what := range []int{signAssertion, signResponse} {
		id := string(rune('0' + n))
		text := i.sign(t, strings.Replace(response(id), "alice@example.com</saml:NameID>", "admin@example.com.evil.example</saml:NameID>", 1), what, "")
		text = strings.Replace(text, "admin@example.com.evil", "admin@example.com<!-- x -->.evil", 1)
		got, err := v.VerifySAML(t.Context(), i.provider(), encoded(text), options())
		if err != nil {
			t.Fatalf("exclusive canonicalization leaves comments out: %v", err)
		}
		if got.Subject.Value != "admin@example.com.evil.example" {
			t.Errorf("the name is read as %q", got.Subject.Value)
		}
	}
}

// TestSAMLForgeries holds what is signed by nobody, by a stranger, or over something else.
func TestSAMLForgeries(t *testing.T) {
	i, c := newIDP(t, rsaKey()), newClock()
	stranger := newIDP(t, otherKey())
	v := newVerifier(t, nil, c)
	good := i.sign(t, response("1"), signAssertion, "")
	both := i.sign(t, response("2"), signAssertion|signResponse, "")
	for name, text := range map[string]string{
		"unsigned":               response("3"),
		"stranger":               stranger.sign(t, response("4"), signAssertion, ""),
		"stranger with our cert": (&idp{stranger.key, i.cert}).sign(t, response("4"), signAssertion, ""),
		"changed name":           strings.Replace(good, "alice@example.com</saml:NameID>", "mallory@example.com</saml:NameID>", 1),
		"changed attribute":      strings.Replace(good, "<saml:AttributeValue>a<", "<saml:AttributeValue>admin<", 1),
		"changed outer":          strings.Replace(both, `Version="2.0"`, `Version="2.0" Consent="x"`, 1),
		"no reference":           strings.Replace(good, `URI="#_a1"`, `URI=""`, 1),
		"another reference":      strings.Replace(good, `URI="#_a1"`, `URI="#_r1"`, 1),
		"document type":          `<!DOCTYPE x [<!ENTITY e "alice">]>` + good,
		"entity":                 strings.Replace(good, "alice@", "&e;@", 1),
		"instruction":            strings.Replace(good, "<saml:Subject>", "<?x y?><saml:Subject>", 1),
		"second root":            good + "<x/>",
		"text after the end":     good + "x",
		"id twice":               strings.Replace(good, `<saml:Subject>`, `<saml:Subject Id="_a1">`, 1),
		"encrypted assertion":    strings.Replace(good, "<samlp:Status>", "<saml:EncryptedAssertion/><samlp:Status>", 1),
		"another namespace":      strings.Replace(good, "SAML:2.0:protocol", "SAML:1.1:protocol", 1),
		"UTF-16":                 strings.Replace(good, "<samlp", `<?xml version="1.0" encoding="UTF-16"?><samlp`, 1),
		"deep":                   strings.Replace(good, "<samlp:Status>", strings.Repeat("<x>", 50)+strings.Repeat("</x>", 50)+"<samlp:Status>", 1),
		"not UTF-8":              strings.Replace(good, "alice@example.com", "alice\xff", 1),
		"attribute twice":        strings.Replace(good, `Version="2.0"`, `Version="2.0" Version="2.0"`, 1),
		"empty":                  "",
		"no XML":                 "x",
	} {
		_, err := v.VerifySAML(t.Context(), i.provider(), encoded(text), options())
		refused(t, name, err, ErrInvalid)
	}
	for name, text := range map[string]string{"no base64": "%", "URL alphabet": "____", "too long": strings.Repeat("AAAA", MaxResponse)} {
		_, err := v.VerifySAML(t.Context(), i.provider(), text, options())
		refused(t, name, err, ErrInvalid)
	}
	weak := i.provider()
	weak.Certificates = nil
	_, err := v.VerifySAML(t.Context(), weak, encoded(good), options())
	refused(t, "no certificates", err, ErrInvalid)
	if _, err := v.VerifySAML(t.Context(), i.provider(), encoded(good), options()); err != nil {
		t.Errorf("the good one: %v", err)
	}
}

// TestSAMLMutants flips a bit in every byte of a signed response: what is accepted all the same says the same.
func TestSAMLMutants(t *testing.T) {
	i, c := newIDP(t, rsaKey()), newClock()
	good := i.sign(t, response("1"), signAssertion|signResponse, "")
	p, o := i.provider(), options()
	known, err := parseCertificates(p.Certificates)
	if err != nil {
		t.Fatal(err)
	}
	prove := func(sp *signedParts) (*etree.Element, error) { return sp.verified(known) }
	want, err := read(&p, encoded(good), &o, c.now(), prove)
	if err != nil {
		t.Fatal(err)
	}
	accepted := 0
	for at := range good {
		for _, bit := range []byte{1 << (at % 7)} {
			m := []byte(good)
			m[at] ^= bit
			got, err := read(&p, base64.StdEncoding.EncodeToString(m), &o, c.now(), prove)
			if err != nil {
				continue
			}
			accepted++
			if !cmp.Equal(want, got, cmp.AllowUnexported(Assertion{})) {
				t.Fatalf("byte %d, bit %d changes what is read: %s", at, bit, m)
			}
		}
	}
	if accepted > len(good)/2 { // the certificate that a response brings along is not looked at
		t.Errorf("%d of %d mutants accepted", accepted, len(good))
	}
}
