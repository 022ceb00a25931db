package clients

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"strings"
	"testing"
	"time"
)

// srpClient is the client half of Cognito's SRP, written from its description alone and sharing no code with the server: an error that the server's
// two halves made alike would show here.
type srpClient struct {
	n, g, k, a, public *big.Int
}

func newSRPClient(t *testing.T) *srpClient {
	t.Helper()
	n := modulus()
	k := new(big.Int).SetBytes(digest([]byte{0}, n.Bytes(), []byte{2}))
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		t.Fatal(err)
	}
	a := new(big.Int).SetBytes(secret)
	return &srpClient{n: n, g: big.NewInt(2), k: k, a: a, public: new(big.Int).Exp(big.NewInt(2), a, n)}
}

// modulus computes the prime of RFC 3526 section 5 from its definition: 2^3072 - 2^3008 - 1 + 2^64 * ([2^2942 pi] + 1690314).
func modulus() *big.Int {
	const guard = 64
	pi := new(big.Int).Mul(big.NewInt(16), arctan(5, 2942+guard))
	pi.Sub(pi, new(big.Int).Mul(big.NewInt(4), arctan(239, 2942+guard))) // Machin's formula
	pi.Rsh(pi, guard)
	pi.Add(pi, big.NewInt(1690314))
	n := new(big.Int).Lsh(pi, 64)
	n.Add(n, power(3072))
	n.Sub(n, power(3008))
	return n.Sub(n, big.NewInt(1))
}

func power(bits uint) *big.Int { return new(big.Int).Lsh(big.NewInt(1), bits) }

// arctan gives arctan(1/x), scaled by two to the power of bits.
func arctan(x int64, bits uint) *big.Int {
	term := new(big.Int).Div(power(bits), big.NewInt(x))
	sum, square := new(big.Int).Set(term), big.NewInt(x*x)
	for i := int64(1); term.Sign() != 0; i++ {
		term.Div(term, square)
		part := new(big.Int).Div(term, big.NewInt(2*i+1))
		if i%2 == 1 {
			sum.Sub(sum, part)
		} else {
			sum.Add(sum, part)
		}
	}
	return sum
}

func digest(parts ...[]byte) []byte {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

func mac(key []byte, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// pad gives the bytes of a number as a signed one would have them: a zero byte comes first when the top bit is set.
func pad(n *big.Int) []byte {
	b := n.Bytes()
	if len(b) == 0 || b[0] >= 0x80 {
		return append([]byte{0}, b...)
	}
	return b
}

// valueA is SRP_A: lower-case hexadecimal without padding.
func (c *srpClient) valueA() string { return c.public.Text(16) }

// answer gives the parameters that answer the PASSWORD_VERIFIER challenge.
func (c *srpClient) answer(t *testing.T, pool, password string, challenge map[string]string, at time.Time) map[string]string {
	t.Helper()
	salt, ok := new(big.Int).SetString(challenge["SALT"], 16)
	b, okB := new(big.Int).SetString(challenge["SRP_B"], 16)
	block, err := base64.StdEncoding.DecodeString(challenge["SECRET_BLOCK"])
	if !ok || !okB || err != nil {
		t.Fatalf("the challenge is malformed: salt %t, B %t, block %v", ok, okB, err)
	}
	_, poolName, _ := strings.Cut(pool, "_")
	user := challenge["USER_ID_FOR_SRP"]
	u := new(big.Int).SetBytes(digest(pad(c.public), pad(b)))
	x := new(big.Int).SetBytes(digest(pad(salt), digest([]byte(poolName+user+":"+password))))
	base := new(big.Int).Exp(c.g, x, c.n)
	base.Sub(b, base.Mul(base, c.k)).Mod(base, c.n)
	s := new(big.Int).Exp(base, x.Add(c.a, x.Mul(u, x)), c.n)
	key := mac(mac(pad(u), pad(s)), []byte("Caldera Derived Key"), []byte{1})[:16]
	stamp := at.UTC().Format("Mon Jan 2 15:04:05 UTC 2006")
	return map[string]string{
		"USERNAME": user, "TIMESTAMP": stamp, "PASSWORD_CLAIM_SECRET_BLOCK": challenge["SECRET_BLOCK"],
		"PASSWORD_CLAIM_SIGNATURE": base64.StdEncoding.EncodeToString(mac(key, []byte(poolName+user), block, []byte(stamp))),
	}
}

// TestModulus compares the ends of the computed prime with those in the RFC.
func TestModulus(t *testing.T) {
	n := modulus()
	text := n.Text(16)
	if n.BitLen() != 3072 || !strings.HasPrefix(text, "ffffffffffffffffc90fdaa22168c234") || !strings.HasSuffix(text, "4b82d120a93ad2caffffffffffffffff") || !n.ProbablyPrime(1) {
		t.Errorf("the modulus is wrong: %s", text)
	}
}
