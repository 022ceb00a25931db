package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/login"
	"github.com/mayfly-id/mayfly/internal/runas"
)

// IO is the world around a command. Every field is required.
type IO struct {
	login.World
	In  io.Reader
	Out io.Writer
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

// The exit codes of the client, beside 0 and those of a child.
const (
	ExitFailed   = 1
	ExitUsage    = 2
	ExitSignIn   = 3 // a person has to sign in
	ExitNoAnswer = 4 // the server cannot be reached
)

// exitError ends a command with a code and without a message of its own.
type exitError struct{ code int }

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

var errInterrupted = errors.New("interrupted")

// Usage marks an error as one of the command line.
func Usage(err error) error { return login.Usage("%w", err) }

// exitCode gives the code for an error of a command, and whether the error is to be shown.
func exitCode(err error) (code int, show bool) {
	var exit exitError
	var required *credentials.LoginRequiredError
	var down *credentials.UnreachableError
	var start *runas.StartError
	switch {
	case err == nil:
		return 0, false
	case errors.As(err, &exit):
		return exit.code, false
	case errors.As(err, &start):
		return start.Code, true
	case login.IsUsage(err):
		return ExitUsage, true
	case errors.As(err, &required):
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

func failureOf(err error) failure {
	f := failure{Error: err.Error()}
	f.Exit, _ = exitCode(err)
	var refused *credentials.ServiceError
	if errors.As(err, &refused) {
		f.Code = refused.Code
	}
	var required *credentials.LoginRequiredError
	if errors.As(err, &required) {
		f.Run = required.Command
	}
	return f
}

// Finish shows the error of a command, if it is to be shown, and gives the exit code of the process.
func (w *IO) Finish(err error) int {
	if errors.Is(err, context.Canceled) { // by the person, or by whoever stops the process
		err = errInterrupted
	}
	code, show := exitCode(err)
	switch {
	case show && w.asJSON:
		_ = json.NewEncoder(w.Err).Encode(failureOf(err))
	case show:
		_, _ = fmt.Fprintln(w.Err, w.Self+":", login.Printable(err.Error()))
	}
	return code
}

// Commands gives the commands of the client.
func Commands(w *IO) []*cobra.Command {
	c := &client{IO: w}
	all := []*cobra.Command{
		c.login(), c.logout(), c.status(), c.whoami(), c.roles(), c.process(), c.exec(), c.environment(), c.serve(), c.token(), c.curl(), c.console(),
		c.configure(), c.setup(), c.key(), c.decode(), c.doctor(), c.completion(),
	}
	for _, cmd := range all {
		cmd.PersistentFlags().BoolVar(&w.asJSON, "json", false, "results and errors as JSON")
		c.complete(cmd)
		strict(cmd)
	}
	return all
}

// client has the commands.
type client struct{ *IO }

// printJSON writes a value as one indented JSON document. Characters that steer terminals are escaped; JSON itself leaves some of them.
func (c *client) printJSON(v any) error {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(c.Out, controls.ReplaceAllStringFunc(b.String(), func(s string) string { return fmt.Sprintf(`\u%04x`, []rune(s)[0]) }))
	return err
}

// controls are the characters from DEL on to the end of C1.
var controls = regexp.MustCompile(`[\x{7f}-\x{9f}]`)

// show writes a result: as JSON, or as a line of text.
func (c *client) show(v any, text string) error {
	if c.asJSON {
		return c.printJSON(v)
	}
	_, err := fmt.Fprintln(c.Out, text)
	return err
}

// arg gives the only argument of a command, or nothing.
func arg(args []string) string { return strings.Join(args, "") }

// targetFlags gives a command the flags that choose a target.
func targetFlags(cmd *cobra.Command, t *login.Target) {
	cmd.Flags().StringVar(&t.Profile, "profile", "", "take the credentials of a profile of the shared AWS files, as SDKs do")
	cmd.Flags().StringVar(&t.Account, "account", "", "account, for a session of SSO")
	cmd.Flags().StringVar(&t.Role, "role", "", "role: its name for a session of SSO, its ARN for others")
}
