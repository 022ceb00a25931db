package srp

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestPower holds the tables against big.Int.Exp.
func TestPower(t *testing.T) {
	g := Cognito()
	check := func(e [32]byte) error {
		want := new(big.Int).Exp(g.g, new(big.Int).SetBytes(e[:]), g.n)
		if got := g.power(&e); got.Cmp(want) != 0 {
			return fmt.Errorf("power(%x) = %x, want %x", e, got, want)
		}
		return nil
	}
	edges := [][32]byte{{}, {31: 1}, {31: 2}, {0: 0x80}, [32]byte(bytes.Repeat([]byte{0xff}, 32))}
	for bit := range 256 {
		var e [32]byte
		e[31-bit/8] = 1 << (bit % 8)
		edges = append(edges, e)
	}
	for _, e := range edges {
		if err := check(e); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		if err := check([32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "e"))); err != nil {
			t.Fatal(err)
		}
	})
}

// TestFirstUseTogether: many may use a new group at once.
func TestFirstUseTogether(t *testing.T) {
	g := Cognito()
	var group sync.WaitGroup
	values := make([][]byte, 8)
	for i := range values {
		group.Go(func() { values[i] = g.NewVerifier("pool", "user", "password", nil).V })
	}
	group.Wait()
	for _, v := range values {
		if !bytes.Equal(v, values[0]) {
			t.Fatal("the same password has two verifiers")
		}
	}
}

// TestTablesAreFull: no entry is small, so that the time of a power does not tell which digits are zero.
func TestTablesAreFull(t *testing.T) {
	g := Cognito()
	g.build.Do(g.fill)
	for j := range tables {
		for d, entry := range g.table[j] {
			if entry.BitLen() < 8*size-64 {
				t.Errorf("entry %d of table %d has %d bits", d, j, entry.BitLen())
			}
		}
	}
}

// TestModulus: the number is a safe prime, of which a mistyped digit would leave nothing.
func TestModulus(t *testing.T) {
	n := Cognito().n
	if n.BitLen() != 8*size || !n.ProbablyPrime(4) || !new(big.Int).Rsh(n, 1).ProbablyPrime(4) {
		t.Error("the modulus is not a safe prime of 3072 bits")
	}
}

func TestRefusesBrokenVerifiers(t *testing.T) {
	g := Cognito()
	good := g.NewVerifier("pool", "user", "password", make([]byte, SaltSize))
	s, err := g.NewServer(bytes.NewReader(bytes.Repeat([]byte{1}, 32)), good)
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string][]byte{
		"none":   nil,
		"zero":   make([]byte, size),
		"short":  good.V[1:],
		"long":   append([]byte{0}, good.V...),
		"N":      g.n.Bytes(),
		"beyond": bytes.Repeat([]byte{0xff}, size),
	} {
		broken := Verifier{Salt: good.Salt, V: v}
		if _, err := g.NewServer(bytes.NewReader(make([]byte, 32)), broken); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: NewServer() error = %v", name, err)
		}
		if _, err := g.ResumeServer(s.Secret(), broken); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: ResumeServer() error = %v", name, err)
		}
		if g.CheckPassword(broken, "pool", "user", "password") {
			t.Errorf("%s: CheckPassword() accepts", name)
		}
	}
	for name, secret := range map[string][]byte{
		"zero b":   append(make([]byte, 32), s.Secret()[32:]...),
		"zero B":   append(bytes.Clone(s.Secret()[:32]), make([]byte, size)...),
		"B beyond": append(bytes.Clone(s.Secret()[:32]), bytes.Repeat([]byte{0xff}, size)...),
		"short":    s.Secret()[:SecretSize-1],
		"long":     append(s.Secret(), 0),
	} {
		if _, err := g.ResumeServer(secret, good); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: ResumeServer() error = %v", name, err)
		}
	}
	if _, err := g.ResumeServer(s.Secret(), good); err != nil {
		t.Errorf("ResumeServer() error = %v", err)
	}
}

// TestParseVerifier reads what clients send in ConfirmDevice: numbers, padded as they pad for hashing.
func TestParseVerifier(t *testing.T) {
	g := Cognito()
	salt := bytes.Repeat([]byte{0x80}, SaltSize)
	device := g.NewDeviceVerifier("-group", "eu-west-1_key", "device password", salt)
	for name, tc := range map[string]struct{ salt, value []byte }{
		"as it is":   {salt, device.V},
		"padded":     {append([]byte{0}, salt...), append([]byte{0}, device.V...)},
		"as numbers": {new(big.Int).SetBytes(salt).Bytes(), new(big.Int).SetBytes(device.V).Bytes()},
	} {
		v, err := g.ParseVerifier(tc.salt, tc.value)
		if err != nil || !bytes.Equal(v.Salt, salt) || !bytes.Equal(v.V, device.V) {
			t.Errorf("%s: error = %v", name, err)
		}
		if !g.CheckPassword(v, "-group", "eu-west-1_key", "device password") {
			t.Errorf("%s: the password does not fit", name)
		}
	}
	short, err := g.ParseVerifier([]byte{1}, []byte{2})
	if err != nil || len(short.Salt) != SaltSize || len(short.V) != VerifierSize {
		t.Errorf("short numbers: %d and %d bytes, %v", len(short.Salt), len(short.V), err)
	}
	for name, tc := range map[string]struct{ salt, value []byte }{
		"no salt":            {nil, device.V},
		"long salt":          {append([]byte{0, 0}, salt...), device.V},
		"salt out of range":  {append([]byte{1}, salt...), device.V},
		"no value":           {salt, nil},
		"zero":               {salt, make([]byte, size)},
		"N":                  {salt, g.n.Bytes()},
		"value out of range": {salt, append([]byte{1}, device.V...)},
		"long value":         {salt, append([]byte{0, 0}, device.V...)},
	} {
		if _, err := g.ParseVerifier(tc.salt, tc.value); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: error = %v", name, err)
		}
	}
}

// TestVerifierKeepsItsSalt: the caller's slice is its own.
func TestVerifierKeepsItsSalt(t *testing.T) {
	salt := make([]byte, SaltSize)
	v := Cognito().NewVerifier("pool", "user", "password", salt)
	salt[0] = 1
	if v.Salt[0] != 0 {
		t.Error("the verifier shares the caller's salt")
	}
}

func TestClaimRefusesBadSalt(t *testing.T) {
	g := Cognito()
	c, err := g.NewClient(bytes.NewReader(bytes.Repeat([]byte{1}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	for _, salt := range []string{"zz", "-1", strings.Repeat("00", size+1)} {
		if _, _, err := c.Claim("pool", "user", "password", salt, "2", nil, time.Unix(0, 0)); !errors.Is(err, ErrRefused) {
			t.Errorf("salt %.10q: error = %v", salt, err)
		}
	}
}

func TestRedaction(t *testing.T) {
	g := Cognito()
	random := func() *bytes.Reader { return bytes.NewReader(bytes.Repeat([]byte{'S'}, 32)) }
	v := g.NewVerifier("pool", "user", "password", bytes.Repeat([]byte{'S'}, SaltSize))
	s, err := g.NewServer(random(), v)
	if err != nil {
		t.Fatal(err)
	}
	c, err := g.NewClient(random())
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for _, value := range []any{v, &v, s, *s, c, *c} {
		fmt.Fprintf(&out, "%v %+v %#v %s %x %d\n", value, value, value, value, value, value)
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", value)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", value)
	}
	number := new(big.Int).SetBytes(v.V)
	for _, secret := range []string{"SSSS", "5353", "83 83", number.String()[:20], number.Text(16)[:20]} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q is printed", secret)
		}
	}
}

// FuzzParseElement: what is read is in range, and no two numbers have one text.
func FuzzParseElement(f *testing.F) {
	g := Cognito()
	for _, seed := range []string{"", "0", "1", "00ff", "abc", "ABC", modulus, "-1", "0x10", strings.Repeat("f", 768)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := g.parseElement(text)
		if err != nil {
			if n != nil || !errors.Is(err, ErrRefused) {
				t.Fatalf("parseElement(%q) = %v, %v", text, n, err)
			}
			return
		}
		if n.Sign() <= 0 || n.Cmp(g.n) >= 0 || len(text) > maxHex {
			t.Fatalf("parseElement(%q) is out of range", text)
		}
		if strings.ToLower(strings.TrimLeft(text, "0")) != n.Text(16) {
			t.Fatalf("parseElement(%q) = %x", text, n)
		}
	})
}
