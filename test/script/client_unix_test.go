//go:build unix

package script

import (
	"os/exec"
	"syscall"
)

// alone takes the terminal of whoever runs the tests from a process.
func alone(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
