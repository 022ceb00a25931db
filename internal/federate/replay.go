package federate

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// taken says that an assertion has been used.
type taken struct {
	ID      string    `json:"id"` // digest of provider and assertion id
	Expires time.Time `json:"expires"`
}

var takenTable = store.NewTable("saml_assertions", store.Spec[taken]{
	Key:      []store.Column[taken]{{Name: "id", Value: func(t *taken) string { return t.ID }}},
	Expires:  func(t *taken) time.Time { return t.Expires },
	Uncached: true,
})

// Tables lists the tables of this package, for opening the store.
func Tables() []store.AnyTable { return []store.AnyTable{takenTable} }

// take uses an assertion: of any number of attempts, over all nodes, one succeeds. It is remembered for as long as it could be used.
func (v *Verifier) take(ctx context.Context, p *SAMLProvider, a *Assertion, now time.Time) error {
	until := a.until.Add(skew)
	if until.After(now.Add(maxRemembered)) {
		return invalid("Response is valid for too long")
	}
	row := &taken{ID: digest(p.Key, a.Issuer, a.ID), Expires: until}
	err := v.config.Store.Update(ctx, func(w store.Writer) error { return takenTable.Insert(ctx, w, row) })
	if errors.Is(err, store.ErrExists) {
		return invalid("Response has already been used")
	}
	return err
}

// maxRemembered is the longest that an assertion may be deliverable, so that what is remembered is bounded by what providers send in a day.
const maxRemembered = 24 * time.Hour

// digest hashes texts with their lengths, so that none runs into the next.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil))
}
