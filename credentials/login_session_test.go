package credentials_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/credentials"
)

// signin is the service behind "aws login": it checks the proof, and takes a refresh token once.
type signin struct {
	t       testing.TB
	address string
	now     func() time.Time

	mu      sync.Mutex
	refresh string
	key     *ecdsa.PublicKey
	ids     map[string]bool
	asked   int
	refuse  func(w http.ResponseWriter) bool
}

func (s *signin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if s.refuse != nil && s.refuse(w) {
		return
	}
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
	var in map[string]string
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		s.t.Error(err)
	}
	if got := "https://" + r.Host + r.URL.Path; got != s.address || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" || r.Header.Get("Authorization") != "" {
		s.t.Errorf("%s %s", r.Method, got)
	}
	if in["clientId"] != "arn:aws:signin:::devtools/same-device" || in["grantType"] != "refresh_token" || len(in) != 3 {
		s.t.Errorf("a refresh of %s by %s", in["grantType"], in["clientId"])
	}
	if err := s.proven(r.Header.Get("DPoP")); err != nil {
		s.t.Log(err)
		denied(w, http.StatusBadRequest, "ValidationException", "INVALID_REQUEST")
		return
	}
	if in["refreshToken"] != s.refresh {
		denied(w, http.StatusBadRequest, "ValidationException", "INVALID_REQUEST")
		return
	}
	s.refresh = "refresh-canary-" + strconv.Itoa(s.asked)
	answer(w, map[string]any{
		"accessToken": map[string]string{"accessKeyId": "ASIA" + strconv.Itoa(s.asked), "secretAccessKey": "secret-canary", "sessionToken": "token-canary"},
		"expiresIn":   900, "tokenType": "aws_sigv4", "refreshToken": s.refresh,
	})
}

func denied(w http.ResponseWriter, status int, code, reason string) {
	w.Header().Set("X-Amzn-Errortype", code)
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"error":%q,"message":"because"}`, reason)
}

// proven checks a proof as RFC 9449 section 4.3 says.
func (s *signin) proven(proof string) error {
	parts := strings.Split(proof, ".")
	if len(parts) != 3 {
		return errors.New("no JWT")
	}
	var raw [3][]byte
	for i, p := range parts {
		b, err := base64.RawURLEncoding.Strict().DecodeString(p)
		if err != nil {
			return err
		}
		raw[i] = b
	}
	var header struct {
		Typ, Alg string
		JWK      struct{ Kty, Crv, X, Y, D string }
	}
	var claims struct {
		JTI, HTM, HTU string
		IAT           int64
	}
	if err := errors.Join(json.Unmarshal(raw[0], &header), json.Unmarshal(raw[1], &claims)); err != nil {
		return err
	}
	x, xerr := base64.RawURLEncoding.DecodeString(header.JWK.X)
	y, yerr := base64.RawURLEncoding.DecodeString(header.JWK.Y)
	if xerr != nil || yerr != nil || len(x) != 32 || len(y) != 32 || header.JWK.D != "" || header.JWK.Kty != "EC" || header.JWK.Crv != "P-256" {
		return errors.New("no public key of P-256")
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
	if err != nil || !public.Equal(s.key) {
		return errors.New("another key")
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if len(raw[2]) != 64 || !ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(raw[2][:32]), new(big.Int).SetBytes(raw[2][32:])) {
		return errors.New("the signature is not good")
	}
	if header.Typ != "dpop+jwt" || header.Alg != "ES256" || claims.HTM != "POST" || claims.HTU != s.address || len(claims.JTI) != 36 || s.ids[claims.JTI] {
		return fmt.Errorf("%+v %+v", header, claims)
	}
	s.ids[claims.JTI] = true
	if off := s.now().Sub(time.Unix(claims.IAT, 0)); off.Abs() > 5*time.Minute {
		return errors.New("a proof of another time")
	}
	return nil
}

func pemOf(t testing.TB, key *ecdsa.PrivateKey) credentials.Secret {
	t.Helper()
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return credentials.Secret(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
}

func newSignin(t testing.TB) (*signin, *credentials.Client, *credentials.LoginToken) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := &signin{t: t, address: "https://eu-west-1.signin.aws.amazon.com/v1/token", now: time.Now, refresh: "refresh-canary-0", key: &key.PublicKey, ids: map[string]bool{}}
	c := &credentials.Client{Region: "eu-west-1", HTTP: &http.Client{Transport: inProcess{s}}}
	return s, c, &credentials.LoginToken{
		AccessKeyID: "ASIA0", SecretAccessKey: "secret-canary", SessionToken: "token-canary", AccountID: "123456789012", Expires: time.Now().Add(-time.Minute),
		TokenType: "aws_sigv4", ClientID: "arn:aws:signin:::devtools/same-device", RefreshToken: "refresh-canary-0", IDToken: "id-canary", DPoPKey: pemOf(t, key),
	}
}

func TestRefreshLogin(t *testing.T) {
	s, c, old := newSignin(t)
	for i := range 3 {
		fresh, err := c.RefreshLogin(t.Context(), old)
		if err != nil {
			t.Fatal(err)
		}
		if fresh.RefreshToken == old.RefreshToken || fresh.AccessKeyID == old.AccessKeyID || fresh.AccountID != "123456789012" || fresh.IDToken != "id-canary" || fresh.DPoPKey != old.DPoPKey {
			t.Errorf("%d: %+v", i, fresh)
		}
		if left := time.Until(fresh.Expires); left < 14*time.Minute || left > 15*time.Minute {
			t.Errorf("%s left", left)
		}
		if strings.Contains(fmt.Sprintf("%v %+v %#v", fresh, *fresh, *fresh), "canary") {
			t.Error("a token is printed")
		}
		old = fresh
	}
	s.address = "https://id.example.com/v1/token"
	c.Endpoint = "https://id.example.com/"
	if _, err := c.RefreshLogin(t.Context(), old); err != nil {
		t.Errorf("at a server of one's own: %v", err)
	}
}

// TestRefreshLoginClock: a clock that is wrong is set right by the service's, and the proof made anew.
func TestRefreshLoginClock(t *testing.T) {
	for _, off := range []time.Duration{-time.Hour, time.Hour} {
		s, c, old := newSignin(t)
		s.now = func() time.Time { return time.Now().Add(off) }
		fresh, err := c.RefreshLogin(t.Context(), old)
		if err != nil || s.asked != 2 || (time.Until(fresh.Expires)-off).Abs() > 16*time.Minute {
			t.Errorf("%s: asked %d times, %v", off, s.asked, err)
		}
	}
}

func TestRefreshLoginRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		status       int
		code, reason string
		ended        bool
	}{
		"expired":          {401, "AccessDeniedException", "TOKEN_EXPIRED", true},
		"changed":          {403, "AccessDeniedException", "USER_CREDENTIALS_CHANGED", true},
		"not allowed":      {403, "AccessDeniedException", "INSUFFICIENT_PERMISSIONS", true},
		"code":             {401, "AccessDeniedException", "AUTHCODE_EXPIRED", true},
		"without the type": {401, "", "TOKEN_EXPIRED", true},
		"used":             {400, "ValidationException", "INVALID_REQUEST", true},
		"patience":         {429, "TooManyRequestsError", "INVALID_REQUEST", false},
		"trouble":          {500, "InternalServerException", "server_error", false},
		"trouble of it":    {503, "AccessDeniedException", "TOKEN_EXPIRED", false},
		"something else":   {404, "", "", false},
	} {
		s, client, old := newSignin(t)
		s.refuse = func(w http.ResponseWriter) bool {
			denied(w, c.status, c.code, c.reason)
			return true
		}
		_, err := client.RefreshLogin(t.Context(), old)
		var ended *credentials.LoginRequiredError
		var refused *credentials.ServiceError
		if errors.As(err, &ended) != c.ended || !errors.As(err, &refused) || strings.Contains(err.Error(), "canary") {
			t.Fatalf("%s: %v", name, err)
		}
		if c.reason != "" && refused.Reason != c.reason && refused.Code != c.reason {
			t.Errorf("%s: %+v", name, refused)
		}
	}
}

// TestRefreshLoginKeys: a key that is none means that a person has to sign in again, and nothing is sent.
func TestRefreshLoginKeys(t *testing.T) {
	other, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s, c, old := newSignin(t)
	good := old.DPoPKey
	for name, key := range map[string]credentials.Secret{
		"none": "", "no PEM": "canary", "another curve": pemOf(t, other), "two": good + good, "too long": good + credentials.Secret(strings.Repeat("\n", 4096)),
		"another kind": credentials.Secret(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(wrong)})),
		"another name": credentials.Secret(strings.ReplaceAll(string(good), "EC PRIVATE", "EC PUBLIC")), "half": good[:len(good)/2],
	} {
		old.DPoPKey = key
		var ended *credentials.LoginRequiredError
		if _, err := c.RefreshLogin(t.Context(), old); !errors.As(err, &ended) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
	old.DPoPKey, old.RefreshToken = good, ""
	if _, err := c.RefreshLogin(t.Context(), old); err == nil || s.asked != 0 {
		t.Errorf("no refresh token: %v, asked %d times", err, s.asked)
	}
}

// loginCache is the file that processes share.
type loginCache struct {
	mu    sync.Mutex
	token credentials.LoginToken
	full  bool
}

func (c *loginCache) Load(context.Context) (*credentials.LoginToken, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.token
	return &t, nil
}

func (c *loginCache) Save(_ context.Context, t *credentials.LoginToken) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.full {
		return errors.New("no space left")
	}
	c.token = *t
	return nil
}

func (c *loginCache) provider(client *credentials.Client, locks credentials.Store) *credentials.LoginSession {
	return &credentials.LoginSession{Client: client, Load: c.Load, Save: c.Save, Store: locks, Name: "login", Title: "arn", Command: "aws login"}
}

// TestLoginSessionOnce: a refresh token that serves once is used once, however many processes and threads need it.
func TestLoginSessionOnce(t *testing.T) {
	s, c, old := newSignin(t)
	cache, locks := &loginCache{token: *old}, &credentials.Memory{}
	var wg sync.WaitGroup
	for range 10 {
		p := cache.provider(c, locks)
		for range 10 {
			wg.Go(func() {
				if k, err := p.Retrieve(t.Context()); err != nil || k.AccessKeyID != "ASIA1" || k.AccountID != "123456789012" {
					t.Errorf("%s, %v", k.AccessKeyID, err)
				}
			})
		}
	}
	if wg.Wait(); s.asked != 1 || string(cache.token.RefreshToken) != s.refresh {
		t.Errorf("asked %d times", s.asked)
	}
}

func TestLoginSessionTrouble(t *testing.T) {
	s, c, old := newSignin(t)
	old.Expires = time.Now().Add(4 * time.Minute)
	cache := &loginCache{token: *old}
	p := cache.provider(c, &credentials.Memory{})
	s.refuse = func(w http.ResponseWriter) bool { denied(w, 404, "", ""); return true }
	if k, err := p.Retrieve(t.Context()); err != nil || k.AccessKeyID != "ASIA0" {
		t.Errorf("the old credentials do not serve: %v", err)
	}
	s.refuse = func(w http.ResponseWriter) bool {
		denied(w, 401, "AccessDeniedException", "TOKEN_EXPIRED")
		return true
	}
	var ended *credentials.LoginRequiredError
	if _, err := p.Retrieve(t.Context()); !errors.As(err, &ended) || ended.Command != "aws login" || ended.Session != "arn" || !credentials.IsCode(err, "AccessDeniedException") {
		t.Errorf("%v", err)
	}
	// Another program, which knows nothing of the lock, was faster.
	s.refuse = func(w http.ResponseWriter) bool {
		cache.mu.Lock()
		defer cache.mu.Unlock()
		cache.token.RefreshToken, cache.token.AccessKeyID, cache.token.Expires = "refresh-other", "ASIAOTHER", time.Now().Add(10*time.Minute)
		denied(w, 400, "ValidationException", "INVALID_REQUEST")
		return true
	}
	if k, err := p.Retrieve(t.Context()); err != nil || k.AccessKeyID != "ASIAOTHER" {
		t.Errorf("what another program has brought: %s, %v", k.AccessKeyID, err)
	}
}

// TestLoginSessionIsNotLost: a new refresh token is the only one that serves. It is not asked for when it cannot be kept, and kept in memory when saving fails.
func TestLoginSessionIsNotLost(t *testing.T) {
	s, c, old := newSignin(t)
	cache := &loginCache{token: *old}
	p := cache.provider(c, &credentials.Memory{})
	var warned []error
	p.Warn = func(err error) { warned = append(warned, err) }
	cache.full = true
	if _, err := p.Retrieve(t.Context()); err == nil || s.asked != 0 {
		t.Errorf("a token that cannot be kept is asked for: %v, %d times", err, s.asked)
	}
	cache.full = false
	s.refuse = func(http.ResponseWriter) bool { cache.full = true; return false }
	if k, err := p.Retrieve(t.Context()); err != nil || k.AccessKeyID != "ASIA1" || len(warned) != 1 {
		t.Errorf("%s, %v, %v", k.AccessKeyID, err, warned)
	}
	if k, err := p.Retrieve(t.Context()); err != nil || k.AccessKeyID != "ASIA1" || s.asked != 1 {
		t.Errorf("%s, %v: asked %d times", k.AccessKeyID, err, s.asked)
	}
	s.refuse = nil
	cache.full = false
	c.Now = func() time.Time { return time.Now().Add(12 * time.Minute) }
	s.now = c.Now
	if k, err := p.Retrieve(t.Context()); err != nil || k.AccessKeyID != "ASIA2" || string(cache.token.RefreshToken) != s.refresh {
		t.Errorf("the refresh token that was not saved is lost: %s, %v", k.AccessKeyID, err)
	}
}

// FuzzDPoPKey: whatever is in the cache as a key, either nothing is sent or the proof that is sent verifies.
func FuzzDPoPKey(f *testing.F) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	good := string(pemOf(f, key))
	f.Add(good)
	f.Add(strings.Replace(good, "A", "B", 1))
	f.Add("-----BEGIN EC PRIVATE KEY-----\nMAA=\n-----END EC PRIVATE KEY-----\n")
	f.Fuzz(func(t *testing.T, text string) {
		sent := ""
		c := &credentials.Client{Region: "eu-west-1", HTTP: &http.Client{Transport: tripper(func(r *http.Request) (*http.Response, error) {
			sent = r.Header.Get("DPoP")
			return said(400, nil, `{"error":"INVALID_REQUEST"}`), nil
		})}}
		if _, err := c.RefreshLogin(t.Context(), &credentials.LoginToken{RefreshToken: "r", ClientID: "c", DPoPKey: credentials.Secret(text)}); err == nil {
			t.Error("refused, and no error")
		}
		if sent == "" {
			return
		}
		block, _ := pem.Decode([]byte(text))
		if block == nil {
			t.Fatal("signed without a key")
		}
		parsed, err := x509.ParseECPrivateKey(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		s := &signin{t: t, address: "https://eu-west-1.signin.aws.amazon.com/v1/token", now: time.Now, key: &parsed.PublicKey, ids: map[string]bool{}}
		if err := s.proven(sent); err != nil {
			t.Error(err)
		}
	})
}
