package runas

import (
	"context"
	"os"
	"os/signal"
	"strings"
)

// folded gives a name as names are compared.
func folded(name string) string { return strings.ToUpper(name) }

// Exec runs a program as Run does: Windows has no way to put one process in the place of another.
func Exec(c *Command) (int, error) { return Run(context.Background(), c) }

// listen keeps the keys of the console from ending this process before the child has ended.
func listen(to chan<- os.Signal) { signal.Notify(to, os.Interrupt) }

// reaches reports whether a signal has reached the child without us: a console sends its events to every process that is attached to it.
func reaches(os.Signal) bool { return true }

// end ends a child. Windows has no way to ask one that has no window and may have no console.
func end(p *os.Process) error { return p.Kill() }

// code gives the exit code of a process. Codes of Windows have 32 bits, and no signal.
func code(s *os.ProcessState) int { return s.ExitCode() }
