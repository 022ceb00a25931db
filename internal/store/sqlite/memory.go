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
	dir, err := os.MkdirTemp(parent, memoryPrefix)
	if err != nil {
		return nil, fmt.Errorf("sqlite: temporary folder: %w", err)
	}
	unlock, err := lock(filepath.Join(dir, lockFile))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("sqlite: temporary folder: %w", err), os.RemoveAll(dir))
	}
	e, err := open(dir, "OFF", unlock)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	e.temp = true
	return e, nil
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
		if _, err := os.Lstat(path); err != nil {
			continue
		}
		unlock, err := lock(path)
		if err != nil {
			continue
		}
		// What cannot be removed belongs to somebody else, or goes next time.
		_ = os.RemoveAll(dir)
		_ = unlock()
	}
}
