package samlmeta

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// certificateOf makes a certificate with an ECDSA key, or an Ed25519 one that is not to be taken.
func certificateOf(t testing.TB, strange bool) string {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "idp"}, NotAfter: time.Now().AddDate(1, 0, 0)}
	var der []byte
	if strange {
		public, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if der, err = x509.CreateCertificate(rand.Reader, template, template, public, key); err != nil {
			t.Fatal(err)
		}
		return base64.StdEncoding.EncodeToString(der)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if der, err = x509.CreateCertificate(rand.Reader, template, template, key.Public(), key); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

const (
	head = `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example/e">`
	role = `<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:1.1:protocol urn:oasis:names:tc:SAML:2.0:protocol" WantAuthnRequestsSigned="true">`
	keys = `<KeyDescriptor><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>CERT</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`
	sso  = `<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/sso?a=b"/>`
	tail = `</IDPSSODescriptor></EntityDescriptor>`
)

func TestParse(t *testing.T) {
	certificate, other, strange := certificateOf(t, false), certificateOf(t, false), certificateOf(t, true)
	whole := strings.ReplaceAll(head+role+keys+sso+tail, "CERT", certificate)
	for name, c := range map[string]struct {
		from, to string
		want     string // part of the problem; empty: it is read
	}{
		"as it is":                 {"", "", ""},
		"with a declaration":       {head, `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + head, ""},
		"certificate in lines":     {certificate, certificate[:20] + "\n  " + certificate[20:], ""},
		"post alone":               {"HTTP-Redirect", "HTTP-POST", ""},
		"no entity":                {`entityID="https://idp.example/e"`, "", "entityID"},
		"long entity":              {"https://idp.example/e", strings.Repeat("e", 1025), "entityID"},
		"attribute twice":          {`entityID=`, `entityID="x" entityID=`, "twice"},
		"document type":            {head, `<!DOCTYPE a>` + head, "document type"},
		"entity expansion":         {head, `<!DOCTYPE a [<!ENTITY b "c">]>` + strings.Replace(head, "/e", "&b;", 1), "document type"},
		"processing instruction":   {role, `<?php x?>` + role, "processing instruction"},
		"two roots":                {tail, tail + "<a/>", "one root"},
		"text around":              {tail, tail + "x", "outside"},
		"not closed":               {tail, "", "well-formed"},
		"other namespace":          {"SAML:2.0:metadata", "SAML:1.0:metadata", "root"},
		"no SAML 2.0":              {" urn:oasis:names:tc:SAML:2.0:protocol", "", "IDPSSODescriptor"},
		"no endpoint":              {sso, "", "SingleSignOnService"},
		"artifact alone":           {"HTTP-Redirect", "HTTP-Artifact", "SingleSignOnService"},
		"script as endpoint":       {"https://idp.example/sso?a=b", "javascript:alert(1)", "URL"},
		"relative endpoint":        {"https://idp.example/sso?a=b", "/sso", "URL"},
		"user in endpoint":         {"https://idp.example/sso", "https://a:b@idp.example/sso", "URL"},
		"no certificate":           {certificate, "", "certificate"},
		"certificate of nothing":   {certificate, "AAAA", "certificate"},
		"certificate not base64":   {certificate, "-", "base64"},
		"key of another kind":      {certificate, strange, "certificate"},
		"for encryption alone":     {"<KeyDescriptor>", `<KeyDescriptor use="encryption">`, "no certificate"},
		"never valid":              {"entityID=", `validUntil="soon" entityID=`, "validUntil"},
		"deep":                     {tail, strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40) + tail, "elements"},
		"wide":                     {tail, strings.Repeat("<a/>", maxElements) + tail, "elements"},
		"long":                     {tail, strings.Repeat(" ", MaxBytes) + tail, "too long"},
		"not UTF-8":                {"/e", "/\xff", "UTF-8"},
		"changes on the way round": {tail, `<a xmlns:b="c" b:x:y="d"/>` + tail, "well-formed"},
		"two providers":            {tail, `</IDPSSODescriptor>` + strings.ReplaceAll(role+keys+sso+tail, "CERT", other), "more than one"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := Parse([]byte(strings.Replace(whole, c.from, c.to, 1)))
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				if m.EntityID != "https://idp.example/e" || m.SSORedirect+m.SSOPost != "https://idp.example/sso?a=b" || len(m.Certificates) != 1 || !m.WantAuthnRequestsSigned {
					t.Errorf("metadata is %+v", m)
				}
				return
			}
			if !errors.Is(err, ErrMalformed) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want %q", err, c.want)
			}
		})
	}
}

// TestOneOfMany takes the identity provider out of a federation, with the federation's end of validity.
func TestOneOfMany(t *testing.T) {
	certificate := certificateOf(t, false)
	text := `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" validUntil="2030-01-02T03:04:05Z">` +
		`<md:EntityDescriptor entityID="sp"><md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/></md:EntityDescriptor>` +
		strings.ReplaceAll(head+role+keys+sso+tail, "CERT", certificate) + `</md:EntitiesDescriptor>`
	got, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := &Metadata{
		EntityID: "https://idp.example/e", SSORedirect: "https://idp.example/sso?a=b", Certificates: []string{certificate}, WantAuthnRequestsSigned: true,
		ValidUntil: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// FuzzParse: whatever is read has what the sign-in pages rely on: a name, an endpoint that is a web address, and certificates that parse.
func FuzzParse(f *testing.F) {
	certificate := certificateOf(f, false)
	f.Add([]byte(strings.ReplaceAll(head+role+keys+sso+tail, "CERT", certificate)))
	f.Add([]byte(`<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"/>`))
	f.Add([]byte(`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Parse(data)
		if err != nil {
			if !errors.Is(err, ErrMalformed) {
				t.Fatalf("error is %v", err)
			}
			return
		}
		if m.EntityID == "" || m.SSORedirect == "" && m.SSOPost == "" || len(m.Certificates) == 0 {
			t.Fatalf("metadata is %+v", m)
		}
		for _, u := range []string{m.SSORedirect, m.SSOPost, m.SLORedirect, m.SLOPost} {
			if u != "" && !strings.HasPrefix(strings.ToLower(u), "http") {
				t.Fatalf("endpoint %q", u)
			}
		}
		for _, c := range m.Certificates {
			der, err := base64.StdEncoding.DecodeString(c)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := x509.ParseCertificate(der); err != nil {
				t.Fatal(err)
			}
		}
	})
}
