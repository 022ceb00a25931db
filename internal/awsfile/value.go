package awsfile

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"
)

// Secret is a text that may be a secret. It prints redacted, whatever prints it.
type Secret string

const redacted = "[redacted]"

// Format keeps the text out of everything that package fmt prints, whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String keeps the text out of logs.
func (Secret) String() string { return redacted }

// LogValue keeps the text out of structured logs.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText keeps the text out of JSON and other encodings.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// What has secrets and a pointer, within which package fmt asks nobody for verbs that do not fit, prints its name alone.

// Format implements fmt.Formatter.
func (SSOToken) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "awsfile.SSOToken") }

// Format implements fmt.Formatter.
func (Registration) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "awsfile.Registration") }

// Format implements fmt.Formatter.
func (RoleCredentials) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "awsfile.RoleCredentials")
}

// Format implements fmt.Formatter.
func (LoginToken) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "awsfile.LoginToken") }

// Format implements fmt.Formatter.
func (p Profile) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "awsfile.Profile "+p.Name) }

// Value is what a key of a section says. Any key may hold a secret, so all of them print redacted.
type Value struct {
	Text Secret // without quotes around it; lines of a continued value are joined with "\n"
	Sub  []Pair // of a nested block, such as those of a services section; the Text is empty then
	From Place
}

// Pair is a key of a nested block.
type Pair struct {
	Key  string // in lower case
	Text Secret
}

// Place says where something is configured: in a file, or in a variable of the environment.
type Place struct {
	File     string // path
	Section  string // such as "profile dev"
	Line     int    // counted from 1
	Variable string // such as "AWS_PROFILE"; the other fields are empty then
}

// String names the place for people.
func (p Place) String() string {
	switch {
	case p.Variable != "":
		return p.Variable
	case p.File == "":
		return ""
	case p.Section == "":
		return p.File
	}
	return p.File + " [" + p.Section + "] line " + strconv.Itoa(p.Line)
}
