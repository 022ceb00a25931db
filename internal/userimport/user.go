package userimport

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// checkHeader says what is wrong with the first row of a file; "" when it fits the pool. The columns may stand in any order, but all must be there.
func checkHeader(p *directory.Pool, columns []string) string {
	want := header(p)
	for i, name := range columns {
		if !slices.Contains(want, name) {
			return "The header row has a column that is no attribute of the user pool."
		}
		if slices.Contains(columns[:i], name) {
			return "The header row has a column twice."
		}
	}
	if len(columns) != len(want) {
		return "The header row does not have all columns. Use GetCSVHeader to get them."
	}
	return ""
}

// newUser reads a user out of a row. The problem says what is wrong with it, in words without its values; empty: nothing.
func newUser(p *directory.Pool, columns, values []string, sub string, now time.Time) (u *directory.User, problem string) {
	if len(values) != len(columns) {
		return nil, fmt.Sprintf("the row has %d values, not %d", len(values), len(columns))
	}
	u = &directory.User{
		PoolID: p.ID, Sub: sub, Status: directory.ResetRequired, Enabled: true, Created: now, Modified: now, Attributes: map[string]string{},
	}
	name, mfa := "", ""
	for i, column := range columns {
		switch value := values[i]; {
		case column == usernameColumn:
			name = value
		case column == mfaColumn:
			mfa = lower(value)
		case value == "":
		case strings.HasSuffix(column, "_verified"):
			u.Attributes[column] = lower(value)
		default:
			u.Attributes[column] = value
		}
	}
	for _, check := range []func() string{
		func() string { return setName(p, u, name) },
		func() string { return setMFA(u, mfa) },
		func() string { return p.CheckAttributes(u.Attributes) },
		func() string { return checkVerified(p, u) },
		func() string {
			if lacking := p.RequiredMissing(u.Attributes); len(lacking) > 0 {
				return "the required attribute " + slices.Min(lacking) + " is missing"
			}
			return ""
		},
	} {
		if problem := check(); problem != "" {
			return nil, problem
		}
	}
	return u, ""
}

// lower folds ASCII letters.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

const maxName = 128

// setName gives the user their name.
func setName(p *directory.Pool, u *directory.User, name string) string {
	if name == "" {
		return usernameColumn + " is missing"
	}
	if len([]rune(name)) > maxName || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return usernameColumn + " is not a user name"
	}
	return p.NameUser(u, name)
}

// setMFA turns codes by SMS on.
func setMFA(u *directory.User, value string) string {
	switch value {
	case "true":
		if u.Attributes["phone_number"] == "" {
			return mfaColumn + " needs a phone_number"
		}
		u.MFA.SMS, u.MFA.Preferred = true, "SMS_MFA"
		return ""
	case "false":
		return ""
	}
	return mfaColumn + " must be true or false"
}

// checkVerified wants one verified address of those that the pool verifies, so that the user can set a password.
func checkVerified(p *directory.Pool, u *directory.User) string {
	verified := false
	for _, attribute := range []string{"email", "phone_number"} {
		if u.Attributes[attribute+"_verified"] != "true" {
			continue
		}
		if u.Attributes[attribute] == "" {
			return attribute + "_verified needs " + attribute
		}
		verified = verified || slices.Contains(p.AutoVerified, attribute)
	}
	if !verified {
		return "no address that the user pool verifies is verified"
	}
	return ""
}

// exists tells that a name of the user is in use. It is looked up before anything is written, since one row that cannot be written would undo its whole
// batch.
func exists(ctx context.Context, r store.Reader, p *directory.Pool, u *directory.User) (bool, error) {
	names := []string{u.Username}
	for _, attribute := range []string{"email", "phone_number", "preferred_username"} {
		alias := slices.Contains(p.AliasAttributes, attribute) && (attribute == "preferred_username" || u.Attributes[attribute+"_verified"] == "true")
		if value := u.Attributes[attribute]; value != "" && (alias || p.IsUsername(attribute)) {
			names = append(names, value)
		}
	}
	for _, name := range names {
		// As the pool compares it: a sub, too, must not be somebody else's name in other letters.
		_, err := directory.FindUser(ctx, r, p, p.Canonical(name))
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, store.ErrNotFound) {
			return false, err
		}
	}
	return false, nil
}
