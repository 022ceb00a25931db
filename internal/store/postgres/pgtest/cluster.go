//go:build unix

package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// BinEnv names the folder of PostgreSQL's programs.
const BinEnv = "MAYFLY_TEST_POSTGRES_BIN"

// startLimit bounds the start, the promotion and the first synchronous state.
const startLimit = 30 * time.Second

// Cluster is a primary and a synchronous standby.
type Cluster struct {
	Primary, Standby *Server

	t    testing.TB
	bin  string
	dir  string
	cred *syscall.Credential // nil is the user who runs the test
}

// Server is one PostgreSQL server, reached by a socket in a private folder.
type Server struct {
	c    *Cluster
	dir  string
	cmd  *exec.Cmd
	log  bytes.Buffer
	dead chan struct{} // closed when the process has ended
}

// Start starts a cluster whose commits wait for the standby.
func Start(t testing.TB) *Cluster {
	t.Helper()
	bin := os.Getenv(BinEnv)
	if bin == "" {
		t.Skipf("%s is not set; see test/postgres.sh", BinEnv)
	}
	// Not t.TempDir: its folders are closed to the user postgres, and their
	// names are too long for a socket.
	dir, err := os.MkdirTemp("/tmp", "mayfly-pg-")
	if err != nil {
		t.Fatal(err)
	}
	c := &Cluster{t: t, bin: bin, dir: dir}
	t.Cleanup(c.stop)
	if os.Getuid() == 0 {
		c.becomePostgres()
	}
	c.Primary = c.server("a")
	c.run("initdb", "-D", c.Primary.data(), "-U", "mayfly", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	c.Primary.start("-c", "wal_level=replica", "-c", "max_connections=200")
	c.Standby = c.server("b")
	c.run("pg_basebackup", "-d", c.Primary.DSN(), "-D", c.Standby.data(), "-R", "-X", "stream", "-c", "fast", "--no-sync")
	// A standby that becomes the primary has nobody to wait for.
	c.Standby.start("-c", "synchronous_standby_names=", "-c", "max_connections=200")
	c.Primary.exec("ALTER SYSTEM SET synchronous_standby_names = '*'")
	c.Primary.exec("SELECT pg_reload_conf()")
	c.Primary.Await("the standby is synchronous",
		"SELECT EXISTS (SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync')")
	return c
}

// DSN names both servers; the one that accepts writes is to be used.
func (c *Cluster) DSN() string {
	return fmt.Sprintf("host=%s,%s user=mayfly dbname=postgres sslmode=disable target_session_attrs=read-write connect_timeout=1",
		c.Primary.dir, c.Standby.dir)
}

// Promote makes the standby the primary and returns when it accepts writes.
func (c *Cluster) Promote() {
	c.t.Helper()
	c.Standby.exec("SELECT pg_promote(false)")
	c.Standby.Await("the standby accepts writes", "SELECT NOT pg_is_in_recovery()")
}

func (c *Cluster) becomePostgres() {
	u, err := user.Lookup("postgres")
	if err != nil {
		c.t.Skipf("root needs the user postgres to run the server: %v", err)
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(err1, err2, os.Chown(c.dir, int(uid), int(gid))); err != nil {
		c.t.Fatal(err)
	}
	c.cred = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

func (c *Cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.Dir = c.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.cred}
	return cmd
}

func (c *Cluster) run(name string, args ...string) {
	c.t.Helper()
	if out, err := c.command(name, args...).CombinedOutput(); err != nil {
		c.t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

func (c *Cluster) server(name string) *Server {
	c.t.Helper()
	s := &Server{c: c, dir: filepath.Join(c.dir, name), dead: make(chan struct{})}
	if err := os.Mkdir(s.dir, 0o700); err != nil {
		c.t.Fatal(err)
	}
	if c.cred != nil {
		if err := os.Chown(s.dir, int(c.cred.Uid), int(c.cred.Gid)); err != nil {
			c.t.Fatal(err)
		}
	}
	return s
}

// stop ends what still runs, and shows the servers' logs of a failed test.
func (c *Cluster) stop() {
	for _, s := range []*Server{c.Primary, c.Standby} {
		if s == nil || s.cmd == nil {
			continue
		}
		s.Quit()
		if c.t.Failed() {
			c.t.Logf("log of %s:\n%s", filepath.Base(s.dir), s.log.String())
		}
	}
	if err := os.RemoveAll(c.dir); err != nil {
		c.t.Error(err)
	}
}

// DSN is the connection string of this server alone.
func (s *Server) DSN() string {
	return "host=" + s.dir + " user=mayfly dbname=postgres sslmode=disable"
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) start(options ...string) {
	s.c.t.Helper()
	args := append([]string{"-D", s.data(), "-c", "listen_addresses=", "-c", "unix_socket_directories=" + s.dir}, options...)
	s.cmd = s.c.command("postgres", args...)
	s.cmd.Stderr = &s.log
	if err := s.cmd.Start(); err != nil {
		s.c.t.Fatal(err)
	}
	go func() {
		_ = s.cmd.Wait() // its exit is what the tests are about
		close(s.dead)
	}()
	s.Await("the server answers", "SELECT true")
}

// Quit ends the server at once, without a word to its clients and without a
// shutdown checkpoint: SIGQUIT, PostgreSQL's immediate shutdown.
func (s *Server) Quit() {
	_ = s.cmd.Process.Signal(syscall.SIGQUIT) // an error means that it has ended
	<-s.dead
}

func (s *Server) exec(sql string) {
	s.c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.DSN())
	if err != nil {
		s.c.t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, sql); err != nil {
		s.c.t.Fatalf("%s: %v", sql, err)
	}
}

// Await asks until the answer is true.
func (s *Server) Await(what, sql string) {
	s.c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		if ok, err := s.ask(ctx, sql); err == nil && ok {
			return
		}
		select {
		case <-again.C:
		case <-s.dead:
			s.c.t.Fatalf("waiting until %s: the server ended", what)
		case <-ctx.Done():
			s.c.t.Fatalf("waiting until %s: %v", what, ctx.Err())
		}
	}
}

func (s *Server) ask(ctx context.Context, sql string) (ok bool, err error) {
	conn, err := pgx.Connect(ctx, s.DSN())
	if err != nil {
		return false, err
	}
	defer conn.Close(ctx)
	err = conn.QueryRow(ctx, sql).Scan(&ok)
	return ok, err
}
