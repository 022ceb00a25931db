package sts

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mayfly-id/mayfly/internal/caller"
)

// nameForm is the form of names of sessions and source identities (the model's shapes).
var nameForm = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)

// Lengths of tags, in characters (https://docs.aws.amazon.com/STS/latest/APIReference/API_Tag.html).
const (
	longestKey   = 128
	longestValue = 256
)

// tagText tells whether a text is of the characters that tags are of, and of so many at most.
func tagText(s string, most int) bool {
	n := 0
	for _, r := range s {
		n++
		if !unicode.IsLetter(r) && !unicode.Is(unicode.Z, r) && !unicode.IsNumber(r) && !strings.ContainsRune("_.:/=+-@", r) {
			return false
		}
	}
	return n <= most && utf8.ValidString(s)
}

const (
	mostTags      = 50
	reservedStart = "aws:"
)

// checkTags holds the tags that a provider gives against the rules for session tags.
func checkTags(tags map[string]string, transitive []string) error {
	if len(tags) > mostTags || len(transitive) > mostTags {
		return invalidToken("A session can have at most 50 tags.")
	}
	seen := map[string]bool{}
	for k, v := range tags {
		folded := caller.Fold(k)
		if k == "" || !tagText(k, longestKey) || !tagText(v, longestValue) || strings.HasPrefix(folded, reservedStart) {
			return invalidToken("The token has a session tag that cannot be set.")
		}
		if seen[folded] {
			return invalidToken("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		seen[folded] = true
	}
	for i, k := range transitive {
		if !seen[caller.Fold(k)] {
			return invalidToken("The specified transitive tag key must be included in the requested tags.")
		}
		transitive[i] = canonicalKey(tags, k)
	}
	return nil
}

// checkSource holds a source identity against its form.
func checkSource(s string) error {
	if s != "" && !nameForm.MatchString(s) { // which leaves out the colon of what begins with "aws:"
		return invalidToken(`Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"`)
	}
	return nil
}
