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
	"strings"
	"time"

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
	scope     string             // signing name of the service, where it is not its endpoint prefix
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
	form.Set("Action", operation)
	form.Set("Version", version)
	r := &call{service: service, operation: operation, method: http.MethodPost, path: "/", body: []byte(form.Encode()), sign: sign, header: http.Header{
		"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"},
	}}
	return c.do(ctx, r, func(b []byte) error { return xml.Unmarshal(b, out) })
}

// rest performs an operation of a restJson service. in may be nil.
func (c *Client) rest(ctx context.Context, service, operation, method, path string, header http.Header, in, out any) error {
	r := &call{service: service, operation: operation, method: method, path: path, header: header.Clone()}
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
	return d/2 + time.Duration(fraction(c.Random)*float64(d))
}

// patience says when a failed request is to be made again.
type patience int

const (
	never patience = iota
	later
	now
)

// once makes one request.
func (c *Client) once(ctx context.Context, r *call) ([]byte, patience, error) {
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	req, err := c.request(ctx, r)
	if err != nil {
		return nil, never, err
	}
	resp, err := httpClient(c.HTTP).Do(req)
	if err != nil {
		return nil, later, &UnreachableError{Service: r.service, Host: req.URL.Host, cause: bare(err)}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, mostBody))
	if err != nil {
		return nil, later, &UnreachableError{Service: r.service, Host: req.URL.Host, cause: bare(err)}
	}
	if resp.StatusCode == http.StatusOK {
		return body, never, nil
	}
	e := refusal(r, resp, body)
	return nil, c.retry(e, resp, r), e
}

// bare takes an error of net/http down to its cause: the rest repeats the URL.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

func (c *Client) request(ctx context.Context, r *call) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, c.endpoint(r.service)+r.path, bytes.NewReader(r.body))
	if err != nil {
		return nil, fmt.Errorf("%s: the endpoint is no URL", r.service)
	}
	req.Header = r.header.Clone()
	agent := c.UserAgent
	if agent == "" {
		agent = "mayfly"
	}
	req.Header.Set("User-Agent", agent)
	if r.sign == nil {
		return req, nil
	}
	scope := r.scope
	if scope == "" {
		scope = r.service
	}
	s := &sigv4.Request{Method: req.Method, RequestURI: req.URL.RequestURI(), Host: req.URL.Host, Header: req.Header, Body: r.body}
	sigv4.Sign(s, *r.sign, c.Region, scope, c.Time())
	return req, nil
}

// retry says whether a refusal may go away. A clock that is wrong is set right by what the server says of its own.
func (c *Client) retry(e *ServiceError, resp *http.Response, r *call) patience {
	switch {
	case resp.StatusCode == http.StatusTooManyRequests, resp.StatusCode >= 500 && resp.StatusCode != http.StatusNotImplemented:
		return later
	case strings.HasPrefix(e.Code, "Throttling"), e.Code == "TooManyRequestsException", e.Code == "RequestLimitExceeded":
		return later
	case r.sign != nil && skewed(e.Code):
		return c.learn(resp)
	}
	return never
}

func skewed(code string) bool {
	switch code {
	case "RequestTimeTooSkewed", "RequestExpired", "SignatureDoesNotMatch", "InvalidSignatureException", "AuthFailure", "RequestInTheFuture":
		return true
	}
	return false
}

// learn takes the server's time from an answer, and says whether that changes anything.
func (c *Client) learn(resp *http.Response) patience {
	server, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return never
	}
	skew := server.Sub(clock(c.Now)())
	if d := skew - c.Skew(); d > -4*time.Minute && d < 4*time.Minute { // it was not the clock
		return never
	}
	c.skew.Store(int64(skew))
	return now
}

// refusal reads the error of a service, in whichever protocol.
func refusal(r *call, resp *http.Response, body []byte) *ServiceError {
	e := &ServiceError{Service: r.service, Operation: r.operation, Status: resp.StatusCode, RequestID: resp.Header.Get("X-Amzn-Requestid")}
	var x struct {
		Error struct{ Code, Message string }
	}
	var j struct {
		Type        string `json:"__type"`
		Code        string `json:"code"`
		Error       string `json:"error"`
		Description string `json:"error_description"`
		Message     string `json:"message"`
	}
	switch {
	case xml.Unmarshal(body, &x) == nil && x.Error.Code != "":
		e.Code, e.Message = x.Error.Code, x.Error.Message
	case json.Unmarshal(body, &j) == nil:
		e.Code, e.Message = first(resp.Header.Get("X-Amzn-Errortype"), j.Type, j.Code, j.Error), first(j.Message, j.Description)
	}
	e.Code, _, _ = strings.Cut(e.Code, ":")
	e.Code = e.Code[strings.LastIndexByte(e.Code, '#')+1:]
	return e
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
