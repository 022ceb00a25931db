package script

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/mayfly-id/mayfly/sigv4"
)

// service is what a client has to know of a service.
type service struct{ signing, target, version string } // target: awsJson; version: awsQuery

func services() map[string]service {
	return map[string]service{
		"sts":              {signing: "sts", version: "2011-06-15"},
		"iam":              {signing: "iam", version: "2010-05-08"},
		"cognito-idp":      {signing: "cognito-idp", target: "AWSCognitoIdentityProviderService"},
		"cognito-identity": {signing: "cognito-identity", target: "AWSCognitoIdentityService"},
		"sso-admin":        {signing: "sso", target: "SWBExternalService"},
		"organizations":    {signing: "organizations", target: "AWSOrganizationsV20161128"},
		"identitystore":    {signing: "identitystore", target: "AWSIdentityStore"},
	}
}

// call is one line of a story: what to send, and what to spoil.
type call struct {
	as, region, host, scope, tamper, body string
	skew, expires                         time.Duration
	repeat                                int
	wait                                  bool
	header                                headers
	operation                             string
	input                                 []string
	service                               service
}

// cmdAWS makes one request of an AWS service: aws [flags] SERVICE OPERATION [NAME=TEXT | NAME:=JSON | NAME=@FILE]...
//
//	-as NAME         sign with these credentials; unsigned without
//	-region R        region of the credential scope; the server's without
//	-scope SERVICE   service of the credential scope; the service's own without
//	-host HOST       Host header
//	-skew 16m        sign at another time than now
//	-presign 1m      put the signature into the URL (awsQuery), good for that long
//	-header 'N: V'   a further header, signed
//	-body TEXT       this body instead of the members
//	-repeat N        the body that many times over
//	-wait            ask again until it is not refused, for ten seconds
//	-tamper PART     signature, token, body, header or query: change it after signing
func cmdAWS(ts *testscript.TestScript, neg bool, args []string) {
	c := call{header: headers{http.Header{}}}
	f := flag.NewFlagSet("aws", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&c.as, "as", "", "")
	f.StringVar(&c.region, "region", ts.Getenv("REGION"), "")
	f.StringVar(&c.scope, "scope", "", "")
	f.StringVar(&c.host, "host", "", "")
	f.StringVar(&c.tamper, "tamper", "", "")
	f.StringVar(&c.body, "body", "", "")
	f.IntVar(&c.repeat, "repeat", 1, "")
	f.DurationVar(&c.skew, "skew", 0, "")
	f.DurationVar(&c.expires, "presign", 0, "")
	f.BoolVar(&c.wait, "wait", false, "")
	f.Var(c.header, "header", "")
	ts.Check(f.Parse(args))
	var ok bool
	if c.service, ok = services()[f.Arg(0)]; !ok || f.NArg() < 2 {
		ts.Fatalf("usage: aws [flags] SERVICE OPERATION [NAME=TEXT]...")
	}
	c.operation, c.input = f.Arg(1), f.Args()[2:]
	a, err := c.do(ts)
	for end := time.Now().Add(10 * time.Second); c.wait && err == nil && a.status >= 400 && time.Now().Before(end); {
		time.Sleep(50 * time.Millisecond)
		a, err = c.do(ts)
	}
	ts.Check(err)
	worldOf(ts).answered(ts, neg, a)
}

func (c *call) do(ts *testscript.TestScript) (*answer, error) {
	w := worldOf(ts)
	r, err := c.request(ts)
	if err != nil {
		return nil, err
	}
	if err := c.sign(w, r); err != nil {
		return nil, err
	}
	return w.send(ts.Getenv("ENDPOINT"), r.Method, r.RequestURI, r.Host, r.Header, r.Body)
}

// sign signs the request, when it is to be signed, and then spoils it, when it is to be spoiled.
func (c *call) sign(w *world, r *sigv4.Request) error {
	if c.as != "" {
		creds, ok := w.creds[c.as]
		if !ok {
			return fmt.Errorf("no credentials are named %s", c.as)
		}
		scope := c.service.signing
		if c.scope != "" {
			scope = c.scope
		}
		at := time.Now().Add(c.skew)
		if c.expires != 0 {
			sigv4.Presign(r, creds, c.region, scope, c.expires, at)
		} else {
			sigv4.Sign(r, creds, c.region, scope, at)
		}
	}
	return c.spoil(r)
}

func (c *call) request(ts *testscript.TestScript) (*sigv4.Request, error) {
	r := &sigv4.Request{Method: http.MethodPost, RequestURI: "/", Header: c.header.Header, Host: c.host}
	if r.Host == "" {
		r.Host = ts.Getenv("ADDRESS")
	}
	var err error
	switch {
	case c.body != "":
		r.Body = bytes.Repeat([]byte(c.body), c.repeat)
	case c.service.target != "":
		r.Body, err = jsonInput(ts, c.input)
	default:
		r.Body, err = queryInput(ts, c.operation, c.service.version, c.input)
	}
	if c.service.target != "" {
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
		r.Header.Set("X-Amz-Target", c.service.target+"."+c.operation)
		return r, err
	}
	if c.expires != 0 {
		r.Method, r.RequestURI, r.Body = http.MethodGet, "/?"+string(r.Body), nil
		return r, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	return r, err
}

// spoil changes a part of a signed request.
func (c *call) spoil(r *sigv4.Request) error {
	h := func(name string, at func(string) int) {
		v := r.Header.Get(name)
		r.Header.Set(name, flip(v, at(v)))
	}
	switch c.tamper {
	case "":
	case "signature":
		h("Authorization", func(v string) int { return len(v) - 8 })
	case "token":
		h("X-Amz-Security-Token", func(v string) int { return len(v) / 2 })
	case "body":
		r.Body = append(r.Body, "&Extra=1"...)
	case "header":
		r.Header.Set("X-Amz-Date", "20200101T000000Z")
	case "query":
		r.RequestURI += "&Extra=1"
	default:
		return fmt.Errorf("-tamper %s is unknown", c.tamper)
	}
	return nil
}
