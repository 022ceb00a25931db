package keys

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/mayfly-id/mayfly/seal"
)

func TestRootKeyFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "root.key")
	if _, found, err := LoadRoot(path); found || err != nil {
		t.Fatalf("without a file: %v, %v", found, err)
	}
	made, err := CreateRoot(path, bytes.NewReader(bytes.Repeat([]byte{0xa5}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil || string(text) != strings.Repeat("a5", 32)+"\n" {
		t.Errorf("the file holds %q, %v", text, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if got, found, err := LoadRoot(path); got != made || !found || err != nil {
		t.Errorf("it is not read back: %v, %v", found, err)
	}
	if _, err := CreateRoot(path, bytes.NewReader(bytes.Repeat([]byte{1}, 32))); err == nil {
		t.Error("a root key was replaced")
	}
	if got, _, err := LoadRoot(path); got != made || err != nil {
		t.Error("the root key has changed")
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
		t.Errorf("left behind: %v, %v", list, err)
	}
}

func TestRootKeyWithoutRandomness(t *testing.T) {
	path := filepath.Join(t.TempDir(), "root.key")
	for _, r := range []*bytes.Reader{bytes.NewReader(nil), bytes.NewReader(make([]byte, 31))} {
		if _, err := CreateRoot(path, iotest.OneByteReader(r)); err == nil {
			t.Error("a root key was made of too little randomness")
		}
	}
	if _, found, err := LoadRoot(path); found || err != nil {
		t.Errorf("there is a file: %v, %v", found, err)
	}
}

func TestRefusedRootKeyFiles(t *testing.T) {
	good := strings.Repeat("0f", 32)
	for _, c := range []struct {
		name, text string
		mode       os.FileMode
		ok         bool
	}{
		{"good", good + "\n", 0o600, true}, {"read-only", good, 0o400, true}, {"group may read", good, 0o640, false}, {"all may read", good, 0o644, false},
		{"empty", "", 0o600, false}, {"short", good[2:], 0o600, false}, {"long", good + "00", 0o600, false}, {"odd", good[1:], 0o600, false}, {"no digits", "zz" + good[2:], 0o600, false},
	} {
		path := filepath.Join(t.TempDir(), "root.key")
		if err := os.WriteFile(path, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		key, found, err := LoadRoot(path)
		if (err == nil) != c.ok || found != c.ok {
			t.Errorf("%s: %v, %v", c.name, found, err)
		}
		if !c.ok && key != (seal.Key{}) {
			t.Errorf("%s: a key was given with the refusal", c.name)
		}
		if err != nil && strings.Contains(err.Error(), "0f0f") {
			t.Errorf("%s: the key is in the error %v", c.name, err)
		}
	}
	if _, _, err := LoadRoot(filepath.Join(t.TempDir(), "root.key", "\x00")); err == nil {
		t.Error("a path that cannot be is found absent")
	}
	if _, _, err := LoadRoot(t.TempDir()); err == nil {
		t.Error("a folder is a root key")
	}
}
