package provider

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Config is what the service works with. Every field but Loopback is required.
type Config struct {
	Store  *store.DB        // opened with record.Tables
	Keys   edge.Sealer      // seals the markers of lists
	Now    func() time.Time // the clock of creation dates
	Random io.Reader        // draws the ids of SAML providers
	// ReadMetadata reads a SAML metadata document. An error means that it is none, or not of one identity provider.
	ReadMetadata func(document []byte) (record.SAMLMetadata, error)
	// Loopback takes issuers with plain http on this machine itself, for a deployment that is reached so itself.
	Loopback bool
}

// Service performs the operations. It is safe for concurrent use.
type Service struct {
	db       *store.DB
	keys     edge.Sealer
	now      func() time.Time
	random   io.Reader
	read     func([]byte) (record.SAMLMetadata, error)
	loopback bool
}

// New makes the service.
func New(c Config) *Service {
	return &Service{db: c.Store, keys: c.Keys, now: c.Now, random: c.Random, read: c.ReadMetadata, loopback: c.Loopback}
}

// OIDCProvider finds the provider that an account has for an issuer, as tokens spell it. It is shared and must not be changed. caller.ErrUnknown when
// there is none.
func (s *Service) OIDCProvider(ctx context.Context, account, issuer string) (*record.OIDCProvider, error) {
	name, plain, ok := s.issuerName(issuer)
	if !ok {
		return nil, caller.ErrUnknown
	}
	row, err := record.OIDCProviders.GetCached(ctx, s.db, account, name)
	if err != nil {
		return nil, unknown(err)
	}
	if row.Doc.Plain != plain {
		return nil, caller.ErrUnknown
	}
	return &row.Doc, nil
}

// SAMLProvider finds a provider by its ARN, which is compared exactly. It is shared and must not be changed. caller.ErrUnknown when there is none.
func (s *Service) SAMLProvider(ctx context.Context, arn string) (*record.SAMLProvider, error) {
	account, kind, name, ok := record.SplitProviderARN(arn)
	if !ok || kind != "saml-provider" {
		return nil, caller.ErrUnknown
	}
	row, err := record.SAMLProviders.FindCached(ctx, s.db, "by_name", account, record.Fold(name))
	if err != nil {
		return nil, unknown(err)
	}
	if row.Doc.ARN() != arn {
		return nil, caller.ErrUnknown
	}
	return &row.Doc, nil
}

func unknown(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return caller.ErrUnknown
	}
	return err
}

func account(ctx context.Context) string { return caller.PrincipalFrom(ctx).Account }

// second gives the time as IAM keeps it, in whole seconds.
func (s *Service) second() time.Time { return s.now().UTC().Truncate(time.Second) }

func (s *Service) list(scope string, marker *string, max *int) *edge.List {
	return &edge.List{Keys: s.keys, Scope: scope, Marker: marker, MaxItems: max}
}
