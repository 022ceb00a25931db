package keep

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// tryLock takes the lock on a file unless another process has it.
func tryLock(f *os.File) (bool, error) {
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &windows.Overlapped{})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}

// mostTries bounds how often the place of a file is tried to be taken: for a second.
const mostTries = 100

// rename takes the place of a file. Somebody who reads it keeps it from being replaced for that moment.
func rename(from, to string) error {
	err := os.Rename(from, to)
	for try := 1; try < mostTries && (errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_ACCESS_DENIED)); try++ {
		time.Sleep(lockPause)
		err = os.Rename(from, to)
	}
	return err
}
