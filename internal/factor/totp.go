package factor

import (
	"context"
	"fmt"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/totp"
	"github.com/mayfly-id/mayfly/seal"
)

const (
	seedSize = 32 // bytes: 52 characters of base32, as Cognito shows them
	drift    = 1  // steps that an app's clock may be off, either way
)

// NewSeed draws the seed of a software token: as the user's app takes it (base32 without padding, RFC 4648 section 6), and sealed for the
// user's record.
func (s *Service) NewSeed(p *directory.Pool, sub string) (secret string, sealed []byte, err error) {
	seed, err := s.draw(seedSize)
	if err != nil {
		return "", nil, err
	}
	sealed, err = s.Keys.Seal(seal.TOTPSeed, p.ID, seed, seedAAD(sub))
	if err != nil {
		return "", nil, fmt.Errorf("factor: sealing a seed: %w", err)
	}
	return totp.Text(seed), sealed, nil
}

func seedAAD(sub string) []byte { return seal.AAD("users", sub, "totp") }

// VerifyTOTP holds a code against the software token that is in force for the user. A code counts in its own step of 30 seconds and in the one
// before and after it, and no step counts twice: an accepted one is noted in row, which the caller writes in w's transaction. A user without a
// software token has no right code.
func (s *Service) VerifyTOTP(ctx context.Context, _ store.Writer, row *store.Row[directory.User], code string) (ok bool, err error) {
	t := row.Doc.TOTP
	if t == nil || !t.Verified || len(t.Sealed) == 0 {
		return false, nil
	}
	step, err := s.match(ctx, &row.Doc, t.Sealed, code)
	if err != nil || step <= t.Step {
		return false, err
	}
	changed := *t
	changed.Step = step
	row.Doc.TOTP = &changed
	return true, nil
}

// match finds the step whose code this is, the latest of those that count; 0: none.
func (s *Service) match(ctx context.Context, u *directory.User, sealed []byte, code string) (int64, error) {
	seed, err := s.Keys.Open(ctx, seal.TOTPSeed, u.PoolID, sealed, seedAAD(u.Sub))
	if err != nil {
		return 0, fmt.Errorf("factor: opening a seed: %w", err)
	}
	now := totp.Step(s.Now())
	return totp.Match(seed, code, now-drift, now+drift), nil
}
