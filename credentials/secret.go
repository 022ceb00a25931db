package credentials

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a password, a token or another text that nobody is to see by chance. It prints redacted, whatever prints it.
type Secret string

const redacted = "[redacted]"

// Format keeps the secret out of everything that package fmt prints, whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String keeps the secret out of logs.
func (Secret) String() string { return redacted }

// LogValue keeps the secret out of structured logs.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText keeps the secret out of JSON and other encodings.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
