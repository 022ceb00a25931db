package app

import (
	"bytes"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/mayfly-id/mayfly/sigv4"
)

// captured is a signed request as it came over the wire.
type captured struct {
	method, uri, host string
	header            http.Header
	body              []byte
}

func (c *captured) clone() *captured {
	return &captured{c.method, c.uri, c.host, c.header.Clone(), bytes.Clone(c.body)}
}

func (c *captured) send(a *App) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "http://x/", bytes.NewReader(c.body))
	r.Method, r.RequestURI, r.Host, r.Header = c.method, c.uri, c.host, c.header
	u, err := url.ParseRequestURI(c.uri)
	if err != nil {
		return nil // the server's own parser refuses it before anything of ours
	}
	r.URL = u
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(w, r)
	return w
}

// capture signs requests of each kind that the mutations begin with.
func capture(a *App, root, session sigv4.Credentials) []*captured {
	var all []*captured
	add := func(c *captured, who sigv4.Credentials, service string, presign bool) {
		s := &sigv4.Request{Method: c.method, RequestURI: c.uri, Host: c.host, Header: c.header, Body: c.body}
		if presign {
			sigv4.Presign(s, who, "us-east-1", service, sigv4.Skew, a.now())
		} else {
			sigv4.Sign(s, who, "us-east-1", service, a.now())
		}
		c.uri = s.RequestURI
		all = append(all, c)
	}
	for _, who := range []sigv4.Credentials{root, session} {
		form := http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}}
		add(&captured{"POST", "/", "sts.us-east-1.amazonaws.com", form, []byte(whoAmI)}, who, "sts", false)
		add(&captured{"GET", "/?" + whoAmI, "127.0.0.1:8480", http.Header{}, nil}, who, "sts", true)
	}
	list := http.Header{"X-Amz-Target": {"AWSCognitoIdentityProviderService.ListUserPools"}, "Content-Type": {"application/x-amz-json-1.1"}}
	add(&captured{"POST", "/", "127.0.0.1:8480", list, []byte(`{"MaxResults":60}`)}, root, "cognito-idp", false)
	add(&captured{"POST", "/", "127.0.0.1:8480", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, []byte("Action=ListUsers&Version=2010-05-08")}, root, "iam", false)
	return all
}

// mutate changes one thing that is signed, or that says how it was signed.
func mutate(r *rand.Rand, c *captured) *captured {
	m := c.clone()
	flip := func(s string) string {
		b := []byte(s)
		if len(b) == 0 {
			return "x"
		}
		i := r.IntN(len(b))
		switch r.IntN(4) {
		case 0: // another letter
			b[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_ ,;&%"[r.IntN(72)]
		case 1:
			b = slices.Delete(b, i, i+1)
		case 2:
			b = slices.Insert(b, i, b[r.IntN(len(b))])
		default: // cut off
			b = b[:i]
		}
		return string(b)
	}
	switch r.IntN(9) {
	case 0:
		m.body = []byte(flip(string(m.body)))
	case 1:
		m.host = flip(m.host)
	case 2:
		m.uri = "/" + flip(strings.TrimPrefix(m.uri, "/"))
	case 3:
		m.method = []string{"GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"}[r.IntN(6)]
	case 4, 5, 6: // a header's value
		if names := signedNames(m.header); len(names) > 0 {
			name := names[r.IntN(len(names))]
			m.header[name] = []string{flip(m.header[name][0])}
		}
	case 7: // a header twice, gone, or new
		if names := signedNames(m.header); len(names) > 0 {
			name := names[r.IntN(len(names))]
			if r.IntN(2) == 0 {
				m.header[name] = append(m.header[name], m.header[name][0])
			} else {
				delete(m.header, name)
			}
		}
	default:
		name := []string{"X-Amz-Security-Token", "X-Amz-Date", "X-Amz-Target", "X-Amz-Content-Sha256", "Authorization", "X-Amz-New"}[r.IntN(6)]
		m.header[textproto.CanonicalMIMEHeaderKey(name)] = append(m.header[name], "forged")
	}
	return m
}

// signedNames lists the headers but Content-Type, which clients may leave unsigned in harmless forms.
func signedNames(h http.Header) []string {
	var names []string
	for n := range h {
		if n != "Content-Type" {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return names
}

// same reports whether a mutation is no mutation: nothing changed, or only what the signature's own rules make equal.
func same(a, b *captured) bool {
	return a.method == b.method && a.uri == b.uri && a.host == b.host && bytes.Equal(a.body, b.body) &&
		slices.EqualFunc(signedNames(a.header), signedNames(b.header), func(x, y string) bool {
			return x == y && slices.EqualFunc(a.header[x], b.header[y], func(v, w string) bool { return squeeze(v) == squeeze(w) })
		})
}

// squeeze is how a value counts in a signature: spaces at the ends and repeated ones do not, nor do those at the commas of Authorization, which is the
// only value with any.
func squeeze(s string) string {
	parts := strings.Split(strings.Join(strings.Fields(s), " "), ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return strings.Join(parts, ",")
}

// TestTamperedRequests: of 24,000 altered requests the server takes none, and what is not altered it takes.
func TestTamperedRequests(t *testing.T) {
	a, run, _ := start(t, onDisk(t))
	id, _ := signIn(t, a, run)
	all := capture(a, rootKey(run), exchange(t, a, run, id))
	for i, c := range all {
		if w := c.send(a); w == nil || w.Code != 200 {
			t.Fatalf("the request %d itself: %d %s", i, w.Code, w.Body)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	tried, taken := 0, 0
	for tried < 24_000 {
		c := all[r.IntN(len(all))]
		m := mutate(r, c)
		if same(c, m) {
			continue
		}
		tried++
		w := m.send(a)
		if w == nil {
			continue
		}
		if w.Code < 400 && !(m.method == "GET" && m.uri == "/") { // which is the public configuration
			if taken++; taken < 10 {
				t.Errorf("taken with %d: %s %s %s\n%v\n%s\nfor %s %s %s\n%v\n%s", w.Code, m.method, m.host, m.uri, m.header, m.body, c.method, c.host, c.uri, c.header, c.body)
			}
		}
		if w.Code >= 500 && w.Code != http.StatusNotImplemented {
			t.Errorf("%d %s: %s %s %v", w.Code, w.Body, m.method, m.uri, m.header)
		}
	}
	t.Logf("%d altered requests, %d taken", tried, taken)
}
