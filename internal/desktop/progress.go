package desktop

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// Waiting shows that something goes on, until stop is called: a line that is alive where a person looks, and one line where the output goes to a file.
func Waiting(w io.Writer, live bool, text string) (stop func()) {
	if !live {
		_, _ = fmt.Fprintln(w, text)
		return func() {}
	}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		marks := []string{"|", "/", "-", `\`}
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for i := 0; ; i++ {
			_, _ = fmt.Fprintf(w, "\r%s %s ", text, marks[i%len(marks)])
			select {
			case <-tick.C:
			case <-done:
				_, _ = fmt.Fprint(w, "\r\x1b[K")
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

// Counter counts steps of a known number, where a person looks.
type Counter struct {
	w        io.Writer // nil: nobody looks
	text     string
	of, done int
}

// Count begins to count.
func Count(w io.Writer, live bool, text string, of int) *Counter {
	p := &Counter{w: w, text: text, of: of}
	if !live {
		p.w = nil
	}
	p.print()
	return p
}

func (p *Counter) print() {
	if p.w != nil {
		_, _ = fmt.Fprintf(p.w, "\r%s: %d of %d ", p.text, p.done, p.of)
	}
}

// Step counts one more.
func (p *Counter) Step() {
	p.done++
	p.print()
}

// End takes the line away.
func (p *Counter) End() {
	if p.w != nil {
		_, _ = fmt.Fprint(p.w, "\r\x1b[K")
	}
}
