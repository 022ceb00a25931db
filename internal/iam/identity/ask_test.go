package identity_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
)

func TestAsks(t *testing.T) {
	s, _ := service(t)
	ctx := iamtest.Root(iamtest.Account)
	ok(t)(s.CreateUser(ctx, &iamapi.CreateUserRequest{UserName: "Ann", Path: ptr("/u/"), Tags: []iamapi.Tag{{Key: "Team", Value: "X"}}}))
	ok(t)(s.CreateRole(ctx, &iamapi.CreateRoleRequest{RoleName: "R", Path: ptr("/r/"), AssumeRolePolicyDocument: trust("*")}))
	const arn = "arn:aws:iam::111122223333:"
	tags := iampolicy.MapContext{"aws:resourcetag/team": {"X"}, "iam:resourcetag/team": {"X"}}
	with := func(more iampolicy.MapContext) iampolicy.MapContext {
		out := iampolicy.MapContext{}
		for _, m := range []iampolicy.MapContext{tags, more} {
			for k, v := range m {
				out[k] = v
			}
		}
		return out
	}
	none := iampolicy.MapContext{}
	for name, tt := range map[string]struct {
		operation string
		in        any
		want      []caller.Ask
	}{
		"the real name and path": {"GetUser", &iamapi.GetUserRequest{UserName: ptr("ANN")}, []caller.Ask{{Resource: arn + "user/u/Ann", Context: tags}}},
		"nobody":                 {"DeleteUser", &iamapi.DeleteUserRequest{UserName: "*"}, []caller.Ask{{Resource: arn + "user/*", Context: none}}},
		"the caller":             {"GetUser", &iamapi.GetUserRequest{}, []caller.Ask{{Resource: arn + "root", Context: none}}},
		"a list under a path":    {"ListUsers", &iamapi.ListUsersRequest{PathPrefix: ptr("/u")}, []caller.Ask{{Resource: arn + "user/u", Context: none}}},
		"a list":                 {"ListRoles", &iamapi.ListRolesRequest{}, []caller.Ask{{Resource: arn + "role/", Context: none}}},
		"both ends of a renaming": {"UpdateUser", &iamapi.UpdateUserRequest{UserName: "ann", NewUserName: ptr("bob")}, []caller.Ask{
			{Resource: arn + "user/u/Ann", Context: tags}, {Resource: arn + "user/u/bob", Context: none},
		}},
		"both ends of moving nobody": {"UpdateUser", &iamapi.UpdateUserRequest{UserName: "x", NewPath: ptr("/n/")}, []caller.Ask{
			{Resource: arn + "user/x", Context: none}, {Resource: arn + "user/n/x", Context: none},
		}},
		"tags of the request": {"TagUser", &iamapi.TagUserRequest{UserName: "ann", Tags: []iamapi.Tag{{Key: "Env", Value: "p"}}}, []caller.Ask{
			{Resource: arn + "user/u/Ann", Context: with(iampolicy.MapContext{"aws:requesttag/env": {"p"}, "aws:tagkeys": {"Env"}})},
		}},
		"tag keys": {"UntagUser", &iamapi.UntagUserRequest{UserName: "ann", TagKeys: []string{"a"}}, []caller.Ask{
			{Resource: arn + "user/u/Ann", Context: with(iampolicy.MapContext{"aws:tagkeys": {"a"}})},
		}},
		"a boundary for a new role": {"CreateRole", &iamapi.CreateRoleRequest{RoleName: "n", Path: ptr("/p/"), PermissionsBoundary: ptr("b")}, []caller.Ask{
			{Resource: arn + "role/p/n", Context: iampolicy.MapContext{"iam:permissionsboundary": {"b"}}},
		}},
		"a role": {"UpdateAssumeRolePolicy", &iamapi.UpdateAssumeRolePolicyRequest{RoleName: "r"}, []caller.Ask{{Resource: arn + "role/r/R", Context: none}}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, b := range s.Operations() {
				if b.Operation.Name != tt.operation {
					continue
				}
				got, err := b.Asks(ctx, iamapi.Service(), tt.in)
				for i := range tt.want {
					tt.want[i].Action = "iam:" + tt.operation
				}
				if d := cmp.Diff(tt.want, got); d != "" || err != nil {
					t.Errorf("error %v, (-want +got):\n%s", err, d)
				}
				return
			}
			t.Errorf("%s is not bound", tt.operation)
		})
	}
}
