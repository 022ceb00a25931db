package awsfile

import (
	"strconv"

	"github.com/mayfly-id/mayfly/credentials"
)

// Secret is a text that may be a secret. It prints redacted, whatever prints it.
type Secret = credentials.Secret

const redacted = "[redacted]"

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
