package credentials

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/mayfly-id/mayfly/credentials/keep"
	"github.com/mayfly-id/mayfly/sigv4"
)

// Bounds of one request.
const (
	tries      = 3
	firstPause = 100 * time.Millisecond
	tryTime    = 15 * time.Second
	mostBody   = 1 << 20
)

// call is one request of an operation.
type call struct {
	service   string // endpoint prefix, such as "cognito-idp"
	operation string
	method    string
	path      string // with its query
	header    http.Header
	body      []byte
	sign      *sigv4.Credentials // nil: unsigned
	base      string             // base URL, where it is not the one of the endpoint prefix
	region    string             // what it is signed for, with base
	single    bool               // made twice, it does twice what it does: it is not repeated unless it is certain that it was not done

	// prove gives the DPoP proof of a request to an address, at a time (RFC 9449). nil: it has none.
	prove func(method, address string, at time.Time) (string, error)
}

// json performs an operation of an awsJson 1.1 service.
func (c *Client) json(ctx context.Context, service, target, operation string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r := &call{service: service, operation: operation, method: http.MethodPost, path: "/", body: body, header: http.Header{
		"Content-Type": {"application/x-amz-json-1.1"}, "X-Amz-Target": {target + "." + operation},
	}}
	return c.do(ctx, r, func(b []byte) error {
		if len(b) == 0 { // some operations answer nothing
			return nil
		}
		return json.Unmarshal(b, out)
	})
}

// query performs an operation of the awsQuery protocol. out is filled from the XML of the answer.
func (c *Client) query(ctx context.Context, service, version, operation string, form url.Values, sign *sigv4.Credentials, out any) error {
	return c.queryAt(ctx, &call{service: service, operation: operation, sign: sign}, version, form, out)
}

// queryAt performs an operation of the awsQuery protocol where r says.
func (c *Client) queryAt(ctx context.Context, r *call, version string, form url.Values, out any) error {
	form.Set("Action", r.operation)
	form.Set("Version", version)
	r.method, r.path, r.body = http.MethodPost, "/", []byte(form.Encode())
	r.header = http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}}
	return c.do(ctx, r, func(b []byte) error { return xml.Unmarshal(b, out) })
}

// rest performs an operation of a restJson service. in may be nil.
func (c *Client) rest(ctx context.Context, service, operation, method, path string, header http.Header, in, out any) error {
	return c.restAt(ctx, &call{service: service, operation: operation, method: method, path: path, header: header.Clone()}, in, out)
}

// restAt performs an operation of a restJson service where r says.
func (c *Client) restAt(ctx context.Context, r *call, in, out any) error {
	if r.header == nil {
		r.header = http.Header{}
	}
	if in != nil {
		var err error
		if r.body, err = json.Marshal(in); err != nil {
			return err
		}
		r.header.Set("Content-Type", "application/json")
	}
	return c.do(ctx, r, func(b []byte) error {
		if out == nil {
			return nil
		}
		return json.Unmarshal(b, out)
	})
}

// do sends the call and tries again where that may help: the service did not answer, asked for patience, or saw a clock that is wrong.
func (c *Client) do(ctx context.Context, r *call, read func([]byte) error) error {
	pause := firstPause
	for try := 1; ; try++ {
		body, wait, err := c.once(ctx, r)
		if err == nil {
			if err := read(body); err != nil {
				return fmt.Errorf("%s %s: the answer cannot be read", r.service, r.operation) // the cause may repeat a secret
			}
			return nil
		}
		if try == tries || ctx.Err() != nil || wait == never {
			return err
		}
		if wait == now {
			continue
		}
		select {
		case <-time.After(c.jittered(pause)):
			pause *= 4
		case <-ctx.Done():
			return err
		}
	}
}

// jittered spreads a pause over half and one and a half of it, so that many who failed together do not come back together.
func (c *Client) jittered(d time.Duration) time.Duration {
	return d/2 + time.Duration(keep.Fraction(c.Random)*float64(d))
}

// errTooLong is the answer to a server that sends more than any service does.
var errTooLong = errors.New("the answer is too long")

// once makes one request.
func (c *Client) once(ctx context.Context, r *call) ([]byte, patience, error) {
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	req, err := c.request(ctx, r)
	if err != nil {
		return nil, never, err
	}
	unreachable := func(err error) error {
		return Unreachable(r.service, req.URL.Host, err)
	}
	resp, err := httpClient(c.HTTP).Do(req)
	if err != nil {
		return nil, r.afterSilence(err), unreachable(err)
	}
	defer resp.Body.Close()
	moved := c.learn(resp)
	body, err := io.ReadAll(io.LimitReader(resp.Body, mostBody+1))
	if err != nil {
		return nil, r.afterSilence(err), unreachable(err)
	}
	if len(body) > mostBody {
		return nil, never, unreachable(errTooLong)
	}
	if resp.StatusCode == http.StatusOK {
		return body, never, nil
	}
	e := refusal(r, resp, body)
	return nil, r.afterRefusal(e, moved), e
}

func (c *Client) request(ctx context.Context, r *call) (*http.Request, error) {
	base, region := r.base, r.region
	if base == "" {
		var err error
		if base, region, err = c.endpoint(r.service); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, r.method, base+r.path, bytes.NewReader(r.body))
	if err != nil {
		return nil, fmt.Errorf("%s: the endpoint is no URL", r.service)
	}
	req.Header = r.header.Clone()
	agent := c.UserAgent
	if agent == "" {
		agent = "mayfly"
	}
	req.Header.Set("User-Agent", agent)
	if r.prove != nil {
		proof, err := r.prove(r.method, base+r.path, c.Time())
		if err != nil {
			return nil, err
		}
		req.Header.Set("DPoP", proof)
	}
	if r.sign == nil {
		return req, nil
	}
	s := &sigv4.Request{Method: req.Method, RequestURI: req.URL.RequestURI(), Host: req.URL.Host, Header: req.Header, Body: r.body}
	sigv4.Sign(s, *r.sign, region, r.service, c.Time())
	return req, nil
}
