package app

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/federate"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/identitypool"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/jws"
)

// oneIssuer is a client that reaches one OpenID Connect provider.
type oneIssuer struct {
	url  string
	keys jws.KeySet
}

func (o oneIssuer) Get(_ context.Context, url string) ([]byte, http.Header, error) {
	if strings.HasSuffix(url, "/keys") {
		b, err := json.Marshal(o.keys)
		return b, nil, err
	}
	return []byte(`{"issuer":"` + o.url + `","jwks_uri":"` + o.url + `/keys"}`), nil, nil
}

// TestAudienceOfLogins: of several audiences, the login is for the one that is registered, wherever it stands.
func TestAudienceOfLogins(t *testing.T) {
	const issuer = "https://idp.example.com"
	now := func() time.Time { return time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC) }
	private, err := jws.GenerateKey(rand.Reader, jws.ES256)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := jws.NewSigner("k", private)
	if err != nil {
		t.Fatal(err)
	}
	p := providers{verifier: federate.New(federate.Config{Client: oneIssuer{issuer, jws.KeySet{signer.Public()}}, Now: now})}
	for claims, want := range map[string]string{
		`"aud":"mine"`:                           "mine",
		`"aud":["stranger","mine"]`:              "mine",
		`"aud":["stranger","mine","second"]`:     "mine",
		`"aud":["mine","stranger"]`:              "mine",
		`"aud":"stranger"`:                       "",
		`"aud":["stranger"],"azp":"second"`:      "second",
		`"aud":["mine"],"azp":"stranger"`:        "",
		`"aud":["second","mine"],"azp":"mine"`:   "mine",
		`"aud":["stranger","other stranger"]`:    "",
		`"aud":["mine","second"],"azp":"second"`: "second",
	} {
		token, err := jws.Encode(rand.Reader, signer, []byte(`{"iss":"`+issuer+`","sub":"ada","iat":1772600767,"exp":1772604367,`+claims+`}`))
		if err != nil {
			t.Fatal(err)
		}
		l, err := p.oidc(t.Context(), federate.Provider{Issuer: issuer, ClientIDs: []string{"mine", "second"}}, token)
		if l.Audience != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", claims, l.Audience, err)
		}
	}
}

// TestExpiredMetadata: a provider whose metadata is not in force any more lets nobody into identity pools, as into sessions of STS.
func TestExpiredMetadata(t *testing.T) {
	w := newWorld(t)
	now := w.now()
	provider := &record.SAMLProvider{ID: "id", Account: "000000000000", Name: "corp", Created: now, Metadata: record.SAMLMetadata{EntityID: "https://corp", ValidUntil: now.Add(time.Minute)}}
	if err := w.app.db.Update(t.Context(), func(w store.Writer) error { return record.SAMLProviders.Insert(t.Context(), w, provider) }); err != nil {
		t.Fatal(err)
	}
	p := providers{w.app.db, federate.New(federate.Config{Store: w.app.db, Now: w.now}), w.url}
	for after, expired := range map[time.Duration]bool{0: false, time.Minute - time.Second: false, time.Minute: true, time.Hour: true} {
		ctx := caller.WithRequest(t.Context(), &caller.Request{Operation: "GetId", Time: now.Add(after)})
		_, err := p.VerifySAML(ctx, provider.ARN(), "no assertion")
		if !errors.Is(err, identitypool.ErrBadSignature) || errors.Is(err, errOldMetadata) != expired {
			t.Errorf("after %s: %v", after, err)
		}
	}
}
