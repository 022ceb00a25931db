package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// stuckError says at which step a request got stuck, in words that repeat neither a URL nor the text of an error that is not known: the one of a proxy that
// cannot be read has its password.
type stuckError struct{ says, fix string }

// Error implements error.
func (e *stuckError) Error() string { return e.says }

// stuck finds the words.
func (w *Web) stuck(err error, at step, u *url.URL) *stuckError {
	var name *net.DNSError
	var op *net.OpError
	var record tls.RecordHeaderError
	isOp := errors.As(err, &op)
	if e := w.certificate(err); e != nil {
		return e
	}
	switch {
	case isOp && op.Op == "proxyconnect", isProxyRefusal(err):
		return &stuckError{"cannot be reached by the proxy that the environment names", "correct HTTPS_PROXY or HTTP_PROXY, or put " + u.Hostname() + " into NO_PROXY"}
	case errors.As(err, &name):
		return unnamed(name)
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return &stuckError{"speaks no TLS at this port", "correct the port, or the scheme of the endpoint"}
	case errors.Is(err, context.DeadlineExceeded), isOp && op.Timeout():
		return overdue(at)
	case isOp && op.Op == "dial" && op.Err != nil:
		return &stuckError{"does not accept a connection at port " + portOf(u) + ": " + cause(op), "see that the server runs, and that no firewall is in between"}
	case isOp && op.Op == "remote error" && op.Err != nil:
		return &stuckError{"breaks off TLS: " + op.Err.Error(), "see whether the server wants another version of TLS, or a certificate of the client"}
	case at == stepTLS:
		return &stuckError{"breaks off TLS", "see that the server speaks TLS at this port"}
	case at == stepAnswer:
		return &stuckError{"takes the connection and does not answer as HTTP does", "see that the port is that of the server"}
	}
	return &stuckError{"cannot be reached", "see that the server runs, and what the environment says of proxies"}
}

// cause is the text of a system call's error.
func cause(op *net.OpError) string {
	var call *os.SyscallError
	if errors.As(op.Err, &call) {
		return call.Err.Error()
	}
	return "the system refuses"
}

func unnamed(e *net.DNSError) *stuckError {
	switch {
	case e.IsNotFound:
		return &stuckError{"has no address: the name " + e.Name + " is not known", "correct the endpoint or the Region, or see whether the name needs a VPN"}
	case e.IsTimeout:
		return &stuckError{"has no address: the name server does not answer", "see that this machine has a network"}
	}
	return &stuckError{"has no address: the name " + e.Name + " cannot be looked up", "see that this machine has a network and a name server"}
}

// overdue is a step that took too long.
func overdue(at step) *stuckError {
	const network = "see that this machine has a network, and that no firewall is in between"
	switch at {
	case stepStart, stepName:
		return &stuckError{"has no address in time: the name server does not answer", network}
	case stepConnect:
		return &stuckError{"does not accept a connection in time", network}
	case stepTLS:
		return &stuckError{"accepts a connection and does not go on to TLS in time", network}
	}
	return &stuckError{"takes the request and does not answer in time", "see how the server is"}
}

// isProxyRefusal knows the refusals that net/http gives as the text of a proxy's status line alone.
func isProxyRefusal(err error) bool {
	var u *url.Error
	if !errors.As(err, &u) {
		return false
	}
	for _, status := range []int{http.StatusProxyAuthRequired, http.StatusForbidden, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout} {
		if u.Err.Error() == http.StatusText(status) {
			return true
		}
	}
	return false
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}
