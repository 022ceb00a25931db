package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// memoryPrefix names the folders of OpenMemory.
const memoryPrefix = "mayfly-ephemeral-"

// OpenMemory opens an empty store that ends with the engine. It is the same
// engine as Open gives, with the same concurrency, in a private folder of the
// system's memory file system (its temporary folder where there is none) and
// without syncing. Folders that killed processes left behind are removed.
func OpenMemory() (*Engine, error) {
	parent := memoryDir()
	removeStale(parent)
	dir, unlock, err := claimFolder(parent)
	if err != nil {
		return nil, fmt.Errorf("sqlite: temporary folder: %w", err)
	}
	e, err := open(dir, "OFF", unlock)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	e.temp = true
	return e, nil
}

// claimFolder makes a folder and takes its lock. A lock file exists for an
// instant before its lock is held, and another process that clears stale
// folders may come in between and take this one: then the next name is tried.
func claimFolder(parent string) (dir string, unlock func() error, err error) {
	const tries = 100
	for range tries {
		dir, err = os.MkdirTemp(parent, memoryPrefix)
		if err != nil {
			return "", nil, err
		}
		path := filepath.Join(dir, lockFile)
		if unlock, err = lock(path); err != nil {
			continue
		}
		// Whoever removes a folder holds its lock meanwhile: a file that is
		// still there now is ours, and stays.
		if _, err = os.Lstat(path); err == nil {
			return dir, unlock, nil
		}
		_ = unlock() // nothing was written
	}
	return "", nil, err
}

// removeStale removes folders whose lock nobody holds. A folder without a lock
// file may be about to get one, and stays.
func removeStale(parent string) {
	dirs, err := filepath.Glob(filepath.Join(parent, memoryPrefix+"*"))
	if err != nil {
		return
	}
	for _, dir := range dirs {
		path := filepath.Join(dir, lockFile)
		unlock, err := lockExisting(path)
		if err != nil {
			continue
		}
		// What cannot be removed belongs to somebody else, or goes next time.
		_ = os.RemoveAll(dir)
		_ = unlock()
	}
}
