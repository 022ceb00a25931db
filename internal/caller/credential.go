package caller

import (
	"errors"
	"time"
)

// Secret is the secret half of an access key. It prints redacted.
type Secret string

// String keeps the secret out of logs.
func (Secret) String() string { return "[redacted]" }

// GoString keeps the secret out of logs.
func (Secret) GoString() string { return "[redacted]" }

// Key is what a long-term access key stands for.
type Key struct {
	Secret    Secret
	Active    bool
	Principal Principal
}

// Credentials are temporary credentials as they are handed out.
type Credentials struct {
	AccessKeyID     string // ASIA…
	SecretAccessKey Secret // 40 characters; never '/' or '+'
	SessionToken    Secret
	Expiration      time.Time // whole seconds
}

// ErrUnknown is the answer for credentials or principals that do not exist (any more).
var ErrUnknown = errors.New("unknown credentials or principal")

// ErrExpired is the answer for credentials that were valid once.
var ErrExpired = errors.New("expired credentials")
