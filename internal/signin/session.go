package signin

import (
	"context"
	"errors"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Advance ends the session that OpenSetup opened, in w's transaction and once, and makes its successor. verified says that the software token has
// proved itself, so that the successor may answer MFA_SETUP. A user whose password was changed meanwhile, or who was disabled, is stopped here.
func (s *Service) Advance(ctx context.Context, w store.Writer, setup directory.MFASetup, verified bool) (string, error) {
	c, ok := setup.Opaque.(*challenge)
	if !ok {
		return "", errors.New("signin: not a session of MFA_SETUP")
	}
	d := account.Door{Pool: setup.Pool, Client: setup.Client}
	if err := consume(ctx, w, d, c); err != nil {
		return "", err
	}
	row, err := directory.Users.Get(ctx, w, d.Pool.ID, c.sub)
	if err != nil {
		return "", account.WriteError(err)
	}
	if !row.Doc.Enabled || !row.Doc.PasswordSet.Equal(c.stamp) {
		return "", invalidSession()
	}
	next := *c
	if verified {
		next.proven |= setUp
	}
	sealed, err := s.sealChallenge(d, &next)
	if err != nil {
		return "", err
	}
	return sessionText(d, sealed), nil
}

// SignedUp seals a session for a user who waits for confirmation, by which they go on from signing up to signing in.
func (s *Service) SignedUp(_ context.Context, d account.Door, u *directory.User) (string, error) {
	sealed, err := s.sealChallenge(d, &challenge{step: stepSignedUp, sub: u.Sub, name: u.Username, stamp: u.PasswordSet})
	if err != nil {
		return "", err
	}
	return sessionText(d, sealed), nil
}

// Confirmed uses up a session of SignedUp, which must be this client's and user's, in the transaction that confirms the user by a code which went to an
// attribute. It seals a session that USER_AUTH takes for a proof of that attribute.
func (s *Service) Confirmed(ctx context.Context, w store.Writer, d account.Door, u *directory.User, session, attribute string) (string, error) {
	c, err := s.openSession(ctx, d, session, stepSignedUp)
	if err != nil {
		return "", err
	}
	if c.sub != u.Sub {
		return "", invalidSession()
	}
	if err := consume(ctx, w, d, c); err != nil {
		return "", err
	}
	next := &challenge{step: stepConfirmed, sub: u.Sub, name: u.Username, stamp: u.PasswordSet}
	switch attribute {
	case "email":
		next.proven = byEmail
	case "phone_number":
		next.proven = bySMS
	default:
		return "", invalidSession()
	}
	sealed, err := s.sealChallenge(d, next)
	if err != nil {
		return "", err
	}
	return sessionText(d, sealed), nil
}

// byConfirmation signs in by a session of Confirmed: the code that confirmed the user is the proof. Where a second factor is due it is asked.
func (s *Service) byConfirmation(ctx context.Context, r *request) (*answer, error) {
	p, _, err := s.resume(ctx, r, stepConfirmed)
	if err != nil {
		return nil, err
	}
	if p.who.Ghost {
		return nil, invalidSession()
	}
	if err := s.preAuthentication(ctx, p, r.metadata); err != nil {
		return nil, err
	}
	p.metadata = nil // as with every InitiateAuth
	v, err := s.assess(ctx, p, "")
	if err != nil {
		return nil, err
	}
	if err := s.weigh(ctx, p, v, true); err != nil {
		return nil, err
	}
	return s.next(ctx, p)
}

func missingAnswer() error {
	return api.InvalidParameterException.New("Missing required parameter ANSWER")
}
