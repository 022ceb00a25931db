package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/internal/login"
	"github.com/mayfly-id/mayfly/sigv4"
)

// request is what curl is to send.
type request struct {
	target                 login.Target
	method, data           string
	headers                []string
	service, region, token string
	include, fail          bool
	sends                  bool // there is a body, which may be empty
}

// mostBody bounds a request's body, which is read before it is signed.
const mostBody = 64 << 20

func (c *client) curl() *cobra.Command {
	var r request
	cmd := &cobra.Command{
		Use:   "curl URL",
		Short: "Call an API, signed with the session's credentials or with its token",
		Long: `Send one request, signed with Signature Version 4, or with --token with the session's id or access token in Authorization. Redirects are not followed. The answer's body goes
to standard output; with --fail a status of 400 or more is exit code 1.`,
		Example: `  mayfly curl https://api.example.com/orders
  mayfly curl --token access -X POST -d '{"name":"x"}' -H 'Content-Type: application/json' https://api.example.com/orders
  mayfly curl --service sts --region us-east-1 -d 'Action=GetCallerIdentity&Version=2011-06-15' https://id.example.com/`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if r.token != "" {
				if err := without(cmd, "token", "service", "region", "profile", "account", "role"); err != nil {
					return err
				}
			}
			if r.service == "s3" || strings.HasPrefix(r.service, "s3-") || r.service == "s3express" {
				return login.Usage("%s is signed in a way of its own: run a client of it with exec", r.service)
			}
			r.sends = cmd.Flags().Changed("data")
			return c.send(cmd.Context(), &r, args[0])
		},
	}
	f := cmd.Flags()
	targetFlags(cmd, &r.target)
	f.StringVar(&r.target.Name, "session", "", "session (default: the one that other commands use)")
	f.StringVarP(&r.method, "request", "X", "", "method (default: GET, or POST with data)")
	f.StringVarP(&r.data, "data", "d", "", "body; @FILE reads it from a file, @- from standard input")
	f.StringArrayVarP(&r.headers, "header", "H", nil, "header, 'Name: value'")
	f.StringVar(&r.service, "service", "execute-api", "service that the signature is for")
	f.StringVar(&r.region, "region", "", "Region that the signature is for (default: the session's)")
	f.StringVar(&r.token, "token", "", "send a token instead of a signature: id or access")
	f.BoolVarP(&r.include, "include", "i", false, "print status and headers too")
	f.BoolVarP(&r.fail, "fail", "f", false, "exit code 1 for a status of 400 or more")
	return cmd
}

func (c *client) send(ctx context.Context, r *request, target string) error {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return login.Usage("want an http(s) URL without a user")
	}
	body, err := c.body(r.data)
	if err != nil {
		return err
	}
	method := r.method
	if method == "" {
		method = map[bool]string{false: http.MethodGet, true: http.MethodPost}[r.sends]
	}
	resp, err := c.attempt(ctx, r, method, u, body, 0)
	if err != nil {
		return err
	}
	if ahead, wrong := c.clockIsWrong(resp); wrong && r.token == "" {
		_ = resp.Body.Close()
		if resp, err = c.attempt(ctx, r, method, u, body, ahead); err != nil {
			return err
		}
	}
	defer resp.Body.Close()
	if r.include {
		_, _ = fmt.Fprintf(c.Out, "%s %s\n", resp.Proto, resp.Status)
		_ = resp.Header.Write(c.Out)
		_, _ = fmt.Fprintln(c.Out)
	}
	if _, err := io.Copy(c.Out, resp.Body); err != nil {
		return err
	}
	if r.fail && resp.StatusCode >= http.StatusBadRequest {
		return exitError{ExitFailed}
	}
	return nil
}

// attempt makes the request once. ahead is how far the server's clock is ahead of this one.
func (c *client) attempt(ctx context.Context, r *request, method string, u *url.URL, body []byte, ahead time.Duration) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, login.Usage("the request cannot be made: %s", method)
	}
	if err := r.dress(req); err != nil {
		return nil, err
	}
	if err := c.authorize(ctx, r, req, body, ahead); err != nil {
		return nil, err
	}
	resp, err := c.HTTP.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, credentials.Unreachable("the server", u.Host, err)
	}
	return resp, nil
}

// dress puts the headers into the request.
func (r *request) dress(req *http.Request) error {
	if r.sends {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded") // as of curl; a header of the command line goes before it
	}
	given := http.Header{}
	for _, h := range r.headers {
		name, value, ok := strings.Cut(h, ":")
		if name, value = strings.TrimSpace(name), strings.TrimSpace(value); !ok || !headerName.MatchString(name) || strings.ContainsFunc(value, control) {
			return login.Usage("a header is 'Name: value'")
		}
		name = http.CanonicalHeaderKey(name)
		switch name {
		case "Authorization", "Content-Length", "Transfer-Encoding", "Connection", "Trailer":
			return login.Usage("the header %s is written by this program", name)
		case "X-Amz-Date", "X-Amz-Security-Token":
			if r.token == "" {
				return login.Usage("%s is written by the signature", name)
			}
		case "Host":
			req.Host = value
			continue
		}
		given.Add(name, value)
	}
	maps.Copy(req.Header, given)
	return nil
}

// headerName is a token of RFC 9110 section 5.6.2.
var headerName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

func control(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

// mostSkew is how far the clocks of a signature's two sides may be apart.
const mostSkew = 5 * time.Minute

// clockIsWrong tells whether a signature may have been refused for this machine's clock, and how far the server's is ahead: credentials that are kept are used without
// asking anybody, and so without having heard of it.
func (c *client) clockIsWrong(resp *http.Response) (ahead time.Duration, wrong bool) {
	at, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil || resp.StatusCode < http.StatusBadRequest || resp.StatusCode >= http.StatusInternalServerError {
		return 0, false
	}
	ahead = at.Sub(c.Now())
	return ahead, ahead.Abs() > mostSkew-time.Minute // the answer has been on its way, and Date has whole seconds
}

func (c *client) body(data string) ([]byte, error) {
	from, ok := strings.CutPrefix(data, "@")
	switch {
	case !ok:
		return []byte(data), nil
	case from == "-":
		return wholeBody(c.In)
	}
	f, err := os.Open(from)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return wholeBody(f)
}

// wholeBody reads a body, or refuses it: half of one is never sent.
func wholeBody(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, mostBody+1))
	if err == nil && len(b) > mostBody {
		err = login.Usage("the body is longer than %d MiB", mostBody>>20)
	}
	return b, err
}

// authorize signs the request, or puts a token into it.
func (c *client) authorize(ctx context.Context, r *request, req *http.Request, body []byte, ahead time.Duration) error {
	if r.token != "" {
		t, err := c.bearer(ctx, r.target.Name, r.token)
		if err != nil {
			return err
		}
		req.Header.Set("Authorization", "Bearer "+string(t))
		return nil
	}
	src, k, err := c.Credentials(ctx, &r.target)
	if err != nil {
		return err
	}
	region := r.region
	if region == "" {
		region = src.Region
	}
	at := src.Server.Time() // as told when the credentials were got
	if ahead != 0 {
		at = c.Now().Add(ahead)
	}
	s := &sigv4.Request{Method: req.Method, RequestURI: req.URL.RequestURI(), Host: req.Host, Header: req.Header, Body: body}
	sigv4.Sign(s, sigv4.Credentials{AccessKeyID: k.AccessKeyID, SecretAccessKey: k.SecretAccessKey, SessionToken: k.SessionToken}, region, r.service, at)
	return nil
}
