package vault

import (
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/mayfly-id/mayfly/credentials"
)

// memoSeconds is how long the kernel has the key. The time is not stretched by use: a keyring that is closed stays open for that long at most.
const memoSeconds = 15 * 60

// memoRights are all for who possesses the key, and to view, read and search for the user's processes that do not, such as those of another login (keyctl(2)).
const memoRights = 0x3f0b0000

// Kernel gives the memo of the operating system: the user's keyring of the Linux kernel (user-keyring(7)). Others have none that is as safe.
func Kernel() Memo { return kernel{} }

type kernel struct{}

func (kernel) name(account string) string { return "mayfly:vault:" + account }

// Remember implements Memo. The key is made in the process's own keyring, and put into the user's when its end is set: one that was left half made would stay.
func (k kernel) Remember(account string, secret credentials.Secret) {
	runtime.LockOSThread() // to the kernel the process's keyring is the thread's that made it
	defer runtime.UnlockOSThread()
	id, err := unix.AddKey("user", k.name(account), []byte(secret), unix.KEY_SPEC_PROCESS_KEYRING)
	if err != nil { // a kernel without, or a container that may not
		return
	}
	_, err = unix.KeyctlInt(unix.KEYCTL_SET_TIMEOUT, id, memoSeconds, 0, 0)
	if err == nil {
		err = unix.KeyctlSetperm(id, memoRights)
	}
	if err == nil {
		_, _ = unix.KeyctlInt(unix.KEYCTL_LINK, id, unix.KEY_SPEC_USER_KEYRING, 0, 0)
	}
	_, _ = unix.KeyctlInt(unix.KEYCTL_UNLINK, id, unix.KEY_SPEC_PROCESS_KEYRING, 0, 0)
}

// Recall implements Memo.
func (k kernel) Recall(account string) credentials.Secret {
	id, err := unix.KeyctlSearch(unix.KEY_SPEC_USER_KEYRING, "user", k.name(account), 0)
	if err != nil {
		return ""
	}
	b := make([]byte, 256)
	n, err := unix.KeyctlBuffer(unix.KEYCTL_READ, id, b, 0)
	if err != nil || n > len(b) {
		return ""
	}
	return credentials.Secret(b[:n])
}
