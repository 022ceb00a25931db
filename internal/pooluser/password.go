package pooluser

import (
	"fmt"
	"io"
	"strings"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/seal"
)

// credential is a password made ready outside of the transaction that stores it: its verifier costs a modular power.
type credential struct {
	sealed    []byte
	set       time.Time
	temporary time.Time // end of life; zero for a permanent password
}

// put makes the password the user's. A lock-out for wrong guesses at the old one ends.
func (c *credential) put(u *directory.User) {
	u.SealedVerifier, u.PasswordSet, u.TemporaryUntil = c.sealed, c.set, c.temporary
	u.Failures, u.LockedUntil = 0, time.Time{}
}

// credential derives and seals the verifier of a password for a user name and sub.
func (s *Service) credential(p *directory.Pool, username, sub, password string, temporary bool) (*credential, error) {
	salt := make([]byte, 16)
	if _, err := io.ReadFull(s.Random, salt); err != nil {
		return nil, fmt.Errorf("pooluser: randomness: %w", err)
	}
	_, poolName, _ := strings.Cut(p.ID, "_")
	v := s.Group.NewVerifier(poolName, username, password, salt)
	sealed, err := s.Keys.Seal(seal.SRPVerifier, p.ID, append(salt, v.V...), seal.AAD("users", sub, "verifier"))
	if err != nil {
		return nil, err
	}
	c := &credential{sealed: sealed, set: s.now()}
	if temporary {
		c.temporary = c.set.Add(time.Duration(p.Password.TemporaryValidityDays) * day)
	}
	return c, nil
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
