package keys

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/mayfly-id/mayfly/seal"
)

// LoadRoot reads the root key from a file of mode 0600 that holds 64 hexadecimal digits. found is false when there is no such file.
func LoadRoot(path string) (key seal.Key, found bool, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return key, false, nil
	}
	if err != nil {
		return key, false, fmt.Errorf("root key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return key, false, fmt.Errorf("root key: %s is readable by others (mode %04o): set it to 0600", path, info.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return key, false, fmt.Errorf("root key: %w", err)
	}
	b, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(b) != len(key) {
		return key, false, fmt.Errorf("root key: %s does not hold %d hexadecimal digits", path, 2*len(key))
	}
	copy(key[:], b)
	return key, true, nil
}

// CreateRoot draws a root key and writes it to a new file of mode 0600, durably, before it is used. The file appears whole or not at all, so a start
// that is interrupted here can be made again; one that is there already is never replaced.
func CreateRoot(path string, random io.Reader) (key seal.Key, err error) {
	if key, err = NewRoot(random); err != nil {
		return key, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".root-*.tmp") // mode 0600
	if err != nil {
		return key, fmt.Errorf("root key: %w", err)
	}
	_, err = f.WriteString(hex.EncodeToString(key[:]) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Link(f.Name(), path) // unlike a rename, fails when there is one
	}
	if err = errors.Join(err, os.Remove(f.Name())); err != nil {
		return seal.Key{}, fmt.Errorf("root key: %w", err)
	}
	return key, syncFolder(filepath.Dir(path))
}

// NewRoot draws a root key.
func NewRoot(random io.Reader) (key seal.Key, err error) {
	if _, err = io.ReadFull(random, key[:]); err != nil {
		return key, fmt.Errorf("root key: %w", err)
	}
	return key, nil
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("root key: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}
