package doctor

import (
	"net/http"
	"net/url"
	"strings"
)

const nameProxy = "proxy"

// Proxies looks at what the environment says of proxies, and which way the endpoints are reached. The addresses of proxies are shown without user and password.
func Proxies(w *Web, targets []Target) []Check {
	var out []Check
	web := false
	for _, v := range []string{"HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "ALL_PROXY"} {
		upper, lower := w.Getenv(v), w.Getenv(strings.ToLower(v))
		if upper != "" && lower != "" && upper != lower && w.GOOS != "windows" { // where both are one variable
			out = append(out, warn(nameProxy, v+" and "+strings.ToLower(v)+" differ: some programs read the one, some the other", "give both the same value"))
		}
		web = web || v != "NO_PROXY" && (upper != "" || lower != "")
	}
	if !web {
		return append(out, ok(nameProxy, "the environment names no proxy"))
	}
	for _, t := range targets {
		out = append(out, w.way(t))
	}
	if no := w.Getenv("NO_PROXY") + "," + w.Getenv("no_proxy"); !exempt(no) {
		out = append(out, warn(nameProxy, "NO_PROXY does not name 127.0.0.1: some programs ask the proxy for the endpoints that exec --server and serve have on this machine",
			"set NO_PROXY=127.0.0.1,localhost,169.254.169.254 and what else is to be reached directly"))
	}
	return out
}

// way tells how requests reach an endpoint.
func (w *Web) way(t Target) Check {
	r, err := http.NewRequest(http.MethodGet, t.URL, nil)
	if err != nil {
		return skipped(nameProxy, t.Service+" has no URL")
	}
	p, err := w.proxy(r)
	switch {
	case err != nil:
		return fail(nameProxy, "a proxy that the environment names cannot be read as a URL", "correct HTTPS_PROXY and HTTP_PROXY")
	case p == nil:
		return ok(nameProxy, t.host()+" is reached directly")
	}
	return ok(nameProxy, t.host()+" is reached by the proxy "+p.Host)
}

// proxy asks the transport that the commands use. Its errors repeat the address, with a password that it may have.
func (w *Web) proxy(r *http.Request) (*url.URL, error) {
	if t, ok := transport(w.HTTP).(*http.Transport); ok && t.Proxy != nil {
		return t.Proxy(r)
	}
	return nil, nil
}

// exempt reports whether NO_PROXY covers the loopback address.
func exempt(list string) bool {
	for entry := range strings.SplitSeq(list, ",") {
		switch strings.TrimSpace(entry) {
		case "*", "127.0.0.1", "127.0.0.0/8", "127.0.0.1/8", "127.0.0.1/32":
			return true
		}
	}
	return false
}
