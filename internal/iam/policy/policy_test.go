package policy_test

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/policy"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

const (
	userID  = "AIDAAAAAAAAAAAAAAAAAA"
	admin   = "arn:aws:iam::aws:policy/AdministratorAccess"
	allowed = `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:*", "Resource": "*"}}`
)

func setup(t testing.TB) (*policy.Service, *iamtest.World, context.Context) {
	t.Helper()
	w := iamtest.New(t)
	err := w.DB.Update(t.Context(), func(x store.Writer) error {
		u := record.User{ID: userID, Account: iamtest.Account, Name: "ann", Path: "/u/"}
		r := record.Role{ID: "AROAAAAAAAAAAAAAAAAAA", Account: iamtest.Account, Name: "ann", Path: "/r/"}
		g := record.Group{ID: "AGPAAAAAAAAAAAAAAAAAA", Account: iamtest.Account, Name: "ann", Path: "/g/"}
		for _, err := range []error{record.Users.Insert(t.Context(), x, &u), record.Roles.Insert(t.Context(), x, &r), record.Groups.Insert(t.Context(), x, &g)} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s := policy.New(policy.Config{Store: w.DB, Keys: w.Keys, Now: w.Clock.Now, Random: w.Random})
	return s, w, iamtest.As(iamtest.RootPrincipal(iamtest.Account), "List")
}

func ptr[T any](v T) *T { return &v }

// ok checks the error of a call and gives its result.
func ok[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// done checks the error of a call whose result does not matter.
func done(t testing.TB) func(any, error) {
	return func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

func create(t testing.TB, s *policy.Service, ctx context.Context, name string) string {
	t.Helper()
	return *ok[*iamapi.CreatePolicyResponse](t)(s.CreatePolicy(ctx, &iamapi.CreatePolicyRequest{PolicyName: name, PolicyDocument: allowed})).Policy.Arn
}

// sized is a good document with n characters that count.
func sized(n int) string {
	const form = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:%s","Resource":"*"}]}`
	return "  " + fmt.Sprintf(form, strings.Repeat("a", n-len(form)+2)) + "\n"
}

func TestBindings(t *testing.T) {
	s, _, _ := setup(t)
	iamtest.CheckBindings(t, iamapi.Service(), s.Operations())
}

func TestInlinePolicies(t *testing.T) {
	s, _, ctx := setup(t)
	for _, name := range []string{"b", "a", "c", "a"} {
		done(t)(s.PutUserPolicy(ctx, &iamapi.PutUserPolicyRequest{UserName: "ANN", PolicyName: name, PolicyDocument: allowed}))
	}
	list := ok[*iamapi.ListUserPoliciesResponse](t)(s.ListUserPolicies(ctx, &iamapi.ListUserPoliciesRequest{UserName: "ann", MaxItems: ptr(2)}))
	if d := cmp.Diff([]string{"a", "b"}, list.PolicyNames); d != "" || !*list.IsTruncated {
		t.Error(d)
	}
	got := ok[*iamapi.GetUserPolicyResponse](t)(s.GetUserPolicy(ctx, &iamapi.GetUserPolicyRequest{UserName: "ann", PolicyName: "a"}))
	if plain, err := url.PathUnescape(got.PolicyDocument); plain != allowed || err != nil || strings.ContainsAny(got.PolicyDocument, `{" +`) || got.UserName != "ann" {
		t.Errorf("document is %s", got.PolicyDocument)
	}
	done(t)(s.DeleteUserPolicy(ctx, &iamapi.DeleteUserPolicyRequest{UserName: "ann", PolicyName: "a"}))
	_, err := s.GetUserPolicy(ctx, &iamapi.GetUserPolicyRequest{UserName: "ann", PolicyName: "a"})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "The user policy with name a cannot be found.")
	_, err = s.DeleteRolePolicy(ctx, &iamapi.DeleteRolePolicyRequest{RoleName: "ann", PolicyName: "a"})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "The role policy with name a cannot be found.")
	_, err = s.PutRolePolicy(ctx, &iamapi.PutRolePolicyRequest{RoleName: "ann", PolicyName: "a", PolicyDocument: `[]`})
	iamtest.Fails(t, err, iamapi.MalformedPolicyDocumentException, "")
	_, err = s.PutUserPolicy(iamtest.Root(iamtest.Other), &iamapi.PutUserPolicyRequest{UserName: "ann", PolicyName: "a", PolicyDocument: allowed})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "The user with name ann cannot be found.")
}

func TestInlineQuotas(t *testing.T) {
	s, _, ctx := setup(t)
	for kind, tt := range map[string]struct {
		most int
		put  func(name, document string) error
	}{
		"user": {2048, func(n, d string) error {
			_, err := s.PutUserPolicy(ctx, &iamapi.PutUserPolicyRequest{UserName: "ann", PolicyName: n, PolicyDocument: d})
			return err
		}},
		"group": {5120, func(n, d string) error {
			_, err := s.PutGroupPolicy(ctx, &iamapi.PutGroupPolicyRequest{GroupName: "ann", PolicyName: n, PolicyDocument: d})
			return err
		}},
		"role": {10240, func(n, d string) error {
			_, err := s.PutRolePolicy(ctx, &iamapi.PutRolePolicyRequest{RoleName: "ann", PolicyName: n, PolicyDocument: d})
			return err
		}},
	} {
		if err := tt.put("a", sized(tt.most-200)); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if err := tt.put("b", sized(200)); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		iamtest.Fails(t, tt.put("b", sized(201)), iamapi.LimitExceededException,
			fmt.Sprintf("Maximum policy size of %d bytes exceeded for %s ann", tt.most, kind))
	}
}

func TestManagedPolicy(t *testing.T) {
	s, w, ctx := setup(t)
	p := ok[*iamapi.CreatePolicyResponse](t)(s.CreatePolicy(ctx, &iamapi.CreatePolicyRequest{
		PolicyName: "P", Path: ptr("/x/"), PolicyDocument: allowed, Description: ptr("d"), Tags: []iamapi.Tag{{Key: "k", Value: "v"}},
	})).Policy
	at := w.Clock.Now().Truncate(1e9)
	want := &iamapi.Policy{
		Arn: ptr("arn:aws:iam::111122223333:policy/x/P"), PolicyName: ptr("P"), Path: ptr("/x/"), PolicyId: p.PolicyId, DefaultVersionId: ptr("v1"),
		AttachmentCount: ptr(0), PermissionsBoundaryUsageCount: ptr(0), IsAttachable: ptr(true), CreateDate: &at, UpdateDate: &at,
		Tags: []iamapi.Tag{{Key: "k", Value: "v"}},
	}
	if d := cmp.Diff(want, p); d != "" {
		t.Error(d)
	}
	want.Description = ptr("d")
	if d := cmp.Diff(want, ok[*iamapi.GetPolicyResponse](t)(s.GetPolicy(ctx, &iamapi.GetPolicyRequest{PolicyArn: *p.Arn})).Policy); d != "" {
		t.Error(d)
	}
	_, err := s.CreatePolicy(ctx, &iamapi.CreatePolicyRequest{PolicyName: "p", PolicyDocument: allowed})
	iamtest.Fails(t, err, iamapi.EntityAlreadyExistsException, "A policy called p already exists. Duplicate names are not allowed.")
	_, err = s.CreatePolicy(ctx, &iamapi.CreatePolicyRequest{PolicyName: "q", PolicyDocument: sized(6145)})
	iamtest.Fails(t, err, iamapi.LimitExceededException, "Cannot exceed quota for PolicySize: 6144")
	done(t)(s.CreatePolicy(ctx, &iamapi.CreatePolicyRequest{PolicyName: "q", PolicyDocument: sized(6144)}))
	for _, arn := range []string{"arn:aws:iam::111122223333:policy/P", "arn:aws:iam::111122223333:policy/x/p"} { // exact, path included
		_, err = s.GetPolicy(ctx, &iamapi.GetPolicyRequest{PolicyArn: arn})
		iamtest.Fails(t, err, iamapi.NoSuchEntityException, "Policy "+arn+" was not found.")
	}
	_, err = s.GetPolicy(iamtest.Root(iamtest.Other), &iamapi.GetPolicyRequest{PolicyArn: *p.Arn})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "Policy "+*p.Arn+" was not found.")
	_, err = s.CreatePolicyVersion(ctx, &iamapi.CreatePolicyVersionRequest{PolicyArn: admin, PolicyDocument: allowed})
	if err == nil || !strings.HasPrefix(err.Error(), "AccessDenied") {
		t.Errorf("a policy of AWS was changed: %v", err)
	}
	if got := ok[*iamapi.GetPolicyResponse](t)(s.GetPolicy(ctx, &iamapi.GetPolicyRequest{PolicyArn: admin})).Policy; *got.PolicyId != "ANPAIWMBCKSKIEE64ZLYK" {
		t.Errorf("AdministratorAccess is %s", *got.PolicyId)
	}
}

func TestVersions(t *testing.T) {
	s, _, ctx := setup(t)
	arn := create(t, s, ctx, "p")
	for i := range 4 {
		done(t)(s.CreatePolicyVersion(ctx, &iamapi.CreatePolicyVersionRequest{PolicyArn: arn, PolicyDocument: sized(100 + i), SetAsDefault: ptr(i == 1)}))
	}
	_, err := s.CreatePolicyVersion(ctx, &iamapi.CreatePolicyVersionRequest{PolicyArn: arn, PolicyDocument: allowed})
	iamtest.Fails(t, err, iamapi.LimitExceededException, "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.")
	_, err = s.DeletePolicyVersion(ctx, &iamapi.DeletePolicyVersionRequest{PolicyArn: arn, VersionId: "v3"})
	iamtest.Fails(t, err, iamapi.DeleteConflictException, "Cannot delete the default version of a policy.")
	_, err = s.DeletePolicy(ctx, &iamapi.DeletePolicyRequest{PolicyArn: arn})
	iamtest.Fails(t, err, iamapi.DeleteConflictException, "")
	done(t)(s.DeletePolicyVersion(ctx, &iamapi.DeletePolicyVersionRequest{PolicyArn: arn, VersionId: "v5"}))
	done(t)(s.CreatePolicyVersion(ctx, &iamapi.CreatePolicyVersionRequest{PolicyArn: arn, PolicyDocument: allowed})) // v5 is not used again
	done(t)(s.SetDefaultPolicyVersion(ctx, &iamapi.SetDefaultPolicyVersionRequest{PolicyArn: arn, VersionId: "v1"}))
	var ids []string
	in := &iamapi.ListPolicyVersionsRequest{PolicyArn: arn, MaxItems: ptr(2)}
	for {
		out := ok[*iamapi.ListPolicyVersionsResponse](t)(s.ListPolicyVersions(ctx, in))
		for _, v := range out.Versions {
			ids = append(ids, fmt.Sprint(*v.VersionId, *v.IsDefaultVersion))
		}
		if in.Marker = out.Marker; in.Marker == nil {
			break
		}
	}
	if got := strings.Join(ids, " "); got != "v6false v4false v3false v2false v1true" {
		t.Errorf("versions are %s", got)
	}
	v := ok[*iamapi.GetPolicyVersionResponse](t)(s.GetPolicyVersion(ctx, &iamapi.GetPolicyVersionRequest{PolicyArn: arn, VersionId: "v3"})).PolicyVersion
	if got, _ := url.PathUnescape(*v.Document); got != sized(101) {
		t.Errorf("v3 is %s", got)
	}
	_, err = s.SetDefaultPolicyVersion(ctx, &iamapi.SetDefaultPolicyVersionRequest{PolicyArn: arn, VersionId: "v5"})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "Policy "+arn+" version v5 does not exist or is not attachable.")
}

func TestAttachAndDetach(t *testing.T) {
	s, _, ctx := setup(t)
	var arns []string
	for i := range 11 {
		arn := create(t, s, ctx, fmt.Sprintf("p%02d", i))
		arns = append(arns, arn)
		_, err := s.AttachRolePolicy(ctx, &iamapi.AttachRolePolicyRequest{RoleName: "ann", PolicyArn: arn})
		if i == 10 {
			iamtest.Fails(t, err, iamapi.LimitExceededException, "Cannot exceed quota for PoliciesPerRole: 10")
		} else if err != nil {
			t.Fatal(err)
		}
	}
	done(t)(s.AttachRolePolicy(ctx, &iamapi.AttachRolePolicyRequest{RoleName: "ann", PolicyArn: arns[0]})) // it is attached
	_, err := s.DeletePolicy(ctx, &iamapi.DeletePolicyRequest{PolicyArn: arns[0]})
	iamtest.Fails(t, err, iamapi.DeleteConflictException, "Cannot delete a policy attached to entities.")
	done(t)(s.DetachRolePolicy(ctx, &iamapi.DetachRolePolicyRequest{RoleName: "ann", PolicyArn: arns[0]}))
	_, err = s.DetachRolePolicy(ctx, &iamapi.DetachRolePolicyRequest{RoleName: "ann", PolicyArn: arns[0]})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "Policy "+arns[0]+" was not found.")
	done(t)(s.DeletePolicy(ctx, &iamapi.DeletePolicyRequest{PolicyArn: arns[0]}))
	_, err = s.AttachRolePolicy(ctx, &iamapi.AttachRolePolicyRequest{RoleName: "ann", PolicyArn: arns[0]})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "Policy "+arns[0]+" does not exist or is not attachable.")
	list := ok[*iamapi.ListAttachedRolePoliciesResponse](t)(s.ListAttachedRolePolicies(ctx, &iamapi.ListAttachedRolePoliciesRequest{RoleName: "ann", MaxItems: ptr(8)}))
	if len(list.AttachedPolicies) != 8 || *list.AttachedPolicies[0].PolicyArn != arns[1] || !*list.IsTruncated {
		t.Errorf("attached are %+v", list)
	}
	foreign := create(t, s, iamtest.Root(iamtest.Other), "foreign")
	_, err = s.AttachUserPolicy(ctx, &iamapi.AttachUserPolicyRequest{UserName: "ann", PolicyArn: foreign})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "Policy "+foreign+" does not exist or is not attachable.")
	_, err = s.AttachUserPolicy(ctx, &iamapi.AttachUserPolicyRequest{UserName: "ann", PolicyArn: "arn:aws:iam::111122223333:user/ann"})
	iamtest.Fails(t, err, edge.ValidationError, "ARN arn:aws:iam::111122223333:user/ann is not valid.")
}

func TestBoundary(t *testing.T) {
	s, _, ctx := setup(t)
	a, b := create(t, s, ctx, "a"), create(t, s, ctx, "b")
	done(t)(s.PutUserPermissionsBoundary(ctx, &iamapi.PutUserPermissionsBoundaryRequest{UserName: "ann", PermissionsBoundary: a}))
	done(t)(s.PutUserPermissionsBoundary(ctx, &iamapi.PutUserPermissionsBoundaryRequest{UserName: "ann", PermissionsBoundary: b}))
	done(t)(s.DeletePolicy(ctx, &iamapi.DeletePolicyRequest{PolicyArn: a}))
	_, err := s.DeletePolicy(ctx, &iamapi.DeletePolicyRequest{PolicyArn: b})
	iamtest.Fails(t, err, iamapi.DeleteConflictException, "Cannot delete a policy attached to entities.")
	_, err = s.PutRolePermissionsBoundary(ctx, &iamapi.PutRolePermissionsBoundaryRequest{RoleName: "ann", PermissionsBoundary: a})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "Scope ARN: "+a+" does not exist or is not attachable.")
	done(t)(s.DeleteUserPermissionsBoundary(ctx, &iamapi.DeleteUserPermissionsBoundaryRequest{UserName: "ann"}))
	_, err = s.DeleteUserPermissionsBoundary(ctx, &iamapi.DeleteUserPermissionsBoundaryRequest{UserName: "ann"})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "The user with name ann does not have a permissions boundary.")
	done(t)(s.DeletePolicy(ctx, &iamapi.DeletePolicyRequest{PolicyArn: b}))
}

func TestListPolicies(t *testing.T) {
	s, _, ctx := setup(t)
	var own []string
	for _, n := range []string{"c", "a", "B"} {
		own = append(own, create(t, s, ctx, n))
	}
	done(t)(s.AttachUserPolicy(ctx, &iamapi.AttachUserPolicyRequest{UserName: "ann", PolicyArn: own[0]}))
	done(t)(s.PutUserPermissionsBoundary(ctx, &iamapi.PutUserPermissionsBoundaryRequest{UserName: "ann", PermissionsBoundary: admin}))
	create(t, s, iamtest.Root(iamtest.Other), "foreign")
	var managed []string
	for _, p := range record.Managed() {
		managed = append(managed, p.Name)
	}
	aws := strings.Join(managed, " ")
	local, awsOnly := iamapi.PolicyScopeTypeLocal, iamapi.PolicyScopeTypeAws
	boundary, permissions := iamapi.PolicyUsageTypePermissionsBoundary, iamapi.PolicyUsageTypePermissionsPolicy
	for name, tt := range map[string]struct {
		in   iamapi.ListPoliciesRequest
		want string
	}{
		"all":              {iamapi.ListPoliciesRequest{}, "a B c " + aws},
		"local":            {iamapi.ListPoliciesRequest{Scope: &local}, "a B c"},
		"aws":              {iamapi.ListPoliciesRequest{Scope: &awsOnly}, aws},
		"attached":         {iamapi.ListPoliciesRequest{OnlyAttached: ptr(true)}, "c AdministratorAccess"},
		"boundaries":       {iamapi.ListPoliciesRequest{PolicyUsageFilter: &boundary}, "AdministratorAccess"},
		"permissions":      {iamapi.ListPoliciesRequest{PolicyUsageFilter: &permissions}, "c"},
		"an unused prefix": {iamapi.ListPoliciesRequest{PathPrefix: ptr("/x/")}, ""},
	} {
		for _, max := range []int{1, 2, 3, 7, 100, 128, 129, 1000} {
			var names []string
			in := tt.in
			in.MaxItems = &max
			for {
				out := ok[*iamapi.ListPoliciesResponse](t)(s.ListPolicies(ctx, &in))
				for _, p := range out.Policies {
					names = append(names, *p.PolicyName)
				}
				if in.Marker = out.Marker; in.Marker == nil || len(names) > len(managed)+len(own) {
					break
				}
			}
			if got := strings.Join(names, " "); got != tt.want {
				t.Errorf("%s, %d a page: %q, want %q", name, max, got, tt.want)
			}
		}
	}
}

func TestListEntitiesForPolicy(t *testing.T) {
	s, _, ctx := setup(t)
	done(t)(s.AttachUserPolicy(ctx, &iamapi.AttachUserPolicyRequest{UserName: "ann", PolicyArn: admin}))
	done(t)(s.PutUserPermissionsBoundary(ctx, &iamapi.PutUserPermissionsBoundaryRequest{UserName: "ann", PermissionsBoundary: admin}))
	done(t)(s.PutRolePermissionsBoundary(ctx, &iamapi.PutRolePermissionsBoundaryRequest{RoleName: "ann", PermissionsBoundary: admin}))
	done(t)(s.AttachGroupPolicy(ctx, &iamapi.AttachGroupPolicyRequest{GroupName: "ann", PolicyArn: admin}))
	role, alien := iamapi.EntityTypeRole, iamapi.EntityTypeLocalManagedPolicy
	boundary, permissions := iamapi.PolicyUsageTypePermissionsBoundary, iamapi.PolicyUsageTypePermissionsPolicy
	for name, tt := range map[string]struct {
		in   iamapi.ListEntitiesForPolicyRequest
		want string
	}{
		"all":         {iamapi.ListEntitiesForPolicyRequest{}, "AGPA AIDA AROA"},
		"roles":       {iamapi.ListEntitiesForPolicyRequest{EntityFilter: &role}, "AROA"},
		"policies":    {iamapi.ListEntitiesForPolicyRequest{EntityFilter: &alien}, ""},
		"boundary":    {iamapi.ListEntitiesForPolicyRequest{PolicyUsageFilter: &boundary}, "AIDA AROA"},
		"permissions": {iamapi.ListEntitiesForPolicyRequest{PolicyUsageFilter: &permissions}, "AGPA AIDA"},
		"path":        {iamapi.ListEntitiesForPolicyRequest{PathPrefix: ptr("/u")}, "AIDA"},
	} {
		var ids []string
		tt.in.PolicyArn, tt.in.MaxItems = admin, ptr(1)
		for {
			out := ok[*iamapi.ListEntitiesForPolicyResponse](t)(s.ListEntitiesForPolicy(ctx, &tt.in))
			for _, e := range out.PolicyUsers {
				ids = append(ids, (*e.UserId)[:4])
			}
			for _, e := range out.PolicyGroups {
				ids = append(ids, (*e.GroupId)[:4])
			}
			for _, e := range out.PolicyRoles {
				ids = append(ids, (*e.RoleId)[:4])
			}
			if tt.in.Marker = out.Marker; tt.in.Marker == nil {
				break
			}
		}
		slices.Sort(ids)
		if got := strings.Join(ids, " "); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
	out := ok[*iamapi.ListEntitiesForPolicyResponse](t)(s.ListEntitiesForPolicy(iamtest.Root(iamtest.Other), &iamapi.ListEntitiesForPolicyRequest{PolicyArn: admin}))
	if len(out.PolicyUsers)+len(out.PolicyGroups)+len(out.PolicyRoles) != 0 {
		t.Errorf("another account sees %+v", out)
	}
}

func TestAsksCarryTheBoundary(t *testing.T) {
	s, _, ctx := setup(t)
	done(t)(s.PutUserPermissionsBoundary(ctx, &iamapi.PutUserPermissionsBoundaryRequest{UserName: "ann", PermissionsBoundary: admin}))
	service := iamapi.Service()
	for _, b := range s.Operations() {
		var in any
		switch b.Operation.Name {
		case "PutUserPolicy":
			in = &iamapi.PutUserPolicyRequest{UserName: "Ann"}
		case "AttachUserPolicy":
			in = &iamapi.AttachUserPolicyRequest{UserName: "ann", PolicyArn: "arn:p"}
		case "DeleteUserPermissionsBoundary":
			in = &iamapi.DeleteUserPermissionsBoundaryRequest{UserName: "ann"}
		case "PutUserPermissionsBoundary":
			in = &iamapi.PutUserPermissionsBoundaryRequest{UserName: "ann", PermissionsBoundary: admin}
		default:
			continue
		}
		a, err := b.Asks(ctx, service, in)
		if err != nil {
			t.Fatal(err)
		}
		if a[0].Resource != "arn:aws:iam::111122223333:user/u/ann" || !slices.Equal(a[0].Context["iam:permissionsboundary"], []string{admin}) {
			t.Errorf("%s asks for %+v", b.Operation.Name, a[0])
		}
		if b.Operation.Name == "AttachUserPolicy" && !slices.Equal(a[0].Context["iam:policyarn"], []string{"arn:p"}) {
			t.Errorf("%s asks for %+v", b.Operation.Name, a[0])
		}
	}
}
