package idtoken

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/hook"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// Refresh gives new tokens for a refresh token. metadata is the ClientMetadata of the request. allow sees the user as they are now, before anything changes, and may refuse with an error of
// its own. So may the pre token generation trigger, before the token is consumed. A sign-in of a device that was forgotten is over.
// Errors: ErrTokenInvalid, ErrTokenExpired, ErrTokenRevoked, ErrTokenReused (the sign-in is then over), ErrUserGone.
func (s *Service) Refresh(ctx context.Context, pool *directory.Pool, client *directory.Client, token directory.Token, metadata map[string]string, allow func(*directory.User) error) (directory.Tokens, error) {
	t, err := s.parseRefresh(pool.ID, token)
	if err != nil {
		return directory.Tokens{}, err
	}
	f, user, err := s.signIn(ctx, pool, client, t, allow)
	if err != nil {
		return directory.Tokens{}, err
	}
	i, err := s.newIssue(ctx, directory.Grant{
		Pool: pool, Client: client, User: user, Source: string(hook.TokensRefresh), DeviceKey: f.Device, Metadata: metadata,
	})
	if err != nil {
		return directory.Tokens{}, err
	}
	if pool.Triggers.PreTokenGeneration != "" && s.stillGood(client, t, f, s.now()) { // no function hears of a token that consume refuses
		if err := s.customise(ctx, i); err != nil {
			return directory.Tokens{}, err
		}
		// The function may have taken seconds. That the sign-in is over meanwhile, nothing else notices where the client does not rotate.
		if f, _, err = s.signIn(ctx, pool, client, t, allow); err != nil {
			return directory.Tokens{}, err
		}
	}
	i.family, i.authTime, i.at = f.ID, f.AuthTime, s.now()
	says, err := i.payloads()
	if err != nil {
		return directory.Tokens{}, err
	}
	successor, err := s.consume(ctx, client, t, f, i.at)
	if err != nil {
		return directory.Tokens{}, err
	}
	out, err := s.sign(ctx, i, says)
	if err != nil {
		return directory.Tokens{}, err
	}
	out.Refresh = successor
	return out, nil
}

// signIn reads the sign-in of a refresh token and its user, as they are now, and asks whether it still counts, and then allow.
func (s *Service) signIn(ctx context.Context, pool *directory.Pool, client *directory.Client, t *refreshToken, allow func(*directory.User) error) (*family, *directory.User, error) {
	if !s.now().Before(t.end) {
		return nil, nil, directory.ErrTokenExpired
	}
	f, err := s.familyFor(ctx, s.db, client, t)
	if err != nil {
		return nil, nil, err
	}
	user, err := directory.Users.Get(ctx, s.db, client.PoolID, f.Doc.Sub)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, nil, directory.ErrUserGone
	case err != nil:
		return nil, nil, err
	case f.Doc.AuthTime.Before(signedOut(&user.Doc)):
		return nil, nil, directory.ErrTokenRevoked
	}
	if err := s.checkDevice(ctx, pool, &f.Doc); err != nil {
		return nil, nil, err
	}
	return &f.Doc, &user.Doc, allow(&user.Doc)
}

// RefreshDevice gives the key of the device that the sign-in of a refresh token belongs to; empty: none. Where a pool tracks devices, clients must
// name it when they refresh. Errors: ErrTokenInvalid, ErrTokenRevoked.
func (s *Service) RefreshDevice(ctx context.Context, client *directory.Client, token directory.Token) (deviceKey string, err error) {
	t, err := s.parseRefresh(client.PoolID, token)
	if err != nil {
		return "", err
	}
	f, err := s.familyFor(ctx, s.db, client, t)
	if err != nil {
		return "", err
	}
	return f.Doc.Device, nil
}

// checkDevice asks whether the device of a sign-in is still there. A device that was not confirmed yet, or that was forgotten, makes the token an
// invalid one, as Cognito says; where the pool does not track devices any more nobody asks.
func (s *Service) checkDevice(ctx context.Context, pool *directory.Pool, f *family) error {
	if f.Device == "" || pool.Devices == nil {
		return nil
	}
	_, err := directory.Devices.Get(ctx, s.db, f.PoolID, f.Sub, f.Device)
	if errors.Is(err, store.ErrNotFound) {
		return directory.ErrTokenInvalid
	}
	return err
}

// stillGood tells whether consume would accept a token, as far as can be seen outside of its transaction.
func (s *Service) stillGood(client *directory.Client, t *refreshToken, f *family, now time.Time) bool {
	if t.generation == f.Generation {
		return s.isHash(client.PoolID, t, f.Hash)
	}
	return t.generation+1 == f.Generation && now.Before(f.Replaced.Add(client.RotationGrace))
}

// familyFor reads the family of a token that is this client's.
func (s *Service) familyFor(ctx context.Context, r store.Reader, client *directory.Client, t *refreshToken) (store.Row[family], error) {
	row, err := families.Get(ctx, r, draw.FormatUUID(t.family))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return row, directory.ErrTokenRevoked
	case err != nil:
		return row, err
	case row.Doc.ClientID != client.ID:
		return row, directory.ErrTokenInvalid
	}
	return row, nil
}

// consume checks the token's generation, and replaces it when the client rotates. Without rotation the same token goes on, nothing is written
// and no successor is returned.
func (s *Service) consume(ctx context.Context, client *directory.Client, t *refreshToken, seen *family, now time.Time) (directory.Token, error) {
	if !client.Rotation && t.generation == seen.Generation && s.isHash(client.PoolID, t, seen.Hash) {
		return "", nil
	}
	next := &refreshToken{family: t.family, generation: t.generation + 1, end: t.end}
	if err := s.draw(next.secret[:]); err != nil {
		return "", err
	}
	var successor directory.Token
	reused := false
	err := s.db.Update(ctx, func(w store.Writer) error {
		successor, reused = "", false
		row, err := s.familyFor(ctx, w, client, t)
		if err != nil {
			return err
		}
		f := &row.Doc
		switch {
		case t.generation == f.Generation && client.Rotation && s.isHash(client.PoolID, t, f.Hash):
			successor, err = s.replace(f, next, now)
			if err != nil {
				return err
			}
			return families.Update(ctx, w, &row)
		case t.generation+1 == f.Generation && now.Before(f.Replaced.Add(client.RotationGrace)):
			successor, err = s.successor(ctx, f)
			return err
		}
		// An old token, and too late: somebody has a copy. Who is the thief cannot be told, so both are out.
		reused = true
		return families.Delete(ctx, w, f.ID)
	})
	if err == nil && reused {
		err = directory.ErrTokenReused
	}
	return successor, err
}

// replace puts the next token into the family.
func (s *Service) replace(f *family, next *refreshToken, now time.Time) (directory.Token, error) {
	successor := s.encodeRefresh(f.PoolID, next)
	sealed, err := s.keys.Seal(seal.RefreshToken, f.PoolID, []byte(successor), sealedAAD(f.ID, generation(next.generation)))
	if err != nil {
		return "", fmt.Errorf("idtoken: %w", err)
	}
	f.Generation, f.Hash, f.Replaced, f.Sealed = next.generation, s.hashRefresh(f.PoolID, next), now, sealed
	return successor, nil
}

// successor gives the token in use to who has lost the answer that held it.
func (s *Service) successor(ctx context.Context, f *family) (directory.Token, error) {
	b, err := s.keys.Open(ctx, seal.RefreshToken, f.PoolID, f.Sealed, sealedAAD(f.ID, generation(f.Generation)))
	if err != nil {
		return "", fmt.Errorf("idtoken: %w", err)
	}
	return directory.Token(b), nil
}

func generation(n uint32) string { return strconv.FormatUint(uint64(n), 10) }
