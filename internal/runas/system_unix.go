//go:build unix

package runas

import (
	"os"
	"os/signal"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// folded gives a name as names are compared.
func folded(name string) string { return name }

// Exec puts a program in the place of this process, which keeps its number, terminal and parent. It returns only when the program does not start, with a
// StartError.
func Exec(c *Command) (int, error) {
	path, err := c.find()
	if err != nil {
		return 0, err
	}
	return 0, c.unstarted(syscall.Exec(path, append([]string{c.Name}, c.Args...), c.environ()))
}

// handed are the signals that go on to a child. Those that stop and continue a process act on both when a shell sends them, as it does to the whole group.
func handed() []os.Signal {
	return []os.Signal{unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGUSR1, unix.SIGUSR2, unix.SIGWINCH}
}

// listen has the signals sent to a channel. Those that are ignored stay so, for the child too: nohup asks for that.
func listen(to chan<- os.Signal) {
	heard := slices.DeleteFunc(handed(), signal.Ignored)
	if len(heard) > 0 { // none would mean all
		signal.Notify(to, heard...)
	}
}

// reaches reports whether a signal has reached the child without us: the terminal sends those of its keys, and of its size, to every process of the group in
// front, and a child that gets an interrupt twice may give up its orderly end. A signal that somebody else sends to this process alone while it is in front
// looks the same, and is not handed on.
func reaches(s os.Signal) bool {
	return (s == unix.SIGINT || s == unix.SIGQUIT || s == unix.SIGWINCH) && inFront()
}

// inFront reports whether this process is in the group that the keys of its terminal are for.
func inFront() bool {
	tty, err := os.OpenFile("/dev/tty", os.O_RDONLY|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false // there is no terminal
	}
	defer tty.Close()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

// end asks a child to end.
func end(p *os.Process) error { return p.Signal(unix.SIGTERM) }

// code gives the exit code of a process as a shell has it.
func code(s *os.ProcessState) int {
	if w, ok := s.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		return codeSignal + int(w.Signal())
	}
	return s.ExitCode()
}
