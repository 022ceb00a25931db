//go:build unix

package keep

import (
	"context"
	"errors"
	"os"
	"syscall"
)

// tryLock takes the lock on a file unless another process has it.
func tryLock(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
		return false, nil
	}
	return err == nil, err
}

// rename takes the place of a file, whoever reads it.
func rename(_ context.Context, from, to string) error { return os.Rename(from, to) }
