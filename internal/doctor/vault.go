package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/mayfly-id/mayfly/internal/vault"
)

const nameVault = "vault"

// Vault looks at where sessions are kept, and who has the key. It makes neither folder nor key, and puts nothing into the kernel's memory.
func Vault(goos string, getenv func(string) string, ring vault.Keyring) []Check {
	dir, err := vault.Folder(goos, getenv)
	if err != nil {
		return []Check{warn(nameVault, "the environment names no home, so nothing is kept from one command to the next", "set HOME, or XDG_STATE_HOME")}
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return []Check{ok(nameVault, "nothing is kept yet: "+dir+" is made by the first sign-in")}
	}
	v, err := vault.Open(vault.Options{Dir: dir, Keyring: ring})
	var open *vault.OpenError
	switch {
	case errors.As(err, &open) && open.Foreign:
		return []Check{fail(nameVault, open.Path+" belongs to another user, so it is not used", "chown \"$(id -u)\" "+quoted(open.Path))}
	case errors.As(err, &open):
		return []Check{fail(nameVault, fmt.Sprintf("%s is open to others (mode %04o), so it is not used", open.Path, open.Mode), "chmod go= "+quoted(open.Path))}
	case err != nil:
		return []Check{fail(nameVault, "the key of "+dir+" cannot be read: "+reason(err), "see who may read the folder")}
	}
	return []Check{kept(v.State())}
}

// kept says who has the key.
func kept(s vault.State) Check {
	slow := s.Keyring != nil && !errors.Is(s.Keyring, vault.ErrNoKeyring)
	const unlock = "unlock the keyring, or take DBUS_SESSION_BUS_ADDRESS out of the environment where none is wanted"
	switch {
	case s.Memory != nil:
		return warn(nameVault, "nothing is kept from one command to the next: "+reason(s.Memory)+" ("+s.Dir+")", "make the folder one that the user can write, or set XDG_STATE_HOME")
	case s.Key == vault.InKeyring:
		return ok(nameVault, s.Dir+" is sealed with a key in the keyring of the system")
	case s.Key == vault.InFile:
		return ok(nameVault, s.Dir+" is sealed with a key in a file beside it, of mode 0600")
	case slow:
		return warn(nameVault, "the keyring of the system does not serve; a key will be made in a file", unlock)
	}
	return ok(nameVault, s.Dir+" has no key yet, which the first sign-in makes")
}
