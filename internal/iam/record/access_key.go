package record

import (
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// AccessKey is a long-term access key of a user, or of the account itself.
type AccessKey struct {
	ID      string    `json:"id"` // AKIA…
	Account string    `json:"account"`
	Owner   string    `json:"owner"`  // the user's id; the account for a root key
	Sealed  []byte    `json:"sealed"` // the secret; purpose at-rest/access-key-secret, tenant Account, aad SecretAAD
	Active  bool      `json:"active"`
	Created time.Time `json:"created"`
}

// SecretAAD binds the sealed secret to its place.
func (k *AccessKey) SecretAAD() []byte { return seal.AAD("iam_access_keys", k.ID, "secret", k.Owner) }

// AccessKeys is the table of access keys.
var AccessKeys = store.NewTable("iam_access_keys", store.Spec[AccessKey]{
	Key: []store.Column[AccessKey]{column("id", func(k *AccessKey) string { return k.ID })},
	Indexes: []store.Index[AccessKey]{{Name: "by_owner", Columns: []store.Column[AccessKey]{
		column("owner", func(k *AccessKey) string { return k.Owner }),
	}}},
})

// KeyUse is when and for what an access key was last used.
type KeyUse struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	Service string    `json:"service"`
	Region  string    `json:"region"`
}

// KeyUses is the table of last uses. A row without its key does not exist.
var KeyUses = store.NewTable("iam_access_key_uses", store.Spec[KeyUse]{
	Key:      []store.Column[KeyUse]{column("id", func(u *KeyUse) string { return u.ID })},
	Uncached: true,
})
