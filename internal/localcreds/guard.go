package localcreds

import (
	"net/http"
	"net/netip"
	"strconv"
)

// handler answers on one listener.
func (s *Server) handler(own netip.AddrPort) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if f := stranger(r, own); f != nil {
			f.write(w)
			return
		}
		s.route(w, r)
	})
}

// stranger tells why a request is not one of a program on this machine that means this listener. nil: it is.
func stranger(r *http.Request, own netip.AddrPort) *failure {
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err != nil || !peer.Addr().Unmap().IsLoopback() {
		return &failure{http.StatusForbidden, "Forbidden", "credentials are for programs on this machine alone"}
	}
	// A web page whose name has come to point here reaches this listener from a browser on this machine, with the name of its own in Host.
	if !names(r.Host, own) {
		return &failure{http.StatusForbidden, "Forbidden", "the request names another host than this endpoint"}
	}
	// A proxy that was tricked into asking says for whom it asks.
	if _, ok := r.Header["X-Forwarded-For"]; ok {
		return &failure{http.StatusForbidden, "Forbidden", "requests that a proxy hands on are refused"}
	}
	return nil
}

// names reports whether a Host header is the listener's own address. The port of http may be left out.
func names(host string, own netip.AddrPort) bool {
	if host == own.String() {
		return true
	}
	bare := own.Addr().String()
	if own.Addr().Is6() {
		bare = "[" + bare + "]"
	}
	return own.Port() == httpPort && (host == bare || host == bare+":"+strconv.Itoa(httpPort))
}

const httpPort = 80

// route finds who answers a path. Paths are compared as they came: nothing is cleaned or redirected.
func (s *Server) route(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == containerPath:
		s.container(w, r)
	case s.metadata != nil && r.URL.Path == sessionPath:
		s.openSession(w, r)
	case s.metadata != nil && underMetadata(r.URL.Path):
		s.metadatum(w, r)
	default:
		notFound().write(w)
	}
}

// get reports whether a request reads, and refuses it if not.
func get(w http.ResponseWriter, r *http.Request) bool {
	if r.Method == http.MethodGet {
		return true
	}
	w.Header().Set("Allow", http.MethodGet)
	(&failure{http.StatusMethodNotAllowed, "MethodNotAllowed", "credentials are read with GET"}).write(w)
	return false
}
