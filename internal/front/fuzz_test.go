package front_test

import (
	"net/netip"
	"strings"
	"testing"
)

// FuzzForwardedFor: whatever a client writes in front, the address that the trusted proxy appended counts, and a stranger's header never does.
func FuzzForwardedFor(f *testing.F) {
	for _, s := range []string{"", "203.0.113.7", "10.0.0.2, 10.0.0.3", "unknown", ",,", "[::1]:8", "fe80::1%eth0", "\x00"} {
		f.Add(s)
	}
	h := newHouse(f)
	h.Trusted = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	f.Fuzz(func(t *testing.T, forged string) {
		r := openCall.request()
		r.RemoteAddr = "10.0.0.1:1"
		r.Header["X-Forwarded-For"] = []string{forged, "198.51.100.1"}
		h.serve(r)
		if got := h.request.SourceIP.String(); got != "198.51.100.1" {
			t.Errorf("%q makes it come from %s", forged, got)
		}
		r = openCall.request()
		r.RemoteAddr = "192.0.2.9:1"
		r.Header["X-Forwarded-For"] = []string{forged}
		h.serve(r)
		if got := h.request.SourceIP.String(); got != "192.0.2.9" {
			t.Errorf("%q of a stranger makes it come from %s", forged, got)
		}
	})
}

// FuzzIdentify: no unsigned request to a signed operation is ever acted on, and every answer is one of the protocols'.
func FuzzIdentify(f *testing.F) {
	f.Add("POST", "/", "application/x-www-form-urlencoded", "", queryCall.body)
	f.Add("POST", "/", "application/x-amz-json-1.1", jsonCall.header["X-Amz-Target"], jsonCall.body)
	f.Add("GET", restCall.target, "", "", "")
	f.Add("GET", "/?"+queryCall.body+"&X-Amz-Signature=0", "", "", "")
	h := newHouse(f)
	f.Fuzz(func(t *testing.T, method, target, media, amz, body string) {
		if strings.Contains(amz, ".InitiateAuth") { // the one operation here that anybody may call
			return
		}
		r := openCall.request()
		u, err := r.URL.Parse(target)
		if err != nil || !strings.HasPrefix(target, "/") {
			return
		}
		r = with(call{body: body}, func(c *call) { c.header["Content-Type"], c.header["X-Amz-Target"] = media, amz }).request()
		r.Method, r.URL, r.RequestURI = method, u, target
		w := h.serve(r)
		for _, s := range h.steps {
			if s == "operate" || strings.HasPrefix(s, "authorize") {
				t.Errorf("a stranger came to %q", h.steps)
			}
		}
		if method != "OPTIONS" && (w.Code < 400 || w.Code == 500 || w.Header().Get("X-Amzn-Requestid") == "") {
			t.Errorf("answered %d %v %s", w.Code, w.Header(), w.Body)
		}
	})
}
