package sts_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/federate"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/provider"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/sts"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// world joins the service to real providers and the real verifier; the role and the minter are its own.
type world struct {
	*provider.Service
	verifier *federate.Verifier
	client   *http.Client
	trust    *iampolicy.Policy
	minted   int
}

type providers struct{ *provider.Service }

func (p providers) OIDCProvider(ctx context.Context, account, issuer string) (sts.OIDCProvider, error) {
	r, err := p.Service.OIDCProvider(ctx, account, issuer)
	if err != nil {
		return sts.OIDCProvider{}, err
	}
	return sts.OIDCProvider{ARN: r.ARN(), Name: r.Name, Issuer: r.Issuer(), ClientIDs: r.ClientIDs}, nil
}

func (p providers) SAMLProvider(context.Context, string) (sts.SAMLProvider, error) {
	return sts.SAMLProvider{}, caller.ErrUnknown
}

type verifier struct{ *federate.Verifier }

func (v verifier) ReadToken(text string) (sts.Token, error) {
	t, err := federate.ReadToken(text)
	return token{t, v}, err
}

type token struct {
	*federate.Token
	v verifier
}

func (t token) Verify(ctx context.Context, p sts.OIDCProvider) (sts.WebIdentity, error) {
	id, err := t.v.Verify(ctx, federate.Provider{Issuer: p.Issuer, ClientIDs: p.ClientIDs}, t.Token)
	return sts.WebIdentity{Subject: id.Subject, Audience: id.Audience, AuthorizedParty: id.AuthorizedParty, Claims: id.Claims}, err
}

func (v verifier) VerifySAML(context.Context, sts.SAMLProvider, string) (sts.Assertion, error) {
	return sts.Assertion{}, errors.New("not asked here")
}

func (w *world) Role(_ context.Context, arn string) (sts.Role, error) {
	return sts.Role{ARN: arn, Name: "r", UniqueID: "AROA", Account: iamtest.Account, MaxDuration: time.Hour, Trust: w.trust}, nil
}

func (w *world) KeyAccount(context.Context, string) (string, error) { return "", caller.ErrUnknown }

func (w *world) SessionPolicy(document string) error {
	_, err := iampolicy.Parse([]byte(document), iampolicy.SessionPolicy)
	return err
}

func (w *world) PolicyExists(context.Context, string, string) (bool, error) { return false, nil }

func (w *world) Mint(caller.Principal) (caller.Credentials, error) {
	w.minted++
	return caller.Credentials{}, nil
}

func (w *world) OpenIDIssuer() string { return "https://here" }

func (w *world) VerifyOpenIDToken(context.Context, string) (sts.CognitoToken, error) {
	return sts.CognitoToken{}, errors.New("not asked here")
}

func (w *world) Record(context.Context, *caller.Principal, *caller.Ask, bool, string) error {
	return nil
}

func (w *world) Get(ctx context.Context, url string) ([]byte, http.Header, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, nil, err
	}
	a, err := w.client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = a.Body.Close() }()
	body, err := io.ReadAll(a.Body)
	return body, a.Header, err
}

// issuer is an OpenID Connect provider with one key.
func issuer(t *testing.T, key *ecdsa.PrivateKey) *httptest.Server {
	t.Helper()
	enc := base64.RawURLEncoding.EncodeToString
	point, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	var s *httptest.Server
	s = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/keys" {
			_, _ = fmt.Fprintf(w, `{"keys":[{"kty":"EC","crv":"P-256","kid":"k","alg":"ES256","x":%q,"y":%q}]}`, enc(point[1:33]), enc(point[33:]))
			return
		}
		_, _ = fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q}`, s.URL, s.URL+"/keys")
	}))
	t.Cleanup(s.Close)
	return s
}

func sign(t *testing.T, key *ecdsa.PrivateKey, claims map[string]any) string {
	t.Helper()
	body, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	enc := base64.RawURLEncoding.EncodeToString
	input := enc([]byte(`{"alg":"ES256","kid":"k"}`)) + "." + enc(body)
	sum := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	sig := make([]byte, 64)
	r.FillBytes(sig[:32])
	s.FillBytes(sig[32:])
	return input + "." + enc(sig)
}

// TestRealProvider follows a token from a provider on loopback through registration, verification and trust, and ends where the provider is
// deleted. No byte of the token can be changed on the way.
func TestRealProvider(t *testing.T) {
	w := iamtest.New(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	idp := issuer(t, key)
	x := &world{client: idp.Client()}
	x.Service = provider.New(provider.Config{Store: w.DB, Keys: w.Keys, Now: w.Clock.Now, Random: w.Random, ReadMetadata: func([]byte) (record.SAMLMetadata, error) {
		return record.SAMLMetadata{}, errors.New("not asked here")
	}})
	x.verifier = federate.New(federate.Config{Client: x, Store: w.DB, Now: w.Clock.Now})
	s := &sts.Service{Roles: x, Minter: x, Federation: sts.Federation{Providers: providers{x.Service}, Verifier: verifier{x.verifier}, Cognito: x, Decisions: x}}
	root := iamtest.Root(iamtest.Account)
	made, err := x.CreateOpenIDConnectProvider(root, &iamapi.CreateOpenIDConnectProviderRequest{Url: idp.URL, ClientIDList: []string{"sts.amazonaws.com"}})
	if err != nil {
		t.Fatal(err)
	}
	name := idp.URL[len("https://"):]
	x.trust, err = iampolicy.Parse([]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"`+*made.OpenIDConnectProviderArn+`"},`+
		`"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"`+name+`:sub":"repo:me/x:ref:main"}}}]}`), iampolicy.TrustPolicy)
	if err != nil {
		t.Fatal(err)
	}
	now := w.Clock.Now()
	ctx := caller.WithRequest(t.Context(), &caller.Request{Time: now})
	assume := func(token string) error {
		_, err := s.AssumeRoleWithWebIdentity(ctx, &stsapi.AssumeRoleWithWebIdentityRequest{
			RoleArn: "arn:aws:iam::" + iamtest.Account + ":role/r", RoleSessionName: "ci", WebIdentityToken: token,
		})
		return err
	}
	claims := map[string]any{"iss": idp.URL, "sub": "repo:me/x:ref:main", "aud": "sts.amazonaws.com", "iat": now.Unix(), "exp": now.Add(10 * time.Minute).Unix()}
	good := sign(t, key, claims)
	if err := assume(good); err != nil || x.minted != 1 {
		t.Fatal(err)
	}
	for i := range good {
		for _, flip := range []byte{1, 4, 32} {
			m := []byte(good)
			m[i] ^= flip
			if err := assume(string(m)); err == nil {
				t.Fatalf("byte %d changed: accepted", i)
			} else if _, ok := wire.AsError(err); !ok {
				t.Fatalf("byte %d changed: %v", i, err)
			}
		}
	}
	for change, want := range map[string]string{"sub": "AccessDenied", "aud": "InvalidIdentityToken", "iss": "InvalidIdentityToken"} {
		old := claims[change]
		claims[change] = "https://other.example"
		if e, ok := wire.AsError(assume(sign(t, key, claims))); !ok || e.Type.Code != want {
			t.Errorf("%s: %v", change, e)
		}
		claims[change] = old
	}
	claims["exp"] = now.Unix()
	if e, ok := wire.AsError(assume(sign(t, key, claims))); !ok || e.Type.Code != "ExpiredTokenException" {
		t.Errorf("expired: %v", e)
	}
	if _, err := x.DeleteOpenIDConnectProvider(root, &iamapi.DeleteOpenIDConnectProviderRequest{OpenIDConnectProviderArn: *made.OpenIDConnectProviderArn}); err != nil {
		t.Fatal(err)
	}
	if e, ok := wire.AsError(assume(good)); !ok || e.Message != "No OpenIDConnect provider found in your account for "+idp.URL {
		t.Errorf("after the provider was deleted: %v", e)
	}
	if x.minted != 1 {
		t.Errorf("%d sessions minted", x.minted)
	}
}
