package sigv4

import (
	"net/http"
	"strings"
)

// FromHTTP takes from a server's request what a signature covers. A target in absolute form, which a client sends through a proxy, is what clients
// signed in origin form (RFC 9112 section 3.2.2: a server must accept it).
func FromHTTP(r *http.Request, body []byte) *Request {
	target := r.RequestURI
	if !strings.HasPrefix(target, "/") && r.URL.IsAbs() {
		target = strings.TrimPrefix(target[len(r.URL.Scheme):], "://"+r.URL.Host)
		if !strings.HasPrefix(target, "/") { // no path, or a user name in the authority, which is refused as a path
			target = "/" + strings.TrimPrefix(target, "://")
		}
	}
	return &Request{Method: r.Method, RequestURI: target, Host: r.Host, Header: r.Header, Body: body}
}
