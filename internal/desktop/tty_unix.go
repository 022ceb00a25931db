//go:build unix

package desktop

import (
	"os"

	"golang.org/x/sys/unix"
)

func openTTY() (*terminal, error) {
	f, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	return &terminal{f, f}, nil
}

// hide keeps the terminal from showing what is typed.
func hide(f *os.File) error {
	t, err := unix.IoctlGetTermios(int(f.Fd()), getTermios)
	if err != nil {
		return err
	}
	t.Lflag &^= unix.ECHO
	t.Lflag |= unix.ICANON | unix.ISIG
	t.Iflag |= unix.ICRNL
	return unix.IoctlSetTermios(int(f.Fd()), setTermios, t)
}
