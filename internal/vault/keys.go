package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"sync"
	"time"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/seal"
)

// keys finds the keys of a vault when they are needed. It implements credentials.Sealer.
type keys struct {
	dir     string
	account string // of this folder, in the keyring
	ring    *patient
	memo    Memo
	random  io.Reader

	mu   sync.Mutex
	file *key // as far as they have been read
	kept *key
}

var _ credentials.Sealer = (*keys)(nil)

const (
	keyFile  = "key"
	lockTime = 10 * time.Second
)

func newKeys(dir string, o Options) *keys {
	sum := sha256.Sum256([]byte(dir)) // a key for each folder: another home is another one's sessions
	wait := o.Wait
	if wait == 0 {
		wait = 2 * time.Second
	}
	return &keys{dir: dir, account: hex.EncodeToString(sum[:16]), ring: &patient{ring: o.Keyring, wait: wait}, memo: o.Memo, random: random(o.Random)}
}

// check refuses a key file that is open to others.
func (k *keys) check() error {
	_, err := k.readFile()
	return err
}

// Seal implements credentials.Sealer. It makes a key if there is none.
func (k *keys) Seal(name string, plain []byte) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	use, err := k.current()
	if err == nil && use == nil {
		use, err = k.make()
	}
	if err != nil {
		return nil, err
	}
	return use.seal(k.random, name, plain)
}

// Open implements credentials.Sealer. It fails for a key that is not here, and makes none.
func (k *keys) Open(name string, sealed []byte) ([]byte, error) {
	if len(sealed) < 1+idSize+seal.Overhead || sealed[0] != version {
		return nil, seal.ErrOpen
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	use, err := k.find([idSize]byte(sealed[1:]))
	if err != nil {
		return nil, err
	}
	return use.open(name, sealed)
}

// find gives the key with an id, asking the nearest places first.
func (k *keys) find(id [idSize]byte) (*key, error) {
	for _, known := range []*key{k.file, k.kept} {
		if known != nil && known.id == id {
			return known, nil
		}
	}
	file, err := k.readFile()
	if err != nil {
		return nil, err
	}
	if file != nil {
		if k.file = file; file.id == id {
			return file, nil
		}
	}
	for _, look := range []func() *key{k.fromMemo, k.fromRing} {
		if kept := look(); kept != nil && kept.id == id {
			k.kept = kept
			return kept, nil
		}
	}
	return nil, seal.ErrOpen
}

// current gives the key that files are sealed with: the one in the key file, if somebody had to make that, else the keyring's; nil when there is neither.
func (k *keys) current() (*key, error) {
	file, err := k.readFile()
	if err != nil {
		return nil, err
	}
	if file != nil {
		k.file = file
		return file, nil
	}
	for _, look := range []func() *key{k.fromMemo, k.fromRing} {
		if k.kept == nil {
			k.kept = look()
		}
	}
	return k.kept, nil
}

// make makes a key, unless another process has meanwhile. Only here is anything written, under a lock.
func (k *keys) make() (*key, error) {
	files := &credentials.Files{Dir: k.dir}
	ctx, cancel := context.WithTimeout(context.Background(), lockTime+3*k.ring.wait) // who has the lock may wait for the keyring
	defer cancel()
	unlock, err := files.Lock(ctx, keyFile)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if use, err := k.current(); use != nil || err != nil {
		return use, err
	}
	made, err := drawKey(k.random)
	if err != nil {
		return nil, err
	}
	if k.ring.set(k.account, made.text()) == nil {
		if k.kept = k.fromRing(); k.kept != nil { // a keyring that forgets at once is none
			return k.kept, nil
		}
	}
	if err := files.Save(ctx, keyFile, []byte(made.text())); err != nil {
		return nil, err
	}
	k.file = made
	return made, nil
}

func (k *keys) fromMemo() *key {
	if k.memo == nil {
		return nil
	}
	return readKey(k.memo.Recall(k.account))
}

// fromRing asks the keyring, and has its answer remembered for the next processes.
func (k *keys) fromRing() *key {
	text, err := k.ring.get(k.account)
	if err != nil {
		return nil
	}
	found := readKey(text)
	if found != nil && k.memo != nil {
		k.memo.Remember(k.account, found.text())
	}
	return found
}

// readFile reads the key file: nil when there is none, or when it holds no key, which is as good as lost.
func (k *keys) readFile() (*key, error) {
	path := filepath.Join(k.dir, keyFile)
	f, err := openFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if err := private(path, info); err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: path, Err: fs.ErrInvalid}
	}
	b, err := io.ReadAll(io.LimitReader(f, 1<<10))
	if err != nil {
		return nil, err
	}
	return readKey(credentials.Secret(b)), nil
}

func (k *keys) state() (Keeper, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	use, err := k.current()
	switch {
	case err != nil || use == nil:
		return NoKey, errors.Join(err, k.ring.trouble())
	case use == k.file:
		return InFile, k.ring.trouble()
	}
	return InKeyring, nil
}
