package sqlite

import (
	"fmt"
	"syscall"
)

// lock takes the exclusive lock of a data folder: a file that cannot be opened
// twice. The system drops it when the process ends, however it ends.
func lock(path string) (unlock func() error, err error) {
	return lockMode(path, syscall.OPEN_ALWAYS)
}

// lockExisting is lock for a file that must be there already.
func lockExisting(path string) (unlock func() error, err error) {
	return lockMode(path, syscall.OPEN_EXISTING)
}

func lockMode(path string, mode uint32) (unlock func() error, err error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	const noSharing = 0
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, noSharing, nil,
		mode, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return nil, fmt.Errorf("in use by another process: %w", err)
	}
	return func() error { return syscall.CloseHandle(h) }, nil
}
