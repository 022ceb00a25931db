package credentials

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// kept is something with its life, by the clock of the server that gave it.
type kept[T any] struct {
	Version int           `json:"version"`
	Issued  time.Time     `json:"issued"`
	Expires time.Time     `json:"expires"`
	Skew    time.Duration `json:"skew,omitempty"` // of that clock ahead of this machine's, so that the next process knows
	Tried   time.Time     `json:"tried,omitzero"` // when a renewal failed, by this machine's clock
	Value   T             `json:"value"`
}

// brought is something new.
type brought[T any] struct {
	value   T
	expires time.Time
	skew    time.Duration
}

const (
	// keptVersion is the form of what is stored. What has another one is not there.
	keptVersion = 1
	// clockSteps is how far a clock may be set back without anybody minding. Beyond it, nobody knows what time it was when something was brought.
	clockSteps = 5 * time.Minute
	// mostPause is how long a renewal that has failed is left alone while the old serves. A quarter of what is left is enough when less is left.
	mostPause = time.Minute
)

// at takes a time of this machine's clock to the clock of who gave k.
func (k *kept[T]) at(local time.Time) time.Time { return local.Add(k.Skew) }

// alive tells whether something is there and has not ended.
func (k *kept[T]) alive(local time.Time) bool {
	return k != nil && k.at(local).Before(k.Expires) && !k.at(local).Before(k.Issued.Add(-clockSteps))
}

// good tells whether something is there and not to be renewed yet.
func (k *kept[T]) good(local time.Time, share float64) bool {
	if !k.alive(local) {
		return false
	}
	return k.at(local).Before(renewAt(k.Issued, k.Expires, share)) || k.resting(local)
}

// resting tells whether a renewal has just failed.
func (k *kept[T]) resting(local time.Time) bool {
	if k.Tried.IsZero() || local.Before(k.Tried) {
		return false
	}
	return local.Before(k.Tried.Add(min(mostPause, k.Expires.Sub(k.at(k.Tried))/4)))
}

// load reads something that is kept. What cannot be read is not there.
func load[T any](ctx context.Context, s Store, name string) (*kept[T], error) {
	b, err := s.Load(ctx, name)
	if err != nil {
		return nil, err
	}
	var k kept[T]
	if err := json.Unmarshal(b, &k); err != nil || k.Version != keptVersion {
		return nil, ErrNotStored
	}
	return &k, nil
}

// present is load for who does not mind that there is nothing.
func present[T any](ctx context.Context, s Store, name string) (*kept[T], error) {
	k, err := load[T](ctx, s, name)
	if errors.Is(err, ErrNotStored) {
		return nil, nil
	}
	return k, err
}

func save[T any](ctx context.Context, s Store, name string, k *kept[T]) error {
	b, err := json.Marshal(k)
	if err != nil {
		return err
	}
	return s.Save(ctx, name, b)
}
