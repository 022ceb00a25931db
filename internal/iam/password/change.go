package password

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// ChangePassword gives the calling user another password, if they know the one in force. A new password that cannot be one is refused before the
// old one is judged; whether it came before is said only to those who know the old one.
func (s *Service) ChangePassword(ctx context.Context, in *iamapi.ChangePasswordRequest) (*wire.Empty, error) {
	if caller.PrincipalFrom(ctx).Kind != caller.User {
		return nil, iamapi.InvalidUserTypeException.New("Only IAM users can change their own password.")
	}
	o, err := s.owner(ctx, s.db, nil)
	if err != nil {
		return nil, err
	}
	if _, err := s.profile(ctx, s.db, o); err != nil {
		return nil, err
	}
	r, err := s.rules(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.conform(in.NewPassword); err != nil {
		return nil, err
	}
	p, h, err := s.proved(ctx, o, in.OldPassword)
	if err != nil {
		return nil, err
	}
	fresh, err := s.next(ctx, r, h, in.NewPassword)
	if err != nil {
		return nil, err
	}
	return &wire.Empty{}, s.write(ctx, o, p.Sealed, func(p *record.LoginProfile) error {
		p.ResetRequired = false
		return s.put(p, fresh)
	})
}

// proved judges the old password. What it gives is what was judged.
func (s *Service) proved(ctx context.Context, o owner, old string) (*record.LoginProfile, hashes, error) {
	p, err := s.guess(ctx, o)
	if err != nil {
		return nil, hashes{}, err
	}
	h, err := s.open(ctx, p)
	if err != nil {
		return nil, hashes{}, err
	}
	right, err := s.current(ctx, &h, old)
	if err != nil {
		return nil, hashes{}, err
	}
	if !right {
		return nil, hashes{}, edge.AccessDenied.New("The old password was incorrect.")
	}
	return p, h, s.write(ctx, o, p.Sealed, func(p *record.LoginProfile) error {
		p.Forgive()
		return nil
	})
}

// guess counts a guess at the password in force as wrong, before it is judged. While the profile waits, none is.
func (s *Service) guess(ctx context.Context, o owner) (*record.LoginProfile, error) {
	now := s.now()
	var p record.LoginProfile
	err := s.db.Update(ctx, func(w store.Writer) error {
		row, err := s.profile(ctx, w, o)
		if err != nil {
			return err
		}
		if row.Doc.Locked(now) {
			return iamapi.EntityTemporarilyUnmodifiableException.New("Login Profile for User %s cannot be modified after too many wrong passwords.", o.name)
		}
		row.Doc.Fail(now)
		if err := record.LoginProfiles.Update(ctx, w, &row); err != nil {
			return err
		}
		p = row.Doc
		return nil
	})
	return &p, err
}
