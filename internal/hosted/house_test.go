package hosted

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	mrand "math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/federate"
	"github.com/mayfly-id/mayfly/internal/keys"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
	"github.com/mayfly-id/mayfly/seal"
)

const (
	testAccount = "111122223333"
	testRegion  = "eu-west-1"
	testPool    = "eu-west-1_aaaaaaaaa"
)

// house is a service with everything real but the network, whose documents are in pages.
type house struct {
	*Service
	ctx     context.Context
	now     time.Time
	pages   map[string]string
	fetched []string
	onFetch func() // runs once, while a document is on its way
}

// Get implements Fetch.
func (h *house) Get(_ context.Context, url string) ([]byte, http.Header, error) {
	h.fetched = append(h.fetched, url)
	if f := h.onFetch; f != nil {
		h.onFetch = nil
		f()
	}
	page, ok := h.pages[url]
	if !ok {
		return nil, nil, errors.New("no such page")
	}
	return []byte(page), nil, nil
}

// seeded is a stream of reproducible bytes.
func seeded(n byte) io.Reader { return &lockedReader{r: mrand.NewChaCha8([32]byte{n})} }

type lockedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *lockedReader) Read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(b)
}

func newHouse(t testing.TB) *house {
	t.Helper()
	engine, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{now: time.Date(2026, 11, 21, 9, 0, 0, 123_000_000, time.UTC), pages: map[string]string{}}
	clock := func() time.Time { return h.now }
	db, err := store.Open(t.Context(), engine, store.Options{Now: clock}, append(append(directory.Tables(), keys.Tables()...), Tables()...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	ring, err := keys.Open(t.Context(), db, seal.Key{1}, "test", seeded(1), clock)
	if err != nil {
		t.Fatal(err)
	}
	h.Service = New(Config{
		Store: db, Keys: ring, Fetch: h, ReadMetadata: readMetadata, Now: clock, Random: seeded(2), Region: testRegion, PublicURL: "https://id.example.org",
	})
	h.ctx = as(t.Context(), testAccount, testRegion)
	h.addPool(t, testPool)
	return h
}

func (h *house) addPool(t testing.TB, id string, change ...func(*directory.Pool)) {
	t.Helper()
	p := &directory.Pool{
		ID: id, Account: testAccount, Region: testRegion, Name: "people", Created: h.now, Modified: h.now, Tier: "ESSENTIALS",
		Schema: []directory.Attribute{{Name: "custom:team", Type: directory.StringType, Mutable: true}}, Tags: map[string]string{"team": "secret"},
	}
	for _, f := range change {
		f(p)
	}
	h.do(t, func(w store.Writer) error { return directory.Pools.Insert(h.ctx, w, p) })
}

func (h *house) addUser(t testing.TB, name string) {
	t.Helper()
	p := &directory.Pool{ID: testPool}
	u := &directory.User{PoolID: testPool, Sub: "sub-" + name, Username: name, Status: directory.Confirmed, Enabled: true, SealedVerifier: []byte{1}}
	h.do(t, func(w store.Writer) error { return directory.InsertUser(h.ctx, w, p, u) })
}

func (h *house) user(t testing.TB, name string) *directory.User {
	t.Helper()
	row, err := directory.Users.Get(h.ctx, h.Store, testPool, "sub-"+name)
	if err != nil {
		t.Fatal(err)
	}
	return &row.Doc
}

func (h *house) do(t testing.TB, f func(store.Writer) error) {
	t.Helper()
	if err := h.Store.Update(h.ctx, f); err != nil {
		t.Fatal(err)
	}
}

// add creates a provider that has to be accepted.
func (h *house) add(t testing.TB, in api.CreateIdentityProviderRequest) *api.IdentityProviderType {
	t.Helper()
	in.UserPoolId = testPool
	return &must[*api.CreateIdentityProviderResponse](t)(h.CreateIdentityProvider(h.ctx, &in)).IdentityProvider
}

func (h *house) addGoogle(t testing.TB) *api.IdentityProviderType {
	t.Helper()
	return h.add(t, api.CreateIdentityProviderRequest{ProviderName: "Google", ProviderType: "Google", ProviderDetails: socialDetails()})
}

func socialDetails() map[string]string {
	return map[string]string{"client_id": "id-1", "client_secret": "s3cret", "authorize_scopes": "email profile openid"}
}

func as(ctx context.Context, account, region string) context.Context {
	ctx = caller.WithPrincipal(ctx, &caller.Principal{Kind: caller.Root, Account: account})
	return caller.WithRequest(ctx, &caller.Request{Region: region})
}

// must gives the answer of a call that has to succeed.
func must[T any](t testing.TB) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func second[T any](_ T, err error) error { return err }

// wantError checks the error type and, unless it is empty, the message.
func wantError(t testing.TB, err error, want error, message string) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error is %v, want %v", err, want)
	}
	if message != "" && err.Error() != fmt.Sprint(want, ": ", message) {
		t.Errorf("error is %q, want message %q", err, message)
	}
}

// selfSigned makes a certificate as a provider has one: DER in base64.
func selfSigned(t testing.TB) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "idp"}, NotAfter: time.Now().AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

// readMetadata is what the server hands over.
func readMetadata(document []byte) (directory.SAMLProvider, error) {
	m, err := federate.ReadMetadata(document)
	return directory.SAMLProvider{
		EntityID: m.EntityID, SSORedirect: m.SSORedirect, SSOPost: m.SSOPost, SLORedirect: m.SLORedirect, SLOPost: m.SLOPost,
		Certificates: m.Certificates, SignRequests: m.SignRequests, ValidUntil: m.ValidUntil,
	}, err
}

// metadataOf writes the metadata of a provider with a certificate. extra goes into the root element.
func metadataOf(certificate, host, extra string) string {
	return strings.NewReplacer("CERT", certificate, "HOST", host, "EXTRA", extra).Replace(`<?xml version="1.0"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://HOST/idp" EXTRA>
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing">
      <ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>CERT</ds:X509Certificate></ds:X509Data></ds:KeyInfo>
    </md:KeyDescriptor>
    <md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://HOST/slo"/>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://HOST/sso"/>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://HOST/sso/post"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>`)
}
