package app

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/netip"

	"github.com/mayfly-id/mayfly/internal/discovery"
	"github.com/mayfly-id/mayfly/internal/gateway"
	"github.com/mayfly-id/mayfly/internal/notify"
)

// Handler gives the routes. What no route names speaks an AWS protocol.
func (a *App) Handler() http.Handler {
	config := &discovery.Handler{URL: a.cfg.URL, Tenant: a.tenant}
	mux := http.NewServeMux()
	mux.Handle("/", a.front)
	mux.HandleFunc("GET /20190206/public/config", config.JSON)
	mux.Handle("GET /{pool}/.well-known/{document}", a.tokens)
	mux.Handle("/_mayfly/caller", &gateway.Caller{Signatures: a.auth, Tokens: bearers{a.tokens}, Now: a.now, Log: a.log})
	mux.HandleFunc("GET /_mayfly/health", a.health)
	mux.HandleFunc("/{pool}/confirmUser", a.services.profile.ConfirmUser)
	mux.Handle("GET /cognito-identity/.well-known/{document}", a.services.identitypool.OpenIDHandler())
	mux.Handle("GET /outbound/{issuer}/.well-known/{document}", a.services.issuers)
	mux.Handle(feedbackPath, a.services.protection)
	mux.Handle("/_mayfly/import/", a.services.imports)
	mux.Handle("GET "+imagesPath+"/", http.StripPrefix(imagesPath, a.services.branding))
	if a.cfg.Ephemeral {
		mux.Handle("POST /_mayfly/reset", onlyLocal(a.reset))
		mux.Handle("GET /_mayfly/outbox", onlyLocal(a.listOutbox))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The mux would redirect what is not a clean path, and a redirected request loses its signature.
		if r.Method == http.MethodGet && r.RequestURI == "/" && r.Header.Get("X-Amz-Target") == "" {
			config.Base64(w, r)
			return
		}
		if r.URL.Path == "/" {
			a.front.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// errNoTenant means that the first tenant is not there.
var errNoTenant = errors.New("no tenant")

func (a *App) tenant(context.Context) (discovery.Tenant, error) {
	if t := a.deployment.Tenant; t != nil {
		return *t, nil
	}
	return discovery.Tenant{}, errNoTenant
}

// health answers 200 while the store answers.
func (a *App) health(w http.ResponseWriter, r *http.Request) {
	if _, err := deployments.Get(r.Context(), a.db, "deployment"); err != nil {
		a.log.Error("health", "error", err)
		http.Error(w, "the store does not answer", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ok\n")) // the client may have gone
}

// onlyLocal refuses what does not come from this machine, and what a web page sends: a browser says so in Origin, and a page that
// rebinds its name to this address in Host.
func onlyLocal(h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		host, _, herr := net.SplitHostPort(r.Host)
		if herr != nil {
			host = r.Host
		}
		addr, aerr := netip.ParseAddr(host)
		local := host == "localhost" || aerr == nil && addr.IsLoopback()
		if err != nil || !peer.Addr().Unmap().IsLoopback() || !local || r.Header.Get("Origin") != "" {
			http.Error(w, "forbidden", http.StatusForbidden)
			return
		}
		h(w, r)
	})
}

// reset takes an ephemeral server back to the state after its start.
func (a *App) reset(w http.ResponseWriter, r *http.Request) {
	if err := a.db.Restore(r.Context(), a.initial); err != nil {
		a.log.Error("reset", "error", err)
		http.Error(w, "the reset failed", http.StatusInternalServerError)
		return
	}
	if err := a.outbox.Clear(); err != nil {
		a.log.Error("reset", "error", err)
		http.Error(w, "the reset failed", http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// listOutbox shows the messages that would have been sent, newest first.
func (a *App) listOutbox(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	list := a.outbox.List(notify.Capacity)
	if list == nil {
		list = []notify.Message{} // an empty list, and not null
	}
	_ = json.NewEncoder(w).Encode(list) // the client may have gone
}
