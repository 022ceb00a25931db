package caller

import (
	"context"
	"net/netip"
	"time"
)

// Request holds the facts of one request that rules may depend on.
type Request struct {
	ID        string    // request id, a UUID
	Time      time.Time // when the request arrived
	Region    string    // from the host name, else from the credential scope, else the server's own
	Host      string    // as the client named it
	Secure    bool      // arrived over TLS
	SourceIP  netip.Addr
	UserAgent string
	Service   string // short name, such as "sts"
	Operation string
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
