package credential

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/wire"
)

func makeRSA(t testing.TB, bits int) *rsa.PrivateKey {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// line spells a key as OpenSSH does, without a comment.
func line(t testing.TB, public crypto.PublicKey) string {
	t.Helper()
	k, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(k)))
}

func pkix(t testing.TB, public crypto.PublicKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// rawLine spells numbers as an RSA key, whatever they are.
func rawLine(e, n *big.Int) string {
	b := ssh.Marshal(struct {
		Name string
		E, N *big.Int
	}{"ssh-rsa", e, n})
	return "ssh-rsa " + base64.StdEncoding.EncodeToString(b)
}

func TestParseSSHKey(t *testing.T) {
	key := makeRSA(t, 2048)
	good := line(t, &key.PublicKey)
	wireForm := strings.Fields(good)[1]
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ed, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pkcs1 := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	public := pkcs1("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&key.PublicKey))
	private := pkcs1("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key))
	n := new(big.Int).Set(key.N)
	tests := []struct {
		name, body string
		pem        bool
		want       *wire.ErrorType
	}{
		{"line", good, false, nil},
		{"line with a comment", "  " + good + " ann@example.org laptop\r\n", false, nil},
		{"PKIX", pkix(t, &key.PublicKey), true, nil},
		{"PKCS #1", "\n" + public, true, nil},
		{"weak line", line(t, &makeRSA(t, 1024).PublicKey), false, iamapi.InvalidPublicKeyException},
		{"weak PEM", pkix(t, &makeRSA(t, 1024).PublicKey), true, iamapi.InvalidPublicKeyException},
		{"ECDSA line", line(t, &ec.PublicKey), false, iamapi.InvalidPublicKeyException},
		{"ECDSA PEM", pkix(t, &ec.PublicKey), true, iamapi.InvalidPublicKeyException},
		{"Ed25519 line", line(t, ed), false, iamapi.InvalidPublicKeyException},
		{"Ed25519 under another name", "ssh-rsa " + strings.Fields(line(t, ed))[1], false, iamapi.InvalidPublicKeyException},
		{"exponent 1", rawLine(big.NewInt(1), n), false, iamapi.InvalidPublicKeyException},
		{"even exponent", rawLine(big.NewInt(4), n), false, iamapi.InvalidPublicKeyException},
		{"negative modulus", rawLine(big.NewInt(3), new(big.Int).Neg(n)), false, iamapi.InvalidPublicKeyException},
		{"even modulus", rawLine(big.NewInt(3), new(big.Int).Lsh(n, 1)), false, iamapi.InvalidPublicKeyException},
		{"too long", rawLine(big.NewInt(3), new(big.Int).SetBit(new(big.Int).Lsh(n, 15000), 0, 1)), false, iamapi.InvalidPublicKeyException},
		{"cut", good[:100], false, iamapi.InvalidPublicKeyException},
		{"bytes after the key", "ssh-rsa " + base64.StdEncoding.EncodeToString(append(mustDecode(t, wireForm), 0)), false, iamapi.InvalidPublicKeyException},
		{"not base64", "ssh-rsa !!!!", false, iamapi.InvalidPublicKeyException},
		{"broken PEM", pkcs1("PUBLIC KEY", []byte("hello")), true, iamapi.InvalidPublicKeyException},
		{"base64 alone", wireForm, false, iamapi.UnrecognizedPublicKeyEncodingException},
		{"name alone", "ssh-rsa", false, iamapi.UnrecognizedPublicKeyEncodingException},
		{"options", "no-pty " + good, false, iamapi.UnrecognizedPublicKeyEncodingException},
		{"two lines", good + "\n" + good, false, iamapi.UnrecognizedPublicKeyEncodingException},
		{"two blocks", public + public, true, iamapi.UnrecognizedPublicKeyEncodingException},
		{"a broken block before", strings.Replace(public, "M", "!", 1) + public, true, iamapi.UnrecognizedPublicKeyEncodingException},
		{"text after", public + "x", true, iamapi.UnrecognizedPublicKeyEncodingException},
		{"private key", private, true, iamapi.UnrecognizedPublicKeyEncodingException},
		{"SSH2", "---- BEGIN SSH2 PUBLIC KEY ----\n" + wireForm + "\n---- END SSH2 PUBLIC KEY ----", false, iamapi.UnrecognizedPublicKeyEncodingException},
		{"nothing", " ", false, iamapi.UnrecognizedPublicKeyEncodingException},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k, isPEM, err := parseSSHKey(tt.body)
			if tt.want != nil {
				iamtest.Fails(t, err, tt.want, "")
				if strings.Contains(err.Error(), private[40:80]) {
					t.Error("the error holds a private key")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if isPEM != tt.pem || base64.StdEncoding.EncodeToString(k.Marshal()) != wireForm {
				t.Errorf("another key, PEM %v", isPEM)
			}
		})
	}
}

func mustDecode(t testing.TB, s string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// FuzzParseSSHKey holds what is accepted to be one RSA key of a usual size, the same in both encodings.
func FuzzParseSSHKey(f *testing.F) {
	key := makeRSA(f, 2048)
	f.Add(line(f, &key.PublicKey) + " comment")
	f.Add(pkix(f, &key.PublicKey))
	f.Add("ssh-ed25519 AAAA")
	f.Add("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----")
	f.Fuzz(func(t *testing.T, body string) {
		k, _, err := parseSSHKey(body)
		if err != nil {
			if e, ok := wire.AsError(err); !ok || e.Type != iamapi.InvalidPublicKeyException && e.Type != iamapi.UnrecognizedPublicKeyEncodingException {
				t.Fatal(err)
			}
			return
		}
		if n := rsaOf(k).N.BitLen(); n < leastModulus || n > mostModulus {
			t.Fatalf("a key of %d bits", n)
		}
		for _, asPEM := range []bool{true, false} {
			text, err := encodeSSHKey(k.Marshal(), asPEM)
			if err != nil {
				t.Fatal(err)
			}
			again, isPEM, err := parseSSHKey(text)
			if err != nil || isPEM != asPEM || string(again.Marshal()) != string(k.Marshal()) {
				t.Fatalf("PEM %v: the key reads as another one: %v", asPEM, err)
			}
		}
	})
}
