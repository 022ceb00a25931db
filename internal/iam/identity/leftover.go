package identity

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// leftover is a kind of thing that a user must not have when it is deleted.
type leftover struct {
	must  string // what has to be done first, in AWS's words
	count func(ctx context.Context, r store.Reader, u *record.User) (int64, error)
}

// credentials lists the kinds of credentials, in the order in which they stand in the way. SSH keys and credentials of services share
// their words with everything else that refers to a user.
func credentials() []leftover {
	const referenced = "remove referenced objects"
	return []leftover{
		{"delete login profile", func(ctx context.Context, r store.Reader, u *record.User) (int64, error) {
			return record.LoginProfiles.Count(ctx, r, "", u.Account, u.ID)
		}},
		{"delete access keys", func(ctx context.Context, r store.Reader, u *record.User) (int64, error) {
			return record.AccessKeys.Count(ctx, r, "by_owner", u.ID)
		}},
		{"delete certificates", func(ctx context.Context, r store.Reader, u *record.User) (int64, error) {
			return record.SigningCertificates.Count(ctx, r, "by_owner", u.ID)
		}},
		{"delete MFA device", func(ctx context.Context, r store.Reader, u *record.User) (int64, error) {
			return record.CountMFADevices(ctx, r, u.Account, u.ID)
		}},
		{referenced, func(ctx context.Context, r store.Reader, u *record.User) (int64, error) {
			return record.SSHPublicKeys.Count(ctx, r, "by_owner", u.ID)
		}},
		{referenced, func(ctx context.Context, r store.Reader, u *record.User) (int64, error) {
			return record.ServiceCredentials.Count(ctx, r, "by_owner", u.ID)
		}},
	}
}

// withoutCredentials refuses to delete a user that still has credentials.
func withoutCredentials(ctx context.Context, r store.Reader, u *record.User) error {
	for _, l := range credentials() {
		n, err := l.count(ctx, r, u)
		if err != nil {
			return err
		}
		if n > 0 {
			return edge.Conflict(l.must)
		}
	}
	return nil
}
