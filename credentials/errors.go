package credentials

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
)

// ServiceError is a refusal of a service.
type ServiceError struct {
	Service   string // such as "sts"
	Operation string // such as "AssumeRole"
	Code      string // such as "AccessDenied"; empty when the answer was none of the service's
	Message   string // of the service: its first line
	Reason    string // finer than the code, such as "TOKEN_EXPIRED"; empty where the service gives none
	Status    int    // of HTTP
	RequestID string
}

// Error implements error.
func (e *ServiceError) Error() string {
	what := e.Code
	if what == "" {
		what = fmt.Sprintf("status %d", e.Status)
	}
	if e.Reason != "" {
		what += " (" + e.Reason + ")"
	}
	if e.Message == "" {
		return e.Service + " " + e.Operation + ": " + what
	}
	return e.Service + " " + e.Operation + ": " + what + ": " + e.Message
}

// IsCode reports whether a service refused with one of these codes.
func IsCode(err error, codes ...string) bool {
	var e *ServiceError
	return errors.As(err, &e) && slices.Contains(codes, e.Code)
}

// LoginRequiredError says that a person has to sign in again: nothing that is stored opens a session any more.
type LoginRequiredError struct {
	Session string // name of the session, as the person knows it
	Command string // what to run, such as "mayfly login work"; empty when there is no command for it
	cause   error
}

// Error implements error.
func (e *LoginRequiredError) Error() string {
	text := "sign-in is required"
	if e.Session != "" {
		text += " for " + e.Session
	}
	if e.Command != "" {
		text += ": run " + e.Command
	}
	return text
}

// Unwrap gives what ended the session.
func (e *LoginRequiredError) Unwrap() error { return e.cause }

// LoginRequired makes the error. cause may be nil.
func LoginRequired(session, command string, cause error) error {
	return &LoginRequiredError{Session: session, Command: command, cause: cause}
}

// UnreachableError says that a service did not answer, whatever it was asked.
type UnreachableError struct {
	Service string
	Host    string
	cause   error
}

// Unreachable makes an UnreachableError. Of an error of net/http it takes the cause alone: the rest repeats the URL, whose query may have a secret.
func Unreachable(service, host string, cause error) error {
	var u *url.Error
	if errors.As(cause, &u) {
		cause = u.Err
	}
	return &UnreachableError{Service: service, Host: host, cause: cause}
}

// Error implements error.
func (e *UnreachableError) Error() string {
	return e.Service + " at " + e.Host + " cannot be reached: " + told(e.cause.Error())
}

// Unwrap gives the cause.
func (e *UnreachableError) Unwrap() error { return e.cause }

// needsLogin tells whether an error means that a person has to sign in again.
func needsLogin(err error) bool {
	var ended *LoginRequiredError
	return errors.As(err, &ended)
}

// endsSession tells whether that is so before the end of what there is: what could never be refreshed serves to it.
func endsSession(err error) bool { return needsLogin(err) && !errors.Is(err, errNoRefresh) }
