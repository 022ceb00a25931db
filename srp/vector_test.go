package srp_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"flag"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/srp"
)

var update = flag.Bool("update", false, "rewrite testdata/exchange.json from the plain implementation")

// exchange is one recorded exchange, for other implementations to check themselves against. Numbers and bytes are hex unless said otherwise.
type exchange struct {
	PoolName    string `json:"poolName"`
	UserID      string `json:"userId"`
	Password    string `json:"password"`
	Salt        string `json:"salt"`
	SmallA      string `json:"a"`
	SmallB      string `json:"b"`
	Verifier    string `json:"verifier"`
	A           string `json:"srpA"`
	B           string `json:"srpB"`
	SecretBlock string `json:"secretBlock"` // base64
	Timestamp   string `json:"timestamp"`
	Signature   string `json:"signature"` // base64
}

// plain fills in what follows from the inputs, step by step on numbers and hexadecimal text, with nothing of the package under test.
func (e *exchange) plain(t *testing.T) {
	t.Helper()
	number := func(s string) *big.Int {
		n, ok := new(big.Int).SetString(s, 16)
		if !ok {
			t.Fatalf("%q is no number", s)
		}
		return n
	}
	padded := func(n *big.Int) string {
		s := n.Text(16)
		if len(s)%2 == 1 {
			return "0" + s
		}
		if s[0] >= '8' {
			return "00" + s
		}
		return s
	}
	digest := func(parts ...string) string {
		b, err := hex.DecodeString(strings.Join(parts, ""))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(b)
		return hex.EncodeToString(sum[:])
	}
	mac := func(key, data string) string {
		k, err := hex.DecodeString(key)
		if err != nil {
			t.Fatal(err)
		}
		d, err := hex.DecodeString(data)
		if err != nil {
			t.Fatal(err)
		}
		m := hmac.New(sha256.New, k)
		m.Write(d)
		return hex.EncodeToString(m.Sum(nil))
	}
	text := func(s string) string { return hex.EncodeToString([]byte(s)) }

	n, g := number(nHex), big.NewInt(2)
	k := number(digest(padded(n), padded(g)))
	x := number(digest(padded(number(e.Salt)), digest(text(e.PoolName+e.UserID+":"+e.Password))))
	v := new(big.Int).Exp(g, x, n)
	a, b := number(e.SmallA), number(e.SmallB)
	bigA := new(big.Int).Exp(g, a, n)
	bigB := new(big.Int).Mod(new(big.Int).Add(new(big.Int).Mul(k, v), new(big.Int).Exp(g, b, n)), n)
	u := number(digest(padded(bigA), padded(bigB)))
	s := new(big.Int).Exp(new(big.Int).Sub(bigB, new(big.Int).Mul(k, v)), new(big.Int).Add(a, new(big.Int).Mul(u, x)), n)
	key := mac(mac(padded(u), padded(s)), text("Caldera Derived Key")+"01")[:32]
	block, err := base64.StdEncoding.DecodeString(e.SecretBlock)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := hex.DecodeString(mac(key, text(e.PoolName+e.UserID)+hex.EncodeToString(block)+text(e.Timestamp)))
	if err != nil {
		t.Fatal(err)
	}
	e.Verifier, e.A, e.B = v.Text(16), bigA.Text(16), bigB.Text(16)
	e.Signature = base64.StdEncoding.EncodeToString(signature)
}

func inputs() []exchange {
	number := func(seed string) string {
		sum := sha256.Sum256([]byte(seed))
		return hex.EncodeToString(sum[:])
	}
	return []exchange{
		{PoolName: "AbCdEfGhI", UserID: "3f1c1e1a-8a3f-4b0e-9f7e-0d8f6a3f0a11", Password: "correct horse", Salt: "8d6a3c5b1e0f4a2b9c8d7e6f5a4b3c2d",
			SmallA: number("a1"), SmallB: number("b1"), SecretBlock: "AAECAwQ=", Timestamp: "Thu Jan 1 00:00:00 UTC 2026"},
		{PoolName: "x", UserID: "user", Password: "", Salt: "1", SmallA: "1", SmallB: number("b2"), SecretBlock: "", Timestamp: "Sat Feb 28 23:59:59 UTC 2026"},
		{PoolName: "-group-key", UserID: "eu-west-1_device", Password: "ünïcode: and:colons", Salt: "0123456789abcdef0123456789abcde",
			SmallA: number("a3"), SmallB: "2", SecretBlock: "/////w==", Timestamp: "Tue Dec 31 12:00:00 UTC 2030"},
	}
}

// TestRecorded holds the recorded exchanges against the plain implementation, and both halves of the package against the recording.
func TestRecorded(t *testing.T) {
	want := inputs()
	for i := range want {
		want[i].plain(t)
	}
	const file = "testdata/exchange.json"
	if *update {
		b, err := json.MarshalIndent(want, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var recorded []exchange
	if err := json.Unmarshal(b, &recorded); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, recorded); diff != "" || len(recorded) == 0 {
		t.Fatalf("the recording is not what follows from its inputs (-computed +recorded):\n%s", diff)
	}
	for _, e := range recorded {
		e.check(t)
	}
}

func (e *exchange) check(t *testing.T) {
	t.Helper()
	fixed := func(number string) *bytes.Reader {
		n, _ := new(big.Int).SetString(number, 16)
		return bytes.NewReader(n.FillBytes(make([]byte, 32)))
	}
	salt, _ := new(big.Int).SetString(e.Salt, 16)
	v := group.NewVerifier(e.PoolName, e.UserID, e.Password, salt.FillBytes(make([]byte, srp.SaltSize)))
	if got := new(big.Int).SetBytes(v.V).Text(16); got != e.Verifier {
		t.Errorf("verifier = %s, want %s", got, e.Verifier)
	}
	s, err := group.NewServer(fixed(e.SmallB), v)
	if err != nil {
		t.Fatal(err)
	}
	if s.B() != e.B {
		t.Errorf("B = %s, want %s", s.B(), e.B)
	}
	block, err := base64.StdEncoding.DecodeString(e.SecretBlock)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := base64.StdEncoding.DecodeString(e.Signature)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Verify(e.A, e.PoolName, e.UserID, block, e.Timestamp, signature); err != nil {
		t.Errorf("Verify() error = %v", err)
	}
	c, err := group.NewClient(fixed(e.SmallA))
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.Parse("Mon Jan 2 15:04:05 UTC 2006", e.Timestamp)
	if err != nil {
		t.Fatal(err)
	}
	stamp, got, err := c.Claim(e.PoolName, e.UserID, e.Password, e.Salt, e.B, block, at)
	if err != nil || c.A() != e.A || stamp != e.Timestamp || !bytes.Equal(got, signature) {
		t.Errorf("Claim() = %s, %x, %v with A = %s", stamp, got, err, c.A())
	}
}
