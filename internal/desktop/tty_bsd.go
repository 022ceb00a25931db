//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package desktop

import "golang.org/x/sys/unix"

// Requests of ioctl that read and set a terminal.
const (
	getTermios = unix.TIOCGETA
	setTermios = unix.TIOCSETA
)
