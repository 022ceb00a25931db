package idtoken

import (
	"context"
	"fmt"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/jws"
)

// Issue begins a sign-in: it writes the family, in one transaction with what also writes (nil: nothing), and then signs the tokens. An error of also
// undoes the sign-in and is returned as it is, and so is one of the pre token generation trigger, which is called before anything is written.
// The user's SignedOutAt is respected: the sign-in counts as later than it.
func (s *Service) Issue(ctx context.Context, g directory.Grant, also func(ctx context.Context, w store.Writer) error) (directory.Tokens, error) {
	i, err := s.newIssue(ctx, g)
	if err != nil {
		return directory.Tokens{}, err
	}
	if err := s.customise(ctx, i); err != nil {
		return directory.Tokens{}, err
	}
	now := s.now()
	i.at = now
	var t refreshToken
	var random [16 + secretSize]byte
	if err := s.draw(random[:]); err != nil {
		return directory.Tokens{}, err
	}
	i.family = draw.FormatUUID([16]byte(random[:16]))
	t.family, _ = familyOf(i.family)
	t.secret = [secretSize]byte(random[16:])
	t.generation = 1
	t.end = now.Add(life(g.Client.RefreshLife, defaultRefreshLife)).Truncate(time.Second)
	i.authTime = authTime(now, g.User)
	f := family{
		ID: i.family, PoolID: g.Pool.ID, ClientID: g.Client.ID, Sub: g.User.Sub,
		AuthTime: i.authTime, Expires: t.end, Generation: 1, Hash: s.hashRefresh(g.Pool.ID, &t), Device: g.DeviceKey,
	}
	says, err := i.payloads()
	if err != nil {
		return directory.Tokens{}, err
	}
	err = s.db.Update(ctx, func(w store.Writer) error {
		if also != nil {
			if err := also(ctx, w); err != nil {
				return err
			}
		}
		return families.Insert(ctx, w, &f)
	})
	if err != nil {
		return directory.Tokens{}, err
	}
	out, err := s.sign(ctx, i, says)
	if err != nil {
		return directory.Tokens{}, err
	}
	out.Refresh = s.encodeRefresh(g.Pool.ID, &t)
	return out, nil
}

// authTime is when a sign-in at this instant counts as done. Token times are whole seconds: a sign-in within the second of a sign-out is moved
// behind it, so that one comparison tells the tokens before a sign-out from those after it.
func authTime(now time.Time, u *directory.User) time.Time {
	at := now.Truncate(time.Second)
	if out := signedOut(u); out.After(at) {
		return out
	}
	return at
}

// signedOut is the first second of sign-ins that the user's last sign-out leaves alone.
func signedOut(u *directory.User) time.Time {
	if u.SignedOutAt.IsZero() {
		return time.Time{}
	}
	return u.SignedOutAt.Add(time.Second - 1).Truncate(time.Second)
}

// newIssue draws the ids of one set of tokens and reads the user's groups. The time of issue is left open.
func (s *Service) newIssue(ctx context.Context, g directory.Grant) (*issue, error) {
	groups, err := s.membershipOf(ctx, g.Pool.ID, g.User.Sub)
	if err != nil {
		return nil, err
	}
	var random [48]byte
	if err := s.draw(random[:]); err != nil {
		return nil, err
	}
	return &issue{
		Grant: g, issuer: s.Issuer(g.Pool.ID), groups: groups,
		event:     draw.FormatUUID([16]byte(random[:16])),
		accessJTI: draw.FormatUUID([16]byte(random[16:32])),
		idJTI:     draw.FormatUUID([16]byte(random[32:])),
	}, nil
}

// sign makes the id and access tokens. It runs outside of any transaction: an RSA signature would hold up every other writer.
func (s *Service) sign(ctx context.Context, i *issue, says payloads) (directory.Tokens, error) {
	signer, err := s.signer(ctx, i.Pool)
	if err != nil {
		return directory.Tokens{}, err
	}
	access, err := jws.Encode(s.random, signer, says.access)
	if err != nil {
		return directory.Tokens{}, fmt.Errorf("idtoken: signing: %w", err)
	}
	id, err := jws.Encode(s.random, signer, says.id)
	if err != nil {
		return directory.Tokens{}, fmt.Errorf("idtoken: signing: %w", err)
	}
	return directory.Tokens{Access: directory.Token(access), ID: directory.Token(id), Life: accessLife(i.Client)}, nil
}
