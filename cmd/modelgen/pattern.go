package main

import (
	"fmt"
	"regexp"
	"strings"
)

// rewritten holds the patterns that use lookaround, which RE2 has not, with an equal pattern without it; and one that refuses what the service takes.
var rewritten = map[string]string{
	// No two hyphens in a row, none at the ends. The shape's own bounds (3 to 63) keep the length.
	`^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`: `^[a-z0-9](-?[a-z0-9])+$`,
	// The name of a domain. The model has the rule of prefixes, and AWS takes custom domains, which have dots, in the same member.
	`^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$`: `^[a-z0-9](?:[a-z0-9\.\-]{0,61}[a-z0-9])?$`,
	// Does not end in a dot.
	`^[0-9A-Za-z\.\-_]*(?<!\.)$`: `^([0-9A-Za-z\.\-_]*[0-9A-Za-z\-_])?$`,
	// ISO 8601 duration with at least one component.
	`(-?)P(?=\d|T\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)([DW]))?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?`: `-?P(?:(?:\d+Y(?:\d+M)?(?:\d+[DW])?|\d+M(?:\d+[DW])?|\d+[DW])(?:T(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?` +
		`|T(?:\d+H(?:\d+M)?(?:\d+(?:\.\d+)?S)?|\d+M(?:\d+(?:\.\d+)?S)?|\d+(?:\.\d+)?S))`,
}

// refusals holds the sentences in which IAM refuses what does not match these patterns; of others it names the pattern. They are what IAM was seen to
// answer, and no part of the model.
var refusals = map[string]string{
	`[\w+=,.@-]+`: "The specified value for %s is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
	`(\u002F)|(\u002F[\u0021-\u007E]+\u002F)`: "The specified value for %s is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.",
}

var unicodeEscape = regexp.MustCompile(`\\u(10FFFF|10000|[0-9A-Fa-f]{4})`)

// re2 gives the pattern in RE2 syntax; empty when the model's own text is RE2 already.
func re2(pattern string) (string, error) {
	p := pattern
	if r, ok := rewritten[p]; ok {
		p = r
	}
	p = unicodeEscape.ReplaceAllString(p, `\x{$1}`)
	if _, err := regexp.Compile("^(?:" + p + ")$"); err != nil {
		return "", fmt.Errorf("pattern %q: %w", pattern, err)
	}
	if p == pattern {
		return "", nil
	}
	return p, nil
}

// exported makes an exported Go name of a wire name.
func exported(name string) string {
	parts := strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == '-' || r == '.' || r == ':' || r == '/' || r == ' ' })
	for i, p := range parts {
		parts[i] = strings.ToUpper(p[:1]) + p[1:]
	}
	return strings.Join(parts, "")
}
