package keep

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Holder has the process's copy of something that is kept, for all its threads.
type Holder[T any] struct {
	Turn
	last    *Kept[T]
	unsaved *unsaved // last is in no Store; nil: it is
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
// for it share its failure.
func (h *Holder[T]) Get(ctx context.Context, s *Source[T]) (*Kept[T], error) {
	seen := h.failures.Load()
	done, err := h.Take(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	good := s.Good
	if good == nil {
		good = func(k *Kept[T]) bool { return k.good(s.Now(), h.share) }
	}
	if good(h.last) {
		h.saveLate(ctx, s)
		return h.last, nil
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
	h.last = k
	return k, nil
}

func (h *Holder[T]) renew(ctx context.Context, s *Source[T], good func(*Kept[T]) bool) (*Kept[T], error) {
	k, err := present[T](ctx, s.Store, s.Name)
	if err != nil {
		return nil, err
	}
	if k = h.newest(k); good(k) {
		return k, nil
	}
	unlock, err := s.Store.Lock(ctx, s.Name)
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
	b, err := h.bring(ctx, s, k)
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
	if s.Good != nil || !old.Alive(s.Now()) || s.Ends != nil && s.Ends(err) {
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

// keep saves what has been brought, though its caller may have left.
func (h *Holder[T]) keep(ctx context.Context, s *Source[T], old *Kept[T], began time.Time, b Brought[T]) *Kept[T] {
	k := NewKept(began, b)
	h.unsaved = nil
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
		return h.last
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
	unlock, err := s.Store.Lock(ctx, s.Name)
	if err != nil {
		return
	}
	defer unlock()
	stored, err := present[T](ctx, s.Store, s.Name)
	if err != nil || h.newest(stored) != h.last {
		return
	}
	if Save(ctx, s.Store, s.Name, h.last) == nil {
		h.unsaved = nil
	}
}

// Put keeps something in the place of what is kept, while no other thread and no other process renews. When it cannot be kept, it serves this process all the same.
func (h *Holder[T]) Put(ctx context.Context, s *Source[T], b Brought[T]) error {
	return h.alone(ctx, s, func() error {
		k := NewKept(s.Now(), b)
		h.last, h.unsaved = k, nil
		return Save(ctx, s.Store, s.Name, k)
	})
}

// Drop forgets what is kept.
func (h *Holder[T]) Drop(ctx context.Context, s *Source[T]) error {
	return h.alone(ctx, s, func() error {
		h.last, h.unsaved = nil, nil
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
	unlock, err := s.Store.Lock(ctx, s.Name)
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
