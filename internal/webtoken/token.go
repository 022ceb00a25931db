package webtoken

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/jws"
)

// longestToken is how long a token lives at most (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetWebIdentityToken.html).
const longestToken = time.Hour

// mostPayload is how long the claims of a token may be, in bytes, so that a token stays within the 16 KiB that verifiers of this server read.
const mostPayload = 11 << 10

// Errors of Issue.
var (
	ErrUnknownIssuer = errors.New("webtoken: there is no such issuer")
	ErrTooLarge      = errors.New("webtoken: the claims are longer than a token can be")
	ErrBadToken      = errors.New("webtoken: a token that cannot be issued")
)

// Token is what a token is to say. Optional claims are left out when they are empty.
type Token struct {
	Algorithm      string // RS256 or ES384
	Audience       []string
	Subject        string // ARN of the user, the role or the account
	Issued         time.Time
	Expires        time.Time // an hour after Issued at most
	Account        string
	Region         string // where the token was asked for
	Organization   string // id of the account's organization; optional
	OUPath         string // path of the account in its organization; optional
	SessionExpires time.Time
	SourceIdentity string // optional
	Provider       string // the identity provider that the session came from; optional
	PrincipalTags  map[string]string
	RequestTags    map[string]string
}

// claims are the claims of a token, in AWS's order.
type claims struct {
	Audience any      `json:"aud"` // a text, or a list when there are several
	Subject  string   `json:"sub"`
	Identity identity `json:"https://sts.amazonaws.com/"`
	Issuer   string   `json:"iss"`
	Expires  int64    `json:"exp"`
	Issued   int64    `json:"iat"`
	ID       string   `json:"jti"`
}

// identity is the claims of AWS's own (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.html).
type identity struct {
	Organization   string            `json:"org_id,omitempty"`
	Account        string            `json:"aws_account"`
	OUPath         []string          `json:"ou_path,omitempty"`
	SessionExpires string            `json:"original_session_exp,omitempty"` // RFC 3339
	SourceIdentity string            `json:"source_identity,omitempty"`
	Provider       string            `json:"federated_provider,omitempty"`
	Region         string            `json:"source_region,omitempty"`
	PrincipalID    string            `json:"principal_id"`
	PrincipalTags  map[string]string `json:"principal_tags,omitempty"`
	RequestTags    map[string]string `json:"request_tags,omitempty"`
}

// Issue signs a token of an issuer. Errors: ErrUnknownIssuer, ErrTooLarge; ErrBadToken for an algorithm, an audience or times that no token has.
func (s *Service) Issue(ctx context.Context, id string, t *Token) (string, error) {
	alg := jws.Algorithm(t.Algorithm)
	if alg != jws.RS256 && alg != jws.ES384 || len(t.Audience) == 0 || !t.Expires.After(t.Issued) || t.Expires.Sub(t.Issued) > longestToken {
		return "", ErrBadToken
	}
	row, err := issuers.GetCached(ctx, s.db, id)
	if errors.Is(err, store.ErrNotFound) {
		return "", ErrUnknownIssuer
	}
	if err != nil {
		return "", fmt.Errorf("webtoken: %w", err)
	}
	jti, err := draw.UUID(s.random)
	if err != nil {
		return "", fmt.Errorf("webtoken: %w", err)
	}
	payload, err := json.Marshal(s.claims(id, jti, t))
	if err != nil {
		return "", fmt.Errorf("webtoken: %w", err)
	}
	if len(payload) > mostPayload {
		return "", ErrTooLarge
	}
	signer, err := s.signers.Open(ctx, id, row.Doc.Keys, alg)
	if err != nil {
		return "", err
	}
	return jws.EncodeJWT(s.random, signer, payload)
}

func (s *Service) claims(id, jti string, t *Token) *claims {
	c := &claims{
		Audience: t.Audience, Subject: t.Subject, Issuer: s.IssuerURL(id), Expires: t.Expires.Unix(), Issued: t.Issued.Unix(), ID: jti,
		Identity: identity{
			Organization: t.Organization, Account: t.Account, SourceIdentity: t.SourceIdentity, Provider: t.Provider, Region: t.Region,
			PrincipalID: t.Subject, PrincipalTags: t.PrincipalTags, RequestTags: t.RequestTags,
		},
	}
	if len(t.Audience) == 1 {
		c.Audience = t.Audience[0]
	}
	if t.OUPath != "" {
		c.Identity.OUPath = []string{t.OUPath}
	}
	if !t.SessionExpires.IsZero() {
		c.Identity.SessionExpires = t.SessionExpires.UTC().Format(time.RFC3339)
	}
	return c
}
