package script

import (
	"bytes"
	"encoding/base64"
	"flag"
	"io"
	"net/http"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/mayfly-id/mayfly/sigv4"
)

// headers is a flag that may come many times: -header 'Name: value'.
type headers struct{ http.Header }

func (h headers) String() string { return "" }

func (h headers) Set(s string) error {
	name, value, _ := strings.Cut(s, ":")
	h.Add(name, strings.TrimSpace(value))
	return nil
}

// cmdHTTP sends a plain request: http [-header 'NAME: VALUE'] [-host HOST] [-body TEXT] [-base64] METHOD PATH. With -base64 the body of the answer is
// decoded, as "base64 --decode" would. It is unsigned, or signed for execute-api with -as, -scope, -skew and -tamper as "aws" has them.
func cmdHTTP(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	f := flag.NewFlagSet("http", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	h := headers{http.Header{}}
	f.Var(h, "header", "")
	host := f.String("host", "", "")
	body := f.String("body", "", "")
	decode := f.Bool("base64", false, "")
	c := call{header: h, region: ts.Getenv("REGION")}
	f.StringVar(&c.as, "as", "", "")
	f.StringVar(&c.scope, "scope", "execute-api", "")
	f.StringVar(&c.tamper, "tamper", "", "")
	f.DurationVar(&c.skew, "skew", 0, "")
	ts.Check(f.Parse(args))
	if f.NArg() != 2 {
		ts.Fatalf("usage: http [flags] METHOD PATH")
	}
	r := &sigv4.Request{Method: f.Arg(0), RequestURI: f.Arg(1), Host: *host, Header: h.Header, Body: []byte(*body)}
	if r.Host == "" {
		r.Host = ts.Getenv("ADDRESS")
	}
	ts.Check(c.sign(w, r))
	a, err := w.send(ts.Getenv("ENDPOINT"), r.Method, r.RequestURI, r.Host, r.Header, r.Body)
	ts.Check(err)
	if *decode {
		a.body, err = base64.StdEncoding.DecodeString(strings.TrimSpace(string(a.body)))
		ts.Check(err)
		ts.Check(a.parseJSON())
	}
	w.answered(ts, neg, a)
}

// send makes one request. target is the request line's, sent as it is.
func (w *world) send(endpoint, method, target, host string, h http.Header, body []byte) (*answer, error) {
	r, err := http.NewRequest(method, endpoint+target, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header = h
	if host != "" {
		r.Host = host
	}
	response, err := w.client.Do(r)
	if err != nil {
		return nil, err
	}
	return readAnswer(response)
}
