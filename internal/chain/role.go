package chain

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
)

var (
	errNoRegion = errors.New("no Region is configured: set AWS_REGION, or region in the profile")
	errNoRole   = errors.New("no role is configured for the token")
	errNoMFA    = errors.New("the role asks for a code of an MFA device, and there is nobody to ask")
)

// client reaches the services in a Region, at the endpoints that the environment and the active profile configure.
func (r *run) client(region string) (*credentials.Client, error) {
	if region == "" {
		return nil, errNoRegion
	}
	c := &credentials.Client{Region: region, Endpoints: map[string]string{}, HTTP: r.HTTP, Now: r.Now, Random: r.Random, UserAgent: r.UserAgent}
	for id, prefix := range map[string]string{"STS": "sts", "SSO": "portal.sso", "SSO OIDC": "oidc"} {
		endpoint, from := r.Shared.Endpoint(r.top.shared(), id)
		if endpoint == "" {
			continue
		}
		if u, err := url.Parse(endpoint); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return nil, fmt.Errorf("the endpoint of %s is no URL: %s", id, from)
		}
		c.Endpoints[prefix] = endpoint
	}
	return c, nil
}

// webIdentity assumes a role with the token in a file.
func (r *run) webIdentity(file, role, name string) (aws.CredentialsProvider, error) {
	if role == "" {
		return nil, errNoRole
	}
	c, err := r.client(r.out.Region)
	if err != nil {
		return nil, err
	}
	tokens := &credentials.TokenFile{Path: file}
	if _, err := tokens.Tokens(context.Background()); err != nil {
		return nil, err
	}
	return &credentials.WebIdentityRole{Client: c, Tokens: tokens, RoleARN: role, Options: credentials.RoleOptions{SessionName: name}}, nil
}

// shortest is how long a role lasts that the profile says nothing of, and at least. The SDK for Go has it so; botocore leaves it to the role: an hour.
const shortest = 15 * time.Minute

// assume takes the role of a profile on top of other credentials.
func (r *run) assume(n *node, base aws.CredentialsProvider) (aws.CredentialsProvider, error) {
	c, err := r.client(r.out.Region)
	if err != nil {
		return nil, err
	}
	p := &credentials.AssumeRole{
		Client: c, Base: base, RoleARN: n.get(keyRole),
		Options: credentials.RoleOptions{SessionName: n.get(keySessionName), ExternalID: n.get(keyExternalID), Duration: shortest},
	}
	if s, err := strconv.ParseInt(n.get(keyDuration), 0, 32); err == nil && time.Duration(s)*time.Second > shortest {
		p.Options.Duration = time.Duration(s) * time.Second
	}
	serial := n.get(keyMFA)
	if serial == "" {
		return p, nil
	}
	if r.MFA == nil {
		return nil, errNoMFA
	}
	p.MFA = &credentials.MFA{SerialNumber: serial, Code: func(ctx context.Context) (string, error) { return r.MFA(ctx, serial) }}
	return p, nil
}
