package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/mayfly-id/mayfly/internal/store"
)

// minVersion is the oldest major version of PostgreSQL that is tested.
const minVersion = 15

// Config describes the database.
type Config struct {
	// DSN is a PostgreSQL connection string or URL. Several hosts may be given;
	// the one that accepts writes is used, and looked for again after a
	// fail-over. A connection pooler between must keep sessions and pass on
	// start-up parameters: the engine sets several, and listens.
	DSN string
	// Schema is the PostgreSQL schema that holds the tables, created when it is
	// missing; empty is "mayfly". Lower-case letters, digits and underscores.
	Schema string
	// MaxConns bounds the connections of this node; 0 is 32. One more is used
	// to listen for changes.
	MaxConns int
}

// Engine is a pool of connections to one database. It implements store.Engine.
type Engine struct {
	pool    *pgxpool.Pool
	listen  *pgx.ConnConfig
	schema  string
	node    string // this process, in the change feed
	numbers *numbers

	warned sync.Map      // *pgconn.PgConn -> *bool: a warning came while it committed
	wake   chan struct{} // something was committed: tell the others
	stop   context.CancelFunc
	done   sync.WaitGroup
}

// Open connects to the database and prepares the schema and the change feed.
func Open(ctx context.Context, c Config) (*Engine, error) {
	if c.Schema == "" {
		c.Schema = "mayfly"
	}
	if !validSchema(c.Schema) {
		return nil, errors.New("postgres: the schema name may hold lower-case letters, digits and underscores only")
	}
	pc, err := pgxpool.ParseConfig(c.DSN)
	if err != nil {
		// The error quotes the connection string, which may hold a password.
		return nil, errors.New("postgres: the connection string cannot be parsed")
	}
	e := &Engine{
		schema: c.Schema, node: strings.ToLower(rand.Text()),
		numbers: newNumbers(), wake: make(chan struct{}, 1),
	}
	if err := e.configure(pc, c.MaxConns); err != nil {
		return nil, err
	}
	if e.pool, err = pgxpool.NewWithConfig(ctx, pc); err != nil {
		return nil, translate(ctx, err)
	}
	if err := e.prepare(ctx); err != nil {
		e.pool.Close()
		return nil, err
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	e.stop = stop
	e.done.Go(func() { e.notify(run) })
	return e, nil
}

func validSchema(name string) bool {
	if name == "" || len(name) > 50 || name[0] >= '0' && name[0] <= '9' || strings.HasPrefix(name, "pg_") {
		return false
	}
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// configure sets what the engine relies on, whatever the connection string says.
func (e *Engine) configure(pc *pgxpool.Config, maxConns int) error {
	cc := pc.ConnConfig
	switch cc.DefaultQueryExecMode {
	case pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec:
	default:
		return errors.New("postgres: default_query_exec_mode must use the extended protocol")
	}
	if maxConns <= 0 {
		maxConns = 32
	}
	pc.MaxConns = int32(min(maxConns, 1000))
	pc.PingTimeout = time.Second
	pc.MaxConnIdleTime = 5 * time.Minute
	if cc.ConnectTimeout == 0 {
		cc.ConnectTimeout = 2 * time.Second
	}
	// Reads decide who may do what: only the server that takes writes will do.
	cc.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	cc.OnNotice = e.onNotice
	limit := strconv.FormatInt(txLimit.Milliseconds(), 10)
	for name, value := range map[string]string{
		"application_name":                    "mayfly",
		"search_path":                         e.schema,
		"client_encoding":                     "UTF8",
		"statement_timeout":                   limit,
		"idle_in_transaction_session_timeout": limit,
		// Every statement has an index that serves it. A sequential scan of a
		// table that is still small would lock all of it against every other
		// serializable transaction.
		"enable_seqscan":    "off",
		"enable_sort":       "off",
		"enable_bitmapscan": "off",
		"plan_cache_mode":   "force_generic_plan",
	} {
		cc.RuntimeParams[name] = value
	}
	e.listen = cc.Copy()
	return nil
}

// prepare checks the server and creates the schema and the table of changes.
func (e *Engine) prepare(ctx context.Context) error {
	var version string
	if err := e.pool.QueryRow(ctx, "SHOW server_version_num").Scan(&version); err != nil {
		return fmt.Errorf("postgres: connect: %w", translate(ctx, err))
	}
	if n, err := strconv.Atoi(version); err != nil || n < minVersion*10000 {
		return fmt.Errorf("postgres: the server is older than version %d", minVersion)
	}
	// Creating what exists would ask for rights the service may not have.
	exists := false
	err := e.pool.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)", e.schema).Scan(&exists)
	if err != nil {
		return fmt.Errorf("postgres: look for schema: %w", translate(ctx, err))
	}
	ddl := []string{`CREATE TABLE IF NOT EXISTS "store_changes" (
		"node" TEXT COLLATE "C" NOT NULL, "seq" BIGINT NOT NULL, "at" BIGINT NOT NULL, "rows" TEXT NOT NULL,
		PRIMARY KEY ("node", "seq"))`}
	if !exists {
		ddl = append([]string{`CREATE SCHEMA IF NOT EXISTS "` + e.schema + `"`}, ddl...)
	}
	for _, sql := range ddl {
		err := e.Define(ctx, func(c store.Conn) error {
			_, err := c.Exec(ctx, sql)
			return err
		})
		if err != nil {
			return fmt.Errorf("postgres: prepare schema: %w", err)
		}
	}
	return nil
}

// Dialect implements store.Engine.
func (e *Engine) Dialect() store.Dialect {
	return store.Dialect{
		TextType: `TEXT COLLATE "C"`, IntType: "BIGINT",
		AddColumn: "ADD COLUMN IF NOT EXISTS", Shared: true,
	}
}

// Close implements store.Engine.
func (e *Engine) Close() error {
	e.stop()
	e.done.Wait()
	e.pool.Close()
	return nil
}
