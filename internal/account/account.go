package account

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

// Account is who a name stands for: a user, or a ghost that looks like one.
type Account struct {
	Row   store.Row[directory.User]
	Ghost bool
}

// User is the account's user, the ghost's as well.
func (a *Account) User() *directory.User { return &a.Row.Doc }

// Find finds the account of a name. Where the client may learn that a name stands for nobody, that is the error.
func (s *Core) Find(ctx context.Context, d Door, name string) (Account, error) {
	row, err := directory.FindUser(ctx, s.Store, d.Pool, name)
	return s.orGhost(ctx, d, name, row, err)
}

// FindBySub is Find for an account that a challenge names: name stands for the ghost.
func (s *Core) FindBySub(ctx context.Context, d Door, sub, name string) (Account, error) {
	row, err := directory.Users.Get(ctx, s.Store, d.Pool.ID, sub)
	return s.orGhost(ctx, d, name, row, err)
}

func (s *Core) orGhost(ctx context.Context, d Door, name string, row store.Row[directory.User], err error) (Account, error) {
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return Account{}, err
	case !d.Client.PreventExistence && err != nil:
		return Account{}, UserUnknown()
	case !d.Client.PreventExistence:
		return Account{Row: row}, nil
	}
	// For everybody there is a ghost, a look-up that finds nothing and one that finds somebody: what it costs tells nothing.
	ghost := s.GhostOf(d.Pool, name)
	if err != nil {
		return ghost, s.readSomebody(ctx, d.Pool.ID)
	}
	s.standIns.keep(&row.Doc)
	return Account{Row: row}, s.readNobody(ctx, ghost.User())
}

// GhostOf makes up the user that a name would be. It is the same every time, on every node and after every restart.
func (s *Core) GhostOf(p *directory.Pool, name string) Account {
	c := p.Canonical(name)
	id := s.Keys.PRF(seal.FakeUser, p.ID, "sub\x00"+c)
	u := directory.User{PoolID: p.ID, Sub: draw.FormatUUID([16]byte(id[:16])), Username: c, Canonical: c, Status: directory.Confirmed, Enabled: true}
	if len(p.UsernameAttributes) > 0 || len(p.AliasAttributes) > 0 && (strings.ContainsRune(c, '@') || directory.IsPhoneNumber(c)) {
		u.Username = u.Sub
	}
	return Account{Row: store.Row[directory.User]{Doc: u}, Ghost: true}
}

// Verifier gives the user's SRP verifier. Who has no password, or does not exist, gets one that no password fits. For everybody one is made up and one
// is opened, so that the time does not tell whose is real.
func (s *Core) Verifier(ctx context.Context, a *Account) (srp.Verifier, error) {
	u := a.User()
	made, err := s.ghostVerifier(u)
	if err != nil {
		return srp.Verifier{}, err
	}
	if !a.Ghost && len(u.SealedVerifier) > 0 {
		return s.openVerifier(ctx, u.PoolID, u.Sub, u.SealedVerifier)
	}
	if other := s.standIns.of(u.PoolID); other.sub != "" {
		if _, err := s.openVerifier(ctx, u.PoolID, other.sub, other.sealed); err != nil {
			s.standIns.drop(u.PoolID) // sealed long ago: nothing depends on it, and the next one is read anew
		}
	}
	return made, nil
}

// PasswordFits does the same arithmetic for everybody; nothing fits a ghost.
func (s *Core) PasswordFits(ctx context.Context, d Door, a *Account, password string) (bool, error) {
	v, err := s.Verifier(ctx, a)
	if err != nil {
		return false, err
	}
	fits := s.Group.CheckPassword(v, SRPPool(d.Pool), a.User().Username, password)
	return fits && !a.Ghost && len(a.User().SealedVerifier) > 0, nil
}

func verifierAAD(sub string) []byte { return seal.AAD("users", sub, "verifier") }

func (s *Core) openVerifier(ctx context.Context, poolID, sub string, sealed []byte) (srp.Verifier, error) {
	b, err := s.Keys.Open(ctx, seal.SRPVerifier, poolID, sealed, verifierAAD(sub))
	if err != nil {
		return srp.Verifier{}, fmt.Errorf("account: opening a verifier: %w", err)
	}
	if len(b) != saltSize+valueSize {
		return srp.Verifier{}, errors.New("account: a verifier has the wrong size")
	}
	return srp.Verifier{Salt: b[:saltSize], V: b[saltSize:]}, nil
}

// ghostVerifier derives a salt and a verifier of full range. That the value is below the group's prime is certain: the first eight bytes of the
// prime are all ones.
func (s *Core) ghostVerifier(u *directory.User) (srp.Verifier, error) {
	key := s.Keys.PRF(seal.FakeUser, u.PoolID, "verifier\x00"+u.Sub)
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return srp.Verifier{}, fmt.Errorf("account: %w", err)
	}
	b := make([]byte, saltSize+valueSize)
	cipher.NewCTR(block, make([]byte, aes.BlockSize)).XORKeyStream(b, b) // a key stream: the key serves this one purpose
	if b[saltSize] == 0xff {
		b[saltSize] = 0xfe
	}
	return srp.Verifier{Salt: b[:saltSize], V: b[saltSize:]}, nil
}

// SRPPool is the pool's part of every proof: what follows the underscore of its id.
func SRPPool(p *directory.Pool) string {
	_, name, _ := strings.Cut(p.ID, "_")
	return name
}

// GoesBy tells whether a name that a client sends back means this user: the user name, the sub or an alias.
func GoesBy(p *directory.Pool, u *directory.User, name string) bool {
	c := p.Canonical(name)
	return name == u.Sub || c != "" && (c == u.Canonical || c == u.EmailAlias || c == u.PhoneAlias || c == u.PreferredAlias)
}
