package idtoken

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

func TestVerify(t *testing.T) {
	h := open(t, "ES256")
	tokens := h.issue(t)
	for range 2 { // the second time from memory
		a, err := h.VerifyAccess(h.ctx, tokens.Access)
		must(t, err)
		if a.Sub != userID || a.PoolID != poolA || a.ClientID != "client" || a.Username != "ada" || a.Family == "" || a.Scope != directory.ScopeUser {
			t.Errorf("%+v", a)
		}
		i, err := h.VerifyID(h.ctx, tokens.ID, poolA)
		must(t, err)
		if i.Sub != userID || i.ClientID != "client" || i.Username != "ada" || i.All["custom:tenant"] != "t1" || !i.Expires.Equal(a.Expires.Add(10*time.Minute)) {
			t.Errorf("%+v", i)
		}
	}
}

func TestRefusedTokens(t *testing.T) {
	other := open(t, "ES256") // another deployment: the same ids, other keys
	other.random.(*seeded).r.Seed([32]byte{2})
	must(t, other.RevokePoolKeys(other.ctx, poolA))
	must(t, other.RevokePoolKeys(other.ctx, poolA))
	foreign := other.issue(t)

	access := func(h *house, token directory.Token) error { _, err := h.VerifyAccess(h.ctx, token); return err }
	id := func(h *house, token directory.Token) error { _, err := h.VerifyID(h.ctx, token, poolA); return err }
	for name, c := range map[string]struct {
		change func(*testing.T, *house, *directory.Tokens)
		access error // of the access token
		id     error // of the id token
	}{
		"swapped":               {func(_ *testing.T, _ *house, x *directory.Tokens) { x.Access, x.ID = x.ID, x.Access }, directory.ErrTokenInvalid, directory.ErrTokenInvalid},
		"of another deployment": {func(_ *testing.T, _ *house, x *directory.Tokens) { *x = foreign }, directory.ErrTokenInvalid, directory.ErrTokenInvalid},
		"empty":                 {func(_ *testing.T, _ *house, x *directory.Tokens) { *x = directory.Tokens{} }, directory.ErrTokenInvalid, directory.ErrTokenInvalid},
		"too long": {func(_ *testing.T, _ *house, x *directory.Tokens) {
			x.Access += directory.Token(strings.Repeat("A", MaxToken))
			x.ID += directory.Token(strings.Repeat("A", MaxToken))
		}, directory.ErrTokenInvalid, directory.ErrTokenInvalid},
		"over":           {func(_ *testing.T, h *house, _ *directory.Tokens) { h.clock.move(20 * time.Minute) }, directory.ErrTokenExpired, directory.ErrTokenExpired},
		"not quite over": {func(_ *testing.T, h *house, _ *directory.Tokens) { h.clock.move(10*time.Minute - time.Second) }, nil, nil},
		"pool deleted": {func(t *testing.T, h *house, _ *directory.Tokens) {
			must(t, h.db.Update(h.ctx, func(w store.Writer) error { return h.DeletePoolKeys(h.ctx, w, poolA) }))
		}, directory.ErrTokenInvalid, directory.ErrTokenInvalid},
		"family revoked": {func(t *testing.T, h *house, x *directory.Tokens) { must(t, h.Revoke(h.ctx, h.client, x.Refresh)) }, directory.ErrTokenRevoked, nil},
		"user revoked": {func(t *testing.T, h *house, _ *directory.Tokens) {
			must(t, h.db.Update(h.ctx, func(w store.Writer) error { return h.RevokeUser(h.ctx, w, poolA, userID) }))
		}, directory.ErrTokenRevoked, nil},
		"another user revoked": {func(t *testing.T, h *house, _ *directory.Tokens) {
			must(t, h.db.Update(h.ctx, func(w store.Writer) error { return h.RevokeUser(h.ctx, w, poolB, userID) }))
		}, nil, nil},
		"user disabled": {func(t *testing.T, h *house, _ *directory.Tokens) {
			h.changeUser(t, func(u *directory.User) { u.Enabled = false })
		}, directory.ErrUserDisabled, nil},
		"user gone": {func(t *testing.T, h *house, _ *directory.Tokens) {
			must(t, h.db.Update(h.ctx, func(w store.Writer) error { return directory.Users.Delete(h.ctx, w, poolA, userID) }))
		}, directory.ErrUserGone, nil},
		"signed out in the same second": {func(t *testing.T, h *house, _ *directory.Tokens) {
			h.clock.move(time.Millisecond)
			h.changeUser(t, func(u *directory.User) { u.SignedOutAt = h.clock.now() })
		}, directory.ErrTokenRevoked, nil},
	} {
		t.Run(name, func(t *testing.T) {
			for _, warm := range []bool{false, true} {
				h := open(t, "ES256")
				tokens := h.issue(t)
				if warm { // a remembered token is not better than a new one
					must(t, errors.Join(access(h, tokens.Access), id(h, tokens.ID)))
				}
				c.change(t, h, &tokens)
				if err := access(h, tokens.Access); !errors.Is(err, c.access) {
					t.Errorf("warm %v: access token: %v, want %v", warm, err, c.access)
				}
				if err := id(h, tokens.ID); !errors.Is(err, c.id) {
					t.Errorf("warm %v: id token: %v, want %v", warm, err, c.id)
				}
				if _, err := h.VerifyID(h.ctx, tokens.ID, poolB); err == nil {
					t.Error("the id token is taken for one of another pool")
				}
			}
		})
	}
}

func TestSignInWithinTheSecondOfASignOut(t *testing.T) {
	h := open(t, "ES256")
	h.client.Revocation = false
	h.user.SignedOutAt = h.clock.now()
	h.changeUser(t, func(u *directory.User) { u.SignedOutAt = h.clock.now() })
	h.clock.move(time.Millisecond)
	if _, err := h.VerifyAccess(h.ctx, h.issue(t).Access); err != nil {
		t.Error("a sign-in after the sign-out: ", err)
	}
}

func TestMutatedTokensNeverPass(t *testing.T) {
	h := open(t, "ES256")
	token := string(h.issue(t).Access)
	for i := range token {
		for _, c := range []byte("Ae.-=") {
			if token[i] == c {
				continue
			}
			mutant := token[:i] + string(c) + token[i+1:]
			if _, err := h.VerifyAccess(context.Background(), directory.Token(mutant)); err == nil {
				t.Fatalf("byte %d as %q passes", i, c)
			}
		}
	}
}

func FuzzVerifyAccess(f *testing.F) {
	h := open(f, "ES256")
	tokens := h.issue(f)
	f.Add(string(tokens.Access))
	f.Add(string(tokens.ID))
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, token string) {
		if _, err := h.VerifyAccess(context.Background(), directory.Token(token)); err == nil && token != string(tokens.Access) {
			t.Error("a token passes that was not issued")
		}
	})
}
