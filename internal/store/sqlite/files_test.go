package sqlite

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/mayfly-id/mayfly/internal/store"
)

func TestFilesArePrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	e, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	run(t, e, "CREATE TABLE t (k TEXT PRIMARY KEY) STRICT")
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder: %v, %v", info.Mode(), err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 4 { // data, WAL, shared memory, lock
		t.Errorf("files: %v, %v", files, err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", f.Name(), info.Mode(), err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	// A mode that was loosened is tightened again.
	if err := os.Chmod(filepath.Join(dir, dataFile), 0o644); err != nil {
		t.Fatal(err)
	}
	e, err = Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if info, err := os.Stat(filepath.Join(dir, dataFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("after reopening: %v, %v", info.Mode(), err)
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	dir := t.TempDir()
	e, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := Open(dir); err == nil {
		second.Close()
		t.Error("the folder was opened twice")
	} else if !strings.Contains(err.Error(), "in use") {
		t.Errorf("second open: %v", err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	e, err = Open(dir)
	if err != nil {
		t.Fatalf("after Close: %v", err)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}

func TestSettings(t *testing.T) {
	ctx := context.Background()
	e, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	pragma := func(c store.Conn, name string) (got string) {
		err := c.Query(ctx, "SELECT CAST("+name+" AS TEXT) FROM pragma_"+name, nil, func(v store.Values) error {
			got = v.Text(0)
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		return got
	}
	check := func(c store.Conn, want map[string]string) error {
		for name, value := range want {
			if got := pragma(c, name); got != value {
				t.Errorf("%s is %s, want %s", name, got, value)
			}
		}
		return nil
	}
	const full = "2"
	err = e.Define(ctx, func(c store.Conn) error {
		return check(c, map[string]string{"journal_mode": "wal", "synchronous": full, "temp_store": full, "query_only": "0"})
	})
	if err != nil {
		t.Error(err)
	}
	err = e.Read(ctx, func(c store.Conn) error {
		return check(c, map[string]string{"journal_mode": "wal", "temp_store": full, "query_only": "1"})
	})
	if err != nil {
		t.Error(err)
	}
}

func TestMemoryIsRemoved(t *testing.T) {
	e, err := OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	dir := e.dir
	other, err := OpenMemory() // must not take the first one for a leftover
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, dataFile)); err != nil {
		t.Error(err)
	}
	for _, e := range []*Engine{e, other} {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(e.dir); !os.IsNotExist(err) {
			t.Errorf("the folder is still there: %v", err)
		}
	}
}

func TestStaleMemoryIsRemoved(t *testing.T) {
	parent := t.TempDir()
	stale := filepath.Join(parent, memoryPrefix+"1")
	young := filepath.Join(parent, memoryPrefix+"2")
	held := filepath.Join(parent, memoryPrefix+"3")
	for _, dir := range []string{stale, young, held} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(stale, lockFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	unlock, err := lock(filepath.Join(held, lockFile))
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	removeStale(parent)
	for dir, want := range map[string]bool{stale: false, young: true, held: true} {
		if _, err := os.Stat(dir); (err == nil) != want {
			t.Errorf("%s: %v", filepath.Base(dir), err)
		}
	}
}

// TestMemoryBesideCleaners opens stores while others clear stale folders from
// the same place: nobody may lose a folder that was just made.
func TestMemoryBesideCleaners(t *testing.T) {
	parent := t.TempDir()
	stop := make(chan struct{})
	var cleaners sync.WaitGroup
	for range 4 {
		cleaners.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					removeStale(parent)
				}
			}
		})
	}
	for range 500 {
		dir, unlock, err := claimFolder(parent)
		if err != nil {
			t.Error(err)
			break
		}
		if err := createFile(filepath.Join(dir, dataFile)); err != nil {
			t.Errorf("the folder was taken away: %v", err)
		}
		if err := unlock(); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	cleaners.Wait()
}
