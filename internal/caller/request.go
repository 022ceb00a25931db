package caller

import (
	"context"
	"net/netip"
	"strconv"
	"time"
)

// Request holds the facts of one request that rules may depend on.
type Request struct {
	ID        string    // request id, a UUID
	Time      time.Time // when the request arrived
	Region    string    // of the service if it has but one, else from the host name, else from the credential scope, else the server's own
	Host      string    // as the client named it
	Global    bool      // Host is the name of a service in no Region, such as sts.amazonaws.com
	Secure    bool      // arrived over TLS
	SourceIP  netip.Addr
	UserAgent string
	Referer   string
	Service   string // short name, such as "sts"
	Operation string
}

// Lookup gives the condition keys that the request alone answers
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html). The key is in lower case.
func (r *Request) Lookup(key string) (string, bool) {
	switch key {
	case "aws:currenttime":
		return r.Time.UTC().Format(time.RFC3339), true
	case "aws:epochtime":
		return strconv.FormatInt(r.Time.Unix(), 10), true
	case "aws:sourceip":
		return r.SourceIP.String(), r.SourceIP.IsValid()
	case "aws:securetransport":
		return strconv.FormatBool(r.Secure), true
	case "aws:useragent":
		return r.UserAgent, r.UserAgent != ""
	case "aws:referer":
		return r.Referer, r.Referer != ""
	case "aws:requestedregion":
		return r.Region, r.Region != ""
	case "aws:principalisawsservice", "aws:viaawsservice", "aws:viaawsmcpservice": // no service calls on its own
		return "false", true
	}
	return "", false
}

type contextKey int

const (
	principalKey contextKey = iota
	requestKey
)

// WithPrincipal adds the caller to a context.
func WithPrincipal(ctx context.Context, p *Principal) context.Context {
	return context.WithValue(ctx, principalKey, p)
}

// PrincipalFrom gives the caller. Without one it is the anonymous caller, never nil.
func PrincipalFrom(ctx context.Context) *Principal {
	if p, ok := ctx.Value(principalKey).(*Principal); ok {
		return p
	}
	return &Principal{Kind: Anonymous}
}

// WithRequest adds the facts of the request to a context.
func WithRequest(ctx context.Context, r *Request) context.Context {
	return context.WithValue(ctx, requestKey, r)
}

// RequestFrom gives the facts of the request, never nil.
func RequestFrom(ctx context.Context) *Request {
	if r, ok := ctx.Value(requestKey).(*Request); ok {
		return r
	}
	return &Request{}
}
