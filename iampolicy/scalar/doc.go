// Package scalar reads the values that conditions of policies compare, where Go's own readers are too generous or too narrow: exact decimal
// numbers, moments in the notations of IAM, and ranges of addresses.
//
// It owns these three notations and their order (IAM User Guide, "Condition operators"). It refuses to know operators, keys and policies. What
// does not read is no value, and what that means is for the caller to say.
package scalar

import "strings"

// digits reports whether s holds nothing but ASCII digits; an empty text does.
func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }
