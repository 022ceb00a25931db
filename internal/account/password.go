package account

import (
	"context"
	"fmt"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/seal"
)

// CheckPolicy holds a new password against the pool's policy.
func CheckPolicy(p *directory.Pool, password string) error {
	if problem := p.Password.Problem(password); problem != "" {
		return api.InvalidPasswordException.New("%s", problem)
	}
	return nil
}

// SetPassword makes a password the user's: a permanent one, with which a lock-out ends. It writes nothing; a modular power belongs outside of a
// transaction.
func (s *Core) SetPassword(ctx context.Context, p *directory.Pool, u *directory.User, password string) error {
	if err := CheckPolicy(p, password); err != nil {
		return err
	}
	if err := s.checkHistory(ctx, p, u, password); err != nil {
		return err
	}
	salt := make([]byte, saltSize, saltSize+valueSize)
	if err := s.Draw(salt); err != nil {
		return err
	}
	v := s.Group.NewVerifier(SRPPool(p), u.Username, password, salt)
	sealed, err := s.Keys.Seal(seal.SRPVerifier, p.ID, append(salt, v.V...), verifierAAD(u.Sub))
	if err != nil {
		return fmt.Errorf("signin: sealing a verifier: %w", err)
	}
	if keep := p.Password.History; keep > 0 && len(u.SealedVerifier) > 0 {
		history := append([][]byte{u.SealedVerifier}, u.PasswordHistory...)
		u.PasswordHistory = history[:min(keep, len(history))]
	}
	u.SealedVerifier, u.PasswordSet, u.TemporaryUntil = sealed, s.Now(), time.Time{}
	u.Failures, u.LockedUntil = 0, time.Time{}
	u.Modified = u.PasswordSet
	return nil
}

// checkHistory refuses a password that the user has or had, as far back as the policy says.
func (s *Core) checkHistory(ctx context.Context, p *directory.Pool, u *directory.User, password string) error {
	if p.Password.History <= 0 || len(u.SealedVerifier) == 0 {
		return nil
	}
	past := append([][]byte{u.SealedVerifier}, u.PasswordHistory...)
	for _, sealed := range past[:min(len(past), p.Password.History)] {
		v, err := s.openVerifier(ctx, u.PoolID, u.Sub, sealed)
		if err != nil {
			return err
		}
		if s.Group.CheckPassword(v, SRPPool(p), u.Username, password) {
			return api.PasswordHistoryPolicyViolationException.New("Password has previously been used")
		}
	}
	return nil
}
