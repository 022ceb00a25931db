package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/runas"
)

// IO is the world around a command. Every field is required.
type IO struct {
	In       io.Reader
	Out, Err io.Writer
	Getenv   func(string) string
	Environ  func() []string
	Now      func() time.Time
	Terminal Terminal
	HTTP     *http.Client
	Random   io.Reader
	Self     string // how this program is called, for the commands that errors name
	// Browse shows a page in the browser of this machine.
	Browse func(ctx context.Context, page string) error
	// Command is how other programs call this one, in a file that a shell or a list of words is made of.
	Command func() string
	// Exists says whether a file is there.
	Exists func(path string) bool
	// Live says that a person looks at Err.
	Live bool

	asJSON bool // results and errors as JSON
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

// The exit codes of the client, beside 0 and those of a child.
const (
	ExitFailed   = 1
	ExitUsage    = 2
	ExitSignIn   = 3 // a person has to sign in
	ExitNoAnswer = 4 // the server cannot be reached
)

// usageError is a command line or configuration that cannot be meant.
type usageError struct{ error }

func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// exitError ends a command with a code and without a message of its own.
type exitError struct{ code int }

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// Usage marks an error as one of the command line.
func Usage(err error) error { return usageError{err} }

// exitCode gives the code for an error of a command, and whether the error is to be shown.
func exitCode(err error) (code int, show bool) {
	var exit exitError
	var use usageError
	var login *credentials.LoginRequiredError
	var down *credentials.UnreachableError
	var start *runas.StartError
	switch {
	case err == nil:
		return 0, false
	case errors.As(err, &exit):
		return exit.code, false
	case errors.As(err, &start):
		return start.Code, true
	case errors.As(err, &use):
		return ExitUsage, true
	case errors.As(err, &login):
		return ExitSignIn, true
	case errors.As(err, &down):
		return ExitNoAnswer, true
	}
	return ExitFailed, true
}

// failure is an error in the JSON form.
type failure struct {
	Error string `json:"error"`
	Code  string `json:"code,omitempty"` // of the service that refused
	Run   string `json:"run,omitempty"`  // the command that helps
	Exit  int    `json:"exit"`
}

// Finish shows the error of a command, if it is to be shown, and gives the exit code of the process.
func (w *IO) Finish(err error) int {
	code, show := exitCode(err)
	switch {
	case show && w.asJSON:
		f := failure{Error: err.Error(), Exit: code}
		var refused *credentials.ServiceError
		if errors.As(err, &refused) {
			f.Code = refused.Code
		}
		var login *credentials.LoginRequiredError
		if errors.As(err, &login) {
			f.Run = login.Command
		}
		_ = json.NewEncoder(w.Err).Encode(f)
	case show:
		_, _ = fmt.Fprintln(w.Err, w.Self+":", printable(err.Error()))
	}
	return code
}

// Commands gives the commands of the client.
func Commands(w *IO) []*cobra.Command {
	c := &client{IO: w}
	all := []*cobra.Command{
		c.login(), c.logout(), c.status(), c.whoami(), c.roles(), c.process(), c.exec(), c.environment(), c.serve(), c.token(), c.curl(), c.console(),
		c.configure(), c.setup(), c.key(), c.decode(), c.doctor(),
	}
	for _, cmd := range all {
		cmd.PersistentFlags().BoolVar(&w.asJSON, "json", false, "results and errors as JSON")
	}
	return all
}

// client has the commands.
type client struct{ *IO }

// printJSON writes a value as one indented JSON document.
func (c *client) printJSON(v any) error {
	e := json.NewEncoder(c.Out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func isLoginRequired(err error) bool {
	var login *credentials.LoginRequiredError
	return errors.As(err, &login)
}

// show writes a result: as JSON, or as a line of text.
func (c *client) show(v any, text string) error {
	if c.asJSON {
		return c.printJSON(v)
	}
	_, err := fmt.Fprintln(c.Out, text)
	return err
}

// say writes a line for people, beside the output.
func (c *client) say(format string, args ...any) { _, _ = fmt.Fprintf(c.Err, format+"\n", args...) }
