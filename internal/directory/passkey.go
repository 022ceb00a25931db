package directory

import (
	"encoding/hex"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// Passkey is a WebAuthn credential of a user.
type Passkey struct {
	PoolID       string    `json:"poolId"`
	Sub          string    `json:"sub"`
	ID           []byte    `json:"id"` // credential id, as the authenticator gave it
	Name         string    `json:"name"`
	RelyingParty string    `json:"relyingParty"`
	Attachment   string    `json:"attachment,omitempty"` // platform or cross-platform
	Transports   []string  `json:"transports,omitempty"`
	Credential   []byte    `json:"credential"`            // public key as a COSE_Key (RFC 9052 section 7)
	Flags        byte      `json:"flags"`                 // of the authenticator data of the last ceremony (WebAuthn section 6.1)
	SignCount    uint32    `json:"signCount"`             // of the last ceremony; 0: the authenticator does not count
	AAGUID       []byte    `json:"aaguid,omitempty"`      // 16 bytes: the make of the authenticator
	Attestation  string    `json:"attestation,omitempty"` // format of the attestation statement, such as none or packed
	Created      time.Time `json:"created"`
}

func passkeyColumn(name string, value func(*Passkey) string) store.Column[Passkey] {
	return store.Column[Passkey]{Name: name, Value: value}
}

var (
	passkeyPool = passkeyColumn("pool_id", func(p *Passkey) string { return p.PoolID })
	passkeySub  = passkeyColumn("sub", func(p *Passkey) string { return p.Sub })
	passkeyID   = passkeyColumn("credential_id", func(p *Passkey) string { return hex.EncodeToString(p.ID) })
)

// Passkeys is the table of passkeys, by user. A credential id is one user's of a pool.
var Passkeys = store.NewTable("user_passkeys", store.Spec[Passkey]{
	Key:    []store.Column[Passkey]{passkeyPool, passkeySub, passkeyID},
	Unique: []store.Index[Passkey]{{Name: "by_credential", Columns: []store.Column[Passkey]{passkeyPool, passkeyID}}},
})
