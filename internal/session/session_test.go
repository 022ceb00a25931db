package session

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/seal"
)

var now = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)

// testSealer seals with a fixed ring.
type testSealer struct {
	s      *seal.Sealer
	random interface{ Read([]byte) (int, error) }
}

func (t testSealer) Seal(plaintext, aad []byte) ([]byte, error) {
	return t.s.Seal(t.random, now, plaintext, aad)
}

func (t testSealer) Open(_ context.Context, sealed, aad []byte) ([]byte, error) {
	return t.s.Open(sealed, aad)
}

type testEntities map[string]caller.Principal

func (e testEntities) Entity(_ context.Context, kind caller.Kind, account, id string) (caller.Principal, error) {
	p, ok := e[id]
	if !ok || p.Account != account {
		return caller.Principal{}, caller.ErrUnknown
	}
	return p, nil
}

func newSessions(t testing.TB, random interface{ Read([]byte) (int, error) }) *Sessions {
	t.Helper()
	ring, err := seal.NewRing(seal.RingKey{ID: 1, Key: seal.Key(bytes.Repeat([]byte{7}, 32))})
	if err != nil {
		t.Fatal(err)
	}
	return &Sessions{
		Deployment: "d-1", Seal: testSealer{ring.Sealer(seal.STSSession, "d-1"), random}, Random: random,
		Entities: testEntities{
			"AROAEXAMPLE": {Account: "123456789012", Name: "reader", UniqueID: "AROAEXAMPLE", EntityARN: "arn:aws:iam::123456789012:role/app/reader"},
			"AIDAEXAMPLE": {Account: "123456789012", Name: "bob", UniqueID: "AIDAEXAMPLE", UserID: "AIDAEXAMPLE", ARN: "arn:aws:iam::123456789012:user/bob", EntityARN: "arn:aws:iam::123456789012:user/bob"},
		},
	}
}

func full() caller.Principal {
	return caller.Principal{
		Kind: caller.AssumedRole, Account: "123456789012", UniqueID: "AROAEXAMPLE", Name: "reader",
		Session: &caller.Session{
			Name: "s-1", IssuedAt: now, RootIssuedAt: now.Add(-time.Hour), Expires: now.Add(time.Hour), ChainDepth: 2, MFAAt: now.Add(-time.Minute),
			SourceIdentity: "alice", Provider: "cognito-identity.amazonaws.com", InlinePolicy: `{"Version":"2012-10-17","Statement":[]}`,
			PolicyARNs: []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"}, Tags: map[string]string{"team": "a", "cost": ""}, TransitiveTags: []string{"team"},
			FederatedContext: map[string][]string{"cognito-identity.amazonaws.com:sub": {"x"}, "cognito-identity.amazonaws.com:amr": {"authenticated", "accounts.google.com"}},
			DefaultRegions:   true,
		},
	}
}

func TestMintAndOpen(t *testing.T) {
	s := newSessions(t, rand.Reader)
	c, err := s.Mint(full())
	if err != nil {
		t.Fatal(err)
	}
	if len(c.AccessKeyID) != 20 || !strings.HasPrefix(c.AccessKeyID, "ASIA") || len(c.SecretAccessKey) != 40 || strings.ContainsAny(string(c.SecretAccessKey), "/+") || !c.Expiration.Equal(now.Add(time.Hour)) {
		t.Errorf("%+v", c)
	}
	if account, ok := caller.AccountOfKeyID(c.AccessKeyID); !ok || account != "123456789012" {
		t.Errorf("the key id spells account %q", account)
	}
	secret, p, err := s.OpenSession(t.Context(), string(c.SessionToken), now)
	if err != nil || secret != c.SecretAccessKey {
		t.Fatal(err)
	}
	want := full()
	want.AccessKeyID = c.AccessKeyID
	want.EntityARN = "arn:aws:iam::123456789012:role/app/reader"
	want.ARN = "arn:aws:sts::123456789012:assumed-role/reader/s-1"
	want.UserID = "AROAEXAMPLE:s-1"
	if d := cmp.Diff(want, p); d != "" {
		t.Error(d)
	}
	if n := len(c.SessionToken); n > 2048 {
		t.Errorf("the token has %d characters", n)
	}
}

// TestLongestSession: the bounds of STS (2,900 bytes of policies and tags, 2,048 of a provider's words) make a token that opens, and what is beyond all
// bounds makes none.
func TestLongestSession(t *testing.T) {
	s := newSessions(t, rand.Reader)
	p := full()
	p.Session.Name, p.Session.SourceIdentity = strings.Repeat("n", 64), strings.Repeat("i", 64)
	p.Session.Provider = "arn:aws:iam::123456789012:oidc-provider/" + strings.Repeat("p", 255)
	p.Session.InlinePolicy = strings.Repeat("x", 2900)
	p.Session.FederatedContext = map[string][]string{"k": {strings.Repeat("x", 2048)}}
	c, err := s.Mint(p)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.OpenSession(t.Context(), string(c.SessionToken), now); err != nil {
		t.Error(err)
	}
	p.Session.InlinePolicy = strings.Repeat("x", MaxToken)
	if _, err := s.Mint(p); err == nil {
		t.Error("credentials that open nothing were made")
	}
}

func TestUserSessionKeepsItsNames(t *testing.T) {
	s := newSessions(t, rand.Reader)
	c, err := s.Mint(caller.Principal{Kind: caller.User, Account: "123456789012", UniqueID: "AIDAEXAMPLE", Session: &caller.Session{IssuedAt: now, Expires: now.Add(time.Hour)}})
	if err != nil {
		t.Fatal(err)
	}
	_, p, err := s.OpenSession(t.Context(), string(c.SessionToken), now)
	if err != nil || p.ARN != "arn:aws:iam::123456789012:user/bob" || p.UserID != "AIDAEXAMPLE" {
		t.Errorf("%+v %v", p, err)
	}
}

func TestRefusals(t *testing.T) {
	s := newSessions(t, rand.Reader)
	c, err := s.Mint(full())
	if err != nil {
		t.Fatal(err)
	}
	token := string(c.SessionToken)
	if _, _, err := s.OpenSession(t.Context(), token, now.Add(time.Hour)); !errors.Is(err, caller.ErrExpired) {
		t.Errorf("at its end: %v", err)
	}
	if _, _, err := s.OpenSession(t.Context(), token, now.Add(time.Hour-time.Second)); err != nil {
		t.Errorf("just before its end: %v", err)
	}
	other := newSessions(t, rand.Reader)
	other.Deployment = "d-2"
	if _, _, err := other.OpenSession(t.Context(), token, now); !errors.Is(err, caller.ErrUnknown) {
		t.Errorf("of another deployment: %v", err)
	}
	s.Entities = testEntities{"AROANEW": {Account: "123456789012", Name: "reader", UniqueID: "AROANEW"}}
	if _, _, err := s.OpenSession(t.Context(), token, now); !errors.Is(err, caller.ErrUnknown) {
		t.Errorf("of a role that was made anew: %v", err)
	}
	for _, bad := range []string{"", "x", strings.Repeat("A", MaxToken+1), token + "A", "+" + token[1:], token + "\n", token[:9] + "\r\n" + token[9:]} {
		if _, _, err := s.OpenSession(t.Context(), bad, now); !errors.Is(err, caller.ErrUnknown) {
			t.Errorf("%.20q: %v", bad, err)
		}
	}
}

// TestMutations alters tokens in every bit and length; none may open.
func TestMutations(t *testing.T) {
	s := newSessions(t, rand.Reader)
	c, err := s.Mint(full())
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(string(c.SessionToken))
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	try := func(b []byte) {
		tried++
		if _, _, err := s.OpenSession(t.Context(), base64.RawURLEncoding.EncodeToString(b), now); !errors.Is(err, caller.ErrUnknown) {
			t.Fatalf("an altered token opened: %v", err)
		}
	}
	for i := range raw {
		for bit := range 8 {
			m := bytes.Clone(raw)
			m[i] ^= 1 << bit
			try(m)
		}
		try(raw[:i])
		try(append(bytes.Clone(raw[:i]), raw[min(i+1, len(raw)):]...))
	}
	t.Logf("%d altered tokens refused", tried)
}

// FuzzDecode: what decodes encodes to the same bytes, so a body has one form only.
func FuzzDecode(f *testing.F) {
	p := full()
	f.Add(encode(&p, "secret"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, secret, err := decode(b)
		if err != nil {
			return
		}
		again, secret2, err := decode(encode(p, secret))
		if err != nil || secret != secret2 || !cmp.Equal(p, again) {
			t.Fatalf("%x decodes to %+v, and that to %+v (%v)", b, p, again, err)
		}
	})
}

// vector is one entry of docs/spec/session-token.json.
type vector struct {
	Name       string
	Format     int    // the first byte of the plaintext
	Ring       string // the 32 bytes of ring key 1
	Deployment string
	Nonce      string
	Plaintext  string
	Token      string
}

// TestVectors checks the published vectors: another implementation can hold itself against them. MAYFLY_WRITE_VECTORS=1 writes those of the newest
// format anew; those of formats that are no longer written stay as they are.
func TestVectors(t *testing.T) {
	const file = "../../docs/spec/session-token.json"
	user := caller.Principal{Kind: caller.User, AccessKeyID: "ASIAEXAMPLEEXAMPLE22", Account: "123456789012", UniqueID: "AIDAEXAMPLE", Session: &caller.Session{IssuedAt: now, RootIssuedAt: now, Expires: now.Add(12 * time.Hour)}}
	role := full()
	role.AccessKeyID = "ASIAEXAMPLEEXAMPLE33"
	var made []vector
	for i, c := range []struct {
		name string
		p    *caller.Principal
	}{{"user", &user}, {"role", &role}} {
		nonce := bytes.Repeat([]byte{byte(i + 1)}, 24)
		s := newSessions(t, bytes.NewReader(nonce))
		plain := encode(c.p, "0123456789abcdefghijABCDEFGHIJ-_01234567")
		sealed, err := s.Seal.Seal(plain, s.aad())
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, vector{c.name, formatVersion, strings.Repeat("07", 32), s.Deployment, hex.EncodeToString(nonce), hex.EncodeToString(plain), base64.RawURLEncoding.EncodeToString(sealed)})
	}
	published := readVectors(t, file)
	newest := slices.IndexFunc(published, func(v vector) bool { return v.Format == formatVersion })
	if os.Getenv("MAYFLY_WRITE_VECTORS") != "" {
		old := slices.DeleteFunc(published, func(v vector) bool { return v.Format == formatVersion })
		b, _ := json.MarshalIndent(append(old, made...), "", "  ")
		if err := os.WriteFile(file, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if newest < 1 {
		t.Fatal("the vectors of one of the formats are missing")
	}
	if d := cmp.Diff(published[newest:], made); d != "" {
		t.Error(d)
	}
	s := newSessions(t, rand.Reader)
	for _, v := range published {
		secret, p, err := s.OpenSession(t.Context(), v.Token, now)
		if err != nil || secret != "0123456789abcdefghijABCDEFGHIJ-_01234567" || !strings.HasPrefix(p.AccessKeyID, "ASIAEXAMPLE") {
			t.Errorf("%s, format %d: %v", v.Name, v.Format, err)
		}
		if sub := p.Session.FederatedContext["cognito-identity.amazonaws.com:sub"]; v.Name == "role" && !slices.Equal(sub, []string{"x"}) {
			t.Errorf("format %d: the identity is %q", v.Format, sub)
		}
	}
}

func readVectors(t *testing.T, file string) []vector {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []vector
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func BenchmarkMint(b *testing.B) {
	s := newSessions(b, rand.Reader)
	p := full()
	for b.Loop() {
		if _, err := s.Mint(p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpenSession(b *testing.B) {
	s := newSessions(b, rand.Reader)
	c, err := s.Mint(full())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, err := s.OpenSession(b.Context(), string(c.SessionToken), now); err != nil {
			b.Fatal(err)
		}
	}
}
