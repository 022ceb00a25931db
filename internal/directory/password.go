package directory

import (
	"strings"
	"unicode/utf8"
)

// Symbols are the characters that count as symbols in a password
// (https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html).
const Symbols = "^$*.[]{}()?-\"!@#%&/\\,><':;|_~`+="

// DefaultPasswordPolicy is the policy of a pool for which none was given.
func DefaultPasswordPolicy() PasswordPolicy {
	return PasswordPolicy{MinLength: 8, Lower: true, Upper: true, Numbers: true, Symbols: true, TemporaryValidityDays: 7}
}

// Problem says in which way a password does not conform, as Cognito's InvalidPasswordException does; "" when it conforms. Letters and digits
// are those of ASCII.
func (p *PasswordPolicy) Problem(password string) string {
	const nonconforming = "Password did not conform with policy: "
	var lower, upper, digit, symbol bool
	for i := range len(password) {
		c := password[i]
		lower = lower || c >= 'a' && c <= 'z'
		upper = upper || c >= 'A' && c <= 'Z'
		digit = digit || c >= '0' && c <= '9'
		symbol = symbol || strings.IndexByte(Symbols, c) >= 0 || c == ' ' && i > 0 && i < len(password)-1
	}
	switch {
	case utf8.RuneCountInString(password) < p.MinLength:
		return nonconforming + "Password not long enough"
	case p.Upper && !upper:
		return nonconforming + "Password must have uppercase characters"
	case p.Lower && !lower:
		return nonconforming + "Password must have lowercase characters"
	case p.Numbers && !digit:
		return nonconforming + "Password must have numeric characters"
	case p.Symbols && !symbol:
		return nonconforming + "Password must have symbol characters"
	}
	return ""
}
