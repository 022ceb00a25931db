package front

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"

	"github.com/mayfly-id/mayfly/internal/access"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// fail answers an error in the caller's protocol. What is not an AWS error is ours: the caller learns the request id, the log the cause.
func (x *exchange) fail(err error) {
	var denied *access.Denied
	var auth *access.AuthError
	e, isAWS := wire.AsError(err)
	switch {
	case isAWS:
	case errors.As(err, &denied):
		e = x.denied(denied)
	case errors.As(err, &auth):
		e = x.unauthenticated(auth)
	case x.ctx.Err() != nil: // the client has gone, or the server is closing: never an empty answer that looks like success
		e = errUnavailable.New("The request was cancelled.")
	default:
		e = x.internal(err)
	}
	if e.Type.Status >= 500 && e.Type != errNotImplemented && x.ctx.Err() == nil {
		x.log("request failed", "error", err, "cause", errors.Unwrap(err))
	}
	if e.Reason != "" {
		x.w.Header().Set(reasonHeader, printed(e.Reason))
	}
	service := x.protocol()
	status, body := service.EncodeError(x.w.Header(), x.translate(service, e), x.req.ID)
	x.send(x.w.Header(), status, body)
}

func (x *exchange) send(h http.Header, status int, body []byte) {
	h.Set("X-Amzn-Requestid", x.req.ID)
	switch x.protocol().Protocol {
	case wire.Query:
		h.Set("Content-Type", "text/xml")
	case wire.JSON:
		h.Set("Content-Type", "application/x-amz-json-1.1")
	default:
		h.Set("Content-Type", "application/json")
	}
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	x.sent = true
	x.w.WriteHeader(status)
	_, _ = x.w.Write(body) // the client may have gone
}

// protocol is how to answer.
func (x *exchange) protocol() *wire.Service {
	if x.service == nil {
		return x.guessProtocol()
	}
	return x.service
}

// recovered answers a panic of a stage as an internal error, so that a fault of one operation costs one request. What has been sent in part can only be
// cut off.
func (x *exchange) recovered(v any) {
	if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(http.ErrAbortHandler)
	}
	x.log("panic", "panic", panicText(v), "stack", string(debug.Stack()))
	if x.sent {
		panic(http.ErrAbortHandler)
	}
	e := x.internal(nil)
	status, body := x.protocol().EncodeError(x.w.Header(), x.translate(x.protocol(), e), x.req.ID)
	x.send(x.w.Header(), status, body)
}

// panicText keeps values of requests out of the log: only what a programmer wrote, or the runtime, is repeated.
func panicText(v any) string {
	switch v := v.(type) {
	case error:
		return v.Error()
	case string:
		return v
	}
	return fmt.Sprintf("%T", v)
}

func (x *exchange) log(message string, more ...any) {
	x.server.Log.Error(message, append([]any{"requestId", x.req.ID, "service", x.req.Service, "operation", x.req.Operation}, more...)...)
}
