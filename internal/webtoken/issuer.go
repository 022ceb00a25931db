package webtoken

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/signingkey"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/jws"
)

const (
	// keyLife is how long a key signs. Its successor is published all that time, which is much longer than verifiers keep a key set (wellknown.Age).
	keyLife = 90 * 24 * time.Hour
	// keyTail is how long a retired key verifies: longer than any token that it signed lives, also where a node hears late of the change.
	keyTail = longestToken + time.Hour
	// turnsAtOnce bounds the issuers of one pass of Tend, because an RSA key takes a tenth of a second and more.
	turnsAtOnce = 100
)

// algorithms are those that tokens can be signed with, in the order in which they are published.
func algorithms() []jws.Algorithm { return []jws.Algorithm{jws.RS256, jws.ES384} }

// issuer is the keys of one issuer.
type issuer struct {
	ID     string          `json:"id"` // UUID: the last part of the issuer's URL
	Keys   signingkey.Ring `json:"keys"`
	Turned time.Time       `json:"turned"` // since when the active keys sign
}

const issuersTable = "web_token_issuers"

var issuers = store.NewTable(issuersTable, store.Spec[issuer]{
	Key: []store.Column[issuer]{{Name: "id", Value: func(i *issuer) string { return i.ID }}},
	Indexes: []store.Index[issuer]{{Name: "by_turn", Columns: []store.Column[issuer]{
		{Name: "turned", Value: func(i *issuer) string { return i.Turned.UTC().Format(time.RFC3339) }}, // whole seconds, so that texts sort as times do
	}}},
})

// Tables lists the tables of this package, for opening the store.
func Tables() []store.AnyTable { return []store.AnyTable{issuers} }

// NewIssuer makes an issuer with its keys. What it returns inserts it, in the transaction that gives it to an account: RSA keys take long, for which no other
// write should wait.
func (s *Service) NewIssuer() (id string, insert func(context.Context, store.Writer) error, err error) {
	if id, err = draw.UUID(s.random); err != nil {
		return "", nil, fmt.Errorf("webtoken: %w", err)
	}
	ring, err := s.maker.Ring(id, algorithms()...)
	if err != nil {
		return "", nil, fmt.Errorf("webtoken: %w", err)
	}
	row := &issuer{ID: id, Keys: ring, Turned: s.now()}
	return id, func(ctx context.Context, w store.Writer) error { return issuers.Insert(ctx, w, row) }, nil
}

// Tend lets the next keys of issuers sign whose keys have signed for 90 days, a hundred issuers at most. It is to run once an hour or so; on which node, or on
// how many at once, does not matter: of several that do it one is heard. An issuer that fails does not keep others from their turn.
func (s *Service) Tend(ctx context.Context) error {
	page, err := issuers.List(ctx, s.db, store.Query{Index: "by_turn", Limit: turnsAtOnce})
	if err != nil {
		return fmt.Errorf("webtoken: %w", err)
	}
	var failures []error
	for i := range page.Rows {
		row := &page.Rows[i]
		if s.now().Before(row.Doc.Turned.Add(keyLife)) {
			break
		}
		switch err := s.turn(ctx, row); {
		case err == nil, errors.Is(err, store.ErrConflict):
		case ctx.Err() != nil:
			return ctx.Err()
		default:
			failures = append(failures, fmt.Errorf("webtoken: keys of %s: %w", row.Doc.ID, err))
		}
	}
	return errors.Join(failures...)
}

func (s *Service) turn(ctx context.Context, row *store.Row[issuer]) error {
	now := s.now()
	fresh, err := s.maker.Next(row.Doc.ID, algorithms()...) // made before the transaction, as in NewIssuer
	if err != nil {
		return err
	}
	row.Doc.Keys, row.Doc.Turned = row.Doc.Keys.Turn(fresh, now, keyTail), now
	return s.db.Update(ctx, func(w store.Writer) error { return issuers.Update(ctx, w, row) })
}
