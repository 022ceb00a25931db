package seal

import (
	"bytes"
	"crypto/rand"
	"crypto/sha3"
	"encoding/hex"
	"testing"
)

// TestSpecification holds the vectors of https://c2sp.org/XAES-256-GCM: with the most significant bit of L clear
// and set.
func TestSpecification(t *testing.T) {
	for _, tc := range []struct {
		key                                byte
		k1, derived, aad, text, ciphertext string
	}{
		{1, "e531954aca063d5b8d9c47a47d4cc6f0", "c8612c9ed53fe43e8e005b828a1631a0bbcb6ab2f46514ec4f439fcfd0fa969b",
			"", "XAES-256-GCM", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"},
		{3, "23810ec50edb99f374409466ed1f4b7b", "e9c621d4cdd9b11b00a6427ad7e559aeedd66b3857646677748f8ca796cb3fd8",
			"c2sp.org/XAES-256-GCM", "XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"},
	} {
		key := Key(bytes.Repeat([]byte{tc.key}, 32))
		const nonce = "ABCDEFGHIJKLMNOPQRSTUVWX"
		if got := hex.EncodeToString(newXAES(key).k1[:]); got != tc.k1 {
			t.Errorf("K1 = %s, want %s", got, tc.k1)
		}
		if derived := newXAES(key).derive([]byte(nonce)); hex.EncodeToString(derived[:]) != tc.derived {
			t.Errorf("derived key = %x, want %s", derived, tc.derived)
		}
		sealed, err := SealXAES(key, bytes.NewReader([]byte(nonce)), []byte(tc.text), []byte(tc.aad))
		if err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(sealed[nonceSize:]); got != tc.ciphertext || string(sealed[:nonceSize]) != nonce {
			t.Errorf("SealXAES() = %x, want %s", sealed, tc.ciphertext)
		}
		opened, err := OpenXAES(key, sealed, []byte(tc.aad))
		if err != nil || string(opened) != tc.text {
			t.Errorf("OpenXAES() = %q, %v", opened, err)
		}
	}
}

func TestOpenXAESRefuses(t *testing.T) {
	sealed, err := SealXAES(Key{1}, rand.Reader, nil, nil)
	if err != nil || len(sealed) != Overhead {
		t.Fatalf("SealXAES() = %d bytes, %v", len(sealed), err)
	}
	if plaintext, err := OpenXAES(Key{1}, sealed, nil); err != nil || len(plaintext) != 0 {
		t.Errorf("OpenXAES() = %x, %v", plaintext, err)
	}
	for n := range sealed {
		if _, err := OpenXAES(Key{1}, sealed[:n], nil); err != ErrOpen {
			t.Errorf("%d bytes: error = %v, want ErrOpen", n, err)
		}
	}
	if _, err := OpenXAES(Key{2}, sealed, nil); err != ErrOpen {
		t.Errorf("other key: error = %v, want ErrOpen", err)
	}
}

// TestAccumulated is the randomised test of the specification, 10 000 rounds.
func TestAccumulated(t *testing.T) {
	source, digest := sha3.NewSHAKE128(), sha3.NewSHAKE128()
	read := func(n int) []byte {
		b := make([]byte, n)
		_, _ = source.Read(b)
		return b
	}
	for range 10_000 {
		key, nonce := Key(read(32)), read(24)
		plaintext := read(int(read(1)[0]))
		aad := read(int(read(1)[0]))
		sealed, err := SealXAES(key, bytes.NewReader(nonce), plaintext, aad)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = digest.Write(sealed[nonceSize:])
		opened, err := OpenXAES(key, sealed, aad)
		if err != nil || !bytes.Equal(opened, plaintext) {
			t.Fatalf("OpenXAES() = %x, %v, want %x", opened, err, plaintext)
		}
	}
	sum := make([]byte, 32)
	_, _ = digest.Read(sum)
	if got := hex.EncodeToString(sum); got != "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939" {
		t.Errorf("digest = %s", got)
	}
}
