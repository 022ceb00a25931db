package keep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Kept is something with its life, by the clock of the server that gave it.
type Kept[T any] struct {
	Version int           `json:"version"`
	Issued  time.Time     `json:"issued"`
	Expires time.Time     `json:"expires"`
	Skew    time.Duration `json:"skew,omitempty"`  // of that clock ahead of this machine's, so that the next process knows
	Tried   time.Time     `json:"tried,omitzero"`  // when a renewal failed, by this machine's clock
	Ended   bool          `json:"ended,omitempty"` // before its time: a renewal was refused for good
	Value   T             `json:"value"`
}

// Format keeps the value out of everything that package fmt prints.
func (k Kept[T]) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "kept until %s", k.Expires) }

// Brought is something new.
type Brought[T any] struct {
	Value   T
	Expires time.Time // zero: it does not end
	Skew    time.Duration
}

// Format keeps the value out of everything that package fmt prints.
func (b Brought[T]) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "brought until %s", b.Expires) }

const (
	// keptVersion is the form of what is stored. What has another one is not there.
	keptVersion = 1
	// clockSteps is how far a clock may be set back without anybody minding. Beyond it, nobody knows what time it was when something was brought.
	clockSteps = 5 * time.Minute
	// mostPause is how long a renewal that has failed is left alone while the old serves. A quarter of what is left is enough when less is left.
	mostPause = time.Minute
)

// NewKept is something that has been brought, with its life. began is when it was asked for, by this machine's clock.
func NewKept[T any](began time.Time, b Brought[T]) *Kept[T] {
	return &Kept[T]{Version: keptVersion, Issued: began.Add(b.Skew).Round(0).UTC(), Expires: b.Expires.UTC(), Skew: b.Skew, Value: b.Value}
}

// at takes a time of this machine's clock to the clock of who gave k.
func (k *Kept[T]) at(local time.Time) time.Time { return local.Add(k.Skew) }

// Alive tells whether something is there and has not ended.
func (k *Kept[T]) Alive(local time.Time) bool {
	return k != nil && !k.Ended && k.at(local).Before(k.Expires) && !k.at(local).Before(k.Issued.Add(-clockSteps))
}

// good tells whether something is there and not to be renewed yet.
func (k *Kept[T]) good(local time.Time, share float64) bool {
	if !k.Alive(local) {
		return false
	}
	return k.at(local).Before(renewAt(k.Issued, k.Expires, share)) || k.resting(local)
}

// resting tells whether a renewal has just failed.
func (k *Kept[T]) resting(local time.Time) bool {
	if k.Tried.IsZero() || local.Before(k.Tried) {
		return false
	}
	return local.Before(k.Tried.Add(min(mostPause, k.Expires.Sub(k.at(k.Tried))/4)))
}

// Load reads something that is kept. What cannot be read is not there.
func Load[T any](ctx context.Context, s Store, name string) (*Kept[T], error) {
	b, err := s.Load(ctx, name)
	if err != nil {
		return nil, err
	}
	var k Kept[T]
	if err := json.Unmarshal(b, &k); err != nil || k.Version != keptVersion {
		return nil, ErrNotStored
	}
	return &k, nil
}

// present is load for who does not mind that there is nothing.
func present[T any](ctx context.Context, s Store, name string) (*Kept[T], error) {
	k, err := Load[T](ctx, s, name)
	if errors.Is(err, ErrNotStored) {
		return nil, nil
	}
	return k, err
}

// Save keeps something under a name.
func Save[T any](ctx context.Context, s Store, name string, k *Kept[T]) error {
	b, err := json.Marshal(k)
	if err != nil {
		return err
	}
	return s.Save(ctx, name, b)
}

// NotKeptError says that a Store did not take something.
type NotKeptError struct{ Cause error }

// Error implements error.
func (e *NotKeptError) Error() string { return "credentials cannot be kept: " + e.Cause.Error() }

// Unwrap gives the cause.
func (e *NotKeptError) Unwrap() error { return e.Cause }
