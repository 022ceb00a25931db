package credentials

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Cached keeps what a provider gives in a Store, and renews it before it ends. However many threads and processes share the Store and the name, one renews at a
// time, and the others take what it has brought. While a renewal fails for a reason that may go away, the old credentials serve to their end.
type Cached struct {
	Provider aws.CredentialsProvider
	Store    Store
	Name     string           // distinguishes sessions in the Store
	Now      func() time.Time // nil: time.Now

	turn turn
	last *kept[aws.Credentials]
}

var _ aws.CredentialsProvider = (*Cached)(nil)

// kept is something with its life.
type kept[T any] struct {
	Version int       `json:"version"`
	Issued  time.Time `json:"issued"`
	Expires time.Time `json:"expires"`
	Value   T         `json:"value"`
}

// keptVersion is the form of what is stored. What has another one is not there.
const keptVersion = 1

// Retrieve implements aws.CredentialsProvider.
func (c *Cached) Retrieve(ctx context.Context) (aws.Credentials, error) {
	share, done, err := c.turn.take(ctx)
	if err != nil {
		return aws.Credentials{}, err
	}
	defer done()
	now := clock(c.Now)
	if c.last.good(now(), share) {
		return c.last.Value, nil
	}
	k, err := fresh(ctx, c.Store, c.Name, now, share, func(*kept[aws.Credentials]) (aws.Credentials, time.Time, error) {
		v, err := c.Provider.Retrieve(ctx)
		return v, v.Expires, err
	})
	if err != nil {
		return aws.Credentials{}, err
	}
	c.last = k
	return k.Value, nil
}

// turn lets one thread at a time through, and has the process's share of the time before an end.
type turn struct {
	once  sync.Once
	one   chan struct{}
	share float64
}

func (t *turn) take(ctx context.Context) (share float64, done func(), err error) {
	t.once.Do(func() {
		t.one = make(chan struct{}, 1)
		t.share = fraction(nil)
	})
	select {
	case t.one <- struct{}{}:
		return t.share, func() { <-t.one }, nil
	case <-ctx.Done():
		return 0, nil, ctx.Err()
	}
}

// good tells whether something is there and not to be renewed yet.
func (k *kept[T]) good(now time.Time, share float64) bool {
	return k != nil && now.Before(renewAt(k.Issued, k.Expires, share))
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

// fresh gives what is kept, or brings something new under the lock of its name, unless another has done so meanwhile.
func fresh[T any](ctx context.Context, s Store, name string, now func() time.Time, share float64, bring func(old *kept[T]) (T, time.Time, error)) (*kept[T], error) {
	k, err := load[T](ctx, s, name)
	if k.good(now(), share) {
		return k, nil
	}
	if err != nil && !errors.Is(err, ErrNotStored) {
		return nil, err
	}
	unlock, err := s.Lock(ctx, name)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if k, err = load[T](ctx, s, name); k.good(now(), share) {
		return k, nil
	}
	if err != nil && !errors.Is(err, ErrNotStored) {
		return nil, err
	}
	began := now()
	value, expires, err := bring(k)
	if err != nil {
		var ended *LoginRequiredError
		if k != nil && now().Before(k.Expires) && !errors.As(err, &ended) {
			return k, nil // it may go away before the old ones end
		}
		return nil, err
	}
	k = &kept[T]{Version: keptVersion, Issued: began.UTC(), Expires: expires.UTC(), Value: value}
	return k, save(ctx, s, name, k)
}

func save[T any](ctx context.Context, s Store, name string, k *kept[T]) error {
	b, err := json.Marshal(k)
	if err != nil {
		return err
	}
	return s.Save(ctx, name, b)
}
