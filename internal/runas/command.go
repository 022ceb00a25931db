package runas

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
)

// Command is a program that is to run.
type Command struct {
	Name    string   // a path, or a name that is looked for in PATH of this process; never one in the current folder unless it says so
	Args    []string // after the name
	Environ []string // all of it, as Change.Apply gives it; nil is an empty one

	// What the child reads and writes; nil is this process's own. Exec leaves them as they are.
	Stdin, Stdout, Stderr *os.File
}

// Format keeps the environment out of everything that package fmt prints.
func (c Command) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "runas.Command "+c.Name) }

// StartError says that a program did not start.
type StartError struct {
	Name  string
	Code  int // the exit code that a shell has for it: 127 when there is no such program, 126 when it cannot run
	cause error
}

// Exit codes of a shell (POSIX.1-2024, XCU 2.8.2).
const (
	codeNotRunnable = 126
	codeNotFound    = 127
	codeSignal      = 128 // and the number of the signal
)

// Error implements error.
func (e *StartError) Error() string { return "cannot run " + e.Name + ": " + e.cause.Error() }

// Unwrap gives the cause.
func (e *StartError) Unwrap() error { return e.cause }

// unstarted makes the error of a program that did not start.
func (c *Command) unstarted(err error) *StartError {
	e := &StartError{Name: c.Name, Code: codeNotRunnable, cause: err}
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		e.Code = codeNotFound
	}
	// The texts of these repeat the name.
	var bare *exec.Error
	if errors.As(e.cause, &bare) {
		e.cause = bare.Err
	}
	var path *fs.PathError
	if errors.As(e.cause, &path) {
		e.cause = path.Err
	}
	return e
}

// find gives the path of the program.
func (c *Command) find() (string, error) {
	path, err := exec.LookPath(c.Name)
	if err != nil {
		return "", c.unstarted(err)
	}
	return path, nil
}

// environ is never nil, which package exec would take for the environment of this process.
func (c *Command) environ() []string { return append([]string{}, c.Environ...) }
