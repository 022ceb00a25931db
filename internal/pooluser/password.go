package pooluser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/seal"
	"github.com/mayfly-id/mayfly/srp"
)

// saltSize is the length of a verifier's salt, which stands before it.
const saltSize = 16

var errVerifier = errors.New("pooluser: a stored verifier is too short")

// credential is a password made ready outside of the transaction that stores it: its verifier costs a modular power.
type credential struct {
	sealed    []byte
	set       time.Time
	temporary time.Time // end of life; zero for a permanent password
}

// put makes the password the user's. A lock-out for wrong guesses at the old one ends, and so does every challenge that was made for it: a
// challenge holds the time at which the password was set.
func (c *credential) put(p *directory.Pool, u *directory.User) {
	if keep := p.Password.History; keep > 0 && len(u.SealedVerifier) > 0 {
		history := append([][]byte{u.SealedVerifier}, u.PasswordHistory...)
		u.PasswordHistory = history[:min(keep, len(history))]
	}
	u.SealedVerifier, u.PasswordSet, u.TemporaryUntil = c.sealed, c.set, c.temporary
	u.Failures, u.LockedUntil = 0, time.Time{}
}

// credential derives and seals the verifier of a password for a user name and sub.
func (s *Service) credential(p *directory.Pool, username, sub, password string, temporary bool) (*credential, error) {
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(s.Random, salt); err != nil {
		return nil, fmt.Errorf("pooluser: randomness: %w", err)
	}
	_, poolName, _ := strings.Cut(p.ID, "_")
	v := s.Group.NewVerifier(poolName, username, password, salt)
	sealed, err := s.Keys.Seal(seal.SRPVerifier, p.ID, append(salt, v.V...), verifierAAD(sub))
	if err != nil {
		return nil, err
	}
	c := &credential{sealed: sealed, set: s.now()}
	if temporary {
		c.temporary = c.set.Add(time.Duration(p.Password.TemporaryValidityDays) * day)
	}
	return c, nil
}

func verifierAAD(sub string) []byte { return seal.AAD("users", sub, "verifier") }

// checkHistory refuses a password that the user has or had, as far back as the policy says
// (https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html).
func (s *Service) checkHistory(ctx context.Context, p *directory.Pool, u *directory.User, password string) error {
	if p.Password.History <= 0 || len(u.SealedVerifier) == 0 {
		return nil
	}
	_, poolName, _ := strings.Cut(p.ID, "_")
	past := append([][]byte{u.SealedVerifier}, u.PasswordHistory...)
	for _, sealed := range past[:min(len(past), p.Password.History)] {
		plain, err := s.Keys.Open(ctx, seal.SRPVerifier, p.ID, sealed, verifierAAD(u.Sub))
		if err != nil {
			return err
		}
		if len(plain) <= saltSize {
			return errVerifier
		}
		if s.Group.CheckPassword(srp.Verifier{Salt: plain[:saltSize], V: plain[saltSize:]}, poolName, u.Username, password) {
			return api.PasswordHistoryPolicyViolationException.New("Password has previously been used")
		}
	}
	return nil
}

// checkPassword holds a password against the pool's policy.
func checkPassword(p *directory.Pool, password string) error {
	if problem := p.Password.Problem(password); problem != "" {
		return api.InvalidPasswordException.New("%s", problem)
	}
	return nil
}

// generatedLength is the length of temporary passwords, unless the policy asks for more: with 70 characters to choose from, above 70 bits.
const generatedLength = 12

// symbolsToSend are symbols that survive being sent, copied and typed.
const symbolsToSend = "!#%*+-=?"

// generate makes a temporary password that conforms to any policy of the pool. It is drawn as a whole and drawn again until it conforms, so
// that all conforming passwords are equally likely.
func generate(random io.Reader, p *directory.PasswordPolicy) (string, error) {
	full := *p
	full.Lower, full.Upper, full.Numbers, full.Symbols = true, true, true, true
	for {
		password, err := draw.Text(random, draw.Alphanumeric+symbolsToSend, max(p.MinLength, generatedLength))
		if err != nil {
			return "", err
		}
		if full.Problem(password) == "" {
			return password, nil
		}
	}
}
