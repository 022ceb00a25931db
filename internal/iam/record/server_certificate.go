package record

import (
	"context"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// ServerCertificate is what lists and decisions need of a TLS certificate that an account keeps.
type ServerCertificate struct {
	ID       string            `json:"id"` // ASCA…
	Account  string            `json:"account"`
	Name     string            `json:"name"`
	Path     string            `json:"path"`
	Uploaded time.Time         `json:"uploaded"`
	Expires  time.Time         `json:"expires"`
	Tags     map[string]string `json:"tags,omitempty"`
}

// PrefixServerCertificate begins the ids of server certificates.
const PrefixServerCertificate = "ASCA"

// ServerCertificateARN is the ARN of a server certificate with this path and name.
func ServerCertificateARN(account, path, name string) string {
	return ARN(account, "server-certificate", path, name)
}

// ARN is the certificate's ARN.
func (c *ServerCertificate) ARN() string { return ServerCertificateARN(c.Account, c.Path, c.Name) }

// ServerCertificates is the table of server certificates.
var ServerCertificates = store.NewTable("iam_server_certificates", store.Spec[ServerCertificate]{
	Key:    []store.Column[ServerCertificate]{column("id", func(c *ServerCertificate) string { return c.ID })},
	Unique: byName(func(c *ServerCertificate) string { return c.Account }, func(c *ServerCertificate) string { return c.Name }),
})

// FindServerCertificate finds a certificate by name, without regard to ASCII case. store.ErrNotFound when there is none.
func FindServerCertificate(ctx context.Context, r store.Reader, account, name string) (store.Row[ServerCertificate], error) {
	return ServerCertificates.Find(ctx, r, "by_name", account, Fold(name))
}

// ServerCertificateBody is what a server certificate is made of. It is long and seldom shown: so it is not in the row that lists and decisions read.
type ServerCertificateBody struct {
	ID    string `json:"id"`              // of the certificate
	Body  string `json:"body"`            // PEM, as it was uploaded
	Chain string `json:"chain,omitempty"` // PEM, as it was uploaded
	Key   []byte `json:"key"`             // the private key in PKCS #8, sealed: purpose at-rest/private-keys, tenant the account, aad KeyAAD
}

// KeyAAD binds the sealed private key to its place.
func (b *ServerCertificateBody) KeyAAD() []byte {
	return seal.AAD("iam_server_certificate_bodies", b.ID, "key")
}

// ServerCertificateBodies is the table of what server certificates are made of.
var ServerCertificateBodies = store.NewTable("iam_server_certificate_bodies", store.Spec[ServerCertificateBody]{
	Key:      []store.Column[ServerCertificateBody]{column("id", func(b *ServerCertificateBody) string { return b.ID })},
	Uncached: true,
})
