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

// Present implements login.Terminal.
func (TTY) Present() bool {
	t, err := openTTY()
	if err != nil {
		return false
	}
	defer t.close()
	return term.IsTerminal(int(t.in.Fd()))
}

// Line implements login.Terminal.
func (TTY) Line(ctx context.Context, prompt string) (string, error) {
	return asked(ctx, prompt, false)
}

// Secret implements login.Terminal. What is typed is not shown.
func (TTY) Secret(ctx context.Context, prompt string) (string, error) {
	return asked(ctx, prompt, true)
}

// terminal is an open one. Systems have one file for both ways, or two.
type terminal struct{ in, out *os.File }

func (t *terminal) close() {
	_ = t.in.Close()
	if t.out != t.in {
		_ = t.out.Close()
	}
}

// mostTyped bounds what is typed, in bytes.
const mostTyped = 4096

// asked asks at the terminal and waits for a line, or for the end of the context. Both leave the terminal as it was. What is secret is not shown from before the prompt on:
// who sees that types at once, or has a program do so. Nothing but this function changes the terminal, so that nothing is changed after it has been put right.
func asked(ctx context.Context, prompt string, secret bool) (string, error) {
	t, err := openTTY()
	if err != nil {
		return "", errNoTerminal
	}
	before, err := term.GetState(int(t.in.Fd()))
	if err != nil {
		t.close()
		return "", errNoTerminal
	}
	if secret {
		err = hide(t.in)
	}
	if err == nil {
		_, err = t.out.WriteString(prompt)
	}
	if err != nil {
		_ = term.Restore(int(t.in.Fd()), before)
		t.close()
		return "", err
	}
	type answer struct {
		text string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		text, err := line(t.in)
		got <- answer{text, err}
	}()
	select {
	case a := <-got:
		_ = term.Restore(int(t.in.Fd()), before)
		if secret {
			_, _ = t.out.WriteString("\n") // that of the person was not shown
		}
		t.close()
		return a.text, a.err
	case <-ctx.Done(): // the reader stays behind until the process ends
		_ = term.Restore(int(t.in.Fd()), before)
		_, _ = t.out.WriteString("\n")
		return "", ctx.Err()
	}
}

// line reads a line. The end of the input counts as the end of a line that has begun.
func line(r io.Reader) (string, error) {
	text, err := bufio.NewReader(io.LimitReader(r, mostTyped)).ReadString('\n')
	if errors.Is(err, io.EOF) && text != "" {
		err = nil
	}
	return strings.TrimRight(text, "\r\n"), err
}
