package awsfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// mostBytes is how long a file may be.
const mostBytes = 16 << 20

// What reading and writing files fails with, besides errors of the operating system.
var (
	// ErrSize is a file that is longer than 16 MiB.
	ErrSize = errors.New("awsfile: the file is longer than 16 MiB")
	// ErrChanged means that somebody else has written the file between reading and writing.
	ErrChanged = errors.New("awsfile: the file has changed meanwhile")
	errLinks   = errors.New("awsfile: too many symbolic links")
)

// ReadFile reads a file as a whole, up to 16 MiB. One that is not there is an error that is fs.ErrNotExist.
func ReadFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, mostBytes+1))
	if err == nil && len(b) > mostBytes {
		return nil, fmt.Errorf("%w: %s", ErrSize, path)
	}
	return b, err
}

// Preview tells what Edit would make of a file, and writes nothing.
func Preview(path string, change func(*File) error) (before, after []byte, err error) {
	before, err = ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	f := Parse(before)
	if err := change(f); err != nil {
		return before, before, err
	}
	return before, f.Bytes(), nil
}

// Edit reads a file, has it changed and writes it. A file that is not there is empty. When the change fails, when it changes nothing, or when somebody else
// writes the file meanwhile (ErrChanged), the file stays as it is. before and after are what the file was and is.
func Edit(path string, change func(*File) error) (before, after []byte, err error) {
	before, after, err = Preview(path, change)
	if err != nil || bytes.Equal(before, after) {
		return before, before, err
	}
	err = write(path, after, false, func(target string) error {
		now, err := ReadFile(target)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if !bytes.Equal(now, before) {
			return ErrChanged
		}
		return nil
	})
	if err != nil {
		return before, before, err
	}
	return before, after, nil
}

// write replaces a file as a whole, or leaves the old one. Behind a symbolic link its target is replaced, and the link stays. A new file has mode 0600, and a folder
// that has to be made for it 0700; an old file keeps its mode, unless it is private. ready is asked right before the new file takes the place of the old one.
func write(path string, b []byte, private bool, ready func(target string) error) (err error) {
	target, err := follow(path)
	if err != nil {
		return err
	}
	mode := fs.FileMode(0o600)
	switch info, err := os.Stat(target); {
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("awsfile: %s is no regular file", target)
	case err == nil && !private:
		mode = info.Mode().Perm()
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return err
	}
	t, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+".tmp-*") // of mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(t.Name())
		}
	}()
	if err := fill(t, b, mode); err != nil {
		return err
	}
	if err := ready(target); err != nil {
		return err
	}
	return os.Rename(t.Name(), target)
}

func fill(t *os.File, b []byte, mode fs.FileMode) error {
	_, err := t.Write(b)
	if err == nil {
		err = t.Sync()
	}
	if cerr := t.Close(); err == nil {
		err = cerr
	}
	if err == nil && mode != 0o600 {
		err = os.Chmod(t.Name(), mode)
	}
	return err
}

// mostLinks is how many symbolic links are followed, as operating systems do.
const mostLinks = 40

// follow finds what a symbolic link leads to, whether that is there or not.
func follow(path string) (string, error) {
	for range mostLinks {
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return path, nil
		}
		if err != nil {
			return "", err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			return path, nil
		}
		to, err := os.Readlink(path)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return "", errLinks
}
