package srp_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/mayfly-id/mayfly/srp"
)

var group = srp.Cognito()

var at = time.Date(2026, 3, 7, 9, 5, 1, 0, time.UTC)

// plainProof follows the protocol's description with nothing but big.Int.Exp and hexadecimal strings, the way the first clients were written.
func plainProof(t *testing.T, a *big.Int, pool, user, password, salt, bHex string, block []byte, ts string) (aHex string, sig []byte) {
	t.Helper()
	n, _ := new(big.Int).SetString(strings.ToLower(nHex), 16)
	padHex := func(x *big.Int) string {
		s := x.Text(16)
		if len(s)%2 == 1 {
			s = "0" + s
		} else if strings.ContainsRune("89abcdef", rune(s[0])) {
			s = "00" + s
		}
		return s
	}
	unhex := func(s string) []byte {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	sum := func(b []byte) *big.Int { h := sha256.Sum256(b); return new(big.Int).SetBytes(h[:]) }
	k := sum(unhex("00" + n.Text(16) + "02"))
	g := big.NewInt(2)
	pub := new(big.Int).Exp(g, a, n)
	b, _ := new(big.Int).SetString(bHex, 16)
	u := sum(unhex(padHex(pub) + padHex(b)))
	inner := sha256.Sum256([]byte(pool + user + ":" + password))
	s, _ := new(big.Int).SetString(salt, 16)
	x := sum(unhex(padHex(s) + hex.EncodeToString(inner[:])))
	base := new(big.Int).Sub(b, new(big.Int).Mul(k, new(big.Int).Exp(g, x, n)))
	shared := new(big.Int).Exp(base.Mod(base, n), new(big.Int).Add(a, new(big.Int).Mul(u, x)), n)
	mac := func(key, data []byte) []byte { m := hmac.New(sha256.New, key); m.Write(data); return m.Sum(nil) }
	key := mac(mac(unhex(padHex(u)), unhex(padHex(shared))), append([]byte("Caldera Derived Key"), 1))[:16]
	return pub.Text(16), mac(key, append(append([]byte(pool+user), block...), ts...))
}

const nHex = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF"

// TestPlainClient holds the server against the independent client, with random and with awkward values: salts that begin with zeros or a high bit.
func TestPlainClient(t *testing.T) {
	for i, saltHex := range []string{"00000000000000000000000000000001", "ff00112233445566778899aabbccddee", "0f0e0d0c0b0a09080706050403020100", "80000000000000000000000000000000"} {
		salt, _ := hex.DecodeString(saltHex)
		v := group.NewVerifier("AbCdEf123", "user", "p:ss wörd", salt)
		s, err := group.NewServer(rand.Reader, v)
		if err != nil {
			t.Fatal(err)
		}
		a := new(big.Int).SetBytes(bytes.Repeat([]byte{byte(i + 1)}, 128))
		block := []byte{0, 1, 2, 255}
		ts := srp.FormatTimestamp(at)
		saltSent := new(big.Int).SetBytes(salt).Text(16)
		aHex, sig := plainProof(t, a, "AbCdEf123", "user", "p:ss wörd", saltSent, s.B(), block, ts)
		if err := s.Verify(aHex, "AbCdEf123", "user", block, ts, sig); err != nil {
			t.Errorf("salt %s: %v", saltHex, err)
		}
		if err := s.Verify(strings.ToUpper(aHex), "AbCdEf123", "user", block, ts, sig); err != nil {
			t.Errorf("upper-case A: %v", err)
		}
	}
}

func TestExchange(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		user, password := rapid.String().Draw(r, "user"), rapid.String().Draw(r, "password")
		salt := rapid.SliceOfN(rapid.Byte(), srp.SaltSize, srp.SaltSize).Draw(r, "salt")
		v := group.NewVerifier("pool", user, password, salt)
		if !group.CheckPassword(v, "pool", user, password) || group.CheckPassword(v, "pool", user, password+"x") || group.CheckPassword(v, "pool2", user, password) {
			r.Fatal("CheckPassword")
		}
		first, err := group.NewServer(rand.Reader, v)
		if err != nil {
			r.Fatal(err)
		}
		s, err := group.ResumeServer(first.Secret(), v)
		if err != nil {
			r.Fatal(err)
		}
		c, err := group.NewClient(rand.Reader)
		if err != nil {
			r.Fatal(err)
		}
		block := []byte("secret block")
		ts, sig, err := c.Claim("pool", user, password, hex.EncodeToString(salt), first.B(), block, at)
		if err != nil {
			r.Fatal(err)
		}
		if err := s.Verify(c.A(), "pool", user, block, ts, sig); err != nil {
			r.Fatal("a right proof was refused")
		}
		for name, err := range map[string]error{
			"other user":      s.Verify(c.A(), "pool", user+"x", block, ts, sig),
			"other pool":      s.Verify(c.A(), "pool2", user, block, ts, sig),
			"other block":     s.Verify(c.A(), "pool", user, block[1:], ts, sig),
			"other time":      s.Verify(c.A(), "pool", user, block, ts+" ", sig),
			"shorter proof":   s.Verify(c.A(), "pool", user, block, ts, sig[:31]),
			"other A":         s.Verify(c.A()+"0", "pool", user, block, ts, sig),
			"empty proof":     s.Verify(c.A(), "pool", user, block, ts, nil),
			"altered proof":   s.Verify(c.A(), "pool", user, block, ts, append([]byte{sig[0] ^ 1}, sig[1:]...)),
			"exchange anew":   another(r, v).Verify(c.A(), "pool", user, block, ts, sig),
			"wrong password":  claim(r, c, s, user, password+"x", salt, block),
			"another's proof": claim(r, c, s, user+"x", password, salt, block),
		} {
			if !errors.Is(err, srp.ErrRefused) {
				r.Fatalf("%s: accepted", name)
			}
		}
	})
}

func another(r *rapid.T, v srp.Verifier) *srp.Server {
	s, err := group.NewServer(rand.Reader, v)
	if err != nil {
		r.Fatal(err)
	}
	return s
}

func claim(r *rapid.T, c *srp.Client, s *srp.Server, user, password string, salt, block []byte) error {
	ts, sig, err := c.Claim("pool", user, password, hex.EncodeToString(salt), s.B(), block, at)
	if err != nil {
		r.Fatal(err)
	}
	return s.Verify(c.A(), "pool", user, block, ts, sig)
}

// TestZero refuses every spelling of 0 modulo N, for which a proof needs no password.
func TestZero(t *testing.T) {
	n, _ := new(big.Int).SetString(nHex, 16)
	v := group.NewVerifier("pool", "user", "password", make([]byte, 16))
	s, err := group.NewServer(rand.Reader, v)
	if err != nil {
		t.Fatal(err)
	}
	c, err := group.NewClient(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []string{"", "0", "00", strings.Repeat("0", 768), n.Text(16), "00" + n.Text(16), strings.ToUpper(n.Text(16)), new(big.Int).Lsh(n, 1).Text(16), "-1", "+1", "0x1", "1_0", " 1", "g", strings.Repeat("1", 2000)} {
		// What an attacker would sign: S is 0 when A is.
		zero := sha256.Sum256(nil)
		if err := s.Verify(a, "pool", "user", nil, "", zero[:]); !errors.Is(err, srp.ErrRefused) {
			t.Errorf("A = %.20q was accepted", a)
		}
		if err := group.CheckA(a); !errors.Is(err, srp.ErrRefused) {
			t.Errorf("CheckA(%.20q) accepts", a)
		}
		if _, _, err := c.Claim("pool", "user", "password", "00", a, nil, at); !errors.Is(err, srp.ErrRefused) {
			t.Errorf("B = %.20q was accepted", a)
		}
	}
}

func TestTimestamp(t *testing.T) {
	if s := srp.FormatTimestamp(at); s != "Sat Mar 7 09:05:01 UTC 2026" {
		t.Error(s)
	}
	if got, err := srp.ParseTimestamp("Sat Mar 7 09:05:01 UTC 2026"); err != nil || !got.Equal(at) {
		t.Error(got, err)
	}
	for _, bad := range []string{"", "Sat Mar 07 09:05:01 UTC 2026", "Sun Mar 7 09:05:01 UTC 2026", "Sat Mar 7 9:05:01 UTC 2026", "Sat Mar 7 09:05:01 CET 2026", "sat Mar 7 09:05:01 UTC 2026", "Sat Mar 7 09:05:01 UTC 2026 ", "Sat Feb 30 09:05:01 UTC 2026"} {
		if _, err := srp.ParseTimestamp(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func TestSecretHash(t *testing.T) {
	// echo -n 'userclient' | openssl dgst -sha256 -hmac secret -binary | base64
	if h := srp.SecretHash("secret", "user", "client"); h != "wvW87lzZoI+qQCVGmWVBJLlucdJ65huAVP1z+0MgA6E=" {
		t.Error(h)
	}
}

func TestResumeRefusesOtherLengths(t *testing.T) {
	for _, n := range []int{0, 32, srp.SecretSize - 1, srp.SecretSize + 1} {
		if _, err := group.ResumeServer(make([]byte, n), srp.Verifier{}); err == nil {
			t.Errorf("%d bytes were accepted", n)
		}
	}
	if _, err := group.NewServer(bytes.NewReader(nil), srp.Verifier{}); err == nil {
		t.Error("no randomness, no error")
	}
	if _, err := group.NewClient(bytes.NewReader(nil)); err == nil {
		t.Error("no randomness, no error")
	}
}

// FuzzVerify: nothing that was not made with the password is accepted, whatever its form.
func FuzzVerify(f *testing.F) {
	v := group.NewVerifier("pool", "user", "password", []byte("0123456789abcdef"))
	s, err := group.NewServer(rand.Reader, v)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("abc", "Sat Mar 7 09:05:01 UTC 2026", []byte("sig"))
	f.Fuzz(func(t *testing.T, a, ts string, sig []byte) {
		if s.Verify(a, "pool", "user", []byte("block"), ts, sig) == nil {
			t.Fatal("accepted")
		}
		_, _ = srp.ParseTimestamp(ts)
	})
}

func BenchmarkNewServer(b *testing.B) {
	v := group.NewVerifier("pool", "user", "password", make([]byte, 16))
	for b.Loop() {
		if _, err := group.NewServer(rand.Reader, v); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	v := group.NewVerifier("pool", "user", "password", make([]byte, 16))
	s, _ := group.NewServer(rand.Reader, v)
	c, _ := group.NewClient(rand.Reader)
	ts, sig, _ := c.Claim("pool", "user", "password", strings.Repeat("0", 32), s.B(), nil, at)
	for b.Loop() {
		if err := s.Verify(c.A(), "pool", "user", nil, ts, sig); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheckPassword(b *testing.B) {
	v := group.NewVerifier("pool", "user", "password", make([]byte, 16))
	for b.Loop() {
		if !group.CheckPassword(v, "pool", "user", "password") {
			b.Fatal("refused")
		}
	}
}

// BenchmarkExp is the primitive to compare with: one power with a 256-bit exponent.
func BenchmarkExp(b *testing.B) {
	n, _ := new(big.Int).SetString(nHex, 16)
	e := new(big.Int).SetBytes(bytes.Repeat([]byte{0xa5}, 32))
	base := new(big.Int).Sub(n, big.NewInt(12345))
	for b.Loop() {
		new(big.Int).Exp(base, e, n)
	}
}

func BenchmarkFirstUse(b *testing.B) {
	for b.Loop() {
		srp.Cognito().NewVerifier("pool", "user", "password", make([]byte, 16))
	}
}

func ExampleSecretHash() {
	fmt.Println(srp.SecretHash("secret", "user", "client"))
	// Output: wvW87lzZoI+qQCVGmWVBJLlucdJ65huAVP1z+0MgA6E=
}
