package password

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// symbols are the characters that AWS's policies count as symbols
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html).
const symbols = "!@#$%^&*()_+-=[]{}|'"

// AWS's default policy, for accounts that have set none.
const (
	defaultLength = 8 // characters
	defaultKinds  = 3 // of lower case, upper case, numbers and symbols
)

// kinds says which kinds of characters a password has. Letters of other alphabets are of no kind.
type kinds struct{ lower, upper, numbers, symbols bool }

func kindsOf(text string) (k kinds) {
	for _, r := range text {
		switch {
		case 'a' <= r && r <= 'z':
			k.lower = true
		case 'A' <= r && r <= 'Z':
			k.upper = true
		case '0' <= r && r <= '9':
			k.numbers = true
		case strings.ContainsRune(symbols, r):
			k.symbols = true
		}
	}
	return k
}

func (k kinds) count() (n int) {
	for _, has := range [...]bool{k.lower, k.upper, k.numbers, k.symbols} {
		if has {
			n++
		}
	}
	return n
}

// rules are what passwords of an account have to be like.
type rules struct {
	policy *record.PasswordPolicy // nil: AWS's default
	names  []string               // what the account is called, for the default
}

// rules finds the rules of the caller's account.
func (s *Service) rules(ctx context.Context) (rules, error) {
	row, err := record.PasswordPolicies.Get(ctx, s.db, account(ctx))
	if err == nil {
		return rules{policy: &row.Doc}, nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return rules{}, err
	}
	names, err := s.accounts.AccountNames(ctx, account(ctx))
	return rules{names: names}, err
}

// conform refuses a password that breaks the rules, but for those about earlier ones.
func (r rules) conform(text string) error {
	length, k := utf8.RuneCountInString(text), kindsOf(text)
	if p := r.policy; p != nil {
		if length < p.Length || p.Lower && !k.lower || p.Upper && !k.upper || p.Numbers && !k.numbers || p.Symbols && !k.symbols {
			return violation()
		}
		return nil
	}
	if length < defaultLength || k.count() < defaultKinds {
		return violation()
	}
	for _, name := range r.names {
		if record.Fold(name) == record.Fold(text) {
			return violation()
		}
	}
	return nil
}

// reuse is how many earlier passwords, the one in force first, must not come again.
func (r rules) reuse() int {
	if r.policy == nil {
		return 0
	}
	return r.policy.Reuse
}

// next gives the hashes with a new password in force, unless the rules forbid it.
func (s *Service) next(ctx context.Context, r rules, h hashes, text string) (hashes, error) {
	again, err := s.among(ctx, &h, text, r.reuse())
	if err != nil {
		return hashes{}, err
	}
	if again {
		return hashes{}, violation()
	}
	return s.with(ctx, h, text)
}

// violation does not say which rule is broken, as AWS's does not.
func violation() error {
	return iamapi.PasswordPolicyViolationException.New("Password does not conform to the account password policy.")
}
