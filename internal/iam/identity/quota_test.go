package identity_test

import (
	"fmt"
	"testing"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

func TestQuotasOfAnAccount(t *testing.T) {
	s, w := service(t)
	ctx := iamtest.Root(iamtest.Account)
	for name, tt := range map[string]struct {
		most   int
		fill   func(x store.Writer, id, name string) error
		create func(name string) error
		remove func(name string) error
		want   string
	}{
		"users": {5000, func(x store.Writer, id, name string) error {
			return record.Users.Insert(ctx, x, &record.User{ID: "AIDA" + id, Account: iamtest.Account, Name: name, Path: "/"})
		}, func(name string) error {
			_, err := s.CreateUser(ctx, &iamapi.CreateUserRequest{UserName: name})
			return err
		}, func(name string) error {
			_, err := s.DeleteUser(ctx, &iamapi.DeleteUserRequest{UserName: name})
			return err
		}, "Cannot exceed quota for UsersPerAccount: 5000"},
		"groups": {300, func(x store.Writer, id, name string) error {
			return record.Groups.Insert(ctx, x, &record.Group{ID: "AGPA" + id, Account: iamtest.Account, Name: name, Path: "/"})
		}, func(name string) error {
			_, err := s.CreateGroup(ctx, &iamapi.CreateGroupRequest{GroupName: name})
			return err
		}, func(name string) error {
			_, err := s.DeleteGroup(ctx, &iamapi.DeleteGroupRequest{GroupName: name})
			return err
		}, "Cannot exceed quota for GroupsPerAccount: 300"},
		"roles": {1000, func(x store.Writer, id, name string) error {
			return record.Roles.Insert(ctx, x, &record.Role{ID: "AROA" + id, Account: iamtest.Account, Name: name, Path: "/", Trust: trust("*")})
		}, func(name string) error {
			_, err := s.CreateRole(ctx, &iamapi.CreateRoleRequest{RoleName: name, AssumeRolePolicyDocument: trust("*")})
			return err
		}, func(name string) error {
			_, err := s.DeleteRole(ctx, &iamapi.DeleteRoleRequest{RoleName: name})
			return err
		}, "Cannot exceed quota for RolesPerAccount: 1000"},
	} {
		t.Run(name, func(t *testing.T) {
			ok(t)(0, w.DB.Update(ctx, func(x store.Writer) error {
				for i := range tt.most - 1 {
					if err := tt.fill(x, fmt.Sprint(i), fmt.Sprint("n", i)); err != nil {
						return err
					}
				}
				linked := record.Role{ID: "AROAL" + name, Account: iamtest.Account, Name: "linked-" + name, Path: "/aws-service-role/x/"} // does not count
				return record.Roles.Insert(ctx, x, &linked)
			}))
			ok(t)(0, tt.create("last"))
			iamtest.Fails(t, tt.create("more"), iamapi.LimitExceededException, tt.want)
			ok(t)(0, tt.remove("n7"))
			ok(t)(0, tt.create("more"))
		})
	}
}

// TestDeleteUserWithCredentials gives a user one thing after the other, from the last that stands in the way to the first.
func TestDeleteUserWithCredentials(t *testing.T) {
	s, w := service(t)
	ctx := iamtest.Root(iamtest.Account)
	id := createUser(t, s, ctx, "ann").UserId
	steps := []struct {
		want   string
		insert func(x store.Writer) error
		remove func(x store.Writer) error
	}{
		{"remove referenced objects",
			func(x store.Writer) error {
				return record.ServiceCredentials.Insert(ctx, x, &record.ServiceCredential{ID: "ACCA", Account: iamtest.Account, Owner: id})
			},
			func(x store.Writer) error { return record.ServiceCredentials.Delete(ctx, x, "ACCA") }},
		{"remove referenced objects",
			func(x store.Writer) error {
				return record.SSHPublicKeys.Insert(ctx, x, &record.SSHPublicKey{ID: "APKA", Account: iamtest.Account, Owner: id})
			},
			func(x store.Writer) error { return record.SSHPublicKeys.Delete(ctx, x, "APKA") }},
		{"delete MFA device",
			func(x store.Writer) error {
				return record.MFADevices.Insert(ctx, x, &record.MFADevice{ID: "m", Account: iamtest.Account, Owner: id, Path: "/", Name: "m"})
			},
			func(x store.Writer) error { return record.MFADevices.Delete(ctx, x, "m") }},
		{"delete certificates",
			func(x store.Writer) error {
				return record.SigningCertificates.Insert(ctx, x, &record.SigningCertificate{Account: iamtest.Account, ID: "c", Owner: id})
			},
			func(x store.Writer) error { return record.SigningCertificates.Delete(ctx, x, iamtest.Account, "c") }},
		{"delete access keys",
			func(x store.Writer) error {
				return record.AccessKeys.Insert(ctx, x, &record.AccessKey{ID: "AKIA", Account: iamtest.Account, Owner: id})
			},
			func(x store.Writer) error { return record.AccessKeys.Delete(ctx, x, "AKIA") }},
		{"delete login profile",
			func(x store.Writer) error {
				return record.LoginProfiles.Insert(ctx, x, &record.LoginProfile{Account: iamtest.Account, Owner: id})
			},
			func(x store.Writer) error { return record.LoginProfiles.Delete(ctx, x, iamtest.Account, id) }},
	}
	refused := func(must string) {
		t.Helper()
		_, err := s.DeleteUser(ctx, &iamapi.DeleteUserRequest{UserName: "ann"})
		iamtest.Fails(t, err, iamapi.DeleteConflictException, "Cannot delete entity, must "+must+" first.")
	}
	for _, step := range steps {
		ok(t)(0, w.DB.Update(ctx, step.insert))
		refused(step.want)
	}
	for i := len(steps) - 1; i >= 0; i-- {
		refused(steps[i].want)
		ok(t)(0, w.DB.Update(ctx, steps[i].remove))
	}
	ok(t)(s.DeleteUser(ctx, &iamapi.DeleteUserRequest{UserName: "ann"}))
}

func TestMembershipNamesTheUserFirst(t *testing.T) {
	s, _ := service(t)
	ctx := iamtest.Root(iamtest.Account)
	createUser(t, s, ctx, "ann")
	_, err := s.RemoveUserFromGroup(ctx, &iamapi.RemoveUserFromGroupRequest{GroupName: "no", UserName: "nobody"})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "The user with name nobody cannot be found.")
	_, err = s.AddUserToGroup(ctx, &iamapi.AddUserToGroupRequest{GroupName: "no", UserName: "ann"})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "The group with name no cannot be found.")
}
