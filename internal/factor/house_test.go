package factor

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/keys"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/seal"
	"github.com/mayfly-id/mayfly/srp"
)

const (
	poolID   = "eu-west-1_AAAAAAAAA"
	account0 = "111122223333"
	ada      = "11111111-2222-4333-8444-555555555555"
	bob      = "66666666-2222-4333-8444-555555555555"
)

// seeded is randomness that is the same in every run and may be used by many goroutines.
type seeded struct {
	mu sync.Mutex
	r  *rand.ChaCha8
}

func (s *seeded) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.Read(b)
}

// house is a service with everything real but tokens and sessions. Tokens are "client sub scope"; sessions are used once.
type house struct {
	*Service
	ctx      context.Context
	mu       sync.Mutex
	at       time.Time
	revoked  []string
	sessions map[string]directory.MFASetup
	pool     directory.Pool
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *house) move(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

func (h *house) VerifyAccess(_ context.Context, token directory.Token) (directory.AccessClaims, error) {
	parts := strings.SplitN(string(token), " ", 3)
	if len(parts) != 3 {
		return directory.AccessClaims{}, directory.ErrTokenInvalid
	}
	return directory.AccessClaims{PoolID: poolID, ClientID: parts[0], Sub: parts[1], Scope: parts[2]}, nil
}

func (h *house) RevokeDevice(_ context.Context, _ store.Writer, pool, sub, key string) error {
	h.revoked = append(h.revoked, pool+" "+sub+" "+key)
	return nil
}

func (h *house) OpenSetup(_ context.Context, session string) (directory.MFASetup, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s, ok := h.sessions[session]; ok {
		s.Opaque = session
		return s, nil
	}
	return directory.MFASetup{}, api.NotAuthorizedException.New("Invalid session for the user.")
}

func (h *house) Advance(_ context.Context, _ store.Writer, s directory.MFASetup, verified bool) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	old := s.Opaque.(string)
	if _, ok := h.sessions[old]; !ok {
		return "", api.NotAuthorizedException.New("Invalid session for the user, session can only be used once.")
	}
	delete(h.sessions, old)
	next := fmt.Sprint(old, "+", verified)
	h.sessions[next] = s
	return next, nil
}

func newHouse(t testing.TB, change ...func(*directory.Pool)) *house {
	t.Helper()
	h := &house{at: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), sessions: map[string]directory.MFASetup{}}
	h.ctx = caller.WithPrincipal(t.Context(), &caller.Principal{Kind: caller.Root, Account: account0})
	h.ctx = caller.WithRequest(h.ctx, &caller.Request{Region: "eu-west-1"})
	engine, err := sqlite.OpenMemory()
	must(t, err)
	tables := append(append(Tables(), directory.Tables()...), keys.Tables()...)
	db, err := store.Open(h.ctx, engine, store.Options{Now: h.clock}, tables...)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	random := &seeded{r: rand.NewChaCha8([32]byte{1})}
	ring, err := keys.Open(h.ctx, db, seal.Key{7}, "test", random, h.clock)
	must(t, err)
	h.Service = New(Config{
		Store: db, Keys: ring, Tokens: h, Sessions: h, Group: srp.Cognito(), Now: h.clock, Random: random, Host: "id.example.org", Region: "eu-west-1",
	})
	h.pool = directory.Pool{
		ID: poolID, Account: account0, Region: "eu-west-1", Password: directory.DefaultPasswordPolicy(),
		MFA: directory.MFAConfig{Mode: "OPTIONAL", SMS: true, TOTP: true, Email: true}, FirstFactors: []string{"PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"},
		WebAuthn: directory.WebAuthnConfig{RelyingPartyID: "example.org"}, Devices: &directory.DeviceConfig{},
	}
	for _, c := range change {
		c(&h.pool)
	}
	must(t, db.Update(h.ctx, func(w store.Writer) error {
		if err := directory.Pools.Insert(h.ctx, w, &h.pool); err != nil {
			return err
		}
		for _, id := range []string{"client", "other"} {
			if err := directory.Clients.Insert(h.ctx, w, &directory.Client{ID: id, PoolID: poolID}); err != nil {
				return err
			}
		}
		for sub, name := range map[string]string{ada: "ada", bob: "bob"} {
			u := &directory.User{PoolID: poolID, Sub: sub, Username: name, Status: directory.Confirmed, Enabled: true, Attributes: map[string]string{}}
			if err := directory.InsertUser(h.ctx, w, &h.pool, u); err != nil {
				return err
			}
		}
		return nil
	}))
	return h
}

// token is an access token of ada's, or of another user's.
func token(of ...string) string {
	sub := ada
	if len(of) > 0 {
		sub = of[0]
	}
	return "client " + sub + " openid aws.cognito.signin.user.admin"
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func get[T any](t testing.TB) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// fails checks the type and, unless it is empty, the message of an error.
func fails(t testing.TB, err error, want *wire.ErrorType, message string) {
	t.Helper()
	e, ok := wire.AsError(err)
	if !ok || e.Type != want || message != "" && e.Message != message {
		t.Errorf("got %v, want %s: %s", err, want.Code, message)
	}
}

func (h *house) user(t testing.TB, sub string) *directory.User {
	t.Helper()
	row := get[store.Row[directory.User]](t)(directory.Users.Get(h.ctx, h.Store, poolID, sub))
	return &row.Doc
}

func (h *house) changeAda(t testing.TB, change func(*directory.User)) {
	t.Helper()
	must(t, h.Store.Update(h.ctx, func(w store.Writer) error {
		row, err := directory.Users.Get(h.ctx, w, poolID, ada)
		if err != nil {
			return err
		}
		change(&row.Doc)
		return directory.UpdateUser(h.ctx, w, &h.pool, &row)
	}))
}

// together runs the same thing many times at once and counts the successes.
func together(n int, try func() error) (successes int, failures []error) {
	var group sync.WaitGroup
	var mu sync.Mutex
	for range n {
		group.Go(func() {
			err := try()
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				successes++
			} else {
				failures = append(failures, err)
			}
		})
	}
	group.Wait()
	return successes, failures
}

func (h *house) changePool(t testing.TB, change func(*directory.Pool)) {
	t.Helper()
	must(t, h.Store.Update(h.ctx, func(w store.Writer) error {
		row, err := directory.Pools.Get(h.ctx, w, poolID)
		if err != nil {
			return err
		}
		change(&row.Doc)
		h.pool = row.Doc
		return directory.Pools.Update(h.ctx, w, &row)
	}))
}
