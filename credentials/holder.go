package credentials

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// holder has the process's copy of something that is kept, for all its threads.
type holder[T any] struct {
	turn
	last    *kept[T]
	unsaved *unsaved // last is in no Store; nil: it is
}

// unsaved says that a Store did not take something. It is not to be lost: where a server rotates refresh tokens, what is stored is worth nothing any more.
type unsaved struct {
	over  time.Time // when that was issued which it replaces; zero: there was none
	tried time.Time
}

// source says where something is kept, and where new ones come from.
type source[T any] struct {
	store Store
	name  string
	now   func() time.Time
	// bring brings a new one; old is nil when there is none.
	bring func(ctx context.Context, old *kept[T]) (brought[T], error)
	// good tells what serves; nil: what is not to be renewed yet. With it, an old one serves nobody whose renewal fails.
	good func(k *kept[T]) bool
	// spends tells that bringing uses up the old one, so that it is certain first that a new one can be kept.
	spends bool
	warn   func(error)
}

// get gives what is kept, or brings something new under the lock of its name, unless another has done so meanwhile. One thread does it; those who have waited
// for it share its failure.
func (h *holder[T]) get(ctx context.Context, s *source[T]) (*kept[T], error) {
	seen := h.failures.Load()
	done, err := h.take(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	good := s.good
	if good == nil {
		good = func(k *kept[T]) bool { return k.good(s.now(), h.share) }
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

func (h *holder[T]) renew(ctx context.Context, s *source[T], good func(*kept[T]) bool) (*kept[T], error) {
	k, err := present[T](ctx, s.store, s.name)
	if err != nil {
		return nil, err
	}
	if k = h.newest(k); good(k) {
		return k, nil
	}
	unlock, err := s.store.Lock(ctx, s.name)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if k, err = present[T](ctx, s.store, s.name); err != nil {
		return nil, err
	}
	if k = h.newest(k); good(k) {
		return k, nil
	}
	began := s.now()
	b, err := h.bring(ctx, s, k)
	if err != nil {
		return h.fallBack(ctx, s, k, err)
	}
	return h.keep(ctx, s, k, began, b), nil
}

// bring brings something new. What uses up the old one is not begun when the new one could not be kept.
func (h *holder[T]) bring(ctx context.Context, s *source[T], old *kept[T]) (brought[T], error) {
	if s.spends && old != nil {
		if err := save(ctx, s.store, s.name, old); err != nil {
			return brought[T]{}, &notKeptError{err}
		}
		h.unsaved = nil
	}
	return s.bring(ctx, old)
}

// fallBack gives the old one until its end when the new one fails to come for a reason that may go away, and leaves it at that for a while.
func (h *holder[T]) fallBack(ctx context.Context, s *source[T], old *kept[T], err error) (*kept[T], error) {
	if s.good != nil || !old.alive(s.now()) || endsSession(err) {
		return nil, err
	}
	tired := *old
	if ctx.Err() == nil {
		tired.Tried = s.now().UTC()
		if h.unsaved == nil {
			_ = save(ctx, s.store, s.name, &tired) // it spares other processes the attempt, and is worth no more
		}
	}
	return &tired, nil
}

// keep saves what has been brought, though its caller may have left.
func (h *holder[T]) keep(ctx context.Context, s *source[T], old *kept[T], began time.Time, b brought[T]) *kept[T] {
	k := &kept[T]{Version: keptVersion, Issued: began.Add(b.skew).Round(0).UTC(), Expires: b.expires.UTC(), Skew: b.skew, Value: b.value}
	h.unsaved = nil
	if err := save(context.WithoutCancel(ctx), s.store, s.name, k); err != nil {
		h.unsaved = &unsaved{tried: s.now()}
		if old != nil {
			h.unsaved.over = old.Issued
		}
		if s.warn != nil {
			s.warn(&notKeptError{err})
		}
	}
	return k
}

// newest gives what counts: what is stored, or what this process could not save in its place. What somebody else has put there since, or taken away, goes first.
func (h *holder[T]) newest(stored *kept[T]) *kept[T] {
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
func (h *holder[T]) saveLate(ctx context.Context, s *source[T]) {
	if h.unsaved == nil || s.now().Before(h.unsaved.tried.Add(mostPause)) {
		return
	}
	h.unsaved.tried = s.now()
	unlock, err := s.store.Lock(ctx, s.name)
	if err != nil {
		return
	}
	defer unlock()
	stored, err := present[T](ctx, s.store, s.name)
	if err != nil || h.newest(stored) != h.last {
		return
	}
	if save(ctx, s.store, s.name, h.last) == nil {
		h.unsaved = nil
	}
}

// turn lets one thread at a time through, and has the process's share of the time before an end.
type turn struct {
	once     sync.Once
	one      chan struct{}
	share    float64
	failures atomic.Uint64 // of threads that had their turn
	failure  error         // the last one
}

func (t *turn) take(ctx context.Context) (done func(), err error) {
	t.once.Do(func() {
		t.one = make(chan struct{}, 1)
		t.share = fraction(nil)
	})
	select {
	case t.one <- struct{}{}:
		return func() { <-t.one }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// lingering gives a context that ends a moment after another: what is on its way when a caller leaves may still arrive, and be kept.
func lingering(ctx context.Context) (context.Context, func()) {
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
