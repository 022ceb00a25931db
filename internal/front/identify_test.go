package front_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/front"
	"github.com/mayfly-id/mayfly/sigv4"
)

func TestIdentify(t *testing.T) {
	target := func(v string) call { return with(jsonCall, func(c *call) { c.header["X-Amz-Target"] = v }) }
	body := func(v string) call { return with(queryCall, func(c *call) { c.body = v }) }
	twice := jsonCall.request()
	twice.Header.Add("X-Amz-Target", "AWSCognitoIdentityProviderService.CreateUserPool")
	for _, c := range []struct {
		name   string
		r      *http.Request
		status int
		code   string
	}{
		{"unknown target", target("Nobody.ListUserPools").request(), 404, "UnknownOperationException"},
		{"unknown operation", target("AWSCognitoIdentityProviderService.Nothing").request(), 404, "UnknownOperationException"},
		{"no operation", target("AWSCognitoIdentityProviderService").request(), 404, "UnknownOperationException"},
		{"case of the operation", target("AWSCognitoIdentityProviderService.listuserpools").request(), 404, "UnknownOperationException"},
		{"target with GET", with(jsonCall, func(c *call) { c.method = "GET" }).request(), 404, "UnknownOperationException"},
		{"two targets", twice, 404, "UnknownOperationException"},
		{"unknown path", with(restCall, func(c *call) { c.target = "/nothing" }).request(), 404, "UnknownOperationException"},
		{"path with another method", with(restCall, func(c *call) { c.method = "PUT" }).request(), 404, "UnknownOperationException"},
		{"no version", body("Action=GetAccessKeyInfo").request(), 400, "MissingAction"},
		{"unknown version", body("Action=GetAccessKeyInfo&Version=2000-01-01").request(), 400, "MissingAction"},
		{"no action", body("Version=2011-06-15").request(), 400, "MissingAction"},
		{"unknown action", body(stsAPI + "Nothing").request(), 400, "InvalidAction"},
		{"another service's action", body(stsAPI + "CreateUser").request(), 400, "InvalidAction"},
		{"action twice", body(stsAPI + "GetAccessKeyInfo&Action=GetCallerIdentity").request(), 404, "MalformedQueryString"},
		{"bad escape", body(stsAPI + "GetAccessKeyInfo&a=%zz").request(), 404, "MalformedQueryString"},
		{"parameters in the query string", with(queryCall, func(c *call) { c.target = "/?Action=GetAccessKeyInfo" }).request(), 404, "MalformedQueryString"},
		{"and escaped", with(queryCall, func(c *call) { c.target = "/?X%2DAmz-a=1" }).request(), 404, "MalformedQueryString"},
		{"markup in an action", body(stsAPI + "%3Cb%3E").request(), 400, "InvalidAction"},
	} {
		h := newHouse(t)
		w := h.serve(c.r)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.code) || strings.Contains(w.Body.String(), "<b>") {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
		if len(h.steps) > 0 {
			t.Errorf("%s: reached %q", c.name, h.steps)
		}
	}
	long := newHouse(t).send(body(stsAPI + strings.Repeat("A", 100_000)))
	if long.Code != 400 || long.Body.Len() > 1000 {
		t.Errorf("a long action is repeated in %d bytes", long.Body.Len())
	}
}

func TestContentTypeOfForms(t *testing.T) {
	for media, want := range map[string]int{
		"": 200, "application/x-www-form-urlencoded": 200, "application/x-www-form-urlencoded; charset=utf-8": 200,
		"text/plain": 404, "multipart/form-data; boundary=x": 404, "application/json": 404,
	} {
		w := newHouse(t).send(with(queryCall, func(c *call) {
			c.header = map[string]string{}
			if media != "" {
				c.header["Content-Type"] = media
			}
		}))
		if w.Code != want {
			t.Errorf("%q: %d %s", media, w.Code, w.Body)
		}
	}
}

func TestPresigned(t *testing.T) {
	link := func(edit func(string) string) *http.Request {
		s := &sigv4.Request{Method: "GET", RequestURI: "/?" + queryCall.body, Host: "mayfly.example.org", Header: http.Header{}}
		sigv4.Presign(s, sigv4.Credentials{AccessKeyID: keyID, SecretAccessKey: secret}, "us-east-1", "sts", time.Minute, now)
		if edit != nil {
			s.RequestURI = edit(s.RequestURI)
		}
		r := httptest.NewRequest("GET", "http://mayfly.example.org"+s.RequestURI, nil)
		r.RequestURI = s.RequestURI
		return r
	}
	h := newHouse(t)
	if w := h.serve(link(nil)); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for name, edit := range map[string]func(string) string{
		"action":    func(s string) string { return strings.Replace(s, "GetAccessKeyInfo", "GetCallerIdentity", 1) },
		"parameter": func(s string) string { return s + "&Extra=1" },
		"expiry":    func(s string) string { return strings.Replace(s, "X-Amz-Expires=60", "X-Amz-Expires=600", 1) },
		"key":       func(s string) string { return strings.Replace(s, keyID, "AKIAQYLPMN5HBBBBBBBB", 1) },
	} {
		if w := h.serve(link(edit)); w.Code != 403 {
			t.Errorf("another %s: %d %s", name, w.Code, w.Body)
		}
	}
}

func TestRegion(t *testing.T) {
	for _, c := range []struct {
		host, scope string
		status      int
		region      string // of the request
	}{
		{"mayfly.example.org", "us-west-2", 200, "us-west-2"},
		{"sts.amazonaws.com", "us-east-1", 200, "us-east-1"},
		{"sts.eu-west-1.amazonaws.com", "eu-west-1", 200, "eu-west-1"},
		{"sts.eu-west-1.localhost:8480", "eu-west-1", 200, "eu-west-1"},
		{"sts.eu-west-1.amazonaws.com", "us-east-1", 403, ""},
		{"STS.EU-West-1.amazonaws.com", "eu-west-1", 200, "eu-west-1"}, // names of hosts know no case
		{"STS.EU-West-1.amazonaws.com", "us-east-1", 403, ""},
		{"sts.us-gov-west-1.example.org", "us-gov-west-1", 200, "us-gov-west-1"},
		{"127.0.0.1:8480", "ap-southeast-2", 200, "ap-southeast-2"},
		{"mayfly.example.org", "aws-global", 200, "eu-central-1"}, // no region: the server's own
	} {
		h := newHouse(t)
		w := h.send(with(queryCall, func(q *call) { q.host, q.region = c.host, c.scope }))
		if w.Code != c.status {
			t.Errorf("%s with %s: %d %s", c.host, c.scope, w.Code, w.Body)
		}
		if c.status == 200 && h.request.Region != c.region {
			t.Errorf("%s with %s: region %s", c.host, c.scope, h.request.Region)
		}
	}
	h := newHouse(t)
	h.send(with(openCall, func(c *call) { c.host = "cognito-idp.eu-west-1.amazonaws.com" }))
	if h.request.Region != "eu-west-1" {
		t.Errorf("an unsigned request: region %s", h.request.Region)
	}
}

// TestRegionOfGlobalServices: whoever signs for IAM does not choose what policies take for the Region.
func TestRegionOfGlobalServices(t *testing.T) {
	for _, c := range []struct{ host, scope string }{
		{"iam.amazonaws.com", "us-east-1"}, {"mayfly.example.org", "eu-west-1"}, {"mayfly.example.org", "aws-global"}, {"iam.eu-west-1.example.org", "eu-west-1"},
	} {
		h := newHouse(t)
		w := h.send(with(queryCall, func(q *call) {
			q.body, q.service, q.host, q.region = "Version=2010-05-08&Action=CreateUser&UserName=bob", "iam", c.host, c.scope
		}))
		if w.Code != 200 || h.request.Region != "us-east-1" {
			t.Errorf("%s with %s: %d, %+v", c.host, c.scope, w.Code, h.request)
		}
	}
}

// TestGlobalEndpoint: the name of STS in no Region, however a client writes it.
func TestGlobalEndpoint(t *testing.T) {
	for host, want := range map[string]bool{
		"sts.amazonaws.com": true, "sts.amazonaws.com:443": true, "STS.AmazonAWS.com": true, "sts.amazonaws.com.": true, "sts.us-east-1.amazonaws.com": false,
		"mayfly.example.org": false, "sts.amazonaws.com.example.org": false,
	} {
		h := newHouse(t)
		if w := h.send(with(queryCall, func(q *call) { q.host = host })); w.Code != 200 || h.request.Global != want {
			t.Errorf("%s: %d, %+v", host, w.Code, h.request)
		}
	}
}

func TestIsRegion(t *testing.T) {
	for s, want := range map[string]bool{
		"us-east-1": true, "us-gov-west-1": true, "ap-southeast-2": true, "": false, "us": false, "us-east": false, "US-EAST-1": false, "us-east-10": false,
		"us-east-1\n": false, "us-" + strings.Repeat("a", 40) + "-1": false, "u1-east-1": false,
	} {
		if front.IsRegion(s) != want {
			t.Errorf("IsRegion(%q) is %v", s, !want)
		}
	}
}

func TestOrigin(t *testing.T) {
	for _, c := range []struct {
		name, peer string
		forwarded  []string
		proto      []string
		tls        bool
		ip         string
		secure     bool
	}{
		{"direct", "192.0.2.9:1", nil, nil, false, "192.0.2.9", false},
		{"direct over TLS", "192.0.2.9:1", nil, nil, true, "192.0.2.9", true},
		{"a stranger's headers", "192.0.2.9:1", []string{"10.0.0.1"}, []string{"https"}, false, "192.0.2.9", false},
		{"a proxy", "10.0.0.1:1", []string{"198.51.100.1"}, []string{"https"}, false, "198.51.100.1", true},
		{"a proxy without TLS", "10.0.0.1:1", []string{"198.51.100.1"}, []string{"http"}, false, "198.51.100.1", false},
		{"what the client wrote before", "10.0.0.1:1", []string{"203.0.113.7, 198.51.100.1"}, nil, false, "198.51.100.1", false},
		{"in another line", "10.0.0.1:1", []string{"203.0.113.7", "198.51.100.1"}, nil, false, "198.51.100.1", false},
		{"two proxies", "10.0.0.1:1", []string{"203.0.113.7, 198.51.100.1, 10.0.0.2"}, nil, false, "198.51.100.1", false},
		{"nothing but proxies", "10.0.0.1:1", []string{"10.0.0.3, 10.0.0.2"}, nil, false, "10.0.0.3", false},
		{"no address", "10.0.0.1:1", []string{"198.51.100.1, unknown"}, nil, false, "10.0.0.1", false},
		{"no header", "10.0.0.1:1", nil, nil, false, "10.0.0.1", false},
		{"mapped", "10.0.0.1:1", []string{"::ffff:198.51.100.1"}, nil, false, "198.51.100.1", false},
		{"two protocols", "10.0.0.1:1", []string{"198.51.100.1"}, []string{"https", "http"}, false, "198.51.100.1", false},
		{"no peer", "@", []string{"198.51.100.1"}, []string{"https"}, false, "", false},
	} {
		h := newHouse(t)
		h.Trusted = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
		r := openCall.request()
		r.RemoteAddr = c.peer
		r.Header["X-Forwarded-For"], r.Header["X-Forwarded-Proto"] = c.forwarded, c.proto
		if c.tls {
			r.TLS = &tls.ConnectionState{}
		}
		if w := h.serve(r); w.Code != 200 {
			t.Fatal(w.Body)
		}
		if got := h.request; got.Secure != c.secure || got.SourceIP.IsValid() != (c.ip != "") || c.ip != "" && got.SourceIP.String() != c.ip {
			t.Errorf("%s: from %v, secure %v", c.name, got.SourceIP, got.Secure)
		}
	}
}
