package idtoken

import (
	"errors"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"pgregory.net/rapid"
)

// familyModel is what a sign-in should be like: the refresh tokens it has given out, which of them counts, and until when.
type familyModel struct {
	tokens   []directory.Token // by generation
	replaced time.Time         // when the last one took the place of the one before
	end      time.Time         // of all of them
	over     bool
}

// expect says what presenting the token of a generation gives: the generation in use afterwards, or an error.
func (m *familyModel) expect(generation int, rotates bool, grace time.Duration, now time.Time) (int, error) {
	last := len(m.tokens) - 1
	switch {
	case !now.Before(m.end):
		return 0, directory.ErrTokenExpired
	case m.over:
		return 0, directory.ErrTokenRevoked
	case generation == last && rotates:
		return last + 1, nil
	case generation == last, generation == last-1 && now.Before(m.replaced.Add(grace)):
		return last, nil
	}
	return 0, directory.ErrTokenReused
}

// TestFamilyWalk refreshes at random, with tokens of any age, while clients change whether they rotate, time passes, and sign-ins end; and compares each
// answer with the model's.
func TestFamilyWalk(t *testing.T) {
	h := open(t, "ES256")
	rapid.Check(t, func(t *rapid.T) {
		h.client.Rotation = rapid.Bool().Draw(t, "rotation")
		h.client.RotationGrace = time.Duration(rapid.IntRange(0, 60).Draw(t, "grace")) * time.Second
		h.clock.move(time.Minute) // away from what the last walk left
		got, err := h.Issue(h.ctx, h.grant(), nil)
		if err != nil {
			t.Fatal(err)
		}
		m := &familyModel{tokens: []directory.Token{got.Refresh}, end: h.clock.now().Add(life(h.client.RefreshLife, defaultRefreshLife)).Truncate(time.Second)}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0:
				h.clock.move(time.Duration(rapid.IntRange(1, 20).Draw(t, "minutes")) * time.Minute)
			case 1:
				h.clock.move(time.Duration(rapid.IntRange(1, 40).Draw(t, "seconds")) * time.Second)
			case 2:
				if rapid.IntRange(0, 3).Draw(t, "revoke") == 0 {
					m.endedBy(h.Revoke(h.ctx, h.client, m.tokens[len(m.tokens)-1]), t)
				}
			case 3:
				if rapid.IntRange(0, 3).Draw(t, "sign out") == 0 {
					m.endedBy(h.db.Update(h.ctx, func(w store.Writer) error { return h.RevokeUser(h.ctx, w, poolA, h.user.Sub) }), t)
				}
			default:
				m.present(t, h, rapid.IntRange(0, len(m.tokens)-1).Draw(t, "generation"))
			}
		}
	})
}

// endedBy notes that the sign-in was ended by its owner.
func (m *familyModel) endedBy(err error, t *rapid.T) {
	if err != nil {
		t.Fatal(err)
	}
	m.over = true
}

// present refreshes with the token of a generation.
func (m *familyModel) present(t *rapid.T, h *house, generation int) {
	now := h.clock.now()
	next, want := m.expect(generation, h.client.Rotation, h.client.RotationGrace, now)
	got, err := h.refresh(m.tokens[generation])
	if !errors.Is(err, want) {
		t.Fatalf("generation %d of %d: %v, want %v", generation, len(m.tokens), err, want)
	}
	switch {
	case errors.Is(want, directory.ErrTokenReused):
		m.over = true
	case want != nil:
	case next == len(m.tokens):
		if got.Refresh == "" || got.Refresh == m.tokens[generation] {
			t.Fatal("there is no successor")
		}
		m.tokens, m.replaced = append(m.tokens, got.Refresh), now
	case got.Refresh != "" && got.Refresh != m.tokens[next]:
		t.Fatal("the successor is another than before")
	}
	if want == nil {
		if _, err := h.VerifyAccess(h.ctx, got.Access); err != nil {
			t.Fatal("the access token of a refresh: ", err)
		}
	}
}
