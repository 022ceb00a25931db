package factor

import (
	"context"
	"unicode/utf8"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// maxTokenName is the longest name of a software token, in characters. It stands in the user's record, which every sign-in reads.
const maxTokenName = 256

// softwareMFA is how preferences and lists of factors spell the software token.
const softwareMFA = "SOFTWARE_TOKEN_MFA"

// setter is who sets up a software token: somebody who is signed in, or somebody whose sign-in waits for it.
type setter struct {
	visitor
	setup *directory.MFASetup // nil: signed in
}

// setter finds who an access token or, without one, a session belongs to.
func (s *Service) setter(ctx context.Context, access, session *string) (setter, error) {
	if access != nil {
		v, err := s.bearer(ctx, *access)
		return setter{visitor: v}, err
	}
	if session == nil {
		return setter{}, api.InvalidParameterException.New("Either AccessToken or Session is required.")
	}
	setup, err := s.Sessions.OpenSetup(ctx, *session)
	if err != nil {
		return setter{}, err
	}
	u, err := directory.Users.Get(ctx, s.Store, setup.Pool.ID, setup.Sub)
	return setter{visitor{setup.Pool, setup.Client, u}, &setup}, userError(err)
}

// due refuses a session that waits for a software token when the user has one in force by now: who only knows the password must not put their own
// in its place.
func (who setter) due(u *directory.User) error {
	if who.setup != nil && u.MFA.TOTP && u.TOTP != nil && u.TOTP.Verified {
		return api.NotAuthorizedException.New("Invalid session for the user.")
	}
	return nil
}

// change changes the user's record and, where a sign-in waits, moves it on in the same transaction.
func (s *Service) change(ctx context.Context, who setter, verified bool, change func(*directory.User) error) (session *string, err error) {
	err = s.changeUser(ctx, who.visitor, func(u *directory.User) error {
		if err := who.due(u); err != nil {
			return err
		}
		return change(u)
	}, func(ctx context.Context, w store.Writer) error {
		if who.setup == nil {
			return nil
		}
		next, err := s.Sessions.Advance(ctx, w, *who.setup, verified)
		session = &next
		return err
	})
	if err != nil {
		return nil, err
	}
	return session, nil
}

func softwareTokens(p *directory.Pool) error {
	if !p.MFA.TOTP {
		return api.SoftwareTokenMFANotFoundException.New("Software Token MFA has not been enabled by the userPool")
	}
	return nil
}

// AssociateSoftwareToken draws a seed for the user's authenticator app. It comes into force when VerifySoftwareToken has a code of it; a software
// token that is in force stays so until then.
func (s *Service) AssociateSoftwareToken(ctx context.Context, in *api.AssociateSoftwareTokenRequest) (*api.AssociateSoftwareTokenResponse, error) {
	who, err := s.setter(ctx, in.AccessToken, in.Session)
	if err != nil {
		return nil, err
	}
	if err := softwareTokens(who.pool); err != nil {
		return nil, err
	}
	secret, sealed, err := s.NewSeed(who.pool, who.user.Doc.Sub)
	if err != nil {
		return nil, err
	}
	session, err := s.change(ctx, who, false, func(u *directory.User) error {
		t := directory.TOTP{}
		if u.TOTP != nil {
			t = *u.TOTP
		}
		t.Pending = sealed
		u.TOTP = &t
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &api.AssociateSoftwareTokenResponse{SecretCode: &secret, Session: session}, nil
}

// VerifySoftwareToken puts the seed that AssociateSoftwareToken has drawn into force by a code of it. Where a sign-in waits for it, the software
// token is enabled at once, and the new session answers MFA_SETUP. A wrong code leaves seed and session as they are.
func (s *Service) VerifySoftwareToken(ctx context.Context, in *api.VerifySoftwareTokenRequest) (*api.VerifySoftwareTokenResponse, error) {
	if utf8.RuneCountInString(deref(in.FriendlyDeviceName)) > maxTokenName {
		return nil, api.InvalidParameterException.New("FriendlyDeviceName is longer than %d characters.", maxTokenName)
	}
	who, err := s.setter(ctx, in.AccessToken, in.Session)
	if err != nil {
		return nil, err
	}
	if err := softwareTokens(who.pool); err != nil {
		return nil, err
	}
	session, err := s.change(ctx, who, true, func(u *directory.User) error {
		if err := s.enforce(ctx, u, in.UserCode, deref(in.FriendlyDeviceName)); err != nil {
			return err
		}
		if who.setup != nil {
			u.MFA.TOTP = true
			if u.MFA.Preferred == "" {
				u.MFA.Preferred = softwareMFA
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &api.VerifySoftwareTokenResponse{Status: new(api.VerifySoftwareTokenResponseTypeSuccess), Session: session}, nil
}

// enforce makes the seed that waits the one in force, if the code is of it. The code's step is used up.
func (s *Service) enforce(ctx context.Context, u *directory.User, code, name string) error {
	if u.TOTP == nil || len(u.TOTP.Pending) == 0 {
		return api.SoftwareTokenMFANotFoundException.New("Software Token MFA has not been set up for the user.")
	}
	step, err := s.match(ctx, u, u.TOTP.Pending, code)
	if err != nil {
		return err
	}
	if step == 0 {
		return api.EnableSoftwareTokenMFAException.New("Code mismatch and fail enable Software Token MFA")
	}
	u.TOTP = &directory.TOTP{Sealed: u.TOTP.Pending, Verified: true, Step: step, Name: name}
	return nil
}
