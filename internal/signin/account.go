package signin

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"strings"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
	"github.com/mayfly-id/mayfly/srp"
)

const (
	saltSize  = 16
	valueSize = 384
)

// account is who a name stands for: a user, or a ghost that looks like one.
type account struct {
	row   store.Row[directory.User]
	ghost bool
}

func (a *account) user() *directory.User { return &a.row.Doc }

// find finds the account of a name. Where the client may learn that a name stands for nobody, that is the error.
func (s *Service) find(ctx context.Context, d door, name string) (account, error) {
	row, err := directory.FindUser(ctx, s.db, d.pool, name)
	return s.orGhost(ctx, d, name, row, err)
}

// findBySub is find for an account that a challenge names: name stands for the ghost.
func (s *Service) findBySub(ctx context.Context, d door, sub, name string) (account, error) {
	row, err := directory.Users.Get(ctx, s.db, d.pool.ID, sub)
	return s.orGhost(ctx, d, name, row, err)
}

func (s *Service) orGhost(ctx context.Context, d door, name string, row store.Row[directory.User], err error) (account, error) {
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return account{}, err
	case !d.client.PreventExistence && err != nil:
		return account{}, userUnknown()
	case !d.client.PreventExistence:
		return account{row: row}, nil
	}
	ghost := s.ghostOf(d.pool, name) // for everybody: what it costs tells nothing
	if err == nil {
		return account{row: row}, nil
	}
	return ghost, s.standIn(ctx, ghost.user())
}

// ghostOf makes up the user that a name would be. It is the same every time, on every node and after every restart.
func (s *Service) ghostOf(p *directory.Pool, name string) account {
	c := p.Canonical(name)
	id := s.keys.PRF(seal.FakeUser, p.ID, "sub\x00"+c)
	u := directory.User{PoolID: p.ID, Sub: draw.FormatUUID([16]byte(id[:16])), Username: c, Canonical: c, Status: directory.Confirmed, Enabled: true}
	if len(p.UsernameAttributes) > 0 || len(p.AliasAttributes) > 0 && (strings.ContainsRune(c, '@') || directory.IsPhoneNumber(c)) {
		u.Username = u.Sub
	}
	return account{row: store.Row[directory.User]{Doc: u}, ghost: true}
}

// standIn reads some user's row, where the name stands for none: as much is read and decoded as where it stands for one.
func (s *Service) standIn(ctx context.Context, ghost *directory.User) error {
	_, err := directory.Users.List(ctx, s.db, store.Query{Index: "by_username", Prefix: []string{ghost.PoolID}, From: ghost.Sub, Limit: 1})
	return err
}

// verifier gives the user's SRP verifier. Who has no password, or does not exist, gets one that no password fits. It is made up for everybody,
// so that the time does not tell whose is real.
func (s *Service) verifier(ctx context.Context, a *account) (srp.Verifier, error) {
	u := a.user()
	made, err := s.ghostVerifier(u)
	if err != nil {
		return srp.Verifier{}, err
	}
	if a.ghost || len(u.SealedVerifier) == 0 {
		return made, nil
	}
	return s.openVerifier(ctx, u, u.SealedVerifier)
}

func verifierAAD(sub string) []byte { return seal.AAD("users", sub, "verifier") }

func (s *Service) openVerifier(ctx context.Context, u *directory.User, sealed []byte) (srp.Verifier, error) {
	b, err := s.keys.Open(ctx, seal.SRPVerifier, u.PoolID, sealed, verifierAAD(u.Sub))
	if err != nil {
		return srp.Verifier{}, fmt.Errorf("signin: opening a verifier: %w", err)
	}
	if len(b) != saltSize+valueSize {
		return srp.Verifier{}, errors.New("signin: a verifier has the wrong size")
	}
	return srp.Verifier{Salt: b[:saltSize], V: b[saltSize:]}, nil
}

// ghostVerifier derives a salt and a verifier of full range. That the value is below the group's prime is certain: the first eight bytes of the
// prime are all ones.
func (s *Service) ghostVerifier(u *directory.User) (srp.Verifier, error) {
	key := s.keys.PRF(seal.FakeUser, u.PoolID, "verifier\x00"+u.Sub)
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return srp.Verifier{}, fmt.Errorf("signin: %w", err)
	}
	b := make([]byte, saltSize+valueSize)
	cipher.NewCTR(block, make([]byte, aes.BlockSize)).XORKeyStream(b, b) // a key stream: the key serves this one purpose
	if b[saltSize] == 0xff {
		b[saltSize] = 0xfe
	}
	return srp.Verifier{Salt: b[:saltSize], V: b[saltSize:]}, nil
}

// srpPool is the pool's part of every proof: what follows the underscore of its id.
func srpPool(p *directory.Pool) string {
	_, name, _ := strings.Cut(p.ID, "_")
	return name
}

// goesBy tells whether a name that a client sends back means this user: the user name, the sub or an alias.
func goesBy(p *directory.Pool, u *directory.User, name string) bool {
	c := p.Canonical(name)
	return name == u.Sub || c != "" && (c == u.Canonical || c == u.EmailAlias || c == u.PhoneAlias || c == u.PreferredAlias)
}
