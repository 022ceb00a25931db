package idtoken

import (
	"context"
	"encoding/base64"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

func TestRefreshWithoutRotation(t *testing.T) {
	h := open(t, "ES256")
	first := h.issue(t)
	h.clock.move(30 * time.Minute)
	for range 3 {
		got, err := h.refresh(first.Refresh)
		must(t, err)
		if got.Refresh != "" {
			t.Error("a refresh token came back")
		}
		old, fresh := h.independent(t, first.Access), h.independent(t, got.Access)
		if old["auth_time"] != fresh["auth_time"] || old["origin_jti"] != fresh["origin_jti"] {
			t.Error("the refreshed token belongs to another sign-in")
		}
		if fresh["iat"] != float64(h.clock.now().Unix()) || old["jti"] == fresh["jti"] {
			t.Error("the refreshed token is not new")
		}
	}
}

func TestRefusedRefresh(t *testing.T) {
	refused := errors.New("refused")
	for name, c := range map[string]struct {
		change func(*testing.T, *house, *directory.Token)
		want   error
	}{
		"over":    {func(_ *testing.T, h *house, _ *directory.Token) { h.clock.move(time.Hour) }, directory.ErrTokenExpired},
		"revoked": {func(t *testing.T, h *house, x *directory.Token) { must(t, h.Revoke(h.ctx, h.client, *x)) }, directory.ErrTokenRevoked},
		"of another client": {func(_ *testing.T, h *house, _ *directory.Token) {
			h.client = &directory.Client{ID: "another", PoolID: poolA}
		}, directory.ErrTokenInvalid},
		"of another pool": {func(_ *testing.T, h *house, _ *directory.Token) {
			h.pool, h.client = &directory.Pool{ID: poolB}, &directory.Client{ID: "client", PoolID: poolB}
		}, directory.ErrTokenInvalid},
		"garbage": {func(_ *testing.T, _ *house, x *directory.Token) { *x = "AAAA" }, directory.ErrTokenInvalid},
		"user gone": {func(t *testing.T, h *house, _ *directory.Token) {
			must(t, h.db.Update(h.ctx, func(w store.Writer) error { return directory.Users.Delete(h.ctx, w, poolA, userID) }))
		}, directory.ErrUserGone},
		"signed out": {func(t *testing.T, h *house, _ *directory.Token) {
			h.clock.move(time.Second)
			h.changeUser(t, func(u *directory.User) { u.SignedOutAt = h.clock.now() })
		}, directory.ErrTokenRevoked},
		"not allowed": {func(t *testing.T, h *house, _ *directory.Token) {
			h.changeUser(t, func(u *directory.User) { u.Enabled = false })
		}, refused},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, "ES256")
			h.client.Rotation = true
			token := h.issue(t).Refresh
			c.change(t, h, &token)
			got, err := h.Refresh(h.ctx, h.pool, h.client, token, nil, func(u *directory.User) error {
				if !u.Enabled {
					return refused
				}
				return nil
			})
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if got != (directory.Tokens{}) {
				t.Error("tokens came with an error")
			}
		})
	}
}

func TestRotatingRefresh(t *testing.T) {
	h := open(t, "ES256")
	h.client.Rotation, h.client.RotationGrace = true, 30*time.Second
	first := h.issue(t).Refresh
	got, err := h.refresh(first)
	must(t, err)
	second := got.Refresh
	if second == "" || second == first {
		t.Fatal("no successor")
	}
	h.clock.move(29 * time.Second)
	again, err := h.refresh(first)
	must(t, err)
	if again.Refresh != second {
		t.Error("within the grace period the successor is another")
	}
	h.clock.move(time.Second)
	if _, err := h.refresh(first); !errors.Is(err, directory.ErrTokenReused) {
		t.Error("after the grace period: ", err)
	}
	if _, err := h.refresh(second); !errors.Is(err, directory.ErrTokenRevoked) {
		t.Error("the family lives on: ", err)
	}
	if _, err := h.VerifyAccess(h.ctx, got.Access); !errors.Is(err, directory.ErrTokenRevoked) {
		t.Error("the access token lives on: ", err)
	}
}

func TestGraceReachesOneGenerationBack(t *testing.T) {
	h := open(t, "ES256")
	h.client.Rotation, h.client.RotationGrace = true, 30*time.Second
	first := h.issue(t).Refresh
	got, err := h.refresh(first)
	must(t, err)
	_, err = h.refresh(got.Refresh)
	must(t, err)
	if _, err := h.refresh(first); !errors.Is(err, directory.ErrTokenReused) {
		t.Error(err)
	}
}

func TestRotationKeepsTheEnd(t *testing.T) {
	h := open(t, "ES256")
	h.client.Rotation = true
	token := h.issue(t).Refresh
	for range 3 {
		h.clock.move(19 * time.Minute)
		got, err := h.refresh(token)
		must(t, err)
		token = got.Refresh
	}
	h.clock.move(3 * time.Minute)
	if _, err := h.refresh(token); !errors.Is(err, directory.ErrTokenExpired) {
		t.Error("rotation moved the end: ", err)
	}
}

// Of a hundred that present one token without a grace period, one gets a successor; and the family is over, since all others reused it.
func TestOneConsumesAGeneration(t *testing.T) {
	h := open(t, "ES256")
	h.client.Rotation = true
	token := h.issue(t).Refresh
	var won, reused atomic.Int32
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			got, err := h.refresh(token)
			switch {
			case err == nil && got.Refresh != "":
				won.Add(1)
			case errors.Is(err, directory.ErrTokenReused):
				reused.Add(1)
			case !errors.Is(err, directory.ErrTokenRevoked):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 || reused.Load() != 1 {
		t.Errorf("%d successors, %d reuses", won.Load(), reused.Load())
	}
}

func TestMutatedRefreshTokensNeverPass(t *testing.T) {
	h := open(t, "ES256")
	token := h.issue(t).Refresh
	raw, err := base64.RawURLEncoding.DecodeString(string(token))
	must(t, err)
	for i := range raw {
		for bit := range 8 {
			raw[i] ^= 1 << bit
			if _, err := h.refresh(directory.Token(base64.RawURLEncoding.EncodeToString(raw))); !errors.Is(err, directory.ErrTokenInvalid) {
				t.Fatalf("byte %d bit %d: %v", i, bit, err)
			}
			raw[i] ^= 1 << bit
		}
	}
	if _, err := h.refresh(token); err != nil {
		t.Error("made-up tokens ended the family: ", err)
	}
}

func TestRevokeIsForItsOwnClient(t *testing.T) {
	h := open(t, "ES256")
	token := h.issue(t).Refresh
	if err := h.Revoke(h.ctx, &directory.Client{ID: "another", PoolID: poolA}, token); !errors.Is(err, directory.ErrTokenInvalid) {
		t.Error(err)
	}
	if _, err := h.refresh(token); err != nil {
		t.Error("another client ended the sign-in: ", err)
	}
	must(t, h.Revoke(h.ctx, h.client, token))
	must(t, h.Revoke(h.ctx, h.client, token)) // RFC 7009 section 2.2: no error
}

func FuzzParseRefresh(f *testing.F) {
	h := open(f, "ES256")
	token := string(h.issue(f).Refresh)
	f.Add(token)
	f.Add(token[1:] + "A")
	f.Fuzz(func(t *testing.T, s string) {
		parsed, err := h.parseRefresh(poolA, directory.Token(s))
		if err == nil && (s != token || string(h.encodeRefresh(poolA, parsed)) != s) {
			t.Error("a refresh token passes that was not issued")
		}
	})
}

func BenchmarkIssueRS256(b *testing.B) {
	h := open(b, "RS256")
	for b.Loop() {
		h.issue(b)
	}
}

func BenchmarkIssueES256(b *testing.B) {
	h := open(b, "ES256")
	for b.Loop() {
		h.issue(b)
	}
}

func BenchmarkVerifyIDKnown(b *testing.B) {
	h := open(b, "RS256")
	token := h.issue(b).ID
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.VerifyID(context.Background(), token, poolA); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyAccessKnown(b *testing.B) {
	h := open(b, "RS256")
	token := h.issue(b).Access
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.VerifyAccess(context.Background(), token); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyIDNew(b *testing.B) {
	h := open(b, "RS256")
	token := h.issue(b).ID
	for b.Loop() {
		if _, err := h.verifyNew(context.Background(), token, useID, h.now()); err != nil {
			b.Fatal(err)
		}
	}
}
