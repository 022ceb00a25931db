package wire

import (
	"errors"
	"fmt"
)

// Error is the one error type at the AWS edge: a modelled error with its message. Its text reaches the caller.
type Error struct {
	Type    *ErrorType
	Message string
	Fields  map[string]string // further members of the error shape, by wire name
	Reason  string            // for people, beside a message that is AWS's to the letter; may be empty
	cause   error
}

// Error implements error.
func (e *Error) Error() string { return e.Type.Code + ": " + e.Message }

// Is makes errors.Is(err, stsapi.SomeException) work.
func (e *Error) Is(target error) bool {
	t, ok := target.(*ErrorType)
	return ok && t == e.Type
}

// Unwrap gives the cause, which is logged and never sent.
func (e *Error) Unwrap() error { return e.cause }

// Because notes the cause for the log.
func (e *Error) Because(cause error) *Error {
	e.cause = cause
	return e
}

// For tells people the reason, beside the message.
func (e *Error) For(reason string) *Error {
	e.Reason = reason
	return e
}

// With adds a further member of the error shape.
func (e *Error) With(member, value string) *Error {
	if e.Fields == nil {
		e.Fields = map[string]string{}
	}
	e.Fields[member] = value
	return e
}

// Error makes an ErrorType usable as the target of errors.Is.
func (t *ErrorType) Error() string { return t.Code }

// New makes an error of this type with a message for the caller.
func (t *ErrorType) New(format string, args ...any) *Error {
	m := format
	if len(args) > 0 {
		m = fmt.Sprintf(format, args...)
	}
	return &Error{Type: t, Message: m}
}

// AsError gives the AWS error inside err, if there is one.
func AsError(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}
