package shellenv

import (
	"os"

	"golang.org/x/sys/unix"
)

// Parent gives the name of the program that started this one, such as "bash". Empty when it is not known.
func Parent() string {
	info, err := unix.SysctlKinfoProc("kern.proc.pid", os.Getppid())
	if err != nil {
		return ""
	}
	return unix.ByteSliceToString(info.Proc.P_comm[:])
}
