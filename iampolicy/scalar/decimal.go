package scalar

import "strings"

// Decimal is an exact decimal number: binary floating point would let 9007199254740993 equal 9007199254740992.
type Decimal struct {
	negative bool
	whole    string // without leading zeros
	fraction string // without trailing zeros
}

const maxNumberBytes = 64

// ParseDecimal reads an optional sign, digits and an optional fraction ("integer or decimal value", IAM User Guide, "Condition
// operators"). Exponents are not part of that.
func ParseDecimal(s string) (Decimal, bool) {
	if len(s) > maxNumberBytes {
		return Decimal{}, false
	}
	var d Decimal
	switch {
	case strings.HasPrefix(s, "-"):
		d.negative, s = true, s[1:]
	case strings.HasPrefix(s, "+"):
		s = s[1:]
	}
	whole, fraction, dotted := strings.Cut(s, ".")
	if whole == "" || dotted && fraction == "" || !digits(whole) || !digits(fraction) {
		return Decimal{}, false
	}
	d.whole, d.fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	if d.whole == "" && d.fraction == "" {
		d.negative = false
	}
	return d, true
}

// Compare returns -1, 0 or 1 as a is less than, equal to or greater than b.
func (a Decimal) Compare(b Decimal) int {
	if a.negative != b.negative {
		if a.negative {
			return -1
		}
		return 1
	}
	n := a.compareAbs(b)
	if a.negative {
		return -n
	}
	return n
}

func (a Decimal) compareAbs(b Decimal) int {
	switch {
	case len(a.whole) < len(b.whole):
		return -1
	case len(a.whole) > len(b.whole):
		return 1
	case a.whole != b.whole:
		return strings.Compare(a.whole, b.whole)
	}
	return strings.Compare(a.fraction, b.fraction)
}
