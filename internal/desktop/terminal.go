package desktop

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// TTY is the terminal that the process is attached to, whatever its standard input is.
type TTY struct{}

// errNoTerminal means that nobody can be asked.
var errNoTerminal = errors.New("there is no terminal to ask at")

// Present implements Terminal.
func (TTY) Present() bool {
	f, err := openTTY()
	if err != nil {
		return false
	}
	defer f.Close()
	return term.IsTerminal(int(f.Fd()))
}

// Line implements Terminal.
func (TTY) Line(ctx context.Context, prompt string) (string, error) {
	return asked(ctx, prompt, false, func(f *os.File) (string, error) {
		text, err := bufio.NewReader(io.LimitReader(f, mostTyped)).ReadString('\n')
		if errors.Is(err, io.EOF) && text != "" {
			err = nil
		}
		return strings.TrimRight(text, "\r\n"), err
	})
}

// Secret implements Terminal.
func (TTY) Secret(ctx context.Context, prompt string) (string, error) {
	return asked(ctx, prompt, true, func(f *os.File) (string, error) {
		b, err := term.ReadPassword(int(f.Fd()))
		_, _ = f.WriteString("\n")
		return string(b), err
	})
}

// mostTyped bounds what is typed, in bytes.
const mostTyped = 4096

// asked asks at the terminal and waits for the answer, or for the end of the context. Both leave the terminal as it was. What is secret is not shown from before the
// prompt on: who sees that types at once, or has a program do so.
func asked(ctx context.Context, prompt string, secret bool, read func(*os.File) (string, error)) (string, error) {
	f, err := openTTY()
	if err != nil {
		return "", errNoTerminal
	}
	before, err := term.GetState(int(f.Fd()))
	if err != nil {
		_ = f.Close()
		return "", errNoTerminal
	}
	if secret {
		err = hide(f)
	}
	if err == nil {
		_, err = f.WriteString(prompt)
	}
	if err != nil {
		_ = term.Restore(int(f.Fd()), before)
		_ = f.Close()
		return "", err
	}
	type answer struct {
		text string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		text, err := read(f)
		got <- answer{text, err}
	}()
	select {
	case a := <-got:
		_ = term.Restore(int(f.Fd()), before)
		_ = f.Close()
		return a.text, a.err
	case <-ctx.Done(): // the reader stays behind until the process ends
		_ = term.Restore(int(f.Fd()), before)
		_, _ = f.WriteString("\n")
		return "", ctx.Err()
	}
}
