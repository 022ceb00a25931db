package login

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/credentials"
)

// World is the part of a process that sessions see. Every field is required.
type World struct {
	Err      io.Writer // for people
	Getenv   func(string) string
	Environ  func() []string
	Now      func() time.Time
	Terminal Terminal
	HTTP     *http.Client
	Random   io.Reader
	Self     string // how this program is called, for the commands that errors name
}

// Terminal asks the person at the keyboard.
type Terminal interface {
	// Present tells whether there is one.
	Present() bool
	// Line asks for a text.
	Line(ctx context.Context, prompt string) (string, error)
	// Secret asks for a text that is not shown.
	Secret(ctx context.Context, prompt string) (string, error)
}

// Say writes a line for people, beside the output.
func (w *World) Say(format string, args ...any) { _, _ = fmt.Fprintf(w.Err, format+"\n", args...) }

// usageError is a command line or configuration that cannot be meant.
type usageError struct{ error }

// Usage makes an error of the command line or the configuration.
func Usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// IsUsage says whether an error is one that Usage made.
func IsUsage(err error) bool {
	var use usageError
	return errors.As(err, &use)
}

// IsLoginRequired says whether an error is that a person has to sign in.
func IsLoginRequired(err error) bool {
	var login *credentials.LoginRequiredError
	return errors.As(err, &login)
}

// Printable keeps what a server says from steering the terminal.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return -1
		}
		return r
	}, s)
}
