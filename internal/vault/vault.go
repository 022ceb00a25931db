package vault

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/mayfly-id/mayfly/credentials"
)

// Options say what a vault is made of. The zero value of every field but Dir or Getenv is usable.
type Options struct {
	Dir     string              // absolute; empty: what Folder says
	Getenv  func(string) string // for Folder
	Keyring Keyring             // nil: there is none; System gives the operating system's
	Wait    time.Duration       // for the keyring; 0: two seconds
	Memo    Memo                // nil: the keyring is asked by each process; Kernel gives the operating system's
	Random  io.Reader           // nil: crypto/rand
}

// Vault is an open one. It is safe for concurrent use.
type Vault struct {
	credentials.Store
	dir    string
	reason error
	keys   *keys // nil in memory
}

// Format keeps the keys out of everything that package fmt prints.
func (v *Vault) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "vault.Vault in "+v.dir) }

// OpenError says that a folder or a file with secrets is open to others. Nothing is read from there, for it may not be what was written, and nothing written.
type OpenError struct {
	Path    string
	Mode    fs.FileMode
	Foreign bool // it belongs to another user
}

// Error implements error, with what to do.
func (e *OpenError) Error() string {
	if e.Foreign {
		return e.Path + " belongs to another user"
	}
	return fmt.Sprintf("%s is open to others (mode %04o): run chmod go= '%s'", e.Path, e.Mode, e.Path)
}

// Open opens the user's vault, and makes its folder. It fails with an OpenError, and for a key file that is there and cannot be read; a vault that cannot be on
// disk is in memory: over what is on disk already, where that can be read. Keys are looked for when they are needed.
func Open(o Options) (*Vault, error) {
	dir, err := o.Dir, error(nil)
	if dir == "" {
		dir, err = Folder(runtime.GOOS, o.Getenv)
	}
	if err == nil {
		err = prepare(dir)
	}
	var open *OpenError
	if errors.As(err, &open) {
		return nil, err
	}
	v := &Vault{dir: dir, reason: err}
	if dir == "" || err != nil && !isFolder(dir) {
		v.Store = &credentials.Memory{}
		return v, nil
	}
	v.keys = newKeys(dir, o)
	if err := v.keys.check(); err != nil {
		return nil, err
	}
	v.Store = &credentials.Files{Dir: v.sessions(), Seal: v.keys}
	if v.reason != nil {
		v.Store = &overlay{below: v.Store}
	}
	return v, nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// prepare makes the folder, and tells why it does not serve.
func prepare(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if err := private(dir, info); err != nil {
		return err
	}
	return writable(dir)
}

// State is what there is to tell of a vault.
type State struct {
	Dir    string // the folder; empty when the environment names none
	Memory error  // why nothing outlives the process; nil: it is on disk
	Key    Keeper // where the key is that new files are sealed with
	// Keyring says why the keyring does not serve; nil when it does, and when it was not needed.
	Keyring error
}

// Keeper is who has a key.
type Keeper string

// Keepers.
const (
	NoKey     Keeper = ""        // there is none yet, or none can be reached
	InKeyring Keeper = "keyring" // of the operating system
	InFile    Keeper = "file"    // of mode 0600
)

// State looks where the key is, and makes none. It may have to wait for the keyring.
func (v *Vault) State() State {
	s := State{Dir: v.dir, Memory: v.reason}
	if v.keys != nil {
		s.Key, s.Keyring = v.keys.state()
	}
	return s
}

// sessions is the folder with what is kept.
func (v *Vault) sessions() string { return filepath.Join(v.dir, "sessions") }
