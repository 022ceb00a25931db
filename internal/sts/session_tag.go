package sts

import (
	"regexp"
	"strings"

	"github.com/mayfly-id/mayfly/internal/caller"
)

// The forms of what providers may set (https://docs.aws.amazon.com/STS/latest/APIReference/API_Tag.html, the model's shapes).
var (
	tagKeyForm   = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$`)
	tagValueForm = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$`)
	nameForm     = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`) // of sessions and source identities
)

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
		if !tagKeyForm.MatchString(k) || !tagValueForm.MatchString(v) || strings.HasPrefix(folded, reservedStart) {
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
	if s != "" && (!nameForm.MatchString(s) || strings.HasPrefix(caller.Fold(s), reservedStart)) {
		return invalidToken(`Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"`)
	}
	return nil
}
