package idtoken

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/jws"
)

// MaxToken is the longest token that is looked at, in characters.
const MaxToken = 16 << 10

// tokenID names a verified token: what it was verified as, and the digest of all of it.
type tokenID struct {
	use    string
	digest [sha256.Size]byte
}

// verified is what a good signature vouches for. It is shared and never changed.
type verified struct {
	poolID string
	kid    string
	claims claims
	all    map[string]any // of id tokens
}

// claims are the members of both tokens that are relied on.
type claims struct {
	Sub        string   `json:"sub"`
	Issuer     string   `json:"iss"`
	Use        string   `json:"token_use"`
	ClientID   string   `json:"client_id"`
	Audience   string   `json:"aud"`
	Username   string   `json:"username"`
	IDUsername string   `json:"cognito:username"`
	Scope      string   `json:"scope"`
	Groups     []string `json:"cognito:groups"`
	Family     string   `json:"origin_jti"`
	Device     string   `json:"device_key"`
	AuthTime   int64    `json:"auth_time"`
	IssuedAt   int64    `json:"iat"`
	Expires    int64    `json:"exp"`
}

// VerifyAccess verifies an access token of any pool, and that its sign-in still counts: the family is there when the client has revocation, the user
// exists, is enabled and has not signed out since. Errors: ErrTokenInvalid, ErrTokenExpired, ErrTokenRevoked, ErrUserGone, ErrUserDisabled.
func (s *Service) VerifyAccess(ctx context.Context, token directory.Token) (directory.AccessClaims, error) {
	v, err := s.verify(ctx, token, useAccess, "")
	if err != nil {
		return directory.AccessClaims{}, err
	}
	c := &v.claims
	out := directory.AccessClaims{
		PoolID: v.poolID, ClientID: c.ClientID, Sub: c.Sub, Username: c.Username, Scope: c.Scope, Groups: c.Groups, Family: c.Family, Device: c.Device,
		AuthTime: time.Unix(c.AuthTime, 0).UTC(), IssuedAt: time.Unix(c.IssuedAt, 0).UTC(), Expires: time.Unix(c.Expires, 0).UTC(),
	}
	return out, s.stillSignedIn(ctx, &out)
}

// VerifyID verifies an id token of one pool. It asks nothing about the user: an id token says who somebody was when it was issued.
// Errors: ErrTokenInvalid, ErrTokenExpired.
func (s *Service) VerifyID(ctx context.Context, token directory.Token, poolID string) (directory.IDClaims, error) {
	v, err := s.verify(ctx, token, useID, poolID)
	if err != nil {
		return directory.IDClaims{}, err
	}
	c := &v.claims
	return directory.IDClaims{
		PoolID: v.poolID, Issuer: c.Issuer, ClientID: c.Audience, Sub: c.Sub, Username: c.IDUsername, Groups: c.Groups, Family: c.Family,
		AuthTime: time.Unix(c.AuthTime, 0).UTC(), IssuedAt: time.Unix(c.IssuedAt, 0).UTC(), Expires: time.Unix(c.Expires, 0).UTC(), All: v.all,
	}, nil
}

// stillSignedIn asks what a signature cannot tell.
func (s *Service) stillSignedIn(ctx context.Context, c *directory.AccessClaims) error {
	if c.Family != "" {
		f, err := families.GetCached(ctx, s.db, c.Family)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return directory.ErrTokenRevoked
		case err != nil:
			return err
		case f.Doc.PoolID != c.PoolID || f.Doc.Sub != c.Sub || f.Doc.ClientID != c.ClientID:
			return directory.ErrTokenInvalid
		}
	}
	u, err := directory.Users.GetCached(ctx, s.db, c.PoolID, c.Sub)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return directory.ErrUserGone
	case err != nil:
		return err
	case !u.Doc.Enabled:
		return directory.ErrUserDisabled
	case c.AuthTime.Before(signedOut(&u.Doc)):
		return directory.ErrTokenRevoked
	}
	return nil
}

// verify checks signature, issuer, use and expiry. poolID is the pool that the token must be of; empty accepts every pool of this server.
func (s *Service) verify(ctx context.Context, token directory.Token, use, poolID string) (verified, error) {
	if len(token) > MaxToken {
		return verified{}, directory.ErrTokenInvalid
	}
	id := tokenID{use, sha256.Sum256([]byte(token))}
	now := s.now()
	v, known := s.verified.get(id)
	if !known {
		var err error
		if v, err = s.verifyNew(ctx, token, use, now); err != nil {
			return verified{}, err
		}
	}
	if poolID != "" && v.poolID != poolID {
		return verified{}, directory.ErrTokenInvalid
	}
	if now.Unix() >= v.claims.Expires {
		s.verified.drop(id)
		return verified{}, directory.ErrTokenExpired
	}
	if !known {
		s.verified.put(id, v)
		return v, nil
	}
	_, err := s.verifier(ctx, v.poolID, v.kid, now) // the pool or the key may be gone since
	return v, err
}

// verifyNew verifies a token that is not remembered. The key is the one that the token's own issuer names, so the issuer is checked by
// construction; the algorithm comes from the key.
func (s *Service) verifyNew(ctx context.Context, token directory.Token, use string, now time.Time) (verified, error) {
	t, err := jws.ParseCompact(string(token))
	if err != nil {
		return verified{}, directory.ErrTokenInvalid
	}
	var c claims
	if err := jws.StrictObject(t.Payload, &c); err != nil {
		return verified{}, directory.ErrTokenInvalid
	}
	poolID, ours := strings.CutPrefix(c.Issuer, s.base+"/")
	if !ours || poolID == "" || strings.ContainsRune(poolID, '/') {
		return verified{}, directory.ErrTokenInvalid
	}
	key, err := s.verifier(ctx, poolID, t.Header.KeyID, now)
	if err != nil {
		return verified{}, err
	}
	if err := t.Verify(key); err != nil {
		return verified{}, directory.ErrTokenInvalid
	}
	if !c.complete(use) {
		return verified{}, directory.ErrTokenInvalid
	}
	v := verified{poolID: poolID, kid: t.Header.KeyID, claims: c}
	if use == useID {
		if err := jws.StrictObject(t.Payload, &v.all); err != nil {
			return verified{}, directory.ErrTokenInvalid
		}
	}
	return v, nil
}

// complete tells whether the claims are those of a token of this use.
func (c *claims) complete(use string) bool {
	if c.Use != use || c.Sub == "" || c.Expires <= 0 || c.IssuedAt <= 0 || c.AuthTime <= 0 {
		return false
	}
	if use == useAccess {
		return c.ClientID != "" && c.Username != ""
	}
	return c.Audience != "" && c.IDUsername != ""
}

// verifier gives the public key of a pool. ErrTokenInvalid: there is no such pool or key.
func (s *Service) verifier(ctx context.Context, poolID, kid string, now time.Time) (jws.PublicKey, error) {
	row, err := poolKeys.GetCached(ctx, s.db, poolID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return jws.PublicKey{}, directory.ErrTokenInvalid
	case err != nil:
		return jws.PublicKey{}, fmt.Errorf("idtoken: keys of the pool: %w", err)
	}
	k := row.Doc.find(kid, now)
	if k == nil {
		return jws.PublicKey{}, directory.ErrTokenInvalid
	}
	return k.Public, nil
}
