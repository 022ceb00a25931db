package record

import (
	"io"
	"time"

	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/store"
)

// SSHPublicKey is an SSH public key of a user.
type SSHPublicKey struct {
	ID          string    `json:"id"` // APKA…
	Account     string    `json:"account"`
	Owner       string    `json:"owner"`         // the user's id
	Wire        []byte    `json:"wire"`          // the key as SSH spells it (RFC 4253 section 6.6): what the key is
	Body        string    `json:"body"`          // as it was uploaded
	PEM         bool      `json:"pem,omitempty"` // Body is PEM, not a line of OpenSSH
	Digest      string    `json:"digest"`        // SHA-256 of Wire, in hexadecimal: two of one user differ
	Fingerprint string    `json:"fingerprint"`   // MD5 of Wire, in hexadecimal with colons, as IAM shows it
	Active      bool      `json:"active"`
	Uploaded    time.Time `json:"uploaded"`
}

const prefixSSHPublicKey = "APKA"

// NewSSHPublicKeyID draws the id of an SSH public key: APKA and 16 characters, 80 bits.
func NewSSHPublicKeyID(random io.Reader) (string, error) {
	text, err := draw.Text(random, draw.Base32, 16)
	return prefixSSHPublicKey + text, err
}

// SSHPublicKeys is the table of SSH public keys. One user has one key once.
var SSHPublicKeys = store.NewTable("iam_ssh_public_keys", store.Spec[SSHPublicKey]{
	Key: []store.Column[SSHPublicKey]{column("id", func(k *SSHPublicKey) string { return k.ID })},
	Unique: []store.Index[SSHPublicKey]{{Name: "by_digest", Columns: []store.Column[SSHPublicKey]{
		column("owner", func(k *SSHPublicKey) string { return k.Owner }),
		column("digest", func(k *SSHPublicKey) string { return k.Digest }),
	}}},
	Indexes: []store.Index[SSHPublicKey]{
		{Name: "by_account", Columns: []store.Column[SSHPublicKey]{column("account", func(k *SSHPublicKey) string { return k.Account })}},
		{Name: "by_owner", Columns: []store.Column[SSHPublicKey]{column("owner", func(k *SSHPublicKey) string { return k.Owner })}},
	},
	Uncached: true,
})
