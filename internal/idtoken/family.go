package idtoken

import (
	"context"
	"errors"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// family is one sign-in: all the tokens that come from it. It is gone when the sign-in is revoked or over.
type family struct {
	ID         string    `json:"id"` // origin_jti
	PoolID     string    `json:"poolId"`
	ClientID   string    `json:"clientId"`
	Sub        string    `json:"sub"`
	AuthTime   time.Time `json:"authTime"`
	Expires    time.Time `json:"expires"`    // end of the refresh tokens, whole seconds
	Generation uint32    `json:"generation"` // of the refresh token in use, from 1
	Hash       []byte    `json:"hash"`       // keyed hash of that token
	Replaced   time.Time `json:"replaced,omitzero"`
	Device     string    `json:"device,omitempty"` // key of the tracked device that signed in
	// Sealed is the refresh token in use, sealed, so that who presents the one before it within the grace period gets the same successor:
	// two processes that refresh at once must not end each other's sign-in. Only clients that rotate have it.
	Sealed []byte `json:"sealed,omitempty"`
}

var families = store.NewTable("refresh_families", store.Spec[family]{
	Key: []store.Column[family]{{Name: "id", Value: func(f *family) string { return f.ID }}},
	Indexes: []store.Index[family]{{Name: "by_user", Columns: []store.Column[family]{
		{Name: "pool_id", Value: func(f *family) string { return f.PoolID }},
		{Name: "sub", Value: func(f *family) string { return f.Sub }},
	}}, {Name: "by_device", Present: func(f *family) bool { return f.Device != "" }, Columns: []store.Column[family]{
		{Name: "device_pool", Value: func(f *family) string { return f.PoolID }},
		{Name: "device_sub", Value: func(f *family) string { return f.Sub }},
		{Name: "device_key", Value: func(f *family) string { return f.Device }},
	}}},
	// An access token that was refreshed at the very end still names its family.
	Expires: func(f *family) time.Time { return f.Expires.Add(longestLife) },
})

// RevokeUser ends all sign-ins of a user.
func (s *Service) RevokeUser(ctx context.Context, w store.Writer, poolID, sub string) error {
	_, err := families.DeleteAll(ctx, w, "by_user", poolID, sub)
	return err
}

// RevokeDevice ends the sign-ins of a user that carry a device's key.
func (s *Service) RevokeDevice(ctx context.Context, w store.Writer, poolID, sub, deviceKey string) error {
	if deviceKey == "" {
		return nil
	}
	_, err := families.DeleteAll(ctx, w, "by_device", poolID, sub, deviceKey)
	return err
}

// Revoke ends the sign-in of a refresh token. A token that is over or revoked already is no error; one of another client is ErrTokenInvalid.
func (s *Service) Revoke(ctx context.Context, client *directory.Client, token directory.Token) error {
	t, err := s.parseRefresh(client.PoolID, token)
	if err != nil {
		return err
	}
	return s.db.Update(ctx, func(w store.Writer) error {
		row, err := families.Get(ctx, w, draw.FormatUUID(t.family))
		switch {
		case errors.Is(err, store.ErrNotFound):
			return nil
		case err != nil:
			return err
		case row.Doc.ClientID != client.ID:
			return directory.ErrTokenInvalid
		}
		return families.Delete(ctx, w, row.Doc.ID)
	})
}

// sealedAAD binds a sealed successor to its family and generation.
func sealedAAD(id string, generation string) []byte {
	return seal.AAD("refresh_families", id, "sealed", generation)
}
