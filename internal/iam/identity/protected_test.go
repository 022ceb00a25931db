package identity_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// protected adds the roles that AWS itself would have made.
func protected(t *testing.T, w *iamtest.World) {
	t.Helper()
	ctx := iamtest.Root(iamtest.Account)
	for id, path := range map[string]string{"AROAAAAAAAAAAAAAAAAAA": "/aws-service-role/x.amazonaws.com/", "AROABBBBBBBBBBBBBBBBB": "/aws-reserved/sso.amazonaws.com/"} {
		r := record.Role{ID: id, Account: iamtest.Account, Name: id, Path: path, Trust: trust("*"), MaxSession: 3600}
		ok(t)(0, w.DB.Update(ctx, func(x store.Writer) error { return record.Roles.Insert(ctx, x, &r) }))
	}
}

func TestProtectedRoles(t *testing.T) {
	s, w := service(t)
	ctx := iamtest.Root(iamtest.Account)
	protected(t, w)
	for _, name := range []string{"AROAAAAAAAAAAAAAAAAAA", "AROABBBBBBBBBBBBBBBBB"} {
		for operation, try := range map[string]func() error{
			"UpdateRole": func() error {
				_, err := s.UpdateRole(ctx, &iamapi.UpdateRoleRequest{RoleName: name, MaxSessionDuration: ptr(7200), Description: ptr("lost")})
				return err
			},
			"UpdateAssumeRolePolicy": func() error {
				_, err := s.UpdateAssumeRolePolicy(ctx, &iamapi.UpdateAssumeRolePolicyRequest{RoleName: name, PolicyDocument: trust(iamtest.Other)})
				return err
			},
			"DeleteRole": func() error {
				_, err := s.DeleteRole(ctx, &iamapi.DeleteRoleRequest{RoleName: name})
				return err
			},
		} {
			t.Run(operation+" "+name, func(t *testing.T) {
				iamtest.Fails(t, try(), iamapi.UnmodifiableEntityException,
					"Cannot perform the operation on the protected role '"+name+"' - this role is only modifiable by AWS")
			})
		}
		ok(t)(s.UpdateRole(ctx, &iamapi.UpdateRoleRequest{RoleName: name, Description: ptr("a")}))
		ok(t)(s.UpdateRoleDescription(ctx, &iamapi.UpdateRoleDescriptionRequest{RoleName: name, Description: "b"}))
		ok(t)(s.TagRole(ctx, &iamapi.TagRoleRequest{RoleName: name, Tags: []iamapi.Tag{{Key: "k"}}}))
		got := must[*iamapi.GetRoleResponse](t)(s.GetRole(ctx, &iamapi.GetRoleRequest{RoleName: name})).Role
		if *got.Description != "b" || *got.MaxSessionDuration != 3600 || len(got.Tags) != 1 || decode(t, got.AssumeRolePolicyDocument) != trust("*") {
			t.Errorf("role is %+v", got)
		}
	}
}

func TestPathsOfAWS(t *testing.T) {
	s, _ := service(t)
	ctx := iamtest.Root(iamtest.Account)
	for path, want := range map[string]string{
		"/aws-service-role/x/":   "Path prefix '/aws-service-role/' can only be used for AWS Service linked Roles",
		"/aws-service-role/":     "Path prefix '/aws-service-role/' can only be used for AWS Service linked Roles",
		"/aws-reserved/sso/":     "Path prefix '/aws-reserved/' can only be used for roles reserved by AWS",
		"/a/aws-service-role/x/": "",
		"/service-role/":         "",
	} {
		_, err := s.CreateRole(ctx, &iamapi.CreateRoleRequest{RoleName: "r", Path: &path, AssumeRolePolicyDocument: trust("*")})
		if want != "" {
			iamtest.Fails(t, err, iamapi.InvalidInputException, want)
			continue
		}
		ok(t)(0, err)
		ok(t)(s.DeleteRole(ctx, &iamapi.DeleteRoleRequest{RoleName: "r"}))
	}
}

func TestAsksOfLinkedRolesAndTagsOnCreation(t *testing.T) {
	s, w := service(t)
	ctx := iamtest.Root(iamtest.Account)
	protected(t, w)
	const arn = "arn:aws:iam::111122223333:"
	tags := []iamapi.Tag{{Key: "E", Value: "p"}}
	request := iampolicy.MapContext{"aws:requesttag/e": {"p"}, "aws:tagkeys": {"E"}}
	for operation, tt := range map[string]struct {
		in   any
		want []caller.Ask
	}{
		"UpdateRoleDescription": {&iamapi.UpdateRoleDescriptionRequest{RoleName: "AROAAAAAAAAAAAAAAAAAA"}, []caller.Ask{{
			Action: "iam:UpdateRoleDescription", Resource: arn + "role/aws-service-role/x.amazonaws.com/AROAAAAAAAAAAAAAAAAAA",
			Context: iampolicy.MapContext{"iam:awsservicename": {"x.amazonaws.com"}},
		}}},
		"CreateUser": {&iamapi.CreateUserRequest{UserName: "u", Tags: tags}, []caller.Ask{
			{Action: "iam:CreateUser", Resource: arn + "user/u", Context: request}, {Action: "iam:TagUser", Resource: arn + "user/u", Context: request},
		}},
		"CreateRole": {&iamapi.CreateRoleRequest{RoleName: "r", Path: ptr("/p/"), Tags: tags}, []caller.Ask{
			{Action: "iam:CreateRole", Resource: arn + "role/p/r", Context: request}, {Action: "iam:TagRole", Resource: arn + "role/p/r", Context: request},
		}},
	} {
		for _, b := range s.Operations() {
			if b.Operation.Name != operation {
				continue
			}
			got, err := b.Asks(ctx, iamapi.Service(), tt.in)
			if d := cmp.Diff(tt.want, got); d != "" || err != nil {
				t.Errorf("%s: error %v, (-want +got):\n%s", operation, err, d)
			}
		}
	}
}
