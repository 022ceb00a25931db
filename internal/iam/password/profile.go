package password

import (
	"bytes"
	"context"
	"errors"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// CreateLoginProfile gives a user a password. In a session of AssumeRoot it gives the root back the right to have one, which has to be set then.
func (s *Service) CreateLoginProfile(ctx context.Context, in *iamapi.CreateLoginProfileRequest) (*iamapi.CreateLoginProfileResponse, error) {
	o, err := s.absent(ctx, s.db, in.UserName)
	if err != nil {
		return nil, err
	}
	p := record.LoginProfile{
		Account: account(ctx), Owner: o.id, Created: s.second(), Changed: s.second(), ResetRequired: in.PasswordResetRequired != nil && *in.PasswordResetRequired,
	}
	if err := s.first(ctx, &p, in.Password); err != nil {
		return nil, err
	}
	err = s.db.Update(ctx, func(w store.Writer) error {
		again, err := s.absent(ctx, w, in.UserName)
		if err != nil {
			return err
		}
		if again.id != o.id {
			return changing(o)
		}
		return record.LoginProfiles.Insert(ctx, w, &p)
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.CreateLoginProfileResponse{LoginProfile: show(o, &p)}, nil
}

// absent finds an owner who has no login profile.
func (s *Service) absent(ctx context.Context, r store.Reader, name *string) (owner, error) {
	o, err := s.owner(ctx, r, name)
	if err != nil {
		return o, err
	}
	has, err := record.HasLoginProfile(ctx, r, account(ctx), o.id)
	if err == nil && has {
		err = iamapi.EntityAlreadyExistsException.New("Login Profile for user %s already exists.", o.name)
	}
	return o, err
}

// first sets the first password of a profile.
func (s *Service) first(ctx context.Context, p *record.LoginProfile, text *string) error {
	if caller.PrincipalFrom(ctx).AssumedRoot() && p.Owner == p.Account {
		if text != nil {
			return edge.ValidationError.New("Password must be omitted in a session of AssumeRoot.")
		}
		return nil
	}
	if text == nil {
		return edge.ValidationError.New("Must specify a password for the login profile.")
	}
	r, err := s.rules(ctx)
	if err != nil {
		return err
	}
	if err := r.conform(*text); err != nil {
		return err
	}
	h, err := s.with(ctx, hashes{}, *text)
	if err != nil {
		return err
	}
	return s.seal(p, h)
}

// GetLoginProfile shows since when a user has a password, and never which.
func (s *Service) GetLoginProfile(ctx context.Context, in *iamapi.GetLoginProfileRequest) (*iamapi.GetLoginProfileResponse, error) {
	o, err := s.owner(ctx, s.db, in.UserName)
	if err != nil {
		return nil, err
	}
	row, err := s.profile(ctx, s.db, o)
	if err != nil {
		return nil, err
	}
	return &iamapi.GetLoginProfileResponse{LoginProfile: show(o, &row.Doc)}, nil
}

// UpdateLoginProfile gives a user another password, and says whether it has to be changed at the next sign-in. A new password forgets wrong guesses.
func (s *Service) UpdateLoginProfile(ctx context.Context, in *iamapi.UpdateLoginProfileRequest) (*wire.Empty, error) {
	o, err := s.owner(ctx, s.db, &in.UserName)
	if err != nil {
		return nil, err
	}
	row, err := s.profile(ctx, s.db, o)
	if err != nil {
		return nil, err
	}
	var fresh *hashes
	if in.Password != nil {
		if fresh, err = s.replacement(ctx, &row.Doc, *in.Password); err != nil {
			return nil, err
		}
	}
	err = s.write(ctx, o, row.Doc.Sealed, func(p *record.LoginProfile) error {
		if in.PasswordResetRequired != nil {
			p.ResetRequired = *in.PasswordResetRequired
		}
		if fresh == nil {
			return nil
		}
		return s.put(p, *fresh)
	})
	return &wire.Empty{}, err
}

// replacement gives the hashes of a profile with a new password that follows the rules.
func (s *Service) replacement(ctx context.Context, p *record.LoginProfile, text string) (*hashes, error) {
	r, err := s.rules(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.conform(text); err != nil {
		return nil, err
	}
	h, err := s.open(ctx, p)
	if err != nil {
		return nil, err
	}
	h, err = s.next(ctx, r, h, text)
	return &h, err
}

// put makes a new password the one in force.
func (s *Service) put(p *record.LoginProfile, h hashes) error {
	p.Changed = s.second()
	p.Forgive()
	return s.seal(p, h)
}

// write changes a profile whose password is still the one that was sealed so when it was read: hashes are computed outside of transactions.
func (s *Service) write(ctx context.Context, o owner, sealed []byte, change func(*record.LoginProfile) error) error {
	return s.db.Update(ctx, func(w store.Writer) error {
		row, err := s.profile(ctx, w, o)
		if err != nil {
			return err
		}
		if !bytes.Equal(row.Doc.Sealed, sealed) {
			return changing(o)
		}
		if err := change(&row.Doc); err != nil {
			return err
		}
		return record.LoginProfiles.Update(ctx, w, &row)
	})
}

// changing refuses a change that another one got ahead of.
func changing(o owner) error {
	return iamapi.EntityTemporarilyUnmodifiableException.New("Login Profile for User %s cannot be modified while it is being changed.", o.name)
}

// DeleteLoginProfile takes a user's password away, and the memory of those before it.
func (s *Service) DeleteLoginProfile(ctx context.Context, in *iamapi.DeleteLoginProfileRequest) (*wire.Empty, error) {
	err := s.db.Update(ctx, func(w store.Writer) error {
		o, err := s.owner(ctx, w, in.UserName)
		if err != nil {
			return err
		}
		err = record.LoginProfiles.Delete(ctx, w, account(ctx), o.id)
		if errors.Is(err, store.ErrNotFound) {
			_, err = s.profile(ctx, w, o) // in the words of its absence
		}
		return err
	})
	return &wire.Empty{}, err
}

func show(o owner, p *record.LoginProfile) iamapi.LoginProfile {
	return iamapi.LoginProfile{UserName: o.name, CreateDate: p.Created, PasswordResetRequired: &p.ResetRequired}
}
