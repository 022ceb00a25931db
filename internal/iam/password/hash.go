package password

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"golang.org/x/crypto/argon2"

	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/jws"
	"github.com/mayfly-id/mayfly/seal"
)

const (
	saltSize = 16 // bytes, RFC 9106 section 3.1
	keySize  = 32 // bytes

	// mostAtOnce bounds the hashes that are computed at once, and with them the memory: 76 MiB. Others wait.
	mostAtOnce = 4
	// mostKept is how many hashes a profile keeps: the longest history that a policy can ask for.
	mostKept = 24
)

// cost is how much work a hash is (RFC 9106).
type cost struct {
	Memory uint32 `json:"m"` // KiB
	Passes uint32 `json:"t"`
	Lanes  uint8  `json:"p"`
}

// present is the cost of new hashes: Argon2id as OWASP has it
// (https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id).
func present() cost { return cost{Memory: 19 << 10, Passes: 2, Lanes: 1} }

// hash is one password. It prints as a tag.
type hash struct {
	cost
	Key []byte `json:"key"`
}

// hashes are the passwords of a profile, newest first: the one in force and those before it.
type hashes struct {
	Salt []byte `json:"salt"`
	List []hash `json:"list"`
}

// Format keeps the hash out of everything that package fmt prints.
func (hash) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[redacted]") }

// compute is Argon2id over a password. It waits until a place is free.
func (s *Service) compute(ctx context.Context, text string, salt []byte, c cost) ([]byte, error) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(text), salt, c.Passes, c.Memory, c.Lanes, keySize), nil
}

// current reports whether a text is the password in force.
func (s *Service) current(ctx context.Context, h *hashes, text string) (bool, error) {
	return s.among(ctx, h, text, 1)
}

// among reports whether a text is one of the last n passwords.
func (s *Service) among(ctx context.Context, h *hashes, text string, n int) (bool, error) {
	keys := map[cost][]byte{} // hashes differ in cost only where its figures have changed since
	found := 0
	for _, old := range h.List[:min(n, len(h.List))] {
		key, ok := keys[old.cost]
		if !ok {
			var err error
			if key, err = s.compute(ctx, text, h.Salt, old.cost); err != nil {
				return false, err
			}
			keys[old.cost] = key
		}
		found |= subtle.ConstantTimeCompare(key, old.Key)
	}
	return found == 1, nil
}

// with gives the hashes with a new password in force. The first one brings the salt.
func (s *Service) with(ctx context.Context, h hashes, text string) (hashes, error) {
	if len(h.Salt) == 0 {
		h.Salt = make([]byte, saltSize)
		if _, err := io.ReadFull(s.random, h.Salt); err != nil {
			return hashes{}, fmt.Errorf("randomness: %w", err)
		}
	}
	c := present()
	key, err := s.compute(ctx, text, h.Salt, c)
	if err != nil {
		return hashes{}, err
	}
	h.List = slices.Insert(slices.Clone(h.List), 0, hash{c, key})
	h.List = h.List[:min(len(h.List), mostKept)]
	return h, nil
}

// open unseals the hashes of a profile. One without a password has none.
func (s *Service) open(ctx context.Context, p *record.LoginProfile) (hashes, error) {
	var h hashes
	if len(p.Sealed) == 0 {
		return h, nil
	}
	plain, err := s.keys.Open(ctx, seal.PasswordHash, p.Account, p.Sealed, p.PasswordAAD())
	if err == nil {
		err = jws.StrictObject(plain, &h)
	}
	if err != nil {
		return hashes{}, fmt.Errorf("iam: opening the hashes of a password: %w", err)
	}
	return h, nil
}

// seal puts hashes into a profile.
func (s *Service) seal(p *record.LoginProfile, h hashes) error {
	plain, err := json.Marshal(h)
	if err == nil {
		p.Sealed, err = s.keys.Seal(seal.PasswordHash, p.Account, plain, p.PasswordAAD())
	}
	if err != nil {
		return fmt.Errorf("iam: sealing the hashes of a password: %w", err)
	}
	return nil
}
