package federate

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
)

var start = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)

// clock is a clock that the test moves.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(start.UnixNano())
	return c
}

func (c *clock) now() time.Time       { return time.Unix(0, c.at.Load()).UTC() }
func (c *clock) move(d time.Duration) { c.at.Add(int64(d)) }

// httpClient is a client without the guards of the real one.
type httpClient struct{ *http.Client }

func (h httpClient) Get(ctx context.Context, url string) ([]byte, http.Header, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, nil, err
	}
	a, err := h.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = a.Body.Close() }()
	body, err := io.ReadAll(a.Body)
	if err == nil && a.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d", a.StatusCode)
	}
	return body, a.Header, err
}

// provider is an issuer on loopback with TLS.
type provider struct {
	*httptest.Server
	mu      sync.Mutex
	keys    []map[string]any
	cache   string
	down    bool
	issuer  string // what discovery says; empty: its URL
	fetches atomic.Int64
}

func newProvider(t testing.TB) *provider {
	t.Helper()
	p := &provider{}
	p.Server = httptest.NewTLSServer(p)
	t.Cleanup(p.Close)
	return p
}

func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down {
		http.Error(w, "down", http.StatusBadGateway)
		return
	}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		issuer := p.issuer
		if issuer == "" {
			issuer = p.URL
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": issuer, "jwks_uri": p.URL + "/keys"})
	case "/keys":
		p.fetches.Add(1)
		if p.cache != "" {
			w.Header().Set("Cache-Control", p.cache)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": p.keys})
	default:
		http.NotFound(w, r)
	}
}

func (p *provider) set(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

// signer signs tokens.
type signer struct {
	kid, alg string
	key      crypto.Signer
}

// rsaKey is made once: it takes its time.
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

func newSigner(t testing.TB, kid, alg string) *signer {
	t.Helper()
	if strings.HasPrefix(alg, "RS") {
		return &signer{kid, alg, rsaKey()}
	}
	curve := map[string]elliptic.Curve{"ES256": elliptic.P256(), "ES384": elliptic.P384(), "ES512": elliptic.P521()}[alg]
	k, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &signer{kid, alg, k}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (s *signer) jwk() map[string]any {
	out := map[string]any{"kid": s.kid, "use": "sig", "alg": s.alg}
	switch k := s.key.(type) {
	case *rsa.PrivateKey:
		out["kty"], out["n"], out["e"] = "RSA", b64(k.N.Bytes()), b64(big.NewInt(int64(k.E)).Bytes())
	case *ecdsa.PrivateKey:
		point, err := k.PublicKey.Bytes()
		if err != nil {
			panic(err)
		}
		n := (len(point) - 1) / 2
		out["kty"], out["crv"], out["x"], out["y"] = "EC", k.Params().Name, b64(point[1:1+n]), b64(point[1+n:])
	}
	return out
}

func (s *signer) raw(header, payload string) string {
	input := b64([]byte(header)) + "." + b64([]byte(payload))
	h, kind := map[string]hash.Hash{"256": sha256.New(), "384": sha512.New384(), "512": sha512.New()}[s.alg[2:]], crypto.SHA256
	kind = map[string]crypto.Hash{"256": crypto.SHA256, "384": crypto.SHA384, "512": crypto.SHA512}[s.alg[2:]]
	h.Write([]byte(input))
	digest := h.Sum(nil)
	if k, ok := s.key.(*ecdsa.PrivateKey); ok {
		r, v, err := ecdsa.Sign(rand.Reader, k, digest)
		if err != nil {
			panic(err)
		}
		size := (k.Params().BitSize + 7) / 8
		sig := make([]byte, 2*size)
		r.FillBytes(sig[:size])
		v.FillBytes(sig[size:])
		return input + "." + b64(sig)
	}
	sig, err := rsa.SignPKCS1v15(rand.Reader, s.key.(*rsa.PrivateKey), kind, digest)
	if err != nil {
		panic(err)
	}
	return input + "." + b64(sig)
}

func (s *signer) token(claims map[string]any) string {
	body, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	return s.raw(`{"kid":"`+s.kid+`","alg":"`+s.alg+`","typ":"JWT"}`, string(body))
}

func (p *provider) claims(more map[string]any) map[string]any {
	out := map[string]any{"iss": p.URL, "sub": "user-1", "aud": "client", "iat": start.Unix(), "exp": start.Add(time.Hour).Unix()}
	maps.Copy(out, more)
	for k, v := range out {
		if v == nil {
			delete(out, k)
		}
	}
	return out
}

func newVerifier(t testing.TB, p *provider, c *clock) *Verifier {
	t.Helper()
	engine, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), engine, store.Options{Now: c.now}, Tables()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	v := New(Config{Store: db, Now: c.now})
	if p != nil {
		v.config.Client = httpClient{p.Client()}
	}
	return v
}

func refused(t *testing.T, name string, err error, kind error) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, kind) {
		t.Errorf("%s: %v, want %v", name, err, kind)
		return
	}
	if word, message := e.Refusal(); word == "" || message == "" || bytes.Contains([]byte(err.Error()), []byte("eyJ")) {
		t.Errorf("%s: refusal %q %q", name, word, message)
	}
}

func mustJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}
