package front

import (
	"github.com/mayfly-id/mayfly/internal/access"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Errors that the pipeline itself gives, with the codes of awsQuery services. translate turns them into those of the JSON protocols
// (https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html and the like of each service).
var (
	errTooLarge         = &wire.ErrorType{Name: "RequestEntityTooLarge", Code: "RequestEntityTooLarge", Status: 413}
	errMalformed        = &wire.ErrorType{Name: "MalformedInput", Code: "MalformedInput", Status: 400}
	errMalformedQuery   = &wire.ErrorType{Name: "MalformedQueryString", Code: "MalformedQueryString", Status: 404}
	errMissingAction    = &wire.ErrorType{Name: "MissingAction", Code: "MissingAction", Status: 400}
	errInvalidAction    = &wire.ErrorType{Name: "InvalidAction", Code: "InvalidAction", Status: 400}
	errUnknownOperation = &wire.ErrorType{Name: "UnknownOperationException", Code: "UnknownOperationException", Status: 404}
	errNotImplemented   = &wire.ErrorType{Name: "NotImplemented", Code: "NotImplemented", Status: 501, Server: true}
	errInternal         = &wire.ErrorType{Name: "InternalFailure", Code: "InternalFailure", Status: 500, Server: true}
	errUnavailable      = &wire.ErrorType{Name: "ServiceUnavailable", Code: "ServiceUnavailable", Status: 503, Server: true}
	errAccessDenied     = &wire.ErrorType{Name: "AccessDenied", Code: "AccessDenied", Status: 403}
	errMissingToken     = &wire.ErrorType{Name: "MissingAuthenticationToken", Code: "MissingAuthenticationToken", Status: 403}
	errIncomplete       = &wire.ErrorType{Name: "IncompleteSignature", Code: "IncompleteSignature", Status: 400}
	errUnknownKey       = &wire.ErrorType{Name: "InvalidClientTokenId", Code: "InvalidClientTokenId", Status: 403}
	errTokenEnded       = &wire.ErrorType{Name: "ExpiredToken", Code: "ExpiredToken", Status: 403}
	errMismatch         = &wire.ErrorType{Name: "SignatureDoesNotMatch", Code: "SignatureDoesNotMatch", Status: 403}
)

// inJSON gives the code that the JSON protocols use where it differs. Their status is 400, or 403 with restJson1.
var inJSON = map[*wire.ErrorType]string{
	errTooLarge:       "RequestEntityTooLargeException",
	errMalformed:      "SerializationException",
	errNotImplemented: "NotImplementedException",
	errUnavailable:    "ServiceUnavailableException",
	errAccessDenied:   "AccessDeniedException",
	errMissingToken:   "MissingAuthenticationTokenException",
	errIncomplete:     "IncompleteSignatureException",
	errUnknownKey:     "UnrecognizedClientException",
	errTokenEnded:     "ExpiredTokenException",
	errMismatch:       "InvalidSignatureException",
}

// problems gives the error of each problem with a request's authentication.
var problems = map[access.Problem]*wire.ErrorType{
	access.Missing: errMissingToken, access.Incomplete: errIncomplete, access.UnknownKey: errUnknownKey,
	access.TokenEnded: errTokenEnded, access.Mismatch: errMismatch, access.Unavailable: errUnavailable,
}

// translate gives a pipeline error the code and status it has in the service's protocol.
func (x *exchange) translate(s *wire.Service, e *wire.Error) *wire.Error {
	code, ok := inJSON[e.Type]
	if s.Protocol == wire.Query || !ok {
		return e
	}
	t := *e.Type
	t.Name, t.Code = code, code
	if t.Status == 403 && s.Protocol == wire.JSON {
		t.Status = 400
	}
	if e.Type == errMissingToken {
		return t.New("Missing Authentication Token")
	}
	return &wire.Error{Type: &t, Message: e.Message, Fields: e.Fields}
}

// reasonHeader carries what is wrong with a request in words for people, where the error's own text is AWS's and says less.
const reasonHeader = "X-Mayfly-Reason"

// printed gives a text that may repeat a caller's words as a header can carry it.
func printed(s string) string {
	const most = 512
	b := []byte(s[:min(len(s), most)])
	for i, c := range b {
		if c < ' ' || c > '~' {
			b[i] = '?'
		}
	}
	return string(b)
}

// messageHeader carries the encoded form of a refusal, for DecodeAuthorizationMessage. It is not in the text, which stays AWS's to the letter.
const messageHeader = "X-Mayfly-Authorization-Message"

func (x *exchange) denied(d *access.Denied) *wire.Error {
	if d.Encoded != "" {
		x.w.Header().Set(messageHeader, d.Encoded)
	}
	return errAccessDenied.New("%s", d.Message).Because(d)
}

func (x *exchange) unauthenticated(a *access.AuthError) *wire.Error {
	t, ok := problems[a.Problem]
	if !ok {
		t = errUnavailable
	}
	return t.New("%s", a.Message).Because(a)
}

// internal hides the cause. Services name their own error for it where the model has one.
func (x *exchange) internal(cause error) *wire.Error {
	t := errInternal
	if x.entry != nil {
		for _, e := range x.entry.Operation.Errors {
			if e.Server {
				t = e
				break
			}
		}
	}
	return t.New("An internal error occurred. Request id: %s", x.req.ID).Because(cause)
}

// guessProtocol chooses how to answer when no service was found: XML for a form, JSON otherwise.
func (x *exchange) guessProtocol() *wire.Service {
	if x.r.Header.Get("X-Amz-Target") == "" && x.isQuery() {
		return &wire.Service{Protocol: wire.Query, Namespace: "https://sts.amazonaws.com/doc/2011-06-15/"}
	}
	return &wire.Service{Protocol: wire.JSON}
}
