package keep

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// Holder has the process's copy of something that is kept, for all its threads.
type Holder[T any] struct {
	Turn
	last    atomic.Pointer[Kept[T]] // is changed by who has the turn, and read by all
	unsaved *unsaved                // last is in no Store; nil: it is
}

// unsaved says that a Store did not take something. It is not to be lost: where a server rotates refresh tokens, what is stored is worth nothing any more.
type unsaved struct {
	over  time.Time // when that was issued which it replaces; zero: there was none
	tried time.Time
}

// Source says where something is kept, and where new ones come from.
type Source[T any] struct {
	Store Store
	Name  string
	Now   func() time.Time
	// Bring brings a new one; old is nil when there is none.
	Bring func(ctx context.Context, old *Kept[T]) (Brought[T], error)
	// Good tells what serves; nil: what is not to be renewed yet. With it, an old one serves nobody whose renewal fails.
	Good func(k *Kept[T]) bool
	// Spends tells that bringing uses up the old one, so that it is certain first that a new one can be kept.
	Spends bool
	// Ends tells of an error that it will not go away; nil: all may.
	Ends func(error) bool
	Warn func(error)
}

// Get gives what is kept, or brings something new under the lock of its name, unless another has done so meanwhile. One thread does it; those who have waited
// for it share its failure. Nobody who has something that serves waits for long.
func (h *Holder[T]) Get(ctx context.Context, s *Source[T]) (*Kept[T], error) {
	seen := h.failures.Load()
	old := h.last.Load()
	done, err := await(ctx, s.serves(old), h.Take)
	if errors.Is(err, errBusy) {
		return old, nil
	}
	if err != nil {
		return nil, err
	}
	defer done()
	good := s.Good
	if good == nil {
		good = func(k *Kept[T]) bool { return k.good(s.Now(), h.share) }
	}
	if last := h.last.Load(); good(last) {
		h.saveLate(ctx, s)
		return last, nil
	}
	if h.failures.Load() != seen {
		return nil, h.failure
	}
	k, err := h.renew(ctx, s, good)
	if err != nil {
		if ctx.Err() == nil { // a caller who leaves is no news to the others
			h.failure = err
			h.failures.Add(1)
		}
		return nil, err
	}
	h.last.Store(k)
	return k, nil
}

// serves tells whether something may be given while another one is on its way.
func (s *Source[T]) serves(k *Kept[T]) bool { return s.Good == nil && k.Alive(s.Now()) }

// errBusy says that somebody else renews.
var errBusy = errors.New("credentials: somebody else renews them")

// mostWait is how long one waits for somebody who renews, with something at hand that serves meanwhile. A renewal takes a moment, or as long as a server is silent.
const mostWait = time.Second

// mostRenewal is how long a renewal may take with something at hand that serves meanwhile. SDKs give up a credential_process after a minute.
const mostRenewal = 30 * time.Second

// lock takes the lock of the name. Where there are no locks, as on some network file systems, one goes on without: two renewals are better than none, and whether
// something can be kept shows when it is.
func (s *Source[T]) lock(ctx context.Context) (func(), error) {
	unlock, err := s.Store.Lock(ctx, s.Name)
	if err == nil {
		return unlock, nil
	}
	return func() {}, ctx.Err()
}

// await takes a lock. Who has something that serves is given errBusy after a while.
func await(ctx context.Context, serves bool, take func(context.Context) (func(), error)) (func(), error) {
	if !serves {
		return take(ctx)
	}
	short, cancel := context.WithTimeout(ctx, mostWait)
	defer cancel()
	done, err := take(short)
	if err != nil && ctx.Err() == nil && short.Err() != nil {
		err = errBusy
	}
	return done, err
}

func (h *Holder[T]) renew(ctx context.Context, s *Source[T], good func(*Kept[T]) bool) (*Kept[T], error) {
	k, err := present[T](ctx, s.Store, s.Name)
	if err != nil {
		return nil, err
	}
	if k = h.newest(k); good(k) {
		return k, nil
	}
	unlock, err := await(ctx, s.serves(k), s.lock)
	if errors.Is(err, errBusy) {
		return k, nil
	}
	if err != nil {
		return nil, err
	}
	defer unlock()
	if k, err = present[T](ctx, s.Store, s.Name); err != nil {
		return nil, err
	}
	if k = h.newest(k); good(k) {
		return k, nil
	}
	began := s.Now()
	within, cancel := ctx, func() {}
	if s.serves(k) {
		within, cancel = context.WithTimeout(ctx, mostRenewal)
	}
	b, err := h.bring(within, s, k)
	cancel()
	if err != nil {
		return h.fallBack(ctx, s, k, err)
	}
	return h.keep(ctx, s, k, began, b), nil
}

// bring brings something new. What uses up the old one is not begun when the new one could not be kept.
func (h *Holder[T]) bring(ctx context.Context, s *Source[T], old *Kept[T]) (Brought[T], error) {
	if s.Spends && old != nil {
		if err := Save(ctx, s.Store, s.Name, old); err != nil {
			return Brought[T]{}, &NotKeptError{Cause: err}
		}
		h.unsaved = nil
	}
	return s.Bring(ctx, old)
}

// fallBack gives the old one until its end when the new one fails to come for a reason that may go away, and leaves it at that for a while.
func (h *Holder[T]) fallBack(ctx context.Context, s *Source[T], old *Kept[T], err error) (*Kept[T], error) {
	if s.Ends != nil && s.Ends(err) {
		if old != nil && !old.Ended && h.unsaved == nil {
			ended := *old
			ended.Ended = true
			_ = Save(context.WithoutCancel(ctx), s.Store, s.Name, &ended) // it spares others the attempt, and is worth no more
		}
		return nil, err
	}
	if s.Good != nil || !old.Alive(s.Now()) {
		return nil, err
	}
	tired := *old
	if ctx.Err() == nil {
		tired.Tried = s.Now().UTC()
		if h.unsaved == nil {
			_ = Save(ctx, s.Store, s.Name, &tired) // it spares other processes the attempt, and is worth no more
		}
	}
	return &tired, nil
}

// keep saves what has been brought, though its caller may have left. What does not end is handed on, and kept nowhere: it is where it came from.
func (h *Holder[T]) keep(ctx context.Context, s *Source[T], old *Kept[T], began time.Time, b Brought[T]) *Kept[T] {
	k := NewKept(began, b)
	h.unsaved = nil
	if b.Expires.IsZero() {
		return k
	}
	if err := Save(context.WithoutCancel(ctx), s.Store, s.Name, k); err != nil {
		h.unsaved = &unsaved{tried: s.Now()}
		if old != nil {
			h.unsaved.over = old.Issued
		}
		if s.Warn != nil {
			s.Warn(&NotKeptError{Cause: err})
		}
	}
	return k
}

// newest gives what counts: what is stored, or what this process could not save in its place. What somebody else has put there since, or taken away, goes first.
func (h *Holder[T]) newest(stored *Kept[T]) *Kept[T] {
	if h.unsaved == nil {
		return stored
	}
	if stored == nil && h.unsaved.over.IsZero() || stored != nil && stored.Issued.Equal(h.unsaved.over) {
		return h.last.Load()
	}
	h.unsaved = nil
	return stored
}

// saveLate tries again, now and then, what failed.
func (h *Holder[T]) saveLate(ctx context.Context, s *Source[T]) {
	if h.unsaved == nil || s.Now().Before(h.unsaved.tried.Add(mostPause)) {
		return
	}
	h.unsaved.tried = s.Now()
	unlock, err := s.lock(ctx)
	if err != nil {
		return
	}
	defer unlock()
	last := h.last.Load()
	stored, err := present[T](ctx, s.Store, s.Name)
	if err != nil || h.newest(stored) != last {
		return
	}
	if Save(ctx, s.Store, s.Name, last) == nil {
		h.unsaved = nil
	}
}

// Put keeps something in the place of what is kept, while no other thread and no other process renews. When it cannot be kept, it serves this process all the same.
func (h *Holder[T]) Put(ctx context.Context, s *Source[T], b Brought[T]) error {
	return h.alone(ctx, s, func() error {
		k := NewKept(s.Now(), b)
		h.last.Store(k)
		h.unsaved = nil
		return Save(ctx, s.Store, s.Name, k)
	})
}

// Drop forgets what is kept.
func (h *Holder[T]) Drop(ctx context.Context, s *Source[T]) error {
	return h.alone(ctx, s, func() error {
		h.last.Store(nil)
		h.unsaved = nil
		return s.Store.Delete(ctx, s.Name)
	})
}

// alone does something while no other thread and no other process renews.
func (h *Holder[T]) alone(ctx context.Context, s *Source[T], do func() error) error {
	done, err := h.Take(ctx)
	if err != nil {
		return err
	}
	defer done()
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return do()
}

// Turn lets one thread at a time through, and has the process's share of the time before an end.
type Turn struct {
	once     sync.Once
	one      chan struct{}
	share    float64
	failures atomic.Uint64 // of threads that had their turn
	failure  error         // the last one
}

// Take waits for the turn. Another thread has it when done has been called.
func (t *Turn) Take(ctx context.Context) (done func(), err error) {
	t.once.Do(func() {
		t.one = make(chan struct{}, 1)
		t.share = Fraction(nil)
	})
	select {
	case t.one <- struct{}{}:
		return func() { <-t.one }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Lingering gives a context that ends a moment after another: what is on its way when a caller leaves may still arrive, and be kept.
func Lingering(ctx context.Context) (context.Context, func()) {
	const moment = 3 * time.Second
	out, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(moment, cancel)
		context.AfterFunc(out, func() { timer.Stop() })
	})
	return out, func() {
		stop()
		cancel()
	}
}
