package front

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/sigv4"
)

// MaxBody is the largest request body that is read, in bytes. It is read before anyone is recognised, so it is small.
const MaxBody = 2 << 20

// Authenticator recognises the caller of a signed request.
type Authenticator interface {
	SigV4(ctx context.Context, r *sigv4.Request, service, region string, now time.Time) (*caller.Principal, sigv4.Scope, error)
}

// Authorizer decides and records.
type Authorizer interface {
	Authorize(ctx context.Context, p *caller.Principal, asks []caller.Ask) error
}

// Server answers requests that speak an AWS protocol.
type Server struct {
	Registry *wire.Registry
	Auth     Authenticator
	Access   Authorizer
	Region   string           // of requests that name none
	Now      func() time.Time // wall clock
	NewID    func() string    // request ids
	Trusted  []netip.Prefix   // proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; empty: none
	Log      *slog.Logger
}

// exchange is one request on its way through the stages.
type exchange struct {
	server  *Server
	w       http.ResponseWriter
	r       *http.Request
	ctx     context.Context
	req     *caller.Request
	body    []byte
	form    wire.Form // of awsQuery
	labels  wire.Labels
	service *wire.Service // nil until identified
	entry   *wire.Entry
	scope   sigv4.Scope
	hostReg string // region that the host name states
	caller  *caller.Principal
	in      any
	missing wire.Missing
	out     any
	sent    bool // the answer has begun
}

// stages is the pipeline, in order.
var stages = [...]func(*exchange) error{
	(*exchange).identify,
	(*exchange).authenticate,
	(*exchange).decode,
	(*exchange).authorize,
	(*exchange).validate,
	(*exchange).operate,
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{server: s, w: w, r: r, ctx: r.Context()}
	x.req = &caller.Request{ID: s.NewID(), Time: s.Now(), Region: s.Region, Host: r.Host, Global: isGlobal(r.Host), UserAgent: r.UserAgent(), Referer: r.Referer()}
	x.req.SourceIP, x.req.Secure = s.origin(r)
	defer func() {
		if v := recover(); v != nil {
			x.recovered(v)
		}
	}()
	allowBrowsers(w.Header())
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusOK)
		return
	}
	for _, stage := range stages {
		if err := stage(x); err != nil {
			x.fail(err)
			return
		}
	}
	x.encode()
}

// allowBrowsers lets a page of any origin call, as the services do: authority travels in the request itself, never in a cookie.
func allowBrowsers(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Headers", "*, Authorization")
	h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
	h.Set("Access-Control-Expose-Headers", "X-Amzn-RequestId, X-Amzn-ErrorType, "+messageHeader+", "+reasonHeader+", Date")
	h.Set("Access-Control-Max-Age", "172800")
}

// origin gives the client's address and whether it came over TLS. Forwarding headers count only from a trusted proxy.
func (s *Server) origin(r *http.Request) (netip.Addr, bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, r.TLS != nil
	}
	addr := peer.Addr().Unmap()
	if !s.trusts(addr) {
		return addr, r.TLS != nil
	}
	return forwardedFor(r, addr, s.trusts), r.TLS != nil || forwardedSecure(r)
}

func (s *Server) trusts(a netip.Addr) bool {
	for _, p := range s.Trusted {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
