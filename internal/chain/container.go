package chain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/internal/awsfile"
)

// containerBase is where relative URIs lead.
const containerBase = "http://169.254.170.2"

// Bounds of a request to a container endpoint.
const (
	containerTries = 3
	containerTime  = 15 * time.Second
	containerPause = 200 * time.Millisecond
	mostAnswer     = 1 << 20
)

var (
	errURI       = errors.New("the URI is none of a credentials endpoint")
	errRelative  = errors.New("a relative URI begins with /")
	errHost      = errors.New("over http only loopback addresses and those of ECS and EKS are allowed")
	errLines     = errors.New("the authorization token has a line break")
	errTokenFile = errors.New("the file that AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names cannot be read")
)

// allowedIP says whether an endpoint at this address may be asked without TLS.
func allowedIP(ip netip.Addr) bool {
	ip = ip.Unmap()
	switch ip.WithZone("").String() {
	case "169.254.170.2", "169.254.170.23", "fd00:ec2::23":
		return true
	}
	return ip.IsLoopback()
}

func (r *run) containerRelative(ctx context.Context, path string) (aws.CredentialsProvider, error) {
	if !strings.HasPrefix(path, "/") { // "@example.com" would lead elsewhere
		return nil, errRelative
	}
	return r.container(ctx, containerBase+path)
}

// container makes the provider once the URI and the token are found good.
func (r *run) container(ctx context.Context, uri string) (aws.CredentialsProvider, error) {
	p := &container{r: r, uri: uri}
	if _, err := p.request(ctx); err != nil {
		return nil, err
	}
	return p, nil
}

// container takes credentials from an endpoint as ECS and EKS have it.
type container struct {
	r   *run
	uri string
}

// Retrieve implements aws.CredentialsProvider.
func (c *container) Retrieve(ctx context.Context) (aws.Credentials, error) {
	for try := 1; ; try++ {
		body, again, err := c.once(ctx)
		if err == nil {
			d, ok := parse(body)
			if !ok {
				return aws.Credentials{}, fmt.Errorf("container endpoint: %w", errDocument)
			}
			creds, err := d.credentials("Token", "ContainerEndpoint", c.r.now())
			if err != nil {
				err = fmt.Errorf("container endpoint: %w", err)
			}
			return creds, err
		}
		if !again || try == containerTries {
			return aws.Credentials{}, err
		}
		select {
		case <-time.After(containerPause):
		case <-ctx.Done():
			return aws.Credentials{}, err
		}
	}
}

// request makes the request. The address of a host without TLS is looked up once, judged and used, so that it cannot be another one when it is used.
func (c *container) request(ctx context.Context) (*http.Request, error) {
	u, err := url.Parse(c.uri)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errURI // the cause would repeat the URI
	}
	host := u.Host
	if u.Scheme == "http" {
		addr, err := c.r.allowed(ctx, u.Hostname())
		if err != nil {
			return nil, err
		}
		port := u.Port()
		if port == "" {
			port = "80"
		}
		u.Host = net.JoinHostPort(addr, port)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, errURI
	}
	req.Host = host
	req.Header.Set("Accept", "application/json")
	token, err := c.r.containerToken()
	if err != nil {
		return nil, err
	}
	if token != "" {
		req.Header.Set("Authorization", token)
	}
	return req, nil
}

// allowed gives an address of a host, all of whose addresses are allowed.
func (r *run) allowed(ctx context.Context, host string) (string, error) {
	addrs := []string{host}
	if _, err := netip.ParseAddr(host); err != nil {
		if addrs, err = r.lookup(ctx, host); err != nil || len(addrs) == 0 {
			return "", fmt.Errorf("the host %s cannot be found", host)
		}
	}
	for _, a := range addrs {
		ip, err := netip.ParseAddr(a)
		if err != nil || !allowedIP(ip) {
			return "", errHost
		}
	}
	return addrs[0], nil
}

// containerToken reads the token that the endpoint asks for: from a file, each time anew, or from a variable.
func (r *run) containerToken() (string, error) {
	token := r.getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN")
	if file := r.getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); file != "" {
		b, err := awsfile.ReadFile(file)
		if err != nil {
			return "", errTokenFile
		}
		token = string(b)
	}
	if strings.ContainsAny(token, "\r\n") {
		return "", errLines
	}
	return token, nil
}

// once makes one request, and says whether another may do better.
func (c *container) once(ctx context.Context) (body []byte, again bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, containerTime)
	defer cancel()
	req, err := c.request(ctx)
	if err != nil {
		return nil, false, err
	}
	resp, err := c.r.local().Do(req)
	if err != nil {
		return nil, true, errors.New("the container endpoint does not answer") // the cause would repeat the URI
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, mostAnswer))
	if err != nil {
		return nil, true, errors.New("the container endpoint does not answer to the end")
	}
	if resp.StatusCode == http.StatusOK {
		return body, false, nil
	}
	what := "status " + strconv.Itoa(resp.StatusCode)
	if d, ok := parse(body); ok && d.text("code") != "" {
		what += ": " + d.text("code") + ": " + d.text("message")
	}
	return nil, resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= 500, errors.New("the container endpoint refuses: " + what)
}
