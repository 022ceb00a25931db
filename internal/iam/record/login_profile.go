package record

import (
	"context"
	"errors"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// LoginProfile is the password of a user, or of the account's root.
type LoginProfile struct {
	Account       string    `json:"account"`
	Owner         string    `json:"owner"` // the user's id; the account for its root
	Created       time.Time `json:"created"`
	Changed       time.Time `json:"changed"` // when the password was set last
	ResetRequired bool      `json:"resetRequired,omitempty"`

	// Sealed holds the hashes of the password and of those before it; purpose at-rest/password-hash, tenant Account, aad PasswordAAD. It is
	// empty when the root's password is still to be set.
	Sealed []byte `json:"sealed,omitempty"`
	Guesses
}

// PasswordAAD binds the sealed hashes to their place.
func (p *LoginProfile) PasswordAAD() []byte {
	return seal.AAD("iam_login_profiles", p.Account, "hashes", p.Owner)
}

// LoginProfiles is the table of login profiles. Its key begins with the account, so that they can be counted.
var LoginProfiles = store.NewTable("iam_login_profiles", store.Spec[LoginProfile]{
	Key: []store.Column[LoginProfile]{
		column("account", func(p *LoginProfile) string { return p.Account }),
		column("owner", func(p *LoginProfile) string { return p.Owner }),
	},
	Uncached: true,
})

// HasLoginProfile reports whether a user has a password, or the account's root when owner is the account.
func HasLoginProfile(ctx context.Context, r store.Reader, account, owner string) (bool, error) {
	_, err := LoginProfiles.Get(ctx, r, account, owner)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
