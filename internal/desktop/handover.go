package desktop

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
)

// Handover shows a page in the browser whose address is a secret. Every field is required but Dir.
//
// A program that opens a browser gets the address as an argument, and on most systems every user can read the arguments of every process. So it gets the name of
// a file instead, of mode 0600 in a folder that is the user's alone. The file sends the browser on to an address on this machine that nobody can guess, and that
// answers once: from there the browser has the secret, which is in no file at all. When it has been fetched the file goes, so that nothing has to guess how
// long a browser takes.
type Handover struct {
	Browse   func(ctx context.Context, page string) error
	Random   io.Reader
	Patience time.Duration // how long the browser may take to come
	Dir      string        // for files that do not outlive the session on the machine; else where the system keeps temporary ones
}

// BrowserError says that a browser has not been brought to a page.
type BrowserError struct{ why string }

// Error implements error.
func (e *BrowserError) Error() string { return e.why }

// Show returns when the browser has the address. It fails with a BrowserError where there is no browser, or none that comes.
func (h *Handover) Show(ctx context.Context, address credentials.Secret) error {
	var b [32]byte
	if _, err := io.ReadFull(h.Random, b[:]); err != nil {
		return err
	}
	var listen net.ListenConfig
	l, err := listen.Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	once := &once{host: l.Addr().String(), path: "/" + base64.RawURLEncoding.EncodeToString(b[:]), secret: address, taken: make(chan struct{})}
	defer once.serve(ctx, l)()
	dir, err := os.MkdirTemp(h.Dir, "mayfly-") // of mode 0700
	if err != nil {
		dir, err = os.MkdirTemp("", "mayfly-") // a folder that the environment of another user has named
	}
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	page := filepath.Join(dir, "console.html")
	if err := os.WriteFile(page, []byte(`<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>Mayfly</title>`+
		`<meta http-equiv="refresh" content="0; url=http://`+once.host+once.path+`">`), 0o600); err != nil {
		return err
	}
	if err := h.Browse(ctx, fileURL(page)); err != nil {
		return &BrowserError{"the browser cannot be opened (" + err.Error() + ")"}
	}
	late := time.NewTimer(h.Patience)
	defer late.Stop()
	select {
	case <-once.taken:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-late.C:
		return &BrowserError{"the browser has not come for the page; browsers in a sandbox cannot read it"}
	}
}

const handoverTime = 5 * time.Second // for one request

// fileURL is the address of a file. On Windows there is a slash in front of the drive.
func fileURL(path string) string {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path)}
	if !strings.HasPrefix(u.Path, "/") {
		u.Path = "/" + u.Path
	}
	return u.String()
}

// once sends the one who knows the path on to the secret, once.
type once struct {
	host, path string
	secret     credentials.Secret
	gone       atomic.Bool
	taken      chan struct{}
}

// serve answers until it is stopped, and for as long as an answer is under way.
func (o *once) serve(ctx context.Context, l net.Listener) (stop func()) {
	server := &http.Server{
		Handler: o, ReadTimeout: handoverTime, WriteTimeout: handoverTime, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	server.SetKeepAlivesEnabled(false)
	go func() { _ = server.Serve(l) }()
	return func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), handoverTime)
		defer cancel()
		if server.Shutdown(last) != nil {
			_ = server.Close()
		}
	}
}

// ServeHTTP implements http.Handler.
func (o *once) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	known := subtle.ConstantTimeCompare([]byte(r.URL.Path), []byte(o.path)) == 1
	if r.Method != http.MethodGet || r.Host != o.host || !known || !o.gone.CompareAndSwap(false, true) {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Location", string(o.secret))
	w.WriteHeader(http.StatusSeeOther)
	close(o.taken)
}
