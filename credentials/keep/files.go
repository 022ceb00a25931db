package keep

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Sealer seals what Files keeps. Open fails for what Seal did not make under the same name.
type Sealer interface {
	Seal(name string, plain []byte) ([]byte, error)
	Open(name string, sealed []byte) ([]byte, error)
}

// Files is a Store in a folder: a file for each name, of mode 0600, written beside and renamed, so that a reader sees the old one or the new one. A lock is one
// of the operating system on a file beside, which ends with the process that holds it.
type Files struct {
	Dir  string // made with mode 0700 when it is not there; one that others can write to is not for secrets
	Seal Sealer // nil: the files hold the values as they are
}

var _ Store = (*Files)(nil)

// Format keeps what seals out of everything that package fmt prints.
func (f Files) Format(to fmt.State, _ rune) { _, _ = io.WriteString(to, "keep.Files in "+f.Dir) }

// errName is a mistake of a caller.
var errName = errors.New("credentials: a name has lower-case letters, digits, '.', '-' and '_', and does not end as files beside do")

// What is beside the file of a name: its lock, and values that are being written.
const (
	lockSuffix = ".lock"
	tempMark   = ".tmp-"
)

func (f *Files) path(name, suffix string) (string, error) {
	if name == "" || name[0] == '.' || strings.HasSuffix(name, lockSuffix) || strings.Contains(name, tempMark) || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789.-_") != "" {
		return "", errName
	}
	return filepath.Join(f.Dir, name+suffix), nil
}

// Load implements Store. A file that does not open is none: it is half of one, of another key, or somebody else's.
func (f *Files) Load(_ context.Context, name string) ([]byte, error) {
	path, err := f.path(name, "")
	if err != nil {
		return nil, err
	}
	b, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotStored
	}
	if err != nil || f.Seal == nil {
		return b, err
	}
	plain, err := f.Seal.Open(name, b)
	if err != nil {
		return nil, errors.Join(ErrNotStored, err)
	}
	return plain, nil
}

// mostFile is the longest file that is read. Credentials and tokens have some kilobytes.
const mostFile = 1 << 20

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, mostFile+1))
	if err == nil && len(b) > mostFile {
		return nil, ErrNotStored
	}
	return b, err
}

// Save implements Store.
func (f *Files) Save(ctx context.Context, name string, value []byte) error {
	path, err := f.path(name, "")
	if err != nil {
		return err
	}
	if f.Seal != nil {
		if value, err = f.Seal.Seal(name, value); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return err
	}
	return replace(ctx, path, value)
}

// replace writes a file of mode 0600 beside and renames it.
func replace(ctx context.Context, path string, value []byte) (err error) {
	t, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+tempMark+"*") // of mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(t.Name())
		}
	}()
	if _, err = t.Write(value); err == nil {
		err = t.Sync()
	}
	if cerr := t.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	if err = rename(ctx, t.Name(), path); err == nil {
		sweep(path)
	}
	return err
}

// leftBehind is how old a value that is being written is when nobody writes it any more.
const leftBehind = time.Hour

// mostBeside is how many files of the folder are looked at.
const mostBeside = 1000

// sweep removes what processes that were killed have left beside a file that has just been written. It holds secrets.
func sweep(path string) {
	written, err := os.Stat(path)
	if err != nil {
		return
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return
	}
	defer dir.Close()
	names, err := dir.Readdirnames(mostBeside)
	if err != nil {
		return
	}
	for _, name := range names {
		if !strings.HasPrefix(name, filepath.Base(path)+tempMark) {
			continue
		}
		name = filepath.Join(filepath.Dir(path), name)
		if info, err := os.Lstat(name); err == nil && info.Mode().IsRegular() && written.ModTime().Sub(info.ModTime()) > leftBehind {
			_ = os.Remove(name)
		}
	}
}

// Delete implements Store.
func (f *Files) Delete(_ context.Context, name string) error {
	path, err := f.path(name, "")
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// lockPause is how often a lock that somebody else holds is tried again.
const lockPause = 10 * time.Millisecond

// Lock implements Store.
func (f *Files) Lock(ctx context.Context, name string) (func(), error) {
	path, err := f.path(name, lockSuffix)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		held, err := tryLock(file)
		if err != nil {
			_ = file.Close()
			return nil, fmt.Errorf("credentials: lock: %w", err)
		}
		if held {
			return func() { _ = file.Close() }, nil // which ends the lock; the file stays, for a lock on a deleted one would be nobody's
		}
		select {
		case <-time.After(lockPause):
		case <-ctx.Done():
			_ = file.Close()
			return nil, ctx.Err()
		}
	}
}
