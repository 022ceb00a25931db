package password_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

func denied() *wire.ErrorType { return &wire.ErrorType{Code: "AccessDenied"} }

func TestChangePassword(t *testing.T) {
	h := newHouse(t)
	iamtest.Fails(t, h.change(first, "another-Horse2"), iamapi.NoSuchEntityException, "Login Profile for User ann cannot be found.")
	must(t, h.create(first))
	for _, ctx := range []context.Context{h.root, assumed(), iamtest.As(iamtest.RolePrincipal(iamtest.Account), "")} {
		_, err := h.ChangePassword(ctx, &iamapi.ChangePasswordRequest{OldPassword: first, NewPassword: "another-Horse2"})
		iamtest.Fails(t, err, iamapi.InvalidUserTypeException, "")
	}
	iamtest.Fails(t, h.change("Correct-Horse1", "another-Horse2"), denied(), "The old password was incorrect.")
	iamtest.Fails(t, h.change(first, "short1A"), iamapi.PasswordPolicyViolationException, "Password does not conform to the account password policy.")
	must(t, h.change(first, "another-Horse2"))
	iamtest.Fails(t, h.change(first, "third-Horse3"), denied(), "")
	must(t, h.change("another-Horse2", first)) // nothing forbids it
}

func TestWrongPasswordsSlowDown(t *testing.T) {
	h := newHouse(t)
	must(t, h.create(first))
	wait := "Login Profile for User ann cannot be modified after too many wrong passwords."
	for range 5 {
		iamtest.Fails(t, h.change("wrong-Wrong1", "another-Horse2"), denied(), "")
	}
	iamtest.Fails(t, h.change(first, "another-Horse2"), iamapi.EntityTemporarilyUnmodifiableException, wait)
	if n := h.row(t).Failures; n != 5 {
		t.Errorf("%d failures: one in the wait is counted", n)
	}
	h.Clock.Move(time.Second)
	iamtest.Fails(t, h.change("wrong-Wrong1", "another-Horse2"), denied(), "")
	h.Clock.Move(time.Second)
	iamtest.Fails(t, h.change(first, "another-Horse2"), iamapi.EntityTemporarilyUnmodifiableException, wait)
	h.Clock.Move(time.Second)
	must(t, h.change(first, "another-Horse2"))
	if n := h.row(t).Failures; n != 0 {
		t.Errorf("%d failures after a right password", n)
	}
}

func TestGuessesTogetherAreNoMore(t *testing.T) {
	h := newHouse(t)
	must(t, h.create(first))
	var judged atomic.Int32
	together(100, func(int) error {
		err := h.change("wrong-Wrong1", "another-Horse2")
		if e, ok := wire.AsError(err); ok && e.Type.Code == "AccessDenied" {
			judged.Add(1)
		}
		return err
	})
	if judged.Load() != 5 {
		t.Errorf("%d guesses were judged at once", judged.Load())
	}
}

func TestPasswordChangesOnce(t *testing.T) {
	h := newHouse(t)
	must(t, h.create(first))
	if n := together(100, func(i int) error { return h.change(first, fmt.Sprint("another-Horse", i)) }); n != 1 {
		t.Errorf("%d changes with one old password", n)
	}
}

func TestReuse(t *testing.T) {
	h := newHouse(t)
	text := func(i int) string { return fmt.Sprint("correct-Horse", i) }
	must(t, h.create(text(0)))
	for i := 1; i <= 4; i++ {
		must(t, h.change(text(i-1), text(i)))
	}
	h.policy(t, iamapi.UpdateAccountPasswordPolicyRequest{PasswordReusePrevention: new(3)})
	for i := 2; i <= 4; i++ {
		iamtest.Fails(t, h.change(text(4), text(i)), iamapi.PasswordPolicyViolationException, "Password does not conform to the account password policy.")
		iamtest.Fails(t, h.update(text(i)), iamapi.PasswordPolicyViolationException, "")
	}
	iamtest.Fails(t, h.change("wrong", text(4)), denied(), "") // whether it came before is not for everybody
	if h.row(t).Failures != 1 {
		t.Error("the wrong password is not counted")
	}
	must(t, h.change(text(4), text(1)))
}

func TestLongestHistory(t *testing.T) {
	h := newHouse(t)
	h.policy(t, iamapi.UpdateAccountPasswordPolicyRequest{PasswordReusePrevention: new(24)})
	text := func(i int) string { return fmt.Sprint("correct-Horse", i) }
	must(t, h.create(text(0)))
	for i := 1; i <= 24; i++ {
		must(t, h.update(text(i)))
	}
	iamtest.Fails(t, h.update(text(1)), iamapi.PasswordPolicyViolationException, "")
	must(t, h.update(text(0))) // the twenty-fifth is forgotten
}

// TestDamage holds hashes that do not open to be a failure, which is a no.
func TestDamage(t *testing.T) {
	h := newHouse(t)
	must(t, h.create(first))
	must(t, h.DB.Update(t.Context(), func(w store.Writer) error {
		row, err := record.LoginProfiles.Get(t.Context(), w, iamtest.Account, annID)
		if err != nil {
			return err
		}
		row.Doc.Sealed[len(row.Doc.Sealed)-1] ^= 1
		return record.LoginProfiles.Update(t.Context(), w, &row)
	}))
	err := h.change(first, "another-Horse2")
	if _, spoken := wire.AsError(err); err == nil || spoken {
		t.Errorf("hashes that do not open: %v", err)
	}
}

func TestWaitingEnds(t *testing.T) {
	h := newHouse(t)
	must(t, h.create(first))
	ctx, cancel := context.WithCancel(h.ann)
	cancel()
	if _, err := h.ChangePassword(ctx, &iamapi.ChangePasswordRequest{OldPassword: first, NewPassword: "another-Horse2"}); !errors.Is(err, context.Canceled) {
		t.Errorf("a request that is given up: %v", err)
	}
}

// TestAllowUsersToChangePassword decides by what the operations ask for: the policy's switch gives users what their own policies need not, and takes
// nothing.
func TestAllowUsersToChangePassword(t *testing.T) {
	h := newHouse(t)
	policy := func(effect string) []iampolicy.Named {
		p := get[*iampolicy.Policy](t)(iampolicy.Parse([]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"`+effect+`","Action":"iam:*","Resource":"*"}]}`), iampolicy.IdentityPolicy))
		return []iampolicy.Named{{ID: effect, Policy: p}}
	}
	decide := func(ctx context.Context, name string, identity []iampolicy.Named) bool {
		t.Helper()
		for _, b := range h.Operations() {
			if b.Operation.Name != name {
				continue
			}
			in := any(&wire.Empty{})
			if name == "ChangePassword" {
				in = &iamapi.ChangePasswordRequest{}
			}
			p := caller.PrincipalFrom(ctx)
			kind := iampolicy.User
			if p.Kind == caller.AssumedRole {
				kind = iampolicy.AssumedRole
			}
			allowed := true
			for _, a := range get[[]caller.Ask](t)(b.Asks(ctx, iamapi.Service(), in)) {
				d := iampolicy.Evaluate(&iampolicy.Set{Identity: identity, Resource: a.ResourcePolicy}, &iampolicy.Request{
					Action: a.Action, Resource: a.Resource, ResourceAccount: p.Account,
					Principal: iampolicy.Principal{Type: kind, ARN: p.ARN, Account: p.Account, UniqueID: p.UniqueID}, Context: a.Context,
				})
				allowed = allowed && d.Allowed
			}
			return allowed
		}
		t.Fatal("no operation " + name)
		return false
	}
	role := iamtest.As(iamtest.RolePrincipal(iamtest.Account), "")
	for _, tt := range []struct {
		name     string
		ctx      context.Context
		set      bool
		identity []iampolicy.Named
		want     bool
	}{
		{"nothing", h.ann, false, nil, false},
		{"own policy", h.ann, false, policy("Allow"), true},
		{"the switch", h.ann, true, nil, true},
		{"the switch and a Deny", h.ann, true, policy("Deny"), false},
		{"a role", role, true, nil, false},
	} {
		h.policy(t, iamapi.UpdateAccountPasswordPolicyRequest{AllowUsersToChangePassword: &tt.set})
		for _, op := range []string{"ChangePassword", "GetAccountPasswordPolicy"} {
			if got := decide(tt.ctx, op, tt.identity); got != tt.want {
				t.Errorf("%s with %s: %v", op, tt.name, got)
			}
		}
		if decide(tt.ctx, "DeleteAccountPasswordPolicy", nil) {
			t.Errorf("%s: the switch gives more than it should", tt.name)
		}
	}
}
