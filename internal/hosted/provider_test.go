package hosted

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// TestSocialProviders compares what is shown with AWS's own examples.
func TestSocialProviders(t *testing.T) {
	h := newHouse(t)
	got := h.addGoogle(t)
	want := &api.IdentityProviderType{
		UserPoolId: new(testPool), ProviderName: new("Google"), ProviderType: new(api.IdentityProviderTypeTypeGoogle), IdpIdentifiers: []string{},
		AttributeMapping: map[string]string{"username": "sub"}, CreationDate: &h.now, LastModifiedDate: &h.now,
		ProviderDetails: map[string]string{
			"client_id": "id-1", "client_secret": "s3cret", "authorize_scopes": "email profile openid",
			"attributes_url": "https://people.googleapis.com/v1/people/me?personFields=", "attributes_url_add_attributes": "true",
			"authorize_url": "https://accounts.google.com/o/oauth2/v2/auth", "oidc_issuer": "https://accounts.google.com",
			"token_request_method": "POST", "token_url": "https://www.googleapis.com/oauth2/v4/token",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Google differs (-want +got):\n%s", diff)
	}
	row := must[store.Row[directory.Provider]](t)(directory.Providers.Get(h.ctx, h.Store, testPool, "Google"))
	if strings.Contains(fmt.Sprintf("%v", row.Doc), "s3cret") || len(row.Doc.Sealed) == 0 {
		t.Errorf("the secret is kept in the open: %v", row.Doc)
	}
	secrets := must[Secrets](t)(h.Secrets(h.ctx, &row.Doc))
	if secrets["client_secret"] != "s3cret" || strings.Contains(fmt.Sprintf("%v %+v %#v", secrets, secrets, secrets), "s3cret") {
		t.Errorf("secrets are %v", secrets)
	}
	fb := h.add(t, api.CreateIdentityProviderRequest{ProviderName: "Facebook", ProviderType: "Facebook", ProviderDetails: map[string]string{
		"client_id": "1", "client_secret": "s", "authorize_scopes": "public_profile, email", "api_version": "v19.0",
	}})
	if fb.ProviderDetails["token_url"] != "https://graph.facebook.com/v19.0/oauth/access_token" || fb.AttributeMapping["username"] != "id" {
		t.Errorf("Facebook is %v %v", fb.ProviderDetails, fb.AttributeMapping)
	}
	// What a client reads it may send back.
	out := must[*api.UpdateIdentityProviderResponse](t)(h.UpdateIdentityProvider(h.ctx, &api.UpdateIdentityProviderRequest{
		UserPoolId: testPool, ProviderName: "Facebook", ProviderDetails: fb.ProviderDetails,
	}))
	if diff := cmp.Diff(fb.ProviderDetails, out.IdentityProvider.ProviderDetails); diff != "" {
		t.Error(diff)
	}
}

func TestApple(t *testing.T) {
	h := newHouse(t)
	key := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	der := must[[]byte](t)(x509.MarshalPKCS8PrivateKey(key))
	text := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	details := map[string]string{"client_id": "com.example", "team_id": "t", "key_id": "k", "private_key": text, "authorize_scopes": "email name"}
	shown := h.add(t, api.CreateIdentityProviderRequest{ProviderName: "SignInWithApple", ProviderType: "SignInWithApple", ProviderDetails: details})
	if _, told := shown.ProviderDetails["private_key"]; told || shown.ProviderDetails["token_url"] != "https://appleid.apple.com/auth/token" {
		t.Errorf("details are %v", shown.ProviderDetails)
	}
	update := func(change map[string]string) error {
		next := maps.Clone(shown.ProviderDetails)
		maps.Copy(next, change)
		return second(h.UpdateIdentityProvider(h.ctx, &api.UpdateIdentityProviderRequest{UserPoolId: testPool, ProviderName: "SignInWithApple", ProviderDetails: next}))
	}
	if err := update(map[string]string{"team_id": "t2"}); err != nil {
		t.Fatal(err)
	}
	row := must[store.Row[directory.Provider]](t)(directory.Providers.Get(h.ctx, h.Store, testPool, "SignInWithApple"))
	if secrets := must[Secrets](t)(h.Secrets(h.ctx, &row.Doc)); secrets["private_key"] != text || row.Doc.Details["team_id"] != "t2" {
		t.Error("the key was lost, or the team was kept")
	}
	if err := update(map[string]string{"private_key": base64.StdEncoding.EncodeToString(der)}); err != nil {
		t.Error(err)
	}
	p384 := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	other := must[[]byte](t)(x509.MarshalPKCS8PrivateKey(p384))
	for _, bad := range []string{"1EXAMPLE", "-----BEGIN X-----\n-----END X-----\n", base64.StdEncoding.EncodeToString(other), text + "x"} {
		wantError(t, update(map[string]string{"private_key": bad}), api.InvalidParameterException, "private_key is not a P-256 key in PKCS #8.")
	}
}

func TestSAMLProvider(t *testing.T) {
	h := newHouse(t)
	certificate := selfSigned(t)
	h.pages["https://idp.example/metadata"] = metadataOf(certificate, "idp.example", "")
	in := api.CreateIdentityProviderRequest{
		ProviderName: "corp", ProviderType: "SAML", IdpIdentifiers: []string{"corp.example", "b"},
		ProviderDetails:  map[string]string{"MetadataURL": "https://idp.example/metadata", "IDPSignout": "True", "EncryptedResponses": "false", "RequestSigningAlgorithm": "rsa-sha256"},
		AttributeMapping: map[string]string{"email": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "custom:team": "team"},
	}
	got := h.add(t, in)
	active := got.ProviderDetails["ActiveEncryptionCertificate"]
	want := map[string]string{
		"MetadataURL": "https://idp.example/metadata", "IDPSignout": "true", "EncryptedResponses": "false", "RequestSigningAlgorithm": "rsa-sha256",
		"SSORedirectBindingURI": "https://idp.example/sso", "SLORedirectBindingURI": "https://idp.example/slo", "ActiveEncryptionCertificate": active,
	}
	if diff := cmp.Diff(want, got.ProviderDetails); diff != "" {
		t.Error(diff)
	}
	key, der, err := h.EncryptionKey(h.ctx, testPool)
	if err != nil || base64.StdEncoding.EncodeToString(der) != active {
		t.Fatalf("the key is not that of the certificate (%v)", err)
	}
	checkCertificate(t, h, key, der)
	row := must[store.Row[directory.Provider]](t)(directory.Providers.Get(h.ctx, h.Store, testPool, "corp"))
	facts := &directory.SAMLProvider{
		EntityID: "https://idp.example/idp", SSORedirect: "https://idp.example/sso", SSOPost: "https://idp.example/sso/post",
		SLORedirect: "https://idp.example/slo", Certificates: []string{certificate},
	}
	if diff := cmp.Diff(facts, row.Doc.SAML); diff != "" {
		t.Error(diff)
	}
	// Found by its identifiers, which are nobody else's.
	found := must[*api.GetIdentityProviderByIdentifierResponse](t)(h.GetIdentityProviderByIdentifier(h.ctx, &api.GetIdentityProviderByIdentifierRequest{UserPoolId: testPool, IdpIdentifier: "b"}))
	if diff := cmp.Diff(got, &found.IdentityProvider); diff != "" {
		t.Error(diff)
	}
	again := in
	again.ProviderName, again.UserPoolId = "other", testPool
	wantError(t, second(h.CreateIdentityProvider(h.ctx, &again)), api.DuplicateProviderException, "IdpIdentifier corp.example already exists in user pool "+testPool)
	again.ProviderName = "corp"
	wantError(t, second(h.CreateIdentityProvider(h.ctx, &again)), api.DuplicateProviderException, "corp already exists in user pool "+testPool)
	must[*api.UpdateIdentityProviderResponse](t)(h.UpdateIdentityProvider(h.ctx, &api.UpdateIdentityProviderRequest{UserPoolId: testPool, ProviderName: "corp", IdpIdentifiers: []string{"c"}}))
	wantError(t, second(h.GetIdentityProviderByIdentifier(h.ctx, &api.GetIdentityProviderByIdentifierRequest{UserPoolId: testPool, IdpIdentifier: "b"})),
		api.ResourceNotFoundException, "Identity provider b does not exist.")
}

func checkCertificate(t *testing.T, h *house, key *rsa.PrivateKey, der []byte) {
	t.Helper()
	c := must[*x509.Certificate](t)(x509.ParseCertificate(der))
	if !key.PublicKey.Equal(c.PublicKey) || key.N.BitLen() != 2048 || c.Subject.CommonName != testPool || !c.NotAfter.Equal(h.now.Truncate(time.Second).AddDate(10, 0, 0)) {
		t.Errorf("certificate is %v until %v", c.Subject, c.NotAfter)
	}
	if err := c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature); err != nil {
		t.Error(err)
	}
}

// TestBadProviders: what AWS refuses is refused, and leaves nothing.
func TestBadProviders(t *testing.T) {
	h := newHouse(t)
	file := metadataOf(selfSigned(t), "idp.example", "")
	h.pages["https://idp.example/old"] = metadataOf(selfSigned(t), "idp.example", `validUntil="2020-01-01T00:00:00Z"`)
	h.pages["https://op.example/.well-known/openid-configuration"] = `{"issuer":"https://evil.example","token_endpoint":"https://op.example/t"}`
	oidcWith := func(pairs ...string) map[string]string {
		d := map[string]string{"client_id": "c", "authorize_scopes": "openid", "oidc_issuer": "https://op.example", "attributes_request_method": "GET"}
		for i := 0; i < len(pairs); i += 2 {
			d[pairs[i]] = pairs[i+1]
		}
		return d
	}
	for name, c := range map[string]struct {
		provider, kind string
		details        map[string]string
		mapping        map[string]string
		message        string
	}{
		"social under another name": {"G", "Google", socialDetails(), nil, "Provider name must be Google for provider type Google."},
		"reserved":                  {"google", "OIDC", oidcWith(), nil, "Provider name google is reserved."},
		"the pool itself":           {"COGNITO", "SAML", nil, nil, "Provider name COGNITO is reserved."},
		"no scopes":                 {"Google", "Google", map[string]string{"client_id": "c", "client_secret": "s"}, nil, "client_id, client_secret and authorize_scopes are all required idp details"},
		"unknown detail":            {"Google", "Google", map[string]string{"client_id": "c", "client_secret": "s", "authorize_scopes": "a", "x": "y"}, nil, "Invalid ProviderDetails key: x"},
		"scope that breaks a query": {"Google", "Google", map[string]string{"client_id": "c", "client_secret": "s", "authorize_scopes": "a\nb"}, nil, "authorize_scopes contains an invalid character."},
		"graph version":             {"Facebook", "Facebook", map[string]string{"client_id": "c", "client_secret": "s", "authorize_scopes": "a", "api_version": "v1.0/../x"}, nil, "api_version must have the form v17.0."},
		"unmapped attribute":        {"Google", "Google", socialDetails(), map[string]string{"custom:none": "a", "sub": "sub"}, "AttributeMapping contains invalid mapping: [custom:none, sub]"},
		"another user name":         {"Google", "Google", socialDetails(), map[string]string{"username": "email"}, "AttributeMapping contains invalid mapping: [username]"},
		"empty claim":               {"Google", "Google", socialDetails(), map[string]string{"email": ""}, "AttributeMapping contains invalid mapping: [email]"},
		"no metadata":               {"corp", "SAML", map[string]string{"IDPSignout": "true"}, nil, "At least one of the MetadataURL or MetadataFile should be provided."},
		"two metadata":              {"corp", "SAML", map[string]string{"MetadataFile": file, "MetadataURL": "https://a.example"}, nil, "Only one of the MetadataURL or MetadataFile should be provided."},
		"metadata nowhere":          {"corp", "SAML", map[string]string{"MetadataURL": "https://a.example"}, nil, "Error retrieving metadata from https://a.example"},
		"metadata in a file":        {"corp", "SAML", map[string]string{"MetadataURL": "file:///etc/passwd"}, nil, "MetadataURL must be an absolute URL."},
		"old metadata":              {"corp", "SAML", map[string]string{"MetadataURL": "https://idp.example/old"}, nil, "Invalid SAML metadata: it is no longer valid."},
		"metadata of nothing":       {"corp", "SAML", map[string]string{"MetadataFile": "<a/>"}, nil, "Invalid SAML metadata: it does not describe one identity provider with a signing certificate."},
		"flag":                      {"corp", "SAML", map[string]string{"MetadataFile": file, "IDPInit": "yes"}, nil, "IDPInit must be true or false."},
		"algorithm":                 {"corp", "SAML", map[string]string{"MetadataFile": file, "RequestSigningAlgorithm": "rsa-sha1"}, nil, "RequestSigningAlgorithm must be rsa-sha256."},
		"issuer without TLS":        {"op1", "OIDC", oidcWith("oidc_issuer", "http://op.example"), nil, "oidc_issuer must be an https URL without a query."},
		"endpoint without TLS":      {"op1", "OIDC", oidcWith("token_url", "http://op.example/t"), nil, "token_url must be an https URL."},
		"issuer nowhere":            {"op1", "OIDC", oidcWith("oidc_issuer", "https://none.example"), nil, "Unable to contact well-known endpoint"},
		"issuer that is another":    {"op1", "OIDC", oidcWith(), nil, "The discovery document of the oidc_issuer names another issuer."},
		"no method":                 {"op1", "OIDC", oidcWith("attributes_request_method", ""), nil, "client_id, authorize_scopes, oidc_issuer and attributes_request_method are all required idp details"},
		"method":                    {"op1", "OIDC", oidcWith("attributes_request_method", "PUT"), nil, "attributes_request_method must be GET or POST."},
		"no openid":                 {"op1", "OIDC", oidcWith("authorize_scopes", "email"), nil, "authorize_scopes must contain openid."},
	} {
		t.Run(name, func(t *testing.T) {
			err := second(h.CreateIdentityProvider(h.ctx, &api.CreateIdentityProviderRequest{
				UserPoolId: testPool, ProviderName: c.provider, ProviderType: api.IdentityProviderTypeType(c.kind), ProviderDetails: c.details, AttributeMapping: c.mapping,
			}))
			wantError(t, err, api.InvalidParameterException, c.message)
		})
	}
	if n, err := directory.Providers.Count(h.ctx, h.Store, "", testPool); err != nil || n != 0 {
		t.Errorf("%d providers are there (%v)", n, err)
	}
}

func TestDiscovery(t *testing.T) {
	h := newHouse(t)
	address := "https://op.example/.well-known/openid-configuration"
	document := `{"issuer":"https://op.example/","authorization_endpoint":"https://op.example/a","token_endpoint":"https://op.example/t","userinfo_endpoint":"https://op.example/u","jwks_uri":"https://op.example/k"}`
	h.pages[address] = document
	details := map[string]string{"client_id": "c", "client_secret": "s", "authorize_scopes": "openid email", "oidc_issuer": "https://op.example", "attributes_request_method": "GET", "token_url": "https://op.example/own"}
	shown := h.add(t, api.CreateIdentityProviderRequest{ProviderName: "op1", ProviderType: "OIDC", ProviderDetails: details})
	want := maps.Clone(details)
	want["attributes_url_add_attributes"] = "false"
	if diff := cmp.Diff(want, shown.ProviderDetails); diff != "" {
		t.Error(diff)
	}
	read := func() *directory.Provider {
		row := must[store.Row[directory.Provider]](t)(directory.Providers.Get(h.ctx, h.Store, testPool, "op1"))
		return &row.Doc
	}
	found := map[string]string{"oidc_issuer": "https://op.example/", "authorize_url": "https://op.example/a", "attributes_url": "https://op.example/u", "jwks_uri": "https://op.example/k"}
	if diff := cmp.Diff(found, read().Found); diff != "" {
		t.Error(diff)
	}
	refresh := func(after time.Duration, reads int, want ...string) {
		t.Helper()
		h.fetched, h.now = nil, h.now.Add(after)
		failed, err := h.RefreshProviders(h.ctx)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, failed); diff != "" {
			t.Error(diff)
		}
		if len(h.fetched) != reads {
			t.Errorf("%d documents are read, want %d", len(h.fetched), reads)
		}
	}
	refresh(refreshEvery-time.Second, 0)
	h.pages[address] = strings.Replace(document, "/k", "/k2", 1)
	refresh(time.Second, 1)
	if got := read(); got.Found["jwks_uri"] != "https://op.example/k2" {
		t.Errorf("found are %v", got.Found)
	}
	delete(h.pages, address)
	refresh(refreshEvery, 1, testPool+"/op1")
	if got := read(); got.Found["jwks_uri"] != "https://op.example/k2" || !got.Refresh.Equal(h.now.Add(refreshRetry)) {
		t.Errorf("after a failure: %+v", got)
	}
	// With all endpoints given nobody is asked.
	h.fetched = nil
	for key, value := range found {
		details[key] = value
	}
	h.add(t, api.CreateIdentityProviderRequest{ProviderName: "op2", ProviderType: "OIDC", ProviderDetails: details})
	if len(h.fetched) != 0 {
		t.Errorf("%v are read", h.fetched)
	}
}

func TestRefreshMetadata(t *testing.T) {
	h := newHouse(t)
	address := "https://idp.example/metadata"
	h.pages[address] = metadataOf(selfSigned(t), "idp.example", `validUntil="2026-11-21T11:00:00Z"`)
	h.add(t, api.CreateIdentityProviderRequest{ProviderName: "corp", ProviderType: "SAML", ProviderDetails: map[string]string{"MetadataURL": address}})
	h.add(t, api.CreateIdentityProviderRequest{ProviderName: "file", ProviderType: "SAML", ProviderDetails: map[string]string{"MetadataFile": metadataOf(selfSigned(t), "f.example", "")}})
	h.now, h.fetched = h.now.Add(time.Hour), nil // half of its time
	next := selfSigned(t)
	h.pages[address] = metadataOf(next, "new.example", "")
	if failed := must[[]string](t)(h.RefreshProviders(h.ctx)); failed != nil {
		t.Errorf("%v failed", failed)
	}
	shown := must[*api.DescribeIdentityProviderResponse](t)(h.DescribeIdentityProvider(h.ctx, &api.DescribeIdentityProviderRequest{UserPoolId: testPool, ProviderName: "corp"}))
	row := must[store.Row[directory.Provider]](t)(directory.Providers.Get(h.ctx, h.Store, testPool, "corp"))
	if shown.IdentityProvider.ProviderDetails["SSORedirectBindingURI"] != "https://new.example/sso" || row.Doc.SAML.Certificates[0] != next || len(h.fetched) != 1 {
		t.Errorf("details are %v, %v is read", shown.IdentityProvider.ProviderDetails, h.fetched)
	}
}

// TestChangedMeanwhile changes a provider while the document of another change is fetched: the later one is told, and undoes nothing.
func TestChangedMeanwhile(t *testing.T) {
	h := newHouse(t)
	h.pages["https://idp.example/metadata"] = metadataOf(selfSigned(t), "idp.example", "")
	h.add(t, api.CreateIdentityProviderRequest{ProviderName: "corp", ProviderType: "SAML", ProviderDetails: map[string]string{"MetadataURL": "https://idp.example/metadata"}})
	update := func(in api.UpdateIdentityProviderRequest) error {
		in.UserPoolId, in.ProviderName = testPool, "corp"
		return second(h.UpdateIdentityProvider(h.ctx, &in))
	}
	h.onFetch = func() {
		if err := update(api.UpdateIdentityProviderRequest{AttributeMapping: map[string]string{"email": "mail"}}); err != nil {
			t.Error(err)
		}
	}
	err := update(api.UpdateIdentityProviderRequest{ProviderDetails: map[string]string{"MetadataURL": "https://idp.example/metadata", "IDPInit": "true"}})
	wantError(t, err, api.ConcurrentModificationException, "")
	row := must[store.Row[directory.Provider]](t)(directory.Providers.Get(h.ctx, h.Store, testPool, "corp"))
	if row.Doc.Mapping["email"] != "mail" || row.Doc.Details["IDPInit"] != "" {
		t.Errorf("provider is %+v", row.Doc)
	}
	// A run of RefreshProviders that is overtaken leaves the newer one too.
	h.now = h.now.Add(refreshEvery)
	h.onFetch = func() {
		if err := update(api.UpdateIdentityProviderRequest{AttributeMapping: map[string]string{"email": "mail2"}}); err != nil {
			t.Error(err)
		}
	}
	if failed := must[[]string](t)(h.RefreshProviders(h.ctx)); failed != nil {
		t.Errorf("%v failed", failed)
	}
	row = must[store.Row[directory.Provider]](t)(directory.Providers.Get(h.ctx, h.Store, testPool, "corp"))
	if row.Doc.Mapping["email"] != "mail2" {
		t.Errorf("mapping is %v", row.Doc.Mapping)
	}
}

func TestListAndDelete(t *testing.T) {
	h := newHouse(t)
	h.addGoogle(t)
	for _, name := range []string{"b-idp", "a-idp"} {
		h.add(t, api.CreateIdentityProviderRequest{ProviderName: name, ProviderType: "SAML", IdpIdentifiers: []string{name}, ProviderDetails: map[string]string{"MetadataFile": metadataOf(selfSigned(t), "i.example", "")}})
	}
	h.do(t, func(w store.Writer) error {
		return directory.Clients.Insert(h.ctx, w, &directory.Client{ID: "app", PoolID: testPool, Providers: []string{"COGNITO", "a-idp", "Google"}})
	})
	var names []string
	in := api.ListIdentityProvidersRequest{UserPoolId: testPool, MaxResults: new(2)}
	for {
		out := must[*api.ListIdentityProvidersResponse](t)(h.ListIdentityProviders(h.ctx, &in))
		for _, p := range out.Providers {
			names = append(names, *p.ProviderName)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	if diff := cmp.Diff([]string{"Google", "a-idp", "b-idp"}, names); diff != "" {
		t.Error(diff)
	}
	del := &api.DeleteIdentityProviderRequest{UserPoolId: testPool, ProviderName: "a-idp"}
	if err := second(h.DeleteIdentityProvider(h.ctx, del)); err != nil {
		t.Fatal(err)
	}
	wantError(t, second(h.DeleteIdentityProvider(h.ctx, del)), api.ResourceNotFoundException, "Identity provider a-idp does not exist.")
	c := must[store.Row[directory.Client]](t)(directory.Clients.Get(h.ctx, h.Store, "app"))
	if diff := cmp.Diff([]string{"COGNITO", "Google"}, c.Doc.Providers); diff != "" {
		t.Error(diff)
	}
	wantError(t, second(h.GetIdentityProviderByIdentifier(h.ctx, &api.GetIdentityProviderByIdentifierRequest{UserPoolId: testPool, IdpIdentifier: "a-idp"})), api.ResourceNotFoundException, "")
}

// TestOneCertificate asks for the certificate of a pool from many sides at once: all get the same one.
func TestOneCertificate(t *testing.T) {
	h := newHouse(t)
	var wg sync.WaitGroup
	var failed atomic.Int32
	got := make([]string, 8)
	for i := range got {
		wg.Go(func() {
			out, err := h.GetSigningCertificate(h.ctx, &api.GetSigningCertificateRequest{UserPoolId: testPool})
			if err != nil {
				failed.Add(1)
				return
			}
			got[i] = *out.Certificate
		})
	}
	wg.Wait()
	for _, c := range got {
		if c == "" || c != got[0] {
			t.Fatalf("certificates differ (%d failed)", failed.Load())
		}
	}
	key, der, err := h.SigningKey(h.ctx, testPool)
	if err != nil || base64.StdEncoding.EncodeToString(der) != got[0] {
		t.Fatalf("the key is not that of the certificate (%v)", err)
	}
	checkCertificate(t, h, key, der)
	if _, _, err := h.EncryptionKey(h.ctx, testPool); err == nil {
		t.Error("a key that nobody asked for is there")
	}
}

// FuzzDiscovery: what is taken from a discovery document is complete, and leads nowhere without TLS.
func FuzzDiscovery(f *testing.F) {
	f.Add(`{"issuer":"https://op.example","authorization_endpoint":"https://op.example/a","token_endpoint":"https://op.example/t","userinfo_endpoint":"https://op.example/u","jwks_uri":"https://op.example/k"}`)
	f.Add(`{"issuer":"https://op.example","ISSUER":"x"}`)
	f.Fuzz(func(t *testing.T, text string) {
		found, err := parseDiscovery([]byte(text), "https://op.example", map[string]string{"token_url": "https://own.example"})
		if err != nil {
			return
		}
		for _, key := range []string{"authorize_url", "attributes_url", "jwks_uri"} {
			if !strings.HasPrefix(strings.ToLower(found[key]), "https://") {
				t.Fatalf("%s is %q", key, found[key])
			}
		}
		if _, given := found["token_url"]; given || strings.TrimSuffix(found["oidc_issuer"], "/") != "https://op.example" {
			t.Fatalf("found are %v", found)
		}
	})
}
