package cli

import (
	"fmt"
	"sync"
	"time"
)

// waiting shows that something goes on, until stop is called: a line that is alive where a person looks, and one line where the output goes to a file.
func (c *client) waiting(text string) (stop func()) {
	if !c.Live {
		c.say("%s", text)
		return func() {}
	}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		marks := []string{"|", "/", "-", `\`}
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for i := 0; ; i++ {
			_, _ = fmt.Fprintf(c.Err, "\r%s %s ", text, marks[i%len(marks)])
			select {
			case <-tick.C:
			case <-done:
				_, _ = fmt.Fprint(c.Err, "\r\x1b[K")
				return
			}
		}
	}()
	var once sync.Once
	return func() {
		once.Do(func() {
			close(done)
			<-ended
		})
	}
}

// progress counts steps of a known number, where a person looks.
type progress struct {
	c        *client
	text     string
	of, done int
}

func (c *client) progress(text string, of int) *progress {
	p := &progress{c: c, text: text, of: of}
	p.print()
	return p
}

func (p *progress) print() {
	if p.c.Live {
		_, _ = fmt.Fprintf(p.c.Err, "\r%s: %d of %d ", p.text, p.done, p.of)
	}
}

func (p *progress) step() {
	p.done++
	p.print()
}

func (p *progress) end() {
	if p.c.Live {
		_, _ = fmt.Fprint(p.c.Err, "\r\x1b[K")
	}
}
