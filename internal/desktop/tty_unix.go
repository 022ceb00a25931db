//go:build unix

package desktop

import (
	"os"

	"golang.org/x/sys/unix"
)

func openTTY() (*os.File, error) { return os.OpenFile("/dev/tty", os.O_RDWR, 0) }

// hide keeps the terminal from showing what is typed.
func hide(f *os.File) error {
	t, err := unix.IoctlGetTermios(int(f.Fd()), getTermios)
	if err != nil {
		return err
	}
	t.Lflag &^= unix.ECHO
	return unix.IoctlSetTermios(int(f.Fd()), setTermios, t)
}
