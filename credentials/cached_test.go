package credentials_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
)

// source counts how often it is asked, and gives credentials that live for an hour.
type source struct {
	asked atomic.Int64
	now   func() time.Time
	life  time.Duration
	err   error
	slow  time.Duration
}

func (s *source) Retrieve(context.Context) (aws.Credentials, error) {
	n := s.asked.Add(1)
	time.Sleep(s.slow)
	if s.err != nil {
		return aws.Credentials{}, s.err
	}
	return aws.Credentials{AccessKeyID: "ASIA", SecretAccessKey: "s", SessionToken: string(rune('a' + n)), CanExpire: true, Expires: s.now().Add(s.life)}, nil
}

// TestOneRenewalForAll: however many threads of however many processes ask, one renewal is made.
func TestOneRenewalForAll(t *testing.T) {
	for name, store := range map[string]credentials.Store{"memory": &credentials.Memory{}, "files": &credentials.Files{Dir: t.TempDir()}} {
		s := &source{now: time.Now, life: time.Hour, slow: 20 * time.Millisecond}
		var wg sync.WaitGroup
		for range 10 { // processes
			c := &credentials.Cached{Provider: s, Store: store, Name: "work"}
			for range 5 { // threads
				wg.Go(func() {
					if k, err := c.Retrieve(t.Context()); err != nil || k.SessionToken != "b" {
						t.Errorf("%s: %q, %v", name, k.SessionToken, err)
					}
				})
			}
		}
		wg.Wait()
		if n := s.asked.Load(); n != 1 {
			t.Errorf("%s: asked %d times", name, n)
		}
	}
}

// TestWhenItRenews: in the last quarter of a short life, in the last fifteen minutes of a long one, spread over a fifth of that.
func TestWhenItRenews(t *testing.T) {
	for life, early := range map[time.Duration]time.Duration{20 * time.Minute: 5 * time.Minute, 12 * time.Hour: 15 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			s := &source{now: time.Now, life: life}
			c := &credentials.Cached{Provider: s, Store: &credentials.Memory{}, Name: "work"}
			ask := func() {
				t.Helper()
				if _, err := c.Retrieve(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			ask()
			time.Sleep(life - early - time.Second)
			if ask(); s.asked.Load() != 1 {
				t.Errorf("%s: renewed too early", life)
			}
			time.Sleep(early/5 + time.Second)
			if ask(); s.asked.Load() != 2 {
				t.Errorf("%s: not renewed %s before the end", life, early*4/5)
			}
		})
	}
}

// TestFailedRenewal: what may go away does not end a session before its time; what ends it does.
func TestFailedRenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{now: time.Now, life: time.Hour}
		c := &credentials.Cached{Provider: s, Store: &credentials.Memory{}, Name: "work"}
		if _, err := c.Retrieve(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(59 * time.Minute)
		s.err = errors.New("the server is down")
		if k, err := c.Retrieve(t.Context()); err != nil || k.SessionToken != "b" {
			t.Errorf("the old credentials do not serve: %v", err)
		}
		asked := s.asked.Load()
		if k, err := c.Retrieve(t.Context()); err != nil || k.SessionToken != "b" || s.asked.Load() != asked {
			t.Errorf("a server that is down is not left alone: %v", err)
		}
		time.Sleep(15 * time.Second) // a quarter of what was left
		s.err = credentials.LoginRequired("work", "mayfly login work", nil)
		var ended *credentials.LoginRequiredError
		if _, err := c.Retrieve(t.Context()); !errors.As(err, &ended) || ended.Command != "mayfly login work" {
			t.Errorf("%v", err)
		}
		s.err = errors.New("the server is down")
		time.Sleep(2 * time.Minute)
		if _, err := c.Retrieve(t.Context()); err == nil {
			t.Error("expired credentials are given")
		}
		s.err = nil
		if k, err := c.Retrieve(t.Context()); err != nil || k.SessionToken == "b" {
			t.Errorf("after the outage: %v", err)
		}
	})
}

func TestFilesSurviveDamage(t *testing.T) {
	dir := t.TempDir()
	s := &source{now: time.Now, life: time.Hour}
	store := &credentials.Files{Dir: dir}
	get := func() {
		t.Helper()
		c := &credentials.Cached{Provider: s, Store: store, Name: "work"} // a process of its own
		if _, err := c.Retrieve(t.Context()); err != nil {
			t.Error(err)
		}
	}
	get()
	file := filepath.Join(dir, "work")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, damage := range [][]byte{nil, []byte("{"), whole[:len(whole)/2], []byte(`{"version":7}`), []byte("\x00\xff")} {
		if err := os.WriteFile(file, damage, 0o600); err != nil {
			t.Fatal(err)
		}
		before := s.asked.Load()
		get()
		if s.asked.Load() != before+1 {
			t.Errorf("%q is taken for credentials", damage)
		}
		get()
		if s.asked.Load() != before+1 {
			t.Errorf("%q is not replaced", damage)
		}
	}
	for _, f := range []string{file, file + ".lock"} {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f, info.Mode(), err)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "*.tmp-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	for _, name := range []string{"", ".", "../x", "a/b", "A", "x\x00"} {
		if err := store.Save(t.Context(), name, nil); err == nil {
			t.Errorf("%q is a name", name)
		}
	}
}

func TestLockGivesUp(t *testing.T) {
	for name, store := range map[string]credentials.Store{"memory": &credentials.Memory{}, "files": &credentials.Files{Dir: t.TempDir()}} {
		unlock, err := store.Lock(t.Context(), "x")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		if _, err := store.Lock(ctx, "x"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
		cancel()
		unlock()
		if unlock, err = store.Lock(t.Context(), "x"); err != nil {
			t.Errorf("%s: a lock that was given back: %v", name, err)
		} else {
			unlock()
		}
	}
}

// TestNobodyWaitsForAnother: who has credentials that serve does not wait for one who renews, and whose server may be silent: another process, or another thread.
func TestNobodyWaitsForAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &credentials.Memory{}
		s := &source{now: time.Now, life: time.Hour}
		c := &credentials.Cached{Provider: s, Store: store, Name: "work"}
		first, err := c.Retrieve(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Minute)
		unlock, err := store.Lock(t.Context(), "work") // another process renews
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []*credentials.Cached{c, {Provider: s, Store: store, Name: "work"}} {
			began := time.Now()
			if k, err := c.Retrieve(t.Context()); err != nil || k.SessionToken != first.SessionToken || time.Since(began) > 5*time.Second {
				t.Errorf("waited %s for another process: %v", time.Since(began), err)
			}
		}
		unlock()
		s.slow = time.Minute // a thread renews
		go func() { _, _ = c.Retrieve(t.Context()) }()
		synctest.Wait()
		began := time.Now()
		if k, err := c.Retrieve(t.Context()); err != nil || k.SessionToken != first.SessionToken || time.Since(began) > 5*time.Second {
			t.Errorf("waited %s for another thread: %v", time.Since(began), err)
		}
		time.Sleep(2 * time.Minute)
		if k, err := c.Retrieve(t.Context()); err != nil || k.SessionToken == first.SessionToken || s.asked.Load() != 2 {
			t.Errorf("asked %d times: %v", s.asked.Load(), err)
		}
		time.Sleep(time.Hour)
		unlock, err = store.Lock(t.Context(), "work")
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Minute, unlock)
		s.slow = 0
		if _, err := c.Retrieve(t.Context()); err != nil {
			t.Errorf("who has none does not wait: %v", err)
		}
	})
}

// silent gives credentials of a quarter of an hour once, and then waits for a server that says nothing.
type silent struct{ asked int }

func (s *silent) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if s.asked++; s.asked > 1 {
		<-ctx.Done()
		return aws.Credentials{}, ctx.Err()
	}
	return aws.Credentials{AccessKeyID: "ASIA", SecretAccessKey: "s", SessionToken: "t", CanExpire: true, Expires: time.Now().Add(15 * time.Minute)}, nil
}

// TestSilentServer: a program that asks for credentials is given up after a minute, so what serves is given before, and the
// server is left alone by the next process.
func TestSilentServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, store := &silent{}, &credentials.Memory{}
		c := &credentials.Cached{Provider: s, Store: store, Name: "work"}
		if _, err := c.Retrieve(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(13 * time.Minute)
		for _, want := range []time.Duration{45 * time.Second, time.Second} {
			began := time.Now()
			c := &credentials.Cached{Provider: s, Store: store, Name: "work"}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			if k, err := c.Retrieve(ctx); err != nil || k.SessionToken != "t" || time.Since(began) > want || s.asked != 2 {
				t.Errorf("asked %d times, %s: %v", s.asked, time.Since(began), err)
			}
			cancel()
		}
	})
}

// TestEndlessCredentials: long-term keys are handed on, and kept nowhere.
func TestEndlessCredentials(t *testing.T) {
	store := &flaky{}
	k := aws.Credentials{AccessKeyID: "AKIA", SecretAccessKey: "s", Source: "somewhere"}
	c := &credentials.Cached{Store: store, Name: "work", Provider: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return k, nil })}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if got, err := c.Retrieve(t.Context()); err != nil || got != k {
				t.Errorf("%v", err)
			}
		})
	}
	all.Wait()
	if _, _, err := c.Kept(t.Context()); !errors.Is(err, credentials.ErrNotStored) || store.saves.Load() > 0 {
		t.Errorf("%d saves, %v", store.saves.Load(), err)
	}
}

// lockless is a Store on a file system that has no locks.
type lockless struct{ flaky }

func (*lockless) Lock(context.Context, string) (func(), error) {
	return nil, errors.New("no locks available")
}

// TestWithoutLocks: where nothing can be locked, credentials are had all the same; where nothing can be kept besides, they serve this process.
func TestWithoutLocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &lockless{}
		s := &source{now: time.Now, life: time.Hour}
		var warned []error
		c := &credentials.Cached{Provider: s, Store: store, Name: "work", Warn: func(err error) { warned = append(warned, err) }}
		for range 2 {
			if k, err := c.Retrieve(t.Context()); err != nil || k.SessionToken != "b" || len(warned) > 0 {
				t.Errorf("%v, warned %v", err, warned)
			}
		}
		p := &portal{}
		session := p.session(store)
		if err := session.SignIn(t.Context(), &credentials.Tokens{Access: "access0", Refresh: "refresh0", Expires: time.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if tokens, err := session.Tokens(t.Context()); err != nil || tokens.Access != "access1" {
			t.Errorf("%v", err)
		}
		store.full.Store(true)
		if k, err := c.Retrieve(t.Context()); err != nil || k.SessionToken == "b" || len(warned) != 1 {
			t.Errorf("%v, warned %v", err, warned)
		}
		if err := session.SignIn(t.Context(), &credentials.Tokens{Access: "access2", Refresh: "refresh2", Expires: time.Now().Add(time.Hour)}); err == nil {
			t.Error("a sign-in that was not kept looks like one that was")
		}
		if tokens, err := session.Tokens(t.Context()); err != nil || tokens.Access != "access2" {
			t.Errorf("a sign-in that cannot be kept does not serve: %v", err)
		}
		gone, leave := context.WithCancel(t.Context())
		leave()
		if err := session.SignOut(gone); !errors.Is(err, context.Canceled) {
			t.Errorf("a caller who left: %v", err)
		}
	})
}
