package delegation_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// sent brings a request as far as its token being sent.
func (h *house) sent(approver *caller.Principal) (id, token string) {
	h.t.Helper()
	id = h.create(nil)
	h.steps(approver, id, "AssociateDelegationRequest", "AcceptDelegationRequest", "SendDelegationToken")
	return id, h.channel.last().ExchangeToken
}

func TestTokenIsGoodOnce(t *testing.T) {
	h := newHouse(t)
	_, token := h.sent(h.user(customer, "admin", allowing("*", "*")))
	for name, bad := range map[string]string{
		"empty": "", "no secret": token[:36], "half": token[:60], "longer": token + "a", "another secret": token[:37] + strings.Repeat("a", 43),
		"another request": "00000000-0000-4000-8000-000000000000" + token[36:], "no id": token[36:], "a long id": strings.Repeat("x", 2000) + token[36:],
		"not text": "\x00\xff" + token[36:],
	} {
		if _, err := h.redeem(provider, bad); !errors.Is(err, caller.ErrUnknown) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := range token {
		m := []byte(token)
		m[i] ^= 1
		if _, err := h.redeem(provider, string(m)); !errors.Is(err, caller.ErrUnknown) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
	}
	for _, account := range []string{customer, third, ""} {
		if _, err := h.redeem(account, token); !errors.Is(err, caller.ErrUnknown) {
			t.Errorf("in account %q: %v", account, err)
		}
	}
	refused := errors.New("too large")
	if _, err := h.RedeemDelegation(iamtest.Root(provider), token, func(*caller.Principal) error { return refused }); !errors.Is(err, refused) {
		t.Errorf("a check that refuses: %v", err)
	}
	if _, err := h.redeem(provider, token); err != nil {
		t.Fatal(err)
	}
	if _, err := h.redeem(provider, token); !errors.Is(err, caller.ErrExpired) {
		t.Errorf("again: %v", err)
	}
}

func TestTokenRace(t *testing.T) {
	h := newHouse(t)
	_, token := h.sent(h.user(customer, "admin", allowing("*", "*")))
	var won, expired atomic.Int32
	var wait sync.WaitGroup
	for range 100 {
		wait.Go(func() {
			switch _, err := h.redeem(provider, token); {
			case err == nil:
				won.Add(1)
			case errors.Is(err, caller.ErrExpired):
				expired.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if won.Load() != 1 || expired.Load() != 99 {
		t.Errorf("%d traded it, %d came late", won.Load(), expired.Load())
	}
}

// TestOneOwner has a hundred identities take a request on at once.
func TestOneOwner(t *testing.T) {
	h := newHouse(t)
	id := h.create(nil)
	var won atomic.Int32
	var wait sync.WaitGroup
	for i := range 100 {
		p := iamtest.RootPrincipal(fmt.Sprintf("9000000000%02d", i))
		wait.Go(func() {
			if err := h.step(p, "AssociateDelegationRequest", id, ""); err == nil {
				won.Add(1)
			}
		})
	}
	wait.Wait()
	if won.Load() != 1 {
		t.Errorf("%d owners", won.Load())
	}
}

func TestTokenEnds(t *testing.T) {
	for name, c := range map[string]struct {
		after time.Duration
		good  bool
	}{"in time": {time.Hour - 2*time.Second, true}, "late": {time.Hour, false}, "forgotten": {15 * 24 * time.Hour, false}} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			_, token := h.sent(h.user(customer, "admin", allowing("*", "*")))
			h.Clock.Move(c.after)
			p, err := h.redeem(provider, token)
			if (err == nil) != c.good {
				t.Fatal(err)
			}
			if c.good && p.Session.Expires.Sub(h.Clock.Now()) > 2*time.Second {
				t.Errorf("lasts until %s", p.Session.Expires)
			}
		})
	}
}

func TestApproverWhoIsGone(t *testing.T) {
	h := newHouse(t)
	admin := h.user(customer, "admin", allowing("*", "*"))
	_, token := h.sent(admin)
	h.write(func(ctx ctx, w store.Writer) error { return record.Users.Delete(ctx, w, admin.UniqueID) })
	if _, err := h.redeem(provider, token); !errors.Is(err, caller.ErrExpired) {
		t.Errorf("error %v", err)
	}
	h.write(func(ctx ctx, w store.Writer) error { // another one of the same name
		return record.Users.Insert(ctx, w, &record.User{ID: "AIDABBBBBBBBBBBBBBBBB", Account: customer, Name: "admin", Path: "/"})
	})
	if _, err := h.redeem(provider, token); !errors.Is(err, caller.ErrExpired) {
		t.Errorf("with a namesake: %v", err)
	}
}

func TestOnlySendByOwner(t *testing.T) {
	h := newHouse(t)
	owner := h.user(customer, "owner", allowing("iam:*Delegation*", "*"))
	admin := h.user(customer, "admin", allowing("*", "*"))
	id := h.create(func(in *createInput) { in.OnlySendByOwner = ptr(true) })
	h.steps(owner, id, "AssociateDelegationRequest")
	h.steps(admin, id, "AcceptDelegationRequest")
	iamtest.Fails(t, h.step(admin, "SendDelegationToken", id, ""), accessDenied, "Only the owner of this delegation request can send its token.")
	h.steps(owner, id, "SendDelegationToken")
	p, err := h.redeem(provider, h.channel.last().ExchangeToken)
	if err != nil || p.ARN != admin.ARN {
		t.Errorf("principal %+v, %v", p, err)
	}
}

// TestNoTokenAtRest looks for the token in the record, and in what errors and answers say.
func TestNoTokenAtRest(t *testing.T) {
	h := newHouse(t)
	admin := h.user(customer, "admin", allowing("*", "*"))
	id, token := h.sent(admin)
	row, err := record.DelegationRequests.Get(t.Context(), h.DB, id)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := json.Marshal(row.Doc)
	if err != nil {
		t.Fatal(err)
	}
	out, err := h.get(admin, id)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.redeem(customer, token)
	secret := []byte(token[37:])
	if bytes.Contains(stored, secret) || bytes.Contains(shown, secret) || strings.Contains(fmt.Sprintf("%v %+v", err, err), string(secret)) {
		t.Error("the token is where it must not be")
	}
	if len(secret) != 43 || len(row.Doc.TokenHash) != 32 {
		t.Errorf("%d characters, hash of %d bytes", len(secret), len(row.Doc.TokenHash))
	}
}
