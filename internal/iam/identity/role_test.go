package identity_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

func trust(principal string) string {
	return fmt.Sprintf(`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": %q}, "Action": "sts:AssumeRole"}]}`, principal)
}

func TestTrustFollowsTheIdentityAndNotTheName(t *testing.T) {
	s, w := service(t)
	ctx := iamtest.Root(iamtest.Account)
	u := createUser(t, s, ctx, "ann")
	document := trust(u.Arn)
	made := must[*iamapi.CreateRoleResponse](t)(s.CreateRole(ctx, &iamapi.CreateRoleRequest{RoleName: "r", AssumeRolePolicyDocument: document})).Role
	stored := must[store.Row[record.Role]](t)(record.Roles.Get(ctx, w.DB, made.RoleId)).Doc.Trust
	if !strings.Contains(stored, u.UserId) || strings.Contains(stored, u.Arn) {
		t.Errorf("stored: %s", stored)
	}
	shown := func() string {
		t.Helper()
		return decode(t, must[*iamapi.GetRoleResponse](t)(s.GetRole(ctx, &iamapi.GetRoleRequest{RoleName: "r"})).Role.AssumeRolePolicyDocument)
	}
	if got := decode(t, made.AssumeRolePolicyDocument); !strings.Contains(got, `"`+u.Arn+`"`) || shown() != got {
		t.Errorf("made %s, shown %s", got, shown())
	}
	ok(t)(s.UpdateUser(ctx, &iamapi.UpdateUserRequest{UserName: "ann", NewUserName: ptr("eve")}))
	if got := shown(); !strings.Contains(got, `user/eve"`) {
		t.Errorf("after the user was renamed: %s", got)
	}
	ok(t)(s.DeleteUser(ctx, &iamapi.DeleteUserRequest{UserName: "eve"}))
	createUser(t, s, ctx, "eve")
	if got := shown(); !strings.Contains(got, `"`+u.UserId+`"`) || strings.Contains(got, "user/eve") {
		t.Errorf("after the name went to somebody else: %s", got)
	}
}

func TestTrustInARoleThatIsMadeAnew(t *testing.T) {
	s, _ := service(t)
	ctx := iamtest.Root(iamtest.Account)
	base := func() iamapi.Role {
		t.Helper()
		return must[*iamapi.CreateRoleResponse](t)(s.CreateRole(ctx, &iamapi.CreateRoleRequest{RoleName: "base", AssumeRolePolicyDocument: trust("*")})).Role
	}
	shown := func() string {
		t.Helper()
		return decode(t, must[*iamapi.GetRoleResponse](t)(s.GetRole(ctx, &iamapi.GetRoleRequest{RoleName: "r"})).Role.AssumeRolePolicyDocument)
	}
	old := base()
	ok(t)(s.CreateRole(ctx, &iamapi.CreateRoleRequest{RoleName: "r", AssumeRolePolicyDocument: trust(old.Arn)}))
	ok(t)(s.DeleteRole(ctx, &iamapi.DeleteRoleRequest{RoleName: "base"}))
	_, err := s.UpdateAssumeRolePolicy(ctx, &iamapi.UpdateAssumeRolePolicyRequest{RoleName: "r", PolicyDocument: trust(old.Arn)})
	iamtest.Fails(t, err, iamapi.MalformedPolicyDocumentException, `Invalid principal in policy: "AWS":"`+old.Arn+`"`)
	made := base()
	if got := shown(); !strings.Contains(got, `"`+old.RoleId+`"`) || strings.Contains(got, made.Arn) {
		t.Errorf("after the role was made anew: %s", got)
	}
	ok(t)(s.UpdateAssumeRolePolicy(ctx, &iamapi.UpdateAssumeRolePolicyRequest{RoleName: "r", PolicyDocument: trust(made.Arn)}))
	if got := shown(); !strings.Contains(got, `"`+made.Arn+`"`) {
		t.Errorf("after the trust policy was replaced: %s", got)
	}
}

// TestTrustOfAPathThatNoPolicyNames moves a trusted user to a path that no Principal element can hold: who owns the role sees it all the same, with the
// user's id, and the user stays trusted.
func TestTrustOfAPathThatNoPolicyNames(t *testing.T) {
	s, w := service(t)
	ctx := iamtest.Root(iamtest.Account)
	for name, path := range map[string]string{"ann": "/*/", "bob": "/a?/", "eve": "/${aws:username}/"} {
		u := createUser(t, s, ctx, name)
		made := must[*iamapi.CreateRoleResponse](t)(s.CreateRole(ctx, &iamapi.CreateRoleRequest{RoleName: name, AssumeRolePolicyDocument: trust(u.Arn)})).Role
		stored := must[store.Row[record.Role]](t)(record.Roles.Get(ctx, w.DB, made.RoleId)).Doc.Trust
		ok(t)(s.UpdateUser(ctx, &iamapi.UpdateUserRequest{UserName: name, NewPath: ptr(path)}))
		out, err := s.GetRole(ctx, &iamapi.GetRoleRequest{RoleName: name})
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if got := decode(t, out.Role.AssumeRolePolicyDocument); !strings.Contains(got, `"`+u.UserId+`"`) {
			t.Errorf("%s: shown %s", path, got)
		}
		// What is shown can be stored again, and says the same.
		ok(t)(s.UpdateAssumeRolePolicy(ctx, &iamapi.UpdateAssumeRolePolicyRequest{RoleName: name, PolicyDocument: decode(t, out.Role.AssumeRolePolicyDocument)}))
		if again := must[store.Row[record.Role]](t)(record.Roles.Get(ctx, w.DB, made.RoleId)).Doc.Trust; again != stored {
			t.Errorf("%s: stored %s, then %s", path, stored, again)
		}
	}
	ok(t)(s.ListRoles(ctx, &iamapi.ListRolesRequest{}))
}

func TestTrustPrincipals(t *testing.T) {
	s, _ := service(t)
	ctx := iamtest.Root(iamtest.Account)
	u := createUser(t, s, ctx, "ann")
	ok(t)(s.CreateRole(ctx, &iamapi.CreateRoleRequest{RoleName: "base", Path: ptr("/a/"), AssumeRolePolicyDocument: trust(iamtest.Account)}))
	for principal, want := range map[string]string{
		"*":                                     "*",
		iamtest.Account:                         "arn:aws:iam::111122223333:root",
		"arn:aws:iam::444455556666:root":        "arn:aws:iam::444455556666:root",
		"arn:aws:iam::111122223333:role/a/base": "arn:aws:iam::111122223333:role/a/base",
		u.UserId:                                u.Arn,
		"arn:aws:sts::111122223333:assumed-role/base/s": "arn:aws:sts::111122223333:assumed-role/base/s",
		"arn:aws:iam::111122223333:user/ANN":            "",
		"arn:aws:iam::111122223333:user/x/ann":          "",
		"arn:aws:iam::111122223333:user/nobody":         "",
		"arn:aws:iam::111122223333:role/base":           "",
		"arn:aws:iam::444455556666:user/ann":            "",
		"arn:aws:iam::111122223333:group/ann":           "",
		"arn:aws:iam::111122223333:policy/ann":          "",
		"AIDAAAAAAAAAAAAAAAAAA":                         "",
	} {
		out, err := s.CreateRole(ctx, &iamapi.CreateRoleRequest{RoleName: "t", AssumeRolePolicyDocument: trust(principal)})
		if want == "" {
			iamtest.Fails(t, err, iamapi.MalformedPolicyDocumentException, "")
			if err != nil && !strings.Contains(err.Error(), "Invalid principal in policy") {
				t.Errorf("%s: %v", principal, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", principal, err)
			continue
		}
		if got := decode(t, out.Role.AssumeRolePolicyDocument); !strings.Contains(got, `"`+want+`"`) {
			t.Errorf("%s is shown in %s", principal, got)
		}
		ok(t)(s.DeleteRole(ctx, &iamapi.DeleteRoleRequest{RoleName: "t"}))
	}
}

func TestCreateRole(t *testing.T) {
	s, _ := service(t)
	ctx := iamtest.Root(iamtest.Account)
	r := must[*iamapi.CreateRoleResponse](t)(s.CreateRole(ctx, &iamapi.CreateRoleRequest{
		RoleName: "R", AssumeRolePolicyDocument: trust("*"), Description: ptr("d"), Tags: []iamapi.Tag{{Key: "k", Value: "v"}},
	})).Role
	if r.Arn != "arn:aws:iam::111122223333:role/R" || r.MaxSessionDuration != nil || r.Description != nil || len(r.Tags) != 1 {
		t.Errorf("made %+v", r)
	}
	if got := decode(t, r.AssumeRolePolicyDocument); got != trust("*") { // nothing to translate: as it was written
		t.Errorf("trust policy is %s", got)
	}
	_, err := s.CreateRole(ctx, &iamapi.CreateRoleRequest{RoleName: "r", AssumeRolePolicyDocument: trust("*")})
	iamtest.Fails(t, err, iamapi.EntityAlreadyExistsException, "Role with name r already exists.")
	_, err = s.CreateRole(ctx, &iamapi.CreateRoleRequest{RoleName: "x", AssumeRolePolicyDocument: `{`})
	iamtest.Fails(t, err, iamapi.MalformedPolicyDocumentException, "This policy contains invalid Json")
	long := strings.Replace(trust("*"), `"sts:AssumeRole"`, `["sts:AssumeRole"`+strings.Repeat(`,"sts:AssumeRole"`, 130)+`]`, 1)
	_, err = s.UpdateAssumeRolePolicy(ctx, &iamapi.UpdateAssumeRolePolicyRequest{RoleName: "R", PolicyDocument: long})
	iamtest.Fails(t, err, iamapi.LimitExceededException, "Cannot exceed quota for ACLSizePerRole: 2048")
}

func TestUpdateRole(t *testing.T) {
	s, _ := service(t)
	ctx := iamtest.As(iamtest.RootPrincipal(iamtest.Account), "ListRoles")
	ok(t)(s.CreateRole(ctx, &iamapi.CreateRoleRequest{RoleName: "r", AssumeRolePolicyDocument: trust("*"), Description: ptr("old")}))
	ok(t)(s.UpdateRole(ctx, &iamapi.UpdateRoleRequest{RoleName: "r", MaxSessionDuration: ptr(7200)}))
	ok(t)(s.UpdateAssumeRolePolicy(ctx, &iamapi.UpdateAssumeRolePolicyRequest{RoleName: "r", PolicyDocument: trust(iamtest.Other)}))
	ok(t)(s.TagRole(ctx, &iamapi.TagRoleRequest{RoleName: "r", Tags: []iamapi.Tag{{Key: "a"}, {Key: "b"}}}))
	ok(t)(s.UntagRole(ctx, &iamapi.UntagRoleRequest{RoleName: "r", TagKeys: []string{"a"}}))
	r := must[*iamapi.UpdateRoleDescriptionResponse](t)(s.UpdateRoleDescription(ctx, &iamapi.UpdateRoleDescriptionRequest{RoleName: "r", Description: "new"})).Role
	shown := must[*iamapi.GetRoleResponse](t)(s.GetRole(ctx, &iamapi.GetRoleRequest{RoleName: "r"})).Role
	if r.MaxSessionDuration != nil || *shown.MaxSessionDuration != 7200 || *r.Description != "new" || len(r.Tags) != 1 || !strings.Contains(decode(t, r.AssumeRolePolicyDocument), iamtest.Other) {
		t.Errorf("role is %+v", r)
	}
	tags := must[*iamapi.ListRoleTagsResponse](t)(s.ListRoleTags(ctx, &iamapi.ListRoleTagsRequest{RoleName: "r"}))
	list := must[*iamapi.ListRolesResponse](t)(s.ListRoles(ctx, &iamapi.ListRolesRequest{}))
	if len(tags.Tags) != 1 || len(list.Roles) != 1 || list.Roles[0].Tags != nil || list.Roles[0].RoleId != r.RoleId {
		t.Errorf("tags %v, list %+v", tags.Tags, list.Roles)
	}
	_, err := s.UpdateRole(iamtest.Root(iamtest.Other), &iamapi.UpdateRoleRequest{RoleName: "r"})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "The role with name r cannot be found.")
}

func TestGroups(t *testing.T) {
	s, _ := service(t)
	ctx := iamtest.Root(iamtest.Account)
	createUser(t, s, ctx, "ann")
	for i := range 11 {
		name := fmt.Sprintf("g%02d", i)
		ok(t)(s.CreateGroup(ctx, &iamapi.CreateGroupRequest{GroupName: name}))
		_, err := s.AddUserToGroup(ctx, &iamapi.AddUserToGroupRequest{GroupName: name, UserName: "ann"})
		if i < 10 && err != nil {
			t.Fatal(err)
		}
		if i == 10 {
			iamtest.Fails(t, err, iamapi.LimitExceededException, "Cannot exceed quota for GroupsPerUser: 10")
		}
	}
	of := must[*iamapi.ListGroupsForUserResponse](t)(s.ListGroupsForUser(ctx, &iamapi.ListGroupsForUserRequest{UserName: "ann", MaxItems: ptr(9)}))
	if len(of.Groups) != 9 || of.Groups[0].GroupName != "g00" || !*of.IsTruncated {
		t.Errorf("groups of the user: %+v", of)
	}
	ok(t)(s.UpdateGroup(ctx, &iamapi.UpdateGroupRequest{GroupName: "g00", NewGroupName: ptr("new")}))
	g := must[*iamapi.GetGroupResponse](t)(s.GetGroup(ctx, &iamapi.GetGroupRequest{GroupName: "NEW"}))
	if len(g.Users) != 1 || g.Users[0].UserName != "ann" || g.Group.Arn != "arn:aws:iam::111122223333:group/new" {
		t.Errorf("group is %+v", g)
	}
	_, err := s.CreateGroup(ctx, &iamapi.CreateGroupRequest{GroupName: "G01"})
	iamtest.Fails(t, err, iamapi.EntityAlreadyExistsException, "Group with name G01 already exists.")
	ok(t)(s.DeleteGroup(ctx, &iamapi.DeleteGroupRequest{GroupName: "g10"}))
	if list := must[*iamapi.ListGroupsResponse](t)(s.ListGroups(ctx, &iamapi.ListGroupsRequest{})); len(list.Groups) != 10 {
		t.Errorf("%d groups are left", len(list.Groups))
	}
}
