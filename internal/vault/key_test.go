package vault

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/seal"
)

func TestSealedForm(t *testing.T) {
	dir := t.TempDir()
	k := newKeys(dir, Options{})
	rapid.Check(t, func(t *rapid.T) {
		name, plain := rapid.String().Draw(t, "name"), rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		sealed, err := k.Seal(name, plain)
		if err != nil {
			t.Fatal(err)
		}
		if len(sealed) != 1+idSize+seal.Overhead+len(plain) {
			t.Fatalf("%d bytes of %d", len(sealed), len(plain))
		}
		got, err := k.Open(name, sealed)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatal(err)
		}
		at := rapid.IntRange(0, len(sealed)-1).Draw(t, "at")
		damaged := bytes.Clone(sealed)
		damaged[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
		for _, b := range [][]byte{damaged, sealed[:at]} {
			if _, err := k.Open(name, b); !errors.Is(err, seal.ErrOpen) {
				t.Fatalf("damage at %d: %v", at, err)
			}
		}
		if _, err := k.Open(name+"x", sealed); !errors.Is(err, seal.ErrOpen) {
			t.Fatalf("another name: %v", err)
		}
	})
}

func TestKeyIsNotPrinted(t *testing.T) {
	k, err := drawKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		if text := fmt.Sprintf(verb, k) + fmt.Sprintf(verb, *k) + fmt.Sprintf(verb, k.text()); strings.Trim(strings.ReplaceAll(text, "[redacted]", ""), "&") != "" {
			t.Errorf("%s prints %s", verb, text)
		}
	}
}

// FuzzReadKey: what is read as a key is what one writes.
func FuzzReadKey(f *testing.F) {
	f.Add("mayfly-key-1:" + strings.Repeat("AAEC", 10) + "AAE=")
	f.Add("mayfly-key-1:")
	f.Fuzz(func(t *testing.T, text string) {
		k := readKey(credentials.Secret(text))
		if k == nil {
			return
		}
		again := readKey(k.text())
		if again == nil || again.secret != k.secret || k.secret == (seal.Key{}) {
			t.Errorf("%q", text)
		}
	})
}
