package credentials

import (
	"context"
	"crypto/subtle"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

const (
	loopback     = "127.0.0.1"
	callbackPath = "/oauth/callback"
	callbackTime = 5 * time.Second // for one request
)

// callback listens on 127.0.0.1 for the one answer to an authorization request. Any page and any program of this machine may talk to it: what does not have the
// state of the request is sent away, and the wait goes on.
type callback struct {
	state  string
	host   string // of the listener, with its port
	server *http.Server
	answer chan codeAnswer
	taken  atomic.Bool
}

// codeAnswer is a code, or why there is none.
type codeAnswer struct {
	code    string
	refused error
}

func listenForCode(ctx context.Context, state string) (*callback, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp4", loopback+":0")
	if err != nil {
		return nil, err
	}
	c := &callback{state: state, host: listener.Addr().String(), answer: make(chan codeAnswer, 1)}
	c.server = &http.Server{
		Handler: c, ReadTimeout: callbackTime, WriteTimeout: callbackTime, IdleTimeout: callbackTime, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // it would repeat what comes in
	}
	c.server.SetKeepAlivesEnabled(false)
	go func() { _ = c.server.Serve(listener) }()
	return c, nil
}

func (c *callback) redirect() string { return "http://" + c.host + callbackPath }

// close ends the listener when the page that is being sent has been.
func (c *callback) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if c.server.Shutdown(ctx) != nil {
		_ = c.server.Close()
	}
}

// ServeHTTP implements http.Handler. A Host that is not the listener's is a page that calls 127.0.0.1 by a name of its own.
func (c *callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || r.URL.Path != callbackPath || r.Host != c.host {
		say(w, http.StatusNotFound, "There is nothing here.")
		return
	}
	q := r.URL.Query()
	state, ok := single(q, "state")
	if !ok || subtle.ConstantTimeCompare([]byte(state), []byte(c.state)) != 1 {
		say(w, http.StatusBadRequest, "This is not the answer to the sign-in that was begun here.")
		return
	}
	a, ok := readAnswer(q)
	if !ok {
		say(w, http.StatusBadRequest, "This answer has no code.")
		return
	}
	if !c.taken.CompareAndSwap(false, true) {
		say(w, http.StatusConflict, "This sign-in has been answered already.")
		return
	}
	c.answer <- a // it has room for one
	if a.refused != nil {
		say(w, http.StatusOK, "The sign-in was refused. You can close this page.")
		return
	}
	say(w, http.StatusOK, "The sign-in goes on in the terminal. You can close this page.")
}

// readAnswer takes the code, or the error of the service (RFC 6749 section 4.1.2), out of the parameters.
func readAnswer(q url.Values) (codeAnswer, bool) {
	if q.Has("error") {
		code, _ := single(q, "error")
		text, _ := single(q, "error_description")
		return codeAnswer{refused: &ServiceError{Service: oidcPrefix, Operation: "authorize", Code: shown(code), Message: shown(text), Status: http.StatusBadRequest}}, true
	}
	code, ok := single(q, "code")
	return codeAnswer{code: code}, ok && code != ""
}

// single gives a parameter that is there once.
func single(q url.Values, name string) (string, bool) {
	if len(q[name]) != 1 {
		return "", false
	}
	return q[name][0], true
}

// shown gives a text from outside if a terminal can show it, and nothing of it if not.
func shown(s string) string {
	if len(s) > 256 || !printable(s) {
		return ""
	}
	return s
}

// say sends a page of one sentence, which nobody keeps, and which tells nobody where it was.
func say(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<!doctype html><html lang=\"en\"><title>Sign-in</title><p>"+text+"</p></html>\n")
}
