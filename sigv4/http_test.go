package sigv4_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"

	"github.com/mayfly-id/mayfly/sigv4"
)

// TestFromHTTP reads request lines as a server does.
func TestFromHTTP(t *testing.T) {
	for _, c := range []struct{ line, target, host string }{
		{"GET / HTTP/1.1", "/", "h.example"},
		{"GET /a%20b?x=%2F HTTP/1.1", "/a%20b?x=%2F", "h.example"},
		{"GET http://sts.example:8480/a%20b?x=%2F HTTP/1.1", "/a%20b?x=%2F", "sts.example:8480"},
		{"GET http://sts.example HTTP/1.1", "/", "sts.example"},
		{"GET http://sts.example?x=1 HTTP/1.1", "/?x=1", "sts.example"},
		{"GET HTTP://sts.example/ HTTP/1.1", "/", "sts.example"},
	} {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(c.line + "\r\nHost: h.example\r\n\r\n")))
		if err != nil {
			t.Fatal(err)
		}
		got := sigv4.FromHTTP(r, []byte("b"))
		if got.RequestURI != c.target || got.Host != c.host || string(got.Body) != "b" {
			t.Errorf("%s: target %q, host %q", c.line, got.RequestURI, got.Host)
		}
	}
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader("GET http://user@sts.example/ HTTP/1.1\r\nHost: h.example\r\n\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	if got := sigv4.FromHTTP(r, nil).RequestURI; got == "/" {
		t.Error("a user name in the target was passed over")
	}
}
