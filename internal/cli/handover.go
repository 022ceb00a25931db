package cli

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/login"
)

// handOver shows a page in the browser whose address is a secret, and waits until the browser has the address.
//
// A program that opens a browser gets the address as an argument, and on most systems every user can read the arguments of every process. So it gets the name of
// a file instead, of mode 0600 in a folder that is the user's alone. The file sends the browser on to an address on this machine that nobody can guess, and that
// answers once: from there the browser has the secret, which is in no file at all. When it has been fetched the file goes, so that nothing has to guess how
// long a browser takes.
func (c *client) handOver(ctx context.Context, secret credentials.Secret, patience time.Duration) error {
	var b [32]byte
	if _, err := io.ReadFull(c.Random, b[:]); err != nil {
		return err
	}
	var listen net.ListenConfig
	l, err := listen.Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	h := &handover{host: l.Addr().String(), path: "/" + base64.RawURLEncoding.EncodeToString(b[:]), secret: secret, taken: make(chan struct{})}
	server := &http.Server{
		Handler: h, ReadTimeout: handoverTime, WriteTimeout: handoverTime, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	server.SetKeepAlivesEnabled(false)
	go func() { _ = server.Serve(l) }()
	defer func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), handoverTime)
		defer cancel()
		if server.Shutdown(last) != nil { // it waits for the answer that is under way
			_ = server.Close()
		}
	}()
	dir, err := os.MkdirTemp(c.runtimeDir(), "mayfly-") // of mode 0700
	if err != nil {
		dir, err = os.MkdirTemp("", "mayfly-") // a folder that the environment of another user has named
	}
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	page := filepath.Join(dir, "console.html")
	if err := os.WriteFile(page, []byte(`<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>Mayfly</title>`+
		`<meta http-equiv="refresh" content="0; url=http://`+h.host+h.path+`">`), 0o600); err != nil {
		return err
	}
	if err := c.Browse(ctx, fileURL(page)); err != nil {
		return login.Usage("the browser cannot be opened (%v): use --print", err)
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-h.taken:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-late.C:
		return login.Usage("the browser has not come for the page; browsers in a sandbox cannot read it: use --print")
	}
}

const handoverTime = 5 * time.Second // for one request

// runtimeDir is where files are that do not outlive the session on the machine: XDG_RUNTIME_DIR, else where the system keeps temporary ones.
func (c *client) runtimeDir() string {
	if d := c.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(d) {
		return d
	}
	return ""
}

// fileURL is the address of a file. On Windows there is a slash in front of the drive.
func fileURL(path string) string {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path)}
	if !strings.HasPrefix(u.Path, "/") {
		u.Path = "/" + u.Path
	}
	return u.String()
}

// handover sends the one who knows the path on to the secret, once.
type handover struct {
	host, path string
	secret     credentials.Secret
	gone       atomic.Bool
	taken      chan struct{}
}

// ServeHTTP implements http.Handler.
func (h *handover) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	known := subtle.ConstantTimeCompare([]byte(r.URL.Path), []byte(h.path)) == 1
	if r.Method != http.MethodGet || r.Host != h.host || !known || !h.gone.CompareAndSwap(false, true) {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Location", string(h.secret))
	w.WriteHeader(http.StatusSeeOther)
	close(h.taken)
}
