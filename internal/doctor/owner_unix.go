//go:build unix

package doctor

import (
	"io/fs"
	"os"
	"syscall"
)

// foreign reports whether a file belongs to another user than that of this process. Root may change every file anyway.
func foreign(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && s.Uid != 0 && int64(s.Uid) != int64(os.Geteuid())
}
