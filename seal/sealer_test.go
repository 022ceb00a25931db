package seal

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// fixedKey is a recognisable key: no two differ in one byte only.
func fixedKey(b byte) Key { return Key(bytes.Repeat([]byte{b}, 32)) }

func mustRing(t testing.TB, keys ...RingKey) *Ring {
	t.Helper()
	r, err := NewRing(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func mustSeal(t testing.TB, s *Sealer, now time.Time, plaintext, aad string) []byte {
	t.Helper()
	sealed, err := s.Seal(rand.Reader, now, []byte(plaintext), []byte(aad))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func TestNewRing(t *testing.T) {
	one := RingKey{ID: 1, Key: fixedKey(1), NotBefore: start}
	for name, keys := range map[string][]RingKey{
		"empty":               {},
		"zero id":             {{Key: fixedKey(1)}},
		"id twice":            {one, {ID: 1, Key: fixedKey(2)}},
		"zero key":            {{ID: 1}},
		"key twice":           {one, {ID: 2, Key: fixedKey(1)}},
		"all compromised":     {{ID: 1, Key: fixedKey(1), Compromised: true}},
		"more than it may be": make([]RingKey, maxKeys+1),
	} {
		for i := range keys {
			if name == "more than it may be" {
				keys[i] = RingKey{ID: KeyID(i + 1), Key: Key{byte(i >> 8), byte(i), 1}}
			}
		}
		if _, err := NewRing(keys...); err == nil {
			t.Errorf("%s: no error", name)
		} else if strings.Contains(err.Error(), "\x01\x01") {
			t.Errorf("%s: the error holds key bytes", name)
		}
	}
	keys := []RingKey{{ID: 2, Key: fixedKey(2), NotBefore: start}, one}
	ring := mustRing(t, keys...)
	keys[0].Key = fixedKey(9)
	if ring.keys[0].ID != 2 || ring.keys[0].Key != fixedKey(2) {
		t.Error("the ring shares the caller's slice, or equal times are not ordered by id")
	}
}

// TestNothingElseOpens tries every bit flip, truncation and extension, and every other context.
func TestNothingElseOpens(t *testing.T) {
	ring := mustRing(t, RingKey{ID: 1, Key: fixedKey(1)})
	s := ring.Sealer(STSSession, "123456789012")
	sealed := mustSeal(t, s, start, "the plaintext of a session", "aad")
	if got, err := s.Open(sealed, []byte("aad")); err != nil || string(got) != "the plaintext of a session" {
		t.Fatalf("Open() = %q, %v", got, err)
	}
	refused := func(what string, s *Sealer, text, aad []byte) {
		t.Helper()
		got, err := s.Open(text, aad)
		if got != nil || !errors.Is(err, ErrOpen) && !errors.Is(err, ErrUnknownKey) {
			t.Errorf("%s: Open() = %q, %v", what, got, err)
		}
	}
	for i := range sealed {
		for bit := range 8 {
			text := bytes.Clone(sealed)
			text[i] ^= 1 << bit
			refused(fmt.Sprintf("bit %d of byte %d", bit, i), s, text, []byte("aad"))
		}
		refused(fmt.Sprintf("the first %d bytes", i), s, sealed[:i], []byte("aad"))
		refused(fmt.Sprintf("all but the first %d bytes", i+1), s, sealed[i+1:], []byte("aad"))
	}
	for b := range 256 {
		refused("extension", s, append(bytes.Clone(sealed), byte(b)), []byte("aad"))
		refused("prefix", s, append([]byte{byte(b)}, sealed...), []byte("aad"))
	}
	for _, aad := range []string{"", "aa", "aadd", "AAD"} {
		refused("associated data "+aad, s, sealed, []byte(aad))
	}
	refused("other tenant", ring.Sealer(STSSession, "123456789013"), sealed, []byte("aad"))
	refused("no tenant", ring.Sealer(STSSession, ""), sealed, []byte("aad"))
	for _, p := range purposes() {
		if p != STSSession {
			refused(string(p), ring.Sealer(p, "123456789012"), sealed, []byte("aad"))
		}
	}
	refused("purpose and tenant cut elsewhere", ring.Sealer("seal/sts-sessio", "n123456789012"), sealed, []byte("aad"))
	refused("same id, other key", mustRing(t, RingKey{ID: 1, Key: fixedKey(2)}).Sealer(STSSession, "123456789012"), sealed, []byte("aad"))
}

func purposes() []Purpose {
	return []Purpose{AccessKeySecret, SRPVerifier, TOTPSeed, ClientSecret, PrivateKey, Webhook, STSSession, AuthChallenge,
		PageToken, AuthzMessage, IMDSToken, ConsoleCookie, RefreshToken, Code, AuditChain, GuardedRow, FakeUser, PasswordHash}
}

// TestKeysAreSeparate: no derived key is used twice, over all purposes, tenants and uses.
func TestKeysAreSeparate(t *testing.T) {
	seen := map[[32]byte]string{}
	note := func(value [32]byte, what string) {
		if other, twice := seen[value]; twice {
			t.Errorf("%s and %s are the same", what, other)
		}
		seen[value] = what
	}
	ring := mustRing(t, RingKey{ID: 1, Key: fixedKey(1)}, RingKey{ID: 2, Key: fixedKey(2), NotBefore: start})
	for _, p := range purposes() {
		for _, tenant := range []string{"", "a", "b"} {
			s := ring.Sealer(p, tenant)
			what := string(p) + " of " + tenant
			for i, m := range s.MACs([]byte("x")) {
				note(m, fmt.Sprintf("MAC %d for %s", i, what))
			}
			note(s.PRF("x"), "PRF for "+what)
			for _, k := range s.keys {
				note(k.xaes.derive(make([]byte, nonceSize)), "XAES for "+what)
			}
		}
	}
}

func TestRotation(t *testing.T) {
	first := RingKey{ID: 1, Key: fixedKey(1), NotBefore: start}
	second := RingKey{ID: 2, Key: fixedKey(2), NotBefore: start.Add(time.Hour)}
	before := mustRing(t, first).Sealer(PageToken, "t")
	after := mustRing(t, second, first).Sealer(PageToken, "t")

	old := mustSeal(t, before, start, "old", "")
	if got, err := after.Open(old, nil); err != nil || string(got) != "old" {
		t.Errorf("after rotation: Open() = %q, %v", got, err)
	}
	early := mustSeal(t, after, start.Add(time.Hour-1), "early", "")
	if got, err := before.Open(early, nil); err != nil || string(got) != "early" {
		t.Errorf("a node without the new key, before its time: Open() = %q, %v", got, err)
	}
	fresh := mustSeal(t, after, start.Add(time.Hour), "fresh", "")
	if _, err := before.Open(fresh, nil); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("a node without the new key: error = %v, want ErrUnknownKey", err)
	}
	if got, err := after.Open(fresh, nil); err != nil || string(got) != "fresh" {
		t.Errorf("Open() = %q, %v", got, err)
	}
	if _, err := after.Seal(rand.Reader, start.Add(-1), nil, nil); !errors.Is(err, ErrNoKey) {
		t.Errorf("before any key: error = %v, want ErrNoKey", err)
	}

	first.Compromised = true
	burnt := mustRing(t, second, first).Sealer(PageToken, "t")
	if _, err := burnt.Open(old, nil); !errors.Is(err, ErrOpen) {
		t.Errorf("compromised key: error = %v, want ErrOpen", err)
	}
	if got, err := burnt.Open(fresh, nil); err != nil || string(got) != "fresh" {
		t.Errorf("the other key: Open() = %q, %v", got, err)
	}
	if _, err := burnt.Seal(rand.Reader, start, nil, nil); !errors.Is(err, ErrNoKey) {
		t.Errorf("only the compromised key is in use: error = %v, want ErrNoKey", err)
	}
}

func TestMAC(t *testing.T) {
	first := RingKey{ID: 1, Key: fixedKey(1), NotBefore: start}
	second := RingKey{ID: 2, Key: fixedKey(2), NotBefore: start.Add(time.Hour)}
	before := mustRing(t, first).Sealer(RefreshToken, "pool")
	after := mustRing(t, first, second).Sealer(RefreshToken, "pool")

	id, stored := before.MAC(start, []byte("token"))
	if id != 1 {
		t.Errorf("MAC() id = %d, want 1", id)
	}
	found := after.MACs([]byte("token"))
	if len(found) != 2 || found[1] != stored || found[0] == stored {
		t.Error("what was stored before the rotation is not found, or not in second place")
	}
	if id, m := after.MAC(start.Add(time.Hour), []byte("token")); id != 2 || m != found[0] {
		t.Error("the newest key is not used, or not looked up first")
	}
	if id, m := after.MAC(start.Add(-time.Hour), []byte("token")); id != 1 || m != stored {
		t.Error("before the first key is in use the oldest is not taken")
	}
	first.Compromised = true
	burnt := mustRing(t, first, second).Sealer(RefreshToken, "pool")
	if m := burnt.MACs([]byte("token")); len(m) != 1 || m[0] != found[0] {
		t.Error("the compromised key is still looked up")
	}
	if id, m := burnt.MAC(start, []byte("token")); id != 2 || m != found[0] {
		t.Error("the compromised key is used")
	}
}

func TestPRF(t *testing.T) {
	first := RingKey{ID: 1, Key: fixedKey(1), NotBefore: start}
	second := RingKey{ID: 2, Key: fixedKey(2), NotBefore: start.Add(time.Hour)}
	before := mustRing(t, first).Sealer(FakeUser, "pool").PRF("jane")
	after := mustRing(t, second, first).Sealer(FakeUser, "pool")
	if after.PRF("jane") != before {
		t.Error("PRF() changes with rotation")
	}
	if after.PRF("john") == before {
		t.Error("PRF() does not depend on the id")
	}
}

// brokenReader fails after n bytes.
type brokenReader struct{ n int }

func (r *brokenReader) Read(p []byte) (int, error) {
	if r.n == 0 {
		return 0, errors.New("no entropy")
	}
	n := min(r.n, len(p))
	r.n -= n
	return n, nil
}

func TestNoRandomness(t *testing.T) {
	s := mustRing(t, RingKey{ID: 1, Key: fixedKey(1)}).Sealer(PageToken, "")
	for n := range nonceSize {
		if sealed, err := s.Seal(&brokenReader{n}, start, []byte("x"), nil); err == nil || sealed != nil {
			t.Errorf("Seal() with %d random bytes = %x, %v", n, sealed, err)
		}
	}
	if k, err := NewKey(&brokenReader{31}); err == nil || k != (Key{}) {
		t.Error("NewKey() with 31 random bytes gives a key")
	}
	if k, err := NewKey(bytes.NewReader(bytes.Repeat([]byte{7}, 32))); err != nil || k != fixedKey(7) {
		t.Errorf("NewKey() error = %v", err)
	}
}

func TestWrap(t *testing.T) {
	root := fixedKey(9)
	for _, k := range []RingKey{
		{ID: 1, Key: fixedKey(1), NotBefore: start},
		{ID: 1<<32 - 1, Key: fixedKey(2), NotBefore: time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC), Compromised: true},
	} {
		wrapped, err := WrapKey(root, rand.Reader, k, "deployment")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := UnwrapKey(root, wrapped, "deployment"); err != nil || got != k {
			t.Errorf("UnwrapKey() = %v, %v, want %v", got.ID, err, k.ID)
		}
		for i := range wrapped {
			for bit := range 8 {
				bad := bytes.Clone(wrapped)
				bad[i] ^= 1 << bit
				if _, err := UnwrapKey(root, bad, "deployment"); !errors.Is(err, ErrOpen) {
					t.Errorf("bit %d of byte %d: error = %v", bit, i, err)
				}
			}
			if _, err := UnwrapKey(root, wrapped[:i], "deployment"); !errors.Is(err, ErrOpen) {
				t.Errorf("truncated to %d: error = %v", i, err)
			}
		}
		if _, err := UnwrapKey(root, wrapped, "other"); !errors.Is(err, ErrOpen) {
			t.Errorf("other deployment: error = %v", err)
		}
		if _, err := UnwrapKey(fixedKey(8), wrapped, "deployment"); !errors.Is(err, ErrOpen) {
			t.Errorf("other root: error = %v", err)
		}
	}
	if _, err := WrapKey(root, &brokenReader{}, RingKey{}, ""); err == nil {
		t.Error("WrapKey() without randomness succeeds")
	}
	// A flag that is neither 0 nor 1 was not written by WrapKey.
	odd, err := newXAES(root).seal([]byte{wrapVersion}, rand.Reader, bytes.Repeat([]byte{2}, wrapPlain), AAD(wrapPurpose, "d"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := UnwrapKey(root, odd, "d"); !errors.Is(err, ErrOpen) {
		t.Errorf("odd flag: error = %v", err)
	}
}

func TestAAD(t *testing.T) {
	if got := AAD("ab", "", "c"); !bytes.Equal(got, []byte("\x00\x00\x00\x02ab\x00\x00\x00\x00\x00\x00\x00\x01c")) {
		t.Errorf("AAD() = %q", got)
	}
	lists := rapid.SliceOfN(rapid.StringMatching(`[\x00\x01ab]{0,5}`), 0, 4)
	rapid.Check(t, func(t *rapid.T) {
		a, b := lists.Draw(t, "a"), lists.Draw(t, "b")
		same := len(a) == len(b)
		for i := 0; same && i < len(a); i++ {
			same = a[i] == b[i]
		}
		if bytes.Equal(AAD(a...), AAD(b...)) != same {
			t.Fatalf("AAD(%q) against AAD(%q)", a, b)
		}
	})
}

// TestLaws draws rings, purposes, tenants and texts: a text opens in its own context, and in no other.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(t, "keys")
		var keys []RingKey
		for i := range n {
			keys = append(keys, RingKey{ID: KeyID(i + 1), Key: fixedKey(byte(i + 1)),
				NotBefore: start.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "hour")) * time.Hour)})
		}
		ring, err := NewRing(rapid.Permutation(keys).Draw(t, "order")...)
		if err != nil {
			t.Fatal(err)
		}
		type context struct {
			purpose     Purpose
			tenant, aad string
		}
		draw := func() context {
			return context{rapid.SampledFrom(purposes()).Draw(t, "purpose"),
				rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "tenant"), rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "aad")}
		}
		mine, other := draw(), draw()
		plaintext := rapid.SliceOf(rapid.Byte()).Draw(t, "plaintext")
		sealed, err := ring.Sealer(mine.purpose, mine.tenant).Seal(rand.Reader, start.Add(4*time.Hour), plaintext, []byte(mine.aad))
		if err != nil {
			t.Fatal(err)
		}
		if len(sealed) != len(plaintext)+SealerOverhead {
			t.Fatalf("sealed %d bytes to %d", len(plaintext), len(sealed))
		}
		opened, err := ring.Sealer(other.purpose, other.tenant).Open(sealed, []byte(other.aad))
		if mine == other && (err != nil || !bytes.Equal(opened, plaintext)) {
			t.Fatalf("Open() error = %v", err)
		}
		if mine != other && !errors.Is(err, ErrOpen) {
			t.Fatalf("sealed for %v, opened for %v: error = %v", mine, other, err)
		}
	})
}

// TestRedaction prints keys in every way a log might.
func TestRedaction(t *testing.T) {
	key := fixedKey('S')
	ring := mustRing(t, RingKey{ID: 1, Key: key})
	s := ring.Sealer(PageToken, "")
	var out bytes.Buffer
	for _, v := range []any{key, &key, RingKey{ID: 1, Key: key}, *ring, ring, *s, s} {
		fmt.Fprintf(&out, "%v %+v %#v %s %q %x %d\n", v, v, v, v, v, v, v)
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
	}
	if b, err := json.Marshal(map[Key]any{key: key}); err != nil {
		t.Fatal(err)
	} else {
		out.Write(b)
	}
	out.WriteString(key.String() + key.GoString())
	for _, secret := range []string{"SSSS", "5353", "0x53", "83 83", "83, 83"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q is printed", secret)
		}
	}
}

// FuzzOpen: whatever opens was sealed, and seals to itself.
func FuzzOpen(f *testing.F) {
	s := mustRing(f, RingKey{ID: 7, Key: fixedKey(1)}).Sealer(STSSession, "t")
	sealed := mustSeal(f, s, start, "plaintext", "aad")
	f.Add(sealed, []byte("aad"))
	f.Add(sealed[:headerSize], []byte{})
	f.Fuzz(func(t *testing.T, text, aad []byte) {
		opened, err := s.Open(text, aad)
		if err != nil {
			if opened != nil || !errors.Is(err, ErrOpen) && !errors.Is(err, ErrUnknownKey) {
				t.Fatalf("Open() = %x, %v", opened, err)
			}
			return
		}
		again, err := s.Seal(bytes.NewReader(text[headerSize:]), start, opened, aad)
		if err != nil || !bytes.Equal(again, text) {
			t.Fatalf("opened a text that was not sealed: %x", text)
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	s := mustRing(b, RingKey{ID: 1, Key: fixedKey(1)}).Sealer(STSSession, "t")
	plaintext, aad := make([]byte, 500), make([]byte, 40)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Seal(rand.Reader, start, plaintext, aad); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	s := mustRing(b, RingKey{ID: 1, Key: fixedKey(1)}).Sealer(STSSession, "t")
	sealed, aad := mustSeal(b, s, start, strings.Repeat("x", 500), strings.Repeat("a", 40)), []byte(strings.Repeat("a", 40))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Open(sealed, aad); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSealer(b *testing.B) {
	ring := mustRing(b, RingKey{ID: 1, Key: fixedKey(1)})
	for b.Loop() {
		ring.Sealer(STSSession, "t")
	}
}

func BenchmarkMAC(b *testing.B) {
	s := mustRing(b, RingKey{ID: 1, Key: fixedKey(1)}).Sealer(RefreshToken, "t")
	data := make([]byte, 32)
	for b.Loop() {
		s.MAC(start, data)
	}
}
