package session

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/draw"
)

// MaxToken is the longest session token that is opened, in characters.
const MaxToken = 8192

// errTooLong means that somebody who mints has not bounded what a session keeps: its credentials would open nothing.
var errTooLong = errors.New("session: the token would be too long to be opened")

// Sealer seals and opens the tokens. Open fails for everything that Seal did not make.
type Sealer interface {
	Seal(plaintext, aad []byte) ([]byte, error)
	Open(ctx context.Context, sealed, aad []byte) ([]byte, error)
}

// Entities finds the IAM entity behind a session by its id, which is never reused.
type Entities interface {
	// Entity gives the principal without its session: account, name, ARN and tags as they are now. caller.ErrUnknown when it is gone.
	Entity(ctx context.Context, kind caller.Kind, account, uniqueID string) (caller.Principal, error)
}

// Sessions mints and opens temporary credentials.
type Sessions struct {
	Deployment string // id of the deployment; a token of another one does not open
	Seal       Sealer
	Entities   Entities
	Random     io.Reader
}

// Mint makes credentials for a principal whose Session is filled, but for the access key id.
func (s *Sessions) Mint(p caller.Principal) (caller.Credentials, error) {
	var err error
	if p.AccessKeyID, err = caller.NewAccessKeyID(s.Random, "ASIA", p.Account); err != nil {
		return caller.Credentials{}, err
	}
	secret, err := draw.Text(s.Random, draw.URLSafe, 40) // without '/' and '+', which trip clients
	if err != nil {
		return caller.Credentials{}, err
	}
	sealed, err := s.Seal.Seal(encode(&p, caller.Secret(secret)), s.aad())
	if err != nil {
		return caller.Credentials{}, fmt.Errorf("session: sealing: %w", err)
	}
	token := base64.RawURLEncoding.EncodeToString(sealed)
	if len(token) > MaxToken {
		return caller.Credentials{}, errTooLong
	}
	return caller.Credentials{
		AccessKeyID: p.AccessKeyID, SecretAccessKey: caller.Secret(secret),
		SessionToken: caller.Secret(token),
		Expiration:   p.Session.Expires.UTC().Truncate(time.Second),
	}, nil
}

// OpenSession opens a token and checks that it has not expired and that the entity behind it is still the same.
func (s *Sessions) OpenSession(ctx context.Context, token string, now time.Time) (caller.Secret, caller.Principal, error) {
	if len(token) > MaxToken || strings.ContainsAny(token, "\r\n") { // line ends, which the decoder would pass over
		return "", caller.Principal{}, caller.ErrUnknown
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return "", caller.Principal{}, caller.ErrUnknown
	}
	plain, err := s.Seal.Open(ctx, sealed, s.aad())
	if err != nil {
		return "", caller.Principal{}, fmt.Errorf("%w: %w", caller.ErrUnknown, err)
	}
	p, secret, err := decode(plain)
	if err != nil {
		return "", caller.Principal{}, fmt.Errorf("%w: %w", caller.ErrUnknown, err)
	}
	if !now.Before(p.Session.Expires) {
		return "", caller.Principal{}, caller.ErrExpired
	}
	entity, err := s.Entities.Entity(ctx, p.Kind, p.Account, p.UniqueID)
	if err != nil {
		return "", caller.Principal{}, err
	}
	entity.Kind, entity.AccessKeyID, entity.Session = p.Kind, p.AccessKeyID, p.Session
	Name(&entity)
	return secret, entity, nil
}

func (s *Sessions) aad() []byte { return []byte("mayfly session token\x00" + s.Deployment) }

// Name fills the ARN and user id that a session of this kind shows
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html).
func Name(p *caller.Principal) {
	switch p.Kind {
	case caller.AssumedRole:
		p.ARN = "arn:aws:sts::" + p.Account + ":assumed-role/" + p.Name + "/" + p.Session.Name
		p.UserID = p.UniqueID + ":" + p.Session.Name
	case caller.FederatedUser:
		p.ARN = "arn:aws:sts::" + p.Account + ":federated-user/" + p.Session.Name
		p.UserID = p.Account + ":" + p.Session.Name
	}
}
