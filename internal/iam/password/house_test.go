package password_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/password"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

const (
	annID = "AIDAAAAAAAAAAAAAAAAAA"
	first = "correct-Horse1" // a password of three kinds and more
)

// names are what accounts are called.
type names map[string][]string

func (n names) AccountNames(_ context.Context, account string) ([]string, error) {
	return n[account], nil
}

type house struct {
	*password.Service
	*iamtest.World
	root context.Context
	ann  context.Context
}

func newHouse(t testing.TB) *house {
	t.Helper()
	w := iamtest.New(t)
	ann := record.User{ID: annID, Account: iamtest.Account, Name: "ann", Path: "/staff/"}
	must(t, w.DB.Update(t.Context(), func(x store.Writer) error { return record.Users.Insert(t.Context(), x, &ann) }))
	called := names{iamtest.Account: {"Example-Corp1", "ops-1@example.com"}}
	return &house{
		Service: password.New(password.Config{Store: w.DB, Keys: w.Keys, Now: w.Clock.Now, Random: w.Random, Accounts: called}), World: w,
		root: iamtest.Root(iamtest.Account), ann: iamtest.As(iamtest.UserPrincipal(iamtest.Account, annID, ann.ARN(), "ann"), ""),
	}
}

// assumed is a session of AssumeRoot.
func assumed() context.Context {
	p := iamtest.RootPrincipal(iamtest.Account)
	p.Session = &caller.Session{PolicyARNs: []string{"arn:aws:iam::aws:policy/root-task/IAMCreateRootUserPassword"}}
	return iamtest.As(p, "")
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func get[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		must(t, err)
		return v
	}
}

func (h *house) create(text string) error {
	_, err := h.CreateLoginProfile(h.root, &iamapi.CreateLoginProfileRequest{UserName: new("ann"), Password: &text})
	return err
}

func (h *house) update(text string) error {
	_, err := h.UpdateLoginProfile(h.root, &iamapi.UpdateLoginProfileRequest{UserName: "ann", Password: &text})
	return err
}

func (h *house) change(old, fresh string) error {
	_, err := h.ChangePassword(h.ann, &iamapi.ChangePasswordRequest{OldPassword: old, NewPassword: fresh})
	return err
}

func (h *house) policy(t testing.TB, in iamapi.UpdateAccountPasswordPolicyRequest) {
	t.Helper()
	_, err := h.UpdateAccountPasswordPolicy(h.root, &in)
	must(t, err)
}

func (h *house) row(t testing.TB) record.LoginProfile {
	t.Helper()
	return get[store.Row[record.LoginProfile]](t)(record.LoginProfiles.Get(t.Context(), h.DB, iamtest.Account, annID)).Doc
}

// together runs f many times at once and counts how often it succeeded.
func together(n int, f func(int) error) int32 {
	var done atomic.Int32
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			if f(i) == nil {
				done.Add(1)
			}
		})
	}
	close(start)
	wg.Wait()
	return done.Load()
}
