package access_test

import (
	"errors"
	"testing"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/access"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// TestTemporaryCredentials holds the table of what AWS refuses to temporary credentials, and that each refusal is recorded.
func TestTemporaryCredentials(t *testing.T) {
	with := func(k caller.Kind, s *caller.Session) *caller.Principal {
		p := user()
		p.Kind, p.Session = k, s
		return p
	}
	plain, mfa := &caller.Session{Name: "s"}, &caller.Session{Name: "s", MFAAt: now}
	delegated := &caller.Session{Name: "request", InlinePolicy: "{}"} // whose policies are what this test gives it
	callers := []struct {
		name string
		p    *caller.Principal
		may  string // of the operations below, one letter each
	}{
		{"user", with(caller.User, nil), "iagGFk"},
		{"root", with(caller.Root, nil), "igGFk"},
		{"user session", with(caller.User, plain), "ag"},
		{"user session with MFA", with(caller.User, mfa), "iag"},
		{"root session", with(caller.Root, plain), "g"},
		{"root session with MFA", with(caller.Root, mfa), "ig"},
		{"session that a user delegated", with(caller.User, delegated), "iag"},
		{"session that the root delegated", with(caller.Root, delegated), "ig"},
		{"federated user with a session policy", with(caller.FederatedUser, delegated), "g"},
		{"role session", with(caller.AssumedRole, plain), "iagk"},
		{"federated user", with(caller.FederatedUser, plain), "g"},
		{"federated user with MFA", with(caller.FederatedUser, mfa), "g"},
	}
	operations := []struct {
		letter             rune
		service, operation string
		message            string // to sessions
	}{
		{'i', "iam", "ListUsers", "The security token included in the request is invalid"},
		{'a', "sts", "AssumeRole", "Cannot call AssumeRole with session credentials"},
		{'g', "sts", "GetCallerIdentity", ""},
		{'G', "sts", "GetSessionToken", "Cannot call GetSessionToken with session credentials"},
		{'F', "sts", "GetFederationToken", "Cannot call GetFederationToken with session credentials"},
		{'k', "sts", "GetAccessKeyInfo", "Cannot call GetAccessKeyInfo with session credentials"},
	}
	for _, c := range callers {
		for _, o := range operations {
			may := false
			for _, l := range c.may {
				may = may || l == o.letter
			}
			for _, exempt := range []bool{false, true} { // that no permission is needed changes nothing
				a, policies, log := setup(t, allowAll)
				if c.p.Kind == caller.FederatedUser { // they have no more than their session policies give
					policies.set.Session = named(t, iampolicy.SessionPolicy, allowAll)
				}
				err := a.Authorize(asking(o.service, o.operation), c.p, []caller.Ask{{Action: o.service + ":" + o.operation, Resource: "*", Exempt: exempt}})
				if (err == nil) != may {
					t.Errorf("%s, %s: %v", c.name, o.operation, err)
				}
				if len(log.entries) != 1 || log.entries[0].Allowed != may || log.entries[0].Action != o.service+":"+o.operation || (log.entries[0].Reason == "") != may {
					t.Errorf("%s, %s: recorded %+v", c.name, o.operation, log.entries)
				}
				if may {
					continue
				}
				want := o.message
				if c.p.Kind == caller.Root && o.letter == 'a' {
					want = "Roles may not be assumed by root accounts."
				}
				checkWording(t, err, o.service, want)
			}
		}
	}
	a, _, _ := setup(t, allowAll)
	if err := a.Authorize(asking("iam", "ListUsers"), &caller.Principal{Kind: caller.Anonymous}, []caller.Ask{{Exempt: true}}); err == nil {
		t.Error("anybody may call IAM")
	}
	if err := a.Authorize(asking("s3", "GetObject"), with(caller.User, plain), []caller.Ask{{Action: "s3:GetObject", Resource: "*"}}); err != nil {
		t.Errorf("another service: %v", err)
	}
}

func checkWording(t *testing.T, err error, service, want string) {
	t.Helper()
	var denied *access.Denied
	var auth *access.AuthError
	switch {
	case service == "iam" && errors.As(err, &auth) && auth.Problem == access.UnknownKey && auth.Message == want:
	case service == "sts" && errors.As(err, &denied) && denied.Message == want:
	default:
		t.Errorf("%s: %v, want %q", service, err, want)
	}
}
