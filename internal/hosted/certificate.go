package hosted

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// What the SAML keys of a pool are for. Each has its own key, so that none does two things.
const (
	forSigning    = "signing"    // of requests to providers
	forEncryption = "encryption" // of what providers send
)

const (
	rsaBits         = 2048
	certificateLife = 10 // years
)

// certificate is a SAML key of a pool with its self-signed certificate. It is made when it is first asked for, and never changed.
type certificate struct {
	PoolID  string    `json:"poolId"`
	Use     string    `json:"use"`
	DER     []byte    `json:"der"`
	Sealed  []byte    `json:"sealed"` // PKCS #8: purpose at-rest/private-keys, tenant PoolID
	Created time.Time `json:"created"`
}

func (c *certificate) aad() []byte {
	return seal.AAD("user_pool_certificates", c.PoolID, c.Use, "sealed")
}

var certificates = store.NewTable("user_pool_certificates", store.Spec[certificate]{
	Key: []store.Column[certificate]{
		{Name: "pool_id", Value: func(c *certificate) string { return c.PoolID }},
		{Name: "purpose", Value: func(c *certificate) string { return c.Use }},
	},
})

// GetSigningCertificate gives the certificate that a provider verifies a pool's SAML requests with: DER in base64, as AWS shows it.
func (s *Service) GetSigningCertificate(ctx context.Context, in *api.GetSigningCertificateRequest) (*api.GetSigningCertificateResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	c, err := s.certificate(ctx, p.ID, forSigning)
	if err != nil {
		return nil, err
	}
	return &api.GetSigningCertificateResponse{Certificate: new(base64.StdEncoding.EncodeToString(c.DER))}, nil
}

// certificate gives a SAML key of a pool, and makes it if there is none. Of several who make it at once, one succeeds, and all take that one.
func (s *Service) certificate(ctx context.Context, poolID, use string) (*certificate, error) {
	row, err := certificates.GetCached(ctx, s.Store, poolID, use)
	if err == nil {
		return &row.Doc, nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	made, err := s.newCertificate(poolID, use)
	if err != nil {
		return nil, fmt.Errorf("hosted: making a certificate: %w", err)
	}
	kept := *made
	err = s.edge.Update(ctx, poolID, func(w store.Writer, _ *directory.Pool) error {
		there, err := certificates.Get(ctx, w, poolID, use)
		if errors.Is(err, store.ErrNotFound) {
			kept = *made
			return certificates.Insert(ctx, w, made)
		}
		kept = there.Doc
		return err
	})
	return &kept, err
}

// newCertificate makes a key and its certificate. This takes a tenth of a second and more.
func (s *Service) newCertificate(poolID, use string) (*certificate, error) {
	key, err := rsa.GenerateKey(s.Random, rsaBits)
	if err != nil {
		return nil, err
	}
	serial := make([]byte, 16)
	if _, err := io.ReadFull(s.Random, serial); err != nil {
		return nil, err
	}
	serial[0] &= 0x7f // positive (RFC 5280 section 4.1.2.2)
	now := s.now().Truncate(time.Second)
	template := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial), Subject: pkix.Name{CommonName: poolID},
		NotBefore: now, NotAfter: now.AddDate(certificateLife, 0, 0), SignatureAlgorithm: x509.SHA256WithRSA,
	}
	c := &certificate{PoolID: poolID, Use: use, Created: now}
	if c.DER, err = x509.CreateCertificate(s.Random, template, template, key.Public(), key); err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	c.Sealed, err = s.Keys.Seal(seal.PrivateKey, poolID, der, c.aad())
	return c, err
}

// SigningKey opens the key that signs a pool's SAML requests, with its certificate as DER.
func (s *Service) SigningKey(ctx context.Context, poolID string) (*rsa.PrivateKey, []byte, error) {
	return s.privateKey(ctx, poolID, forSigning)
}

// EncryptionKey opens the key that what SAML providers encrypt for a pool is decrypted with: the ActiveEncryptionCertificate of a provider.
func (s *Service) EncryptionKey(ctx context.Context, poolID string) (*rsa.PrivateKey, []byte, error) {
	return s.privateKey(ctx, poolID, forEncryption)
}

// privateKey opens a key of a pool for the sign-in pages, which nobody has signed a request for: it looks at no caller, and makes no key.
func (s *Service) privateKey(ctx context.Context, poolID, use string) (*rsa.PrivateKey, []byte, error) {
	row, err := certificates.GetCached(ctx, s.Store, poolID, use)
	if err != nil {
		return nil, nil, fmt.Errorf("hosted: the SAML key: %w", err)
	}
	c := &row.Doc
	der, err := s.Keys.Open(ctx, seal.PrivateKey, poolID, c.Sealed, c.aad())
	if err != nil {
		return nil, nil, fmt.Errorf("hosted: opening a SAML key: %w", err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, nil, errors.New("hosted: a SAML key cannot be read")
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, nil, errors.New("hosted: a SAML key is not RSA")
	}
	return key, c.DER, nil
}
