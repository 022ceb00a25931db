package account

import (
	"context"
	"sync"
	"time"
)

// MostAside is how many tasks are done at a time; more hold up who hands them over.
const MostAside = 64

// asideFor bounds one task.
const asideFor = 30 * time.Second

// Aside does what must not hold up an answer, such as a message that only goes out to somebody who exists.
type Aside struct {
	report func(error)
	slots  chan struct{}
	work   sync.WaitGroup
}

// NewAside makes one. report is told what goes wrong.
func NewAside(report func(error)) *Aside {
	return &Aside{report: report, slots: make(chan struct{}, MostAside)}
}

// Do does something after the answer. The error is that there was no room before the context ended.
func (a *Aside) Do(ctx context.Context, task func(context.Context) error) error {
	select {
	case a.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	a.work.Go(func() {
		defer func() { <-a.slots }()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), asideFor)
		defer cancel()
		if err := task(ctx); err != nil {
			a.report(err)
		}
	})
	return nil
}

// Wait waits for what is still done. Nothing may be handed over after it.
func (a *Aside) Wait() { a.work.Wait() }
