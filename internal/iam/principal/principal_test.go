package principal_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/credential"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/identity"
	"github.com/mayfly-id/mayfly/internal/iam/policy"
	"github.com/mayfly-id/mayfly/internal/iam/principal"
)

const (
	admin     = "arn:aws:iam::aws:policy/AdministratorAccess"
	allowS3   = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`
	allowSQS  = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"*"}}`
	denyGet   = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}}`
	trustAnn  = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/ann"},"Action":"sts:AssumeRole"}}`
	allowsAll = "s3:GetObject s3:PutObject sqs:SendMessage"
)

// house is all of IAM over one store.
type house struct {
	*identity.Service
	*principal.Principals
	policies *policy.Service
	keys     *credential.Service
	uses     *credential.Tracker
	world    *iamtest.World
	ctx      context.Context // the root calls
}

func newHouse(t testing.TB) *house {
	t.Helper()
	w := iamtest.New(t)
	uses := credential.NewTracker(w.DB)
	return &house{
		Service:    identity.New(identity.Config{Store: w.DB, Keys: w.Keys, Now: w.Clock.Now, Random: w.Random}),
		Principals: principal.New(principal.Config{Store: w.DB, Keys: w.Keys, Uses: uses}),
		policies:   policy.New(policy.Config{Store: w.DB, Keys: w.Keys, Now: w.Clock.Now, Random: w.Random}),
		keys:       credential.New(credential.Config{Store: w.DB, Keys: w.Keys, Now: w.Clock.Now, Random: w.Random, Uses: uses}),
		uses:       uses, world: w, ctx: iamtest.Root(iamtest.Account),
	}
}

func ptr[T any](v T) *T { return &v }

func done(t testing.TB) func(any, error) {
	return func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (h *house) user(t testing.TB, name string) caller.Principal {
	t.Helper()
	out, err := h.CreateUser(h.ctx, &iamapi.CreateUserRequest{UserName: name, Tags: []iamapi.Tag{{Key: "Team", Value: "x"}}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := h.Entity(h.ctx, caller.User, iamtest.Account, out.User.UserId)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (h *house) role(t testing.TB, name string) caller.Principal {
	t.Helper()
	out, err := h.CreateRole(h.ctx, &iamapi.CreateRoleRequest{RoleName: name, Path: ptr("/p/"), AssumeRolePolicyDocument: trustAnn})
	if err != nil {
		t.Fatal(err)
	}
	p, err := h.Entity(h.ctx, caller.AssumedRole, iamtest.Account, out.Role.RoleId)
	if err != nil {
		t.Fatal(err)
	}
	p.Session = &caller.Session{Name: "s"}
	return p
}

func (h *house) policy(t testing.TB, name, document string) string {
	t.Helper()
	out, err := h.policies.CreatePolicy(h.ctx, &iamapi.CreatePolicyRequest{PolicyName: name, PolicyDocument: document})
	if err != nil {
		t.Fatal(err)
	}
	return *out.Policy.Arn
}

// may checks which of three actions the caller's policies allow.
func (h *house) may(t testing.TB, what string, p caller.Principal, want string) {
	t.Helper()
	set, err := h.PoliciesOf(h.ctx, &p)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	kinds := map[caller.Kind]iampolicy.PrincipalType{
		caller.Root: iampolicy.AccountRoot, caller.User: iampolicy.User, caller.AssumedRole: iampolicy.AssumedRole,
		caller.FederatedUser: iampolicy.FederatedUser, caller.Anonymous: iampolicy.Anonymous,
	}
	got := ""
	for _, action := range []string{"s3:GetObject", "s3:PutObject", "sqs:SendMessage"} {
		d := iampolicy.Evaluate(set, &iampolicy.Request{
			Action: action, Resource: "*", ResourceAccount: p.Account,
			Principal: iampolicy.Principal{Type: kinds[p.Kind], ARN: p.ARN, RoleARN: p.EntityARN, Account: p.Account, UniqueID: p.UniqueID},
		})
		if d.Allowed {
			if got != "" {
				got += " "
			}
			got += action
		}
	}
	if got != want {
		t.Errorf("%s: may %q, want %q", what, got, want)
	}
}

func TestPoliciesOfUserFollowEveryChange(t *testing.T) {
	h := newHouse(t)
	u := h.user(t, "ann")
	h.may(t, "nothing", u, "")
	done(t)(h.policies.PutUserPolicy(h.ctx, &iamapi.PutUserPolicyRequest{UserName: "ann", PolicyName: "i", PolicyDocument: allowS3}))
	h.may(t, "inline", u, "s3:GetObject s3:PutObject")
	arn := h.policy(t, "m", allowSQS)
	done(t)(h.policies.AttachUserPolicy(h.ctx, &iamapi.AttachUserPolicyRequest{UserName: "ann", PolicyArn: arn}))
	h.may(t, "attached", u, allowsAll)
	done(t)(h.policies.CreatePolicyVersion(h.ctx, &iamapi.CreatePolicyVersionRequest{PolicyArn: arn, PolicyDocument: denyGet, SetAsDefault: ptr(true)}))
	h.may(t, "new default version", u, "s3:PutObject")
	done(t)(h.policies.SetDefaultPolicyVersion(h.ctx, &iamapi.SetDefaultPolicyVersionRequest{PolicyArn: arn, VersionId: "v1"}))
	h.may(t, "old default version", u, allowsAll)
	done(t)(h.CreateGroup(h.ctx, &iamapi.CreateGroupRequest{GroupName: "g"}))
	done(t)(h.AddUserToGroup(h.ctx, &iamapi.AddUserToGroupRequest{GroupName: "g", UserName: "ann"}))
	h.may(t, "empty group", u, allowsAll)
	done(t)(h.policies.PutGroupPolicy(h.ctx, &iamapi.PutGroupPolicyRequest{GroupName: "g", PolicyName: "d", PolicyDocument: denyGet}))
	h.may(t, "group denies", u, "s3:PutObject sqs:SendMessage")
	done(t)(h.RemoveUserFromGroup(h.ctx, &iamapi.RemoveUserFromGroupRequest{GroupName: "g", UserName: "ann"}))
	h.may(t, "out of the group", u, allowsAll)
	done(t)(h.policies.PutUserPermissionsBoundary(h.ctx, &iamapi.PutUserPermissionsBoundaryRequest{UserName: "ann", PermissionsBoundary: arn}))
	h.may(t, "boundary", u, "sqs:SendMessage")
	done(t)(h.policies.DeleteUserPermissionsBoundary(h.ctx, &iamapi.DeleteUserPermissionsBoundaryRequest{UserName: "ann"}))
	done(t)(h.policies.DetachUserPolicy(h.ctx, &iamapi.DetachUserPolicyRequest{UserName: "ann", PolicyArn: arn}))
	h.may(t, "detached", u, "s3:GetObject s3:PutObject")
	done(t)(h.policies.DeleteUserPolicy(h.ctx, &iamapi.DeleteUserPolicyRequest{UserName: "ann", PolicyName: "i"}))
	h.may(t, "nothing again", u, "")
	done(t)(h.DeleteUser(h.ctx, &iamapi.DeleteUserRequest{UserName: "ann"}))
	if _, err := h.PoliciesOf(h.ctx, &u); !errors.Is(err, caller.ErrUnknown) {
		t.Errorf("a deleted user's policies: %v", err)
	}
}

func TestSessionPoliciesOnlyLimit(t *testing.T) {
	h := newHouse(t)
	r := h.role(t, h.user(t, "ann").Name)
	done(t)(h.policies.PutRolePolicy(h.ctx, &iamapi.PutRolePolicyRequest{RoleName: "ann", PolicyName: "i", PolicyDocument: allowS3}))
	arn := h.policy(t, "m", denyGet)
	with := func(inline string, arns ...string) caller.Principal {
		p := r
		p.Session = &caller.Session{Name: "s", InlinePolicy: inline, PolicyARNs: arns}
		return p
	}
	h.may(t, "no session policy", r, "s3:GetObject s3:PutObject")
	h.may(t, "inline", with(allowSQS), "")
	h.may(t, "managed", with("", admin), "s3:GetObject s3:PutObject")
	h.may(t, "both", with(allowS3, arn), "s3:PutObject")
	done(t)(h.policies.DeletePolicy(h.ctx, &iamapi.DeletePolicyRequest{PolicyArn: arn}))
	h.may(t, "one is deleted", with(allowS3, arn), "")
	h.may(t, "the rest is unchanged", r, "s3:GetObject s3:PutObject")
	p := with("{")
	if _, err := h.PoliciesOf(h.ctx, &p); err == nil {
		t.Error("an unreadable session policy is no error")
	}
	foreign, err := h.policies.CreatePolicy(iamtest.Root(iamtest.Other), &iamapi.CreatePolicyRequest{PolicyName: "f", PolicyDocument: allowS3})
	done(t)(nil, err)
	h.may(t, "another account's policy", with("", *foreign.Policy.Arn), "")
}

func TestFederatedUsers(t *testing.T) {
	h := newHouse(t)
	u := h.user(t, "ann")
	done(t)(h.policies.PutUserPolicy(h.ctx, &iamapi.PutUserPolicyRequest{UserName: "ann", PolicyName: "i", PolicyDocument: allowS3}))
	for _, id := range []string{u.UniqueID, iamtest.Account} {
		p, err := h.Entity(h.ctx, caller.FederatedUser, iamtest.Account, id)
		done(t)(nil, err)
		p.Session = &caller.Session{Name: "f", InlinePolicy: allowSQS}
		want := "sqs:SendMessage" // of the account
		if id == u.UniqueID {
			want = ""
		}
		h.may(t, "federated user of "+id, p, want)
		p.Session = &caller.Session{Name: "f"}
		h.may(t, "federated user without session policy", p, "")
	}
}

func TestOtherKinds(t *testing.T) {
	h := newHouse(t)
	h.may(t, "root", *iamtest.RootPrincipal(iamtest.Account), allowsAll)
	h.may(t, "anonymous", caller.Principal{Kind: caller.Anonymous}, "")
	if _, err := h.PoliciesOf(h.ctx, &caller.Principal{Kind: "Robot", Account: iamtest.Account}); err == nil {
		t.Error("a caller of an unknown kind has policies")
	}
}

func TestEntityIsBoundToAccountAndKind(t *testing.T) {
	h := newHouse(t)
	u := h.user(t, "ann")
	r := h.role(t, "r")
	if u.Kind != caller.User || u.ARN != "arn:aws:iam::111122223333:user/ann" || u.Tags["Team"] != "x" || u.UserID != u.UniqueID {
		t.Errorf("user is %+v", u)
	}
	if r.Kind != caller.AssumedRole || r.EntityARN != "arn:aws:iam::111122223333:role/p/r" || r.Name != "r" {
		t.Errorf("role is %+v", r)
	}
	for _, tt := range []struct {
		kind        caller.Kind
		account, id string
	}{
		{caller.User, iamtest.Other, u.UniqueID}, {caller.AssumedRole, iamtest.Other, r.UniqueID}, {caller.AssumedRole, iamtest.Account, u.UniqueID},
		{caller.User, iamtest.Account, r.UniqueID}, {caller.Root, iamtest.Account, u.UniqueID}, {caller.Root, iamtest.Account, iamtest.Other},
		{caller.Root, "", ""}, {caller.FederatedUser, iamtest.Other, u.UniqueID}, {caller.FederatedUser, iamtest.Account, r.UniqueID},
		{caller.Anonymous, iamtest.Account, u.UniqueID}, {caller.User, iamtest.Account, ""},
	} {
		for range 2 { // the second time from memory
			if p, err := h.Entity(h.ctx, tt.kind, tt.account, tt.id); !errors.Is(err, caller.ErrUnknown) {
				t.Errorf("%s %s of %s is %+v, %v", tt.kind, tt.id, tt.account, p, err)
			}
		}
	}
	done(t)(h.DeleteRole(h.ctx, &iamapi.DeleteRoleRequest{RoleName: "r"}))
	h.role(t, "r")
	if _, err := h.Entity(h.ctx, caller.AssumedRole, iamtest.Account, r.UniqueID); !errors.Is(err, caller.ErrUnknown) {
		t.Errorf("a session of a deleted role lives on: %v", err)
	}
}

func TestAccessKey(t *testing.T) {
	h := newHouse(t)
	u := h.user(t, "ann")
	k, err := h.keys.CreateAccessKey(h.ctx, &iamapi.CreateAccessKeyRequest{UserName: ptr("ann")})
	done(t)(nil, err)
	id := k.AccessKey.AccessKeyId
	got, err := h.AccessKey(h.ctx, id)
	if err != nil || string(got.Secret) != k.AccessKey.SecretAccessKey || !got.Active || got.Principal.UniqueID != u.UniqueID || got.Principal.AccessKeyID != id {
		t.Errorf("key is %+v, %v", got, err)
	}
	if account, err := h.KeyAccount(h.ctx, id); err != nil || account != iamtest.Account {
		t.Errorf("account of the key is %s, %v", account, err)
	}
	h.Used(h.ctx, id, "sts", "eu-west-1", iamtest.Start)
	if use, used, err := h.uses.Last(h.ctx, id); err != nil || !used || use.Service != "sts" {
		t.Errorf("last use is %+v, %v", use, err)
	}
	done(t)(h.keys.UpdateAccessKey(h.ctx, &iamapi.UpdateAccessKeyRequest{UserName: ptr("ann"), AccessKeyId: id, Status: iamapi.StatusTypeInactive}))
	if got, err := h.AccessKey(h.ctx, id); err != nil || got.Active || got.Secret != "" {
		t.Errorf("inactive key: active %v, %v", got.Active, err)
	}
	done(t)(h.keys.DeleteAccessKey(h.ctx, &iamapi.DeleteAccessKeyRequest{UserName: ptr("ann"), AccessKeyId: id}))
	if _, err := h.AccessKey(h.ctx, id); !errors.Is(err, caller.ErrUnknown) {
		t.Errorf("deleted key: %v", err)
	}
	if _, err := h.KeyAccount(h.ctx, id); !errors.Is(err, caller.ErrUnknown) {
		t.Errorf("account of a deleted key: %v", err)
	}
	done(t)(nil, h.keys.EnsureRoot(h.ctx, iamtest.Account, "AKIAROOTROOTROOTROOT", "secret"))
	root, err := h.AccessKey(h.ctx, "AKIAROOTROOTROOTROOT")
	if err != nil || root.Principal.Kind != caller.Root || root.Principal.UserID != iamtest.Account || root.Secret != "secret" {
		t.Errorf("root key is %+v, %v", root, err)
	}
}

func TestRole(t *testing.T) {
	h := newHouse(t)
	u := h.user(t, "ann")
	h.role(t, "R")
	const arn = "arn:aws:iam::111122223333:role/p/R"
	r, err := h.Role(h.ctx, arn)
	if err != nil || r.ARN != arn || r.Name != "R" || r.Account != iamtest.Account || r.MaxDuration != time.Hour {
		t.Errorf("role is %+v, %v", r, err)
	}
	if got := r.Trust.Principals(); len(got) != 1 || got[0].Value != u.UniqueID {
		t.Errorf("it trusts %+v", got)
	}
	for _, bad := range []string{"", "arn:aws:iam::111122223333:role/R", "arn:aws:iam::111122223333:role/p/r", "arn:aws:iam::111122223333:user/p/R",
		"arn:aws:iam::444455556666:role/p/R", "arn:aws-cn:iam::111122223333:role/p/R"} {
		if r, err := h.Role(h.ctx, bad); !errors.Is(err, caller.ErrUnknown) {
			t.Errorf("%s is %+v, %v", bad, r, err)
		}
	}
	done(t)(h.UpdateRole(h.ctx, &iamapi.UpdateRoleRequest{RoleName: "R", MaxSessionDuration: ptr(7200)}))
	if r, err = h.Role(h.ctx, arn); err != nil || r.MaxDuration != 2*time.Hour {
		t.Errorf("after a change: %v, %v", r.MaxDuration, err)
	}
}

func TestPolicyExists(t *testing.T) {
	h := newHouse(t)
	own := h.policy(t, "p", allowS3)
	got := []bool{}
	for _, tt := range [][2]string{{iamtest.Account, own}, {iamtest.Account, admin}, {iamtest.Other, own}, {iamtest.Account, own + "x"}, {iamtest.Account, ""}} {
		exists, err := h.PolicyExists(h.ctx, tt[0], tt[1])
		done(t)(nil, err)
		got = append(got, exists)
	}
	if !slices.Equal(got, []bool{true, true, false, false, false}) {
		t.Errorf("exist: %v", got)
	}
}
