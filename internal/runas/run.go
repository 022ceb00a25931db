package runas

import (
	"context"
	"os"
	"os/exec"
	"os/signal"
	"time"
)

// lastWait is how long a child that was asked to end may take before it is killed.
const lastWait = 10 * time.Second

// mostSignals is how many signals may wait to be handed on.
const mostSignals = 64

// Run runs a program beside this process and gives its exit code: 128 and the number of the signal when one killed it. Signals for this process go on to the
// program meanwhile, except for those that the terminal sends to both. When the context ends, the program is asked to end, and killed ten seconds later. An
// error, which is a StartError as a rule, means that there is no exit code.
func Run(ctx context.Context, c *Command) (int, error) {
	path, err := c.find()
	if err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, path, c.Args...)
	cmd.Args[0] = c.Name
	cmd.Env = c.environ()
	// A nil *os.File in an interface would not be nil.
	cmd.Stdin, cmd.Stdout, cmd.Stderr = given(c.Stdin, os.Stdin), given(c.Stdout, os.Stdout), given(c.Stderr, os.Stderr)
	cmd.Cancel = func() error { return end(cmd.Process) }
	cmd.WaitDelay = lastWait

	signals := make(chan os.Signal, mostSignals)
	listen(signals) // before the start: a signal that comes in between waits
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		return 0, c.unstarted(err)
	}
	over, handed := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(handed)
		handOn(cmd.Process, signals, over)
	}()
	err = cmd.Wait()
	close(over)
	<-handed
	if cmd.ProcessState == nil {
		return 0, err
	}
	return code(cmd.ProcessState), nil
}

func given(f, otherwise *os.File) *os.File {
	if f == nil {
		return otherwise
	}
	return f
}

// handOn sends the signals of this process to another. One that has ended needs none.
func handOn(p *os.Process, signals <-chan os.Signal, over <-chan struct{}) {
	for {
		select {
		case s := <-signals:
			if !reaches(s) {
				_ = p.Signal(s)
			}
		case <-over:
			return
		}
	}
}
