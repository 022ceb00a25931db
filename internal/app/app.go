package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/mayfly-id/mayfly/internal/access"
	"github.com/mayfly-id/mayfly/internal/account"
	"github.com/mayfly-id/mayfly/internal/audit"
	"github.com/mayfly-id/mayfly/internal/branding"
	"github.com/mayfly-id/mayfly/internal/config"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/factor"
	"github.com/mayfly-id/mayfly/internal/federate"
	"github.com/mayfly-id/mayfly/internal/front"
	"github.com/mayfly-id/mayfly/internal/hosted"
	"github.com/mayfly-id/mayfly/internal/iam/advisor"
	"github.com/mayfly-id/mayfly/internal/iam/credential"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/identitypool"
	"github.com/mayfly-id/mayfly/internal/idtoken"
	"github.com/mayfly-id/mayfly/internal/keys"
	"github.com/mayfly-id/mayfly/internal/logsink"
	"github.com/mayfly-id/mayfly/internal/notify"
	"github.com/mayfly-id/mayfly/internal/organization"
	"github.com/mayfly-id/mayfly/internal/protection"
	"github.com/mayfly-id/mayfly/internal/signin"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/postgres"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
	"github.com/mayfly-id/mayfly/internal/userimport"
	"github.com/mayfly-id/mayfly/internal/webtoken"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/seal"
)

// App is a running server without its listener.
type App struct {
	cfg    config.Config
	log    *slog.Logger
	now    func() time.Time
	random io.Reader

	db         *store.DB
	deployment deployment
	ring       *keys.Ring
	audit      auditTrail
	outbox     *notify.Outbox
	logs       logs

	passwordFile *os.File // of compromised passwords; nil without one
	uses         *credential.Tracker
	activity     *advisor.Tracker
	tokens       *idtoken.Service
	services     *services
	auth         *access.Authenticator
	registry     *wire.Registry
	front        *front.Server
	firstRun     *FirstRun       // secrets of a first start; nil later
	initial      *store.Snapshot // of an ephemeral server, for its reset
	work         sync.WaitGroup
	stopWork     context.CancelFunc
}

// auditTrail is a writer that is closed at the end.
type auditTrail interface {
	audit.Writer
	io.Closer
}

// tables lists every table of the server.
func tables() []store.AnyTable {
	all := []store.AnyTable{deployments}
	for _, t := range [][]store.AnyTable{
		keys.Tables(), record.Tables(), directory.Tables(), idtoken.Tables(), account.Tables(), signin.Tables(), factor.Tables(), hosted.Tables(), branding.Tables(),
		protection.Tables(),
		userimport.Tables(), identitypool.Tables(), federate.Tables(), organization.Tables(), webtoken.Tables(),
	} {
		all = append(all, t...)
	}
	return all
}

// Open builds the server, and on a first start its account and first tenant. Close undoes it.
func Open(ctx context.Context, c config.Config, log *slog.Logger) (*App, error) {
	return open(ctx, c, log, time.Now, rand.Reader)
}

// OpenAt is Open with a clock of the caller's, for tests that move it.
func OpenAt(ctx context.Context, c config.Config, log *slog.Logger, now func() time.Time) (*App, error) {
	return open(ctx, c, log, now, rand.Reader)
}

// open is Open with its clock and its randomness.
func open(ctx context.Context, c config.Config, log *slog.Logger, now func() time.Time, random io.Reader) (_ *App, err error) {
	a := &App{cfg: c, log: log, now: now, random: random, stopWork: func() {}}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if !c.Ephemeral {
		if err := c.MakeData(); err != nil {
			return nil, err
		}
	}
	if err := a.openStore(ctx); err != nil {
		return nil, err
	}
	mine, err := a.loadDeployment(ctx, &c)
	if err != nil {
		return nil, err
	}
	if err := a.openKeys(ctx); err != nil {
		return nil, err
	}
	if err := a.openTrail(); err != nil {
		return nil, err
	}
	o, err := a.openOutside()
	if err != nil {
		return nil, err
	}
	a.services = a.build(o)
	if err := a.services.organization.NoteAccount(ctx); err != nil {
		return nil, err
	}
	if mine {
		if a.firstRun, err = a.prepare(ctx, a.services); err != nil {
			return nil, fmt.Errorf("first start: %w", err)
		}
	}
	if c.Ephemeral {
		if a.initial, err = a.db.Snapshot(ctx); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func (a *App) openStore(ctx context.Context) error {
	var engine store.Engine
	var err error
	switch {
	case a.cfg.Ephemeral:
		engine, err = sqlite.OpenMemory()
	case a.cfg.Store != "":
		engine, err = postgres.Open(ctx, postgres.Config{DSN: a.cfg.Store})
	default:
		engine, err = sqlite.Open(a.cfg.Data)
	}
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if a.db, err = store.Open(ctx, engine, store.Options{Now: a.now, StaleFor: a.cfg.StaleFor}, tables()...); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

// openKeys loads the root key and the ring. A root key is made only together with a deployment: a store that has one already needs its own.
func (a *App) openKeys(ctx context.Context) error {
	root, err := a.rootKey()
	if err != nil {
		return err
	}
	a.ring, err = keys.Open(ctx, a.db, root, a.deployment.ID, a.random, a.now)
	return err
}

func (a *App) rootKey() (seal.Key, error) {
	if a.cfg.Ephemeral {
		return keys.NewRoot(a.random)
	}
	path := a.cfg.RootKeyFile()
	root, found, err := keys.LoadRoot(path)
	switch {
	case err != nil || found:
		return root, err
	case a.deployment.Ready:
		return root, fmt.Errorf("root key: %s is missing: this store was made with a root key, and cannot be opened without it", path)
	}
	return keys.CreateRoot(path, a.random)
}

func (a *App) openTrail() error {
	if a.cfg.Ephemeral {
		a.audit, a.outbox, a.logs = memoryTrail{audit.NewMemory(10_000)}, notify.NewOutbox(), ownLog{a.log}
		return nil
	}
	file, err := audit.OpenFile(filepath.Join(a.cfg.Data, "audit.log"))
	if err != nil {
		return err
	}
	a.audit = file
	if a.outbox, err = notify.OpenOutbox(outboxFile(a.cfg.Data)); err != nil {
		return err
	}
	a.logs, err = logsink.Open(filepath.Join(a.cfg.Data, "logs"), 0)
	return err
}

// logs takes what AWS would put into a log group, a line at a time.
type logs interface {
	Write(ctx context.Context, destination string, line []byte) error
	io.Closer
}

// ownLog is the log of an ephemeral server, which has no folder.
type ownLog struct{ log *slog.Logger }

// Write implements logs.
func (l ownLog) Write(ctx context.Context, destination string, line []byte) error {
	l.log.InfoContext(ctx, "log delivery", "destination", destination, "line", string(line))
	return nil
}

// Close implements io.Closer.
func (ownLog) Close() error { return nil }

// memoryTrail has nothing to close.
type memoryTrail struct{ *audit.Memory }

// Close implements io.Closer.
func (memoryTrail) Close() error { return nil }

// Run does the background work until the context ends: key rotation, expired rows, uses of access keys, signing keys made ahead.
func (a *App) Run(ctx context.Context) {
	ctx, a.stopWork = context.WithCancel(ctx)
	for _, job := range []func(){
		func() { a.ring.Run(ctx, a.cfg.RotateKeys, a.report) },
		func() { a.flushing(ctx, a.uses.Flush) },
		func() { a.flushing(ctx, a.activity.Flush) },
		func() { a.services.account.Run(ctx, a.report) },
		func() {
			select {
			case <-ctx.Done():
			case <-time.After(headStart):
				a.tokens.Prefetch(ctx)
			}
		},
		func() { a.tokens.Run(ctx, a.cfg.Outside.RotateSigning, a.report) },
		func() { a.services.imports.Run(ctx, a.report) },
		func() {
			a.every(ctx, sweepEvery, func(ctx context.Context) error { _, err := a.db.Sweep(ctx, a.now()); return err })
		},
		func() { a.every(ctx, keysEvery, a.services.identitypool.TendOpenIDKeys) },
		func() { a.every(ctx, issuersEvery, a.services.issuers.Tend) },
		func() { a.every(ctx, providersEvery, a.refreshProviders) },
	} {
		a.work.Go(job)
	}
	a.work.Wait()
}

// How often background work is done. Expired rows are not found from the moment they expire. What is flushed is what a crash can lose of who used what.
const (
	flushEvery     = time.Minute
	sweepEvery     = time.Minute
	providersEvery = 5 * time.Minute
	issuersEvery   = time.Hour
	keysEvery      = 24 * time.Hour
)

// headStart is how long the processor is left to the first requests before keys are made ahead: where there is one processor, making one is all that it does.
const headStart = 200 * time.Millisecond

// every does a piece of background work now and then at intervals, until the context ends.
func (a *App) every(ctx context.Context, interval time.Duration, work func(context.Context) error) {
	t := time.NewTicker(interval)
	defer t.Stop()
	for {
		if err := work(ctx); err != nil && ctx.Err() == nil {
			a.report(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// flushing writes at intervals what is kept in memory, and once more at the end. What could not be written is tried again.
func (a *App) flushing(ctx context.Context, flush func(context.Context) error) {
	a.every(ctx, flushEvery, flush)
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := flush(last); err != nil {
		a.report(err)
	}
}

// refreshProviders reads again what identity providers of user pools say of themselves.
func (a *App) refreshProviders(ctx context.Context) error {
	failed, err := a.services.hosted.RefreshProviders(ctx)
	for _, name := range failed {
		a.log.Warn("an identity provider's metadata cannot be read", "provider", name)
	}
	return err
}

// report logs what nobody waits for any more.
func (a *App) report(err error) { a.log.Error("background work", "error", err) }

// Close ends the background work and closes what is open, in the reverse order of Open.
func (a *App) Close() error {
	a.stopWork()
	a.work.Wait()
	if a.services != nil {
		a.services.signin.Drain()
		a.services.profile.Drain()
	}
	var errs []error
	if a.uses != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		errs = append(errs, a.uses.Flush(ctx))
	}
	if a.passwordFile != nil {
		errs = append(errs, a.passwordFile.Close())
	}
	if a.outbox != nil {
		errs = append(errs, a.outbox.Close())
	}
	if a.logs != nil {
		errs = append(errs, a.logs.Close())
	}
	if a.audit != nil {
		errs = append(errs, a.audit.Close())
	}
	if a.db != nil {
		errs = append(errs, a.db.Close())
	}
	return errors.Join(errs...)
}
