package front

import (
	"errors"
	"net/http"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/sigv4"
)

// authenticate recognises the caller over the raw bytes of the request. The mode is model data; what it does not call unsigned is signed.
func (x *exchange) authenticate() error {
	x.caller = &caller.Principal{Kind: caller.Anonymous}
	if x.entry.Operation.Auth != wire.AuthNone {
		r := sigv4.FromHTTP(x.r, x.body)
		p, scope, err := x.server.Auth.SigV4(x.ctx, r, x.service.SigningName, x.hostReg, x.req.Time)
		if err != nil {
			return err
		}
		x.caller, x.scope = p, scope
		if x.hostReg == "" && IsRegion(scope.Region) {
			x.req.Region = scope.Region
		}
	}
	if home := homeRegion(x.service.Name); home != "" {
		x.req.Region = home
	}
	x.ctx = caller.WithRequest(caller.WithPrincipal(x.ctx, x.caller), x.req)
	return nil
}

// decode reads the typed input. An operation that is not there yet says so here, to callers who are who they say.
func (x *exchange) decode() error {
	if x.entry.Binding == nil {
		return errNotImplemented.New("The operation %s is not implemented by this server.", x.entry.Operation.Name)
	}
	var err error
	switch x.service.Protocol {
	case wire.Query:
		x.in, x.missing, err = x.entry.DecodeQuery(x.form)
	case wire.JSON:
		x.in, x.missing, err = x.entry.DecodeJSON(x.body)
	default:
		x.in, x.missing, err = x.entry.DecodeREST(x.labels, x.form, x.r.Header, x.body)
	}
	var bad *wire.SyntaxError
	if errors.As(err, &bad) {
		return errMalformed.New("%s", bad.Message)
	}
	return err
}

// authorize decides what the request asks for. The services decide before they validate, so a caller without permission learns nothing
// about the input; only a request whose input is too broken to name a resource is told so first.
func (x *exchange) authorize() error {
	if x.entry.Operation.Auth == wire.AuthNone {
		return x.server.Access.Authorize(x.ctx, x.caller, []caller.Ask{{Exempt: true}})
	}
	asks, err := x.entry.Binding.Asks(x.ctx, x.service, x.in)
	if err != nil {
		return err
	}
	return x.server.Access.Authorize(x.ctx, x.caller, asks)
}

func (x *exchange) validate() error { return x.entry.Validate(x.in, x.missing) }

func (x *exchange) operate() error {
	var err error
	x.out, err = x.entry.Binding.Call(x.ctx, x.in)
	return err
}

func (x *exchange) encode() {
	h := x.w.Header()
	status := x.entry.Operation.Status
	if status == 0 {
		status = http.StatusOK
	}
	var body []byte
	switch x.service.Protocol {
	case wire.Query:
		body = x.entry.EncodeXML(make([]byte, 0, 1024), x.out, x.req.ID)
	default:
		body = x.entry.EncodeJSON(make([]byte, 0, 1024), x.out)
	}
	x.send(h, status, body)
}
