package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/mayfly-id/mayfly/internal/audit"
	"github.com/mayfly-id/mayfly/internal/config"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/idtoken"
	"github.com/mayfly-id/mayfly/internal/keys"
	"github.com/mayfly-id/mayfly/internal/store"
)

// RotatePoolKeys replaces the signing key of a user pool, for an operator who has the store and the root key. A store that nodes share may be in use by
// them: they sign with the new key as soon as they hear of the change. The embedded store must not be: its server has it locked.
//
// Without revoke the old key goes on verifying what it signed. With revoke it is gone at once, for a key that may be known to others: the access and id
// tokens of the pool end, refresh tokens do not, and verifiers that keep a copy of the key set refuse new tokens until they read it again, unless they
// have read the next key already.
func RotatePoolKeys(ctx context.Context, c config.Config, poolID string, revoke bool) error {
	return rotatePoolKeys(ctx, c, poolID, revoke, time.Now, rand.Reader)
}

// rotatePoolKeys is RotatePoolKeys with its clock and its randomness. It makes no store: without a root key there was no server.
func rotatePoolKeys(ctx context.Context, c config.Config, poolID string, revoke bool, now func() time.Time, random io.Reader) (err error) {
	if c.Ephemeral {
		return errors.New("the keys of an ephemeral server are in its memory only")
	}
	root, found, err := keys.LoadRoot(c.RootKeyFile())
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("root key: %s is missing: is this the data folder of a server?", c.RootKeyFile())
	}
	if err := c.MakeData(); err != nil {
		return err
	}
	a := &App{cfg: c, now: now, random: random, stopWork: func() {}}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.openStore(ctx); err != nil {
		return err
	}
	row, err := deployments.Get(ctx, a.db, "deployment")
	if errors.Is(err, store.ErrNotFound) {
		return errors.New("no server has been started on this store")
	}
	if err != nil {
		return err
	}
	a.deployment = row.Doc
	if a.ring, err = keys.Open(ctx, a.db, root, a.deployment.ID, random, now); err != nil {
		return err
	}
	pool, err := directory.Pools.Get(ctx, a.db, poolID)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("there is no user pool %q", poolID)
	}
	if err != nil {
		return err
	}
	if err := a.recordRotation(&pool.Doc, revoke); err != nil {
		return err
	}
	return a.replacePoolKeys(ctx, poolID, revoke)
}

// recordRotation writes the audit entry. What cannot be recorded does not happen.
func (a *App) recordRotation(p *directory.Pool, revoke bool) error {
	trail, err := audit.OpenFile(filepath.Join(a.cfg.Data, "audit.log"))
	if err != nil {
		return err
	}
	a.audit = trail
	operation := "rotate-keys"
	if revoke {
		operation = "rotate-keys --revoke"
	}
	return trail.Append(&audit.Entry{
		Time: a.now(), Service: "mayfly", Operation: operation, Region: p.Region, PrincipalKind: "operator", Allowed: true,
		Resource: "arn:aws:cognito-idp:" + p.Region + ":" + p.Account + ":userpool/" + p.ID,
	})
}

func (a *App) replacePoolKeys(ctx context.Context, poolID string, revoke bool) error {
	tokens := idtoken.New(idtoken.Config{Store: a.db, Keys: a.ring, Now: a.now, Random: a.random, PublicURL: a.cfg.URL})
	replace := tokens.RotatePoolKeys
	if revoke {
		replace = tokens.RevokePoolKeys
	}
	err := replace(ctx, poolID)
	switch {
	case errors.Is(err, idtoken.ErrTooSoon):
		return fmt.Errorf("verifiers may not know the next key of %s yet: wait two hours, or revoke: %w", poolID, err)
	case errors.Is(err, store.ErrConflict):
		return fmt.Errorf("the keys of %s were replaced by somebody else at this moment: look, and try again: %w", poolID, err)
	}
	return err
}
