//go:build unix

package sqlite

import (
	"fmt"
	"os"
	"syscall"
)

// lock takes the exclusive lock of a data folder. The system drops it when the
// process ends, however it ends.
func lock(path string) (unlock func() error, err error) {
	return lockFlag(path, os.O_CREATE)
}

// lockExisting is lock for a file that must be there already.
func lockExisting(path string) (unlock func() error, err error) {
	return lockFlag(path, 0)
}

func lockFlag(path string, flag int) (unlock func() error, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|flag, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close() // nothing was written
		return nil, fmt.Errorf("in use by another process: %w", err)
	}
	return f.Close, nil
}
