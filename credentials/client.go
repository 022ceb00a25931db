package credentials

import (
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/sigv4"
)

// Client reaches the services of one server. The zero value of every field but Region is usable. It is safe for concurrent use, and must not be copied.
type Client struct {
	// Region is where requests go and what they are signed for, such as "eu-west-1".
	Region string
	// Endpoint is the base URL of every service, without a slash at the end: a Mayfly server. Empty: AWS's own endpoints of the Region.
	Endpoint string
	// Endpoints are base URLs of single services, by "cognito-idp", "cognito-identity", "sts", "oidc", "portal.sso", "iam" and "signin"; they go before
	// Endpoint.
	Endpoints map[string]string
	// GlobalSTS asks for the global endpoint of AWS's STS instead of the Region's, in Regions whose customers need not opt in: what SDKs call
	// "sts_regional_endpoints = legacy". It says nothing where Endpoint or Endpoints have STS.
	GlobalSTS bool
	// HTTP sends the requests; nil is a client as net/http makes one. Requests have a time limit of their own, and follow no redirect unless its
	// CheckRedirect says how.
	HTTP *http.Client
	// Now is the clock; nil is time.Now. What a server says of its time corrects it.
	Now func() time.Time
	// Random is where secrets of protocols come from; nil is crypto/rand.
	Random io.Reader
	// UserAgent names the program; empty is "mayfly".
	UserAgent string

	skew atomic.Int64 // of the server's clock ahead of ours, in nanoseconds
}

// Time is the time of the server, as far as it has told.
func (c *Client) Time() time.Time {
	return clock(c.Now)().Add(time.Duration(c.skew.Load()))
}

// Skew is how far the server's clock is ahead of this machine's, as far as it has told.
func (c *Client) Skew() time.Duration { return time.Duration(c.skew.Load()) }

// since takes a time of this machine's clock to the server's, by what the server has told meanwhile.
func (c *Client) since(local time.Time) time.Time { return local.Add(c.Skew()) }

// local is the time of this machine.
func (c *Client) local() time.Time { return clock(c.Now)() }

// signer gives keys in the form that sigv4 takes.
func signer(k aws.Credentials) *sigv4.Credentials {
	return &sigv4.Credentials{AccessKeyID: k.AccessKeyID, SecretAccessKey: k.SecretAccessKey, SessionToken: k.SessionToken}
}
