package federate

import "errors"

// Why a token or a response was refused. Every refusal is an *Error that matches one of these; any other error is a failure of this server, which is
// a no as well.
var (
	ErrInvalid     = errors.New("the token is invalid")
	ErrExpired     = errors.New("the token has expired")
	ErrAudience    = errors.New("the token is for another audience")
	ErrUnreachable = errors.New("the identity provider cannot be reached")
	ErrRejected    = errors.New("the identity provider did not authenticate the user")
)

// Error is a refusal. Message is for the caller: it holds nothing of the token but what a refusal of AWS names as well.
type Error struct {
	Kind    error // one of the errors above
	Message string
	Cause   error // for the log; may be nil
}

// Error implements error.
func (e *Error) Error() string { return "federate: " + e.Message }

// Unwrap gives the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Cause}
}

// Refusal gives the kind of a refusal as a word (Invalid, Expired, Audience, Unreachable, Rejected), and its message, for those who do not import
// this package.
func (e *Error) Refusal() (kind, message string) {
	switch e.Kind {
	case ErrExpired:
		kind = "Expired"
	case ErrAudience:
		kind = "Audience"
	case ErrUnreachable:
		kind = "Unreachable"
	case ErrRejected:
		kind = "Rejected"
	default:
		kind = "Invalid"
	}
	return kind, e.Message
}

func invalid(message string) *Error { return &Error{Kind: ErrInvalid, Message: message} }
