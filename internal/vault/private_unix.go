//go:build unix

package vault

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// private refuses what others than the user of this process can open, or own.
func private(path string, info fs.FileInfo) error {
	if info.Mode().Perm()&0o077 != 0 {
		return &OpenError{Path: path, Mode: info.Mode().Perm()}
	}
	if s, ok := info.Sys().(*syscall.Stat_t); !ok || int64(s.Uid) != int64(os.Geteuid()) {
		return &OpenError{Path: path, Foreign: true}
	}
	return nil
}

// openFile opens a file to read it, and no link to one. It does not wait for the other end of a pipe.
func openFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
}

// writable tells why files cannot be made in a folder.
func writable(dir string) error {
	if err := unix.Access(dir, unix.W_OK|unix.X_OK); err != nil {
		return &fs.PathError{Op: "write to", Path: dir, Err: err}
	}
	return nil
}
