package chain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

const metadataDisabled = "AWS_EC2_METADATA_DISABLED"

// Bounds of requests to the metadata service. A machine without one is not to wait for it.
const (
	probeTime    = time.Second
	metadataTime = 5 * time.Second
	longestRole  = time.Hour // that its credentials count for, as in the SDK for Go: they may be replaced early
	rolesPath    = "/latest/meta-data/iam/security-credentials/"
	tokenHeader  = "X-aws-ec2-metadata-token"
	tokenLife    = "300" // seconds
)

var errMetadataStatus = errors.New("the instance metadata service refuses")

// metadataOff says whether the metadata service is not to be asked.
func (r *run) metadataOff() bool { return strings.ToLower(r.getenv(metadataDisabled)) == "true" }

// metadataBase is where the metadata service is.
func (r *run) metadataBase() (string, error) {
	base := r.getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT")
	if base == "" {
		base = r.top.shared().Get("ec2_metadata_service_endpoint")
	}
	if base != "" {
		if u, err := url.Parse(base); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return "", errors.New("the endpoint of the instance metadata service is no URL")
		}
		return strings.TrimSuffix(base, "/"), nil
	}
	mode := r.getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")
	if mode == "" {
		mode = r.top.shared().Get("ec2_metadata_service_endpoint_mode")
	}
	switch strings.ToLower(mode) {
	case "", "ipv4":
		return "http://169.254.169.254", nil
	case "ipv6":
		return "http://[fd00:ec2::254]", nil
	}
	return "", errors.New("the mode of the endpoint of the instance metadata service is IPv4 or IPv6")
}

// metadata makes the provider, if there is a metadata service that has a role.
func (r *run) metadata(ctx context.Context) (aws.CredentialsProvider, error) {
	base, err := r.metadataBase()
	if err != nil {
		return nil, err
	}
	p := &metadata{r: r, base: base}
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	if _, _, err := p.role(ctx); err != nil {
		return nil, notThere{err}
	}
	return p, nil
}

// metadata takes the credentials of a machine's role from its metadata service, by version 2 of its protocol alone: version 1 answers to whoever can make this
// machine send a GET.
type metadata struct {
	r    *run
	base string
}

// Retrieve implements aws.CredentialsProvider.
func (m *metadata) Retrieve(ctx context.Context) (aws.Credentials, error) {
	ctx, cancel := context.WithTimeout(ctx, metadataTime)
	defer cancel()
	role, token, err := m.role(ctx)
	if err != nil {
		return aws.Credentials{}, err
	}
	body, err := m.ask(ctx, http.MethodGet, rolesPath+url.PathEscape(role), token)
	if err != nil {
		return aws.Credentials{}, err
	}
	d, ok := parse(body)
	if !ok {
		return aws.Credentials{}, fmt.Errorf("instance metadata: %w", errDocument)
	}
	if code := d.text("Code"); code != "Success" {
		return aws.Credentials{}, fmt.Errorf("instance metadata has no credentials of the role: %s", code)
	}
	now := m.r.now()
	c, err := d.credentials("Token", "InstanceMetadata", now)
	if err != nil {
		return aws.Credentials{}, fmt.Errorf("instance metadata: %w", err)
	}
	if most := now.Add(longestRole).UTC(); !c.CanExpire || c.Expires.After(most) {
		c.CanExpire, c.Expires = true, most
	}
	return c, nil
}

// role asks for a token, and with it for the name of the machine's role.
func (m *metadata) role(ctx context.Context) (name, token string, err error) {
	b, err := m.ask(ctx, http.MethodPut, "/latest/api/token", "")
	if err != nil {
		return "", "", err
	}
	token = string(b)
	list, err := m.ask(ctx, http.MethodGet, rolesPath, token)
	if err != nil {
		return "", "", err
	}
	name, _, _ = strings.Cut(string(list), "\n")
	if name = strings.TrimSpace(name); name == "" {
		return "", "", errors.New("the machine has no role")
	}
	return name, token, nil
}

func (m *metadata) ask(ctx context.Context, method, path, token string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, m.base+path, nil)
	if err != nil {
		return nil, errURI
	}
	if method == http.MethodPut {
		req.Header.Set("X-aws-ec2-metadata-token-ttl-seconds", tokenLife)
	} else {
		req.Header.Set(tokenHeader, token)
	}
	resp, err := m.r.local().Do(req)
	if err != nil {
		return nil, errors.New("no instance metadata service answers")
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, mostAnswer))
	if err != nil {
		return nil, errors.New("the instance metadata service does not answer to the end")
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: status %d", errMetadataStatus, resp.StatusCode)
	}
	return body, nil
}
