package caller

import (
	"errors"
	"fmt"
	"io"
	"time"
)

// Secret is the secret half of an access key, or a session token. It prints redacted, whatever prints it.
type Secret string

const redacted = "[redacted]"

// Format keeps the secret out of everything that package fmt prints, whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String keeps the secret out of logs.
func (Secret) String() string { return redacted }

// MarshalText keeps the secret out of JSON.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

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
