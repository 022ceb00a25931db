package credentials_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mayfly-id/mayfly/credentials"
)

// portal takes one access token, and ends it when it is told.
type portal struct {
	mu        sync.Mutex
	good      string
	refreshes int
	err       error
	slow      time.Duration
}

func (p *portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.Header.Get("X-Amz-Sso_bearer_token") != p.good {
		refuse(w, http.StatusUnauthorized, "UnauthorizedException")
		return
	}
	answer(w, map[string]any{"roleCredentials": map[string]any{"accessKeyId": p.good, "secretAccessKey": "s", "sessionToken": "t", "expiration": time.Now().Add(time.Hour).UnixMilli()}})
}

// sourceFunc is a TokenSource.
type sourceFunc func(context.Context) (*credentials.Tokens, error)

func (f sourceFunc) Tokens(ctx context.Context) (*credentials.Tokens, error) { return f(ctx) }

func (p *portal) session(store credentials.Store) *credentials.Session {
	return &credentials.Session{Store: store, Name: "sso", Title: "work", Command: "mayfly login work", Refresh: func(old *credentials.Tokens) credentials.TokenSource {
		return sourceFunc(func(context.Context) (*credentials.Tokens, error) {
			time.Sleep(p.slow)
			p.mu.Lock()
			defer p.mu.Unlock()
			p.refreshes++
			if p.err != nil {
				return nil, p.err
			}
			if string(old.Refresh) != "refresh"+strconv.Itoa(p.refreshes-1) {
				return nil, errors.New("a refresh token that was used already")
			}
			p.good = "access" + strconv.Itoa(p.refreshes)
			return &credentials.Tokens{Access: credentials.Secret(p.good), Refresh: credentials.Secret("refresh" + strconv.Itoa(p.refreshes)), Expires: time.Now().Add(time.Hour)}, nil
		})
	}}
}

func (p *portal) role(s credentials.TokenSource) *credentials.SSORole {
	return &credentials.SSORole{
		Client: &credentials.Client{Region: "eu-west-1", HTTP: &http.Client{Transport: inProcess{p}}}, Tokens: s, AccountID: "123456789012", RoleName: "Reader",
	}
}

// TestRevokedToken: a token that looks good and is refused is renewed once for a hundred callers in ten processes.
func TestRevokedToken(t *testing.T) {
	for name, store := range map[string]credentials.Store{"memory": &credentials.Memory{}, "files": &credentials.Files{Dir: t.TempDir()}} {
		p := &portal{good: "access0", slow: time.Millisecond}
		first := p.session(store)
		if err := first.SignIn(t.Context(), &credentials.Tokens{Access: "access0", Refresh: "refresh0", Expires: time.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		processes := []*credentials.Session{first}
		for range 9 {
			processes = append(processes, p.session(store))
		}
		for _, s := range processes { // each has the token in memory
			if _, err := p.role(s).Retrieve(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		p.good = "revoked"
		var wg sync.WaitGroup
		for _, s := range processes {
			for range 10 {
				wg.Go(func() {
					if k, err := p.role(s).Retrieve(t.Context()); err != nil || k.AccessKeyID != "access1" {
						t.Errorf("%s: %s, %v", name, k.AccessKeyID, err)
					}
				})
			}
		}
		if wg.Wait(); p.refreshes != 1 {
			t.Errorf("%s: %d refreshes", name, p.refreshes)
		}
	}
}

// TestRevokedSession: when the renewal is refused, or does not help, or cannot be made, a person has to sign in, and those who wait learn it together.
func TestRevokedSession(t *testing.T) {
	synctest.Test(t, testRevokedSession)
}

func testRevokedSession(t *testing.T) {
	p := &portal{good: "revoked", err: credentials.LoginRequired("", "", nil), slow: 50 * time.Millisecond}
	s := p.session(&credentials.Memory{})
	kept := &credentials.Tokens{Access: "access0", Refresh: "refresh0", Expires: time.Now().Add(time.Hour)}
	if err := s.SignIn(t.Context(), kept); err != nil {
		t.Fatal(err)
	}
	role := p.role(s)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			var ended *credentials.LoginRequiredError
			if _, err := role.Retrieve(t.Context()); !errors.As(err, &ended) || ended.Command != "mayfly login work" {
				t.Errorf("%v", err)
			}
		})
	}
	if wg.Wait(); p.refreshes == 0 || p.refreshes > 2 { // the second is of those who waited for the tokens meanwhile, and saw them refused later
		t.Errorf("%d refreshes", p.refreshes)
	}
	before := p.refreshes
	var again *credentials.LoginRequiredError
	if _, err := p.session(s.Store).Tokens(t.Context()); !errors.As(err, &again) || again.Command != "mayfly login work" || p.refreshes != before {
		t.Errorf("another process tries a refresh token that was refused: %v", err)
	}
	if err := s.SignIn(t.Context(), kept); err != nil {
		t.Fatal(err)
	}
	p.slow, p.err = 0, errors.New("the server is down")
	if _, err := s.Renew(t.Context(), kept); !errors.Is(err, p.err) {
		t.Errorf("a bad token is given again: %v", err)
	}
	s.Refresh = nil
	var ended *credentials.LoginRequiredError
	if _, err := p.role(s).Retrieve(t.Context()); !errors.As(err, &ended) {
		t.Errorf("without a way to refresh: %v", err)
	}
	if err := s.SignIn(t.Context(), &credentials.Tokens{Access: "revoked", Expires: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if tokens, err := s.Tokens(t.Context()); err != nil || tokens.Access != "revoked" {
		t.Errorf("a sign-in does not help the process that made it: %v", err)
	}
	if k, err := p.role(s).Retrieve(t.Context()); err != nil || k.AccessKeyID != "revoked" {
		t.Errorf("%s, %v", k.AccessKeyID, err)
	}
	if err := s.SignOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Tokens(t.Context()); !errors.As(err, &ended) {
		t.Errorf("signed out: %v", err)
	}
}

// flaky is a Store that takes nothing while it is full.
type flaky struct {
	credentials.Memory
	full  atomic.Bool
	saves atomic.Int64
}

func (f *flaky) Save(ctx context.Context, name string, value []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if f.full.Load() {
		return errors.New("no space left")
	}
	f.saves.Add(1)
	return f.Memory.Save(ctx, name, value)
}

// TestRotatedTokenIsNotLost: where each refresh uses up the token before, a Store that fails costs nothing that this process knows.
func TestRotatedTokenIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &flaky{}
		p := &portal{}
		s := p.session(store)
		var warned []error
		s.Warn = func(err error) { warned = append(warned, err) }
		if err := s.SignIn(t.Context(), &credentials.Tokens{Access: "access0", Refresh: "refresh0", Expires: time.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		want := func(access string, refreshes int) {
			t.Helper()
			if tokens, err := s.Tokens(t.Context()); err != nil || string(tokens.Access) != access || p.refreshes != refreshes {
				t.Errorf("%v, %d refreshes", err, p.refreshes)
			}
		}
		time.Sleep(50 * time.Minute)
		store.full.Store(true)
		want("access0", 0) // it is not spent when nothing can be kept, and serves to its end
		time.Sleep(10 * time.Minute)
		if _, err := s.Tokens(t.Context()); err == nil || p.refreshes != 0 {
			t.Errorf("a token is spent that could not be kept: %v", err)
		}
		store.full.Store(false)
		refresh := s.Refresh
		s.Refresh = func(old *credentials.Tokens) credentials.TokenSource {
			return sourceFunc(func(ctx context.Context) (*credentials.Tokens, error) {
				store.full.Store(true) // the disk fills up meanwhile
				return refresh(old).Tokens(ctx)
			})
		}
		want("access1", 1)
		if want("access1", 1); len(warned) != 1 {
			t.Errorf("warned: %v", warned)
		}
		s.Refresh = refresh
		store.full.Store(false)
		time.Sleep(2 * time.Minute)
		want("access1", 1) // saves it late
		other := p.session(store)
		if tokens, err := other.Tokens(t.Context()); err != nil || string(tokens.Access) != "access1" {
			t.Errorf("another process: %v", err)
		}
		time.Sleep(time.Hour)
		want("access2", 2)
	})
}

// TestRotatedTokenUnsaved: the token that was not saved is the one that is refreshed, not the stored one that it has replaced; what others have done goes first.
func TestRotatedTokenUnsaved(t *testing.T) {
	for name, meanwhile := range map[string]func(t *testing.T, p *portal, store *flaky){
		"nothing": func(*testing.T, *portal, *flaky) {},
		"sign-in": func(t *testing.T, p *portal, store *flaky) {
			if err := p.session(store).SignIn(t.Context(), &credentials.Tokens{Access: "other", Refresh: "refresh1", Expires: time.Now().Add(48 * time.Hour)}); err != nil {
				t.Fatal(err)
			}
		},
		"sign-out": func(t *testing.T, p *portal, store *flaky) {
			if err := p.session(store).SignOut(t.Context()); err != nil {
				t.Fatal(err)
			}
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			store := &flaky{}
			p := &portal{}
			s := p.session(store)
			refresh := s.Refresh
			s.Refresh = func(old *credentials.Tokens) credentials.TokenSource {
				return sourceFunc(func(ctx context.Context) (*credentials.Tokens, error) {
					store.full.Store(p.refreshes == 0)
					return refresh(old).Tokens(ctx)
				})
			}
			if err := s.SignIn(t.Context(), &credentials.Tokens{Access: "access0", Refresh: "refresh0", Expires: time.Now().Add(time.Hour)}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
			if _, err := s.Tokens(t.Context()); err != nil {
				t.Fatal(err)
			}
			store.full.Store(false)
			meanwhile(t, p, store)
			time.Sleep(time.Hour)
			tokens, err := s.Tokens(t.Context())
			var ended *credentials.LoginRequiredError
			switch name {
			case "nothing":
				if err != nil || string(tokens.Access) != "access2" {
					t.Errorf("%s: %v", name, err)
				}
			case "sign-in":
				if err != nil || string(tokens.Access) != "other" {
					t.Errorf("%s: %v", name, err)
				}
			case "sign-out":
				if !errors.As(err, &ended) {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
}

// TestCallerWhoLeaves: what the server has given already is kept, though nobody waits for it any more.
func TestCallerWhoLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, leave := context.WithCancel(t.Context())
		s := &credentials.Session{Store: &flaky{}, Name: "s", Refresh: func(*credentials.Tokens) credentials.TokenSource {
			return sourceFunc(func(refresh context.Context) (*credentials.Tokens, error) {
				leave()
				select {
				case <-time.After(2 * time.Second): // the answer is on its way
				case <-refresh.Done():
					return nil, refresh.Err()
				}
				return &credentials.Tokens{Access: "new", Refresh: "new", Expires: time.Now().Add(time.Hour)}, nil
			})
		}}
		if err := s.SignIn(t.Context(), &credentials.Tokens{Access: "old", Refresh: "old", Expires: time.Now()}); err != nil {
			t.Fatal(err)
		}
		_, _ = s.Tokens(ctx)
		if kept, _, err := s.Kept(t.Context()); err != nil || kept.Refresh != "new" {
			t.Errorf("the new refresh token is lost: %v", err)
		}
		s.Refresh = func(*credentials.Tokens) credentials.TokenSource {
			return sourceFunc(func(refresh context.Context) (*credentials.Tokens, error) {
				<-refresh.Done() // a server that hangs
				return nil, refresh.Err()
			})
		}
		time.Sleep(time.Hour)
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.Tokens(ctx); err == nil || time.Since(began) > 5*time.Second {
			t.Errorf("a caller who has left waits for %s: %v", time.Since(began), err)
		}
	})
}

// TestRevokedLogin: a user pool's token that an identity pool does not take any more is renewed once. Other refusals renew nothing.
func TestRevokedLogin(t *testing.T) {
	for message, want := range map[string]struct {
		renewals int
		good     bool
	}{
		"Invalid login token. Token has been revoked.":                 {1, true},
		"Invalid login token. Token expired: 1792584000 >= 1792583000": {1, true},
		"Invalid login token. Issuer doesn't match providerName":       {0, false},
		"Access to Identity 'eu-west-1:01234567-89ab' is forbidden.":   {0, false},
	} {
		p := &portal{}
		session := p.session(&credentials.Memory{})
		if err := session.SignIn(t.Context(), &credentials.Tokens{ID: "id0", Access: "access0", Refresh: "refresh0", Expires: time.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		client := &credentials.Client{Region: "eu-west-1", HTTP: &http.Client{Transport: tripper(func(r *http.Request) (*http.Response, error) {
			b, err := io.ReadAll(r.Body)
			switch {
			case err != nil:
				return nil, err
			case strings.Contains(string(b), `"id0"`):
				return said(400, nil, `{"__type":"NotAuthorizedException","message":"`+message+`"}`), nil
			case strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".GetId"):
				return said(200, nil, `{"IdentityId":"eu-west-1:01234567-89ab"}`), nil
			}
			return said(200, nil, `{"Credentials":{"AccessKeyId":"ASIA","SecretKey":"s","SessionToken":"t","Expiration":1792584000}}`), nil
		})}}
		_, err := (&credentials.IdentityPool{Client: client, ID: "eu-west-1:x", UserPoolID: "eu-west-1_x", Tokens: session}).Retrieve(t.Context())
		if (err == nil) != want.good || p.refreshes != want.renewals {
			t.Errorf("%s: %d renewals, %v", message, p.refreshes, err)
		}
	}
}
