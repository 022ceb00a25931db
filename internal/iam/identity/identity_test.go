package identity_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/identity"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

func service(t testing.TB) (*identity.Service, *iamtest.World) {
	w := iamtest.New(t)
	return identity.New(identity.Config{Store: w.DB, Keys: w.Keys, Now: w.Clock.Now, Random: w.Random}), w
}

func ptr[T any](v T) *T { return &v }

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// ok checks the error of a call whose result does not matter.
func ok(t testing.TB) func(any, error) {
	return func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

func createUser(t testing.TB, s *identity.Service, ctx context.Context, name string) *iamapi.User {
	t.Helper()
	return must[*iamapi.CreateUserResponse](t)(s.CreateUser(ctx, &iamapi.CreateUserRequest{UserName: name})).User
}

func TestBindings(t *testing.T) {
	s, _ := service(t)
	iamtest.CheckBindings(t, iamapi.Service(), s.Operations())
}

func TestCreateAndGetUser(t *testing.T) {
	s, w := service(t)
	ctx := iamtest.Root(iamtest.Account)
	boundary := "arn:aws:iam::aws:policy/PowerUserAccess"
	made := must[*iamapi.CreateUserResponse](t)(s.CreateUser(ctx, &iamapi.CreateUserRequest{
		UserName: "Ann", Path: ptr("/dev/"), Tags: []iamapi.Tag{{Key: "Team", Value: "x"}}, PermissionsBoundary: &boundary,
	})).User
	want := &iamapi.User{
		Arn: "arn:aws:iam::111122223333:user/dev/Ann", Path: "/dev/", UserName: "Ann", CreateDate: w.Clock.Now().Truncate(1e9),
		UserId: made.UserId, Tags: []iamapi.Tag{{Key: "Team", Value: "x"}},
		PermissionsBoundary: &iamapi.AttachedPermissionsBoundary{
			PermissionsBoundaryArn: &boundary, PermissionsBoundaryType: ptr(iamapi.PermissionsBoundaryAttachmentType("Policy")),
		},
	}
	if d := cmp.Diff(want, made); d != "" || !record.IsEntityID(made.UserId) {
		t.Errorf("CreateUser (-want +got):\n%s", d)
	}
	got := must[*iamapi.GetUserResponse](t)(s.GetUser(ctx, &iamapi.GetUserRequest{UserName: ptr("aNN")})).User
	if d := cmp.Diff(want, &got); d != "" {
		t.Errorf("GetUser (-want +got):\n%s", d)
	}
	_, err := s.CreateUser(ctx, &iamapi.CreateUserRequest{UserName: "ANN"})
	iamtest.Fails(t, err, iamapi.EntityAlreadyExistsException, "User with name ANN already exists.")
	_, err = s.GetUser(iamtest.Root(iamtest.Other), &iamapi.GetUserRequest{UserName: ptr("Ann")})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "The user with name Ann cannot be found.")
	group := "arn:aws:iam::111122223333:group/none"
	_, err = s.CreateUser(ctx, &iamapi.CreateUserRequest{UserName: "bob", PermissionsBoundary: &group})
	iamtest.Fails(t, err, iamapi.InvalidInputException, "ARN "+group+" is not valid.")
	none := "arn:aws:iam::111122223333:policy/none"
	_, err = s.CreateUser(ctx, &iamapi.CreateUserRequest{UserName: "bob", PermissionsBoundary: &none})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "Scope ARN: "+none+" does not exist or is not attachable.")
	if _, err = s.GetUser(ctx, &iamapi.GetUserRequest{UserName: ptr("bob")}); err == nil {
		t.Error("a user whose boundary does not exist was made")
	}
}

func TestGetOwnUser(t *testing.T) {
	s, _ := service(t)
	u := createUser(t, s, iamtest.Root(iamtest.Account), "ann")
	self := iamtest.UserPrincipal(iamtest.Account, u.UserId, u.Arn, u.UserName)
	got := must[*iamapi.GetUserResponse](t)(s.GetUser(iamtest.As(self, "GetUser"), &iamapi.GetUserRequest{}))
	if got.User.UserId != u.UserId {
		t.Errorf("the caller is shown as %+v", got.User)
	}
	root := must[*iamapi.GetUserResponse](t)(s.GetUser(iamtest.Root(iamtest.Account), &iamapi.GetUserRequest{}))
	if root.User.Arn != "arn:aws:iam::111122223333:root" || root.User.UserId != iamtest.Account {
		t.Errorf("the root is shown as %+v", root.User)
	}
	_, err := s.GetUser(iamtest.As(iamtest.RolePrincipal(iamtest.Account), "GetUser"), &iamapi.GetUserRequest{})
	iamtest.Fails(t, err, edge.ValidationError, "Must specify userName when calling with non-User credentials")
}

func TestUpdateUserKeepsTheID(t *testing.T) {
	s, _ := service(t)
	ctx := iamtest.Root(iamtest.Account)
	u := createUser(t, s, ctx, "ann")
	createUser(t, s, ctx, "bob")
	ok(t)(s.UpdateUser(ctx, &iamapi.UpdateUserRequest{UserName: "ann", NewUserName: ptr("eve"), NewPath: ptr("/x/")}))
	got := must[*iamapi.GetUserResponse](t)(s.GetUser(ctx, &iamapi.GetUserRequest{UserName: ptr("eve")})).User
	if got.UserId != u.UserId || got.Arn != "arn:aws:iam::111122223333:user/x/eve" {
		t.Errorf("renamed user is %+v", got)
	}
	_, err := s.GetUser(ctx, &iamapi.GetUserRequest{UserName: ptr("ann")})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "The user with name ann cannot be found.")
	_, err = s.UpdateUser(ctx, &iamapi.UpdateUserRequest{UserName: "eve", NewUserName: ptr("BOB")})
	iamtest.Fails(t, err, iamapi.EntityAlreadyExistsException, "User with name BOB already exists.")
}

func TestListUsersPages(t *testing.T) {
	s, _ := service(t)
	ctx := iamtest.As(iamtest.RootPrincipal(iamtest.Account), "ListUsers")
	for i, name := range []string{"d", "b", "A", "c", "E"} {
		path := ptr("/even/")
		if i%2 == 1 {
			path = ptr("/odd/")
		}
		ok(t)(s.CreateUser(ctx, &iamapi.CreateUserRequest{UserName: name, Path: path}))
	}
	createUser(t, s, iamtest.Root(iamtest.Other), "z")
	for prefix, want := range map[string]string{"/": "A b c d E", "/even/": "A d E", "/o": "b c", "/none/": ""} {
		var names []string
		in := &iamapi.ListUsersRequest{MaxItems: ptr(2), PathPrefix: &prefix}
		for {
			out := must[*iamapi.ListUsersResponse](t)(s.ListUsers(ctx, in))
			for _, u := range out.Users {
				names = append(names, u.UserName)
			}
			if !*out.IsTruncated {
				break
			}
			in.Marker = out.Marker
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("under %s: %q, want %q", prefix, got, want)
		}
	}
}

func TestUserTags(t *testing.T) {
	s, _ := service(t)
	ctx := iamtest.As(iamtest.RootPrincipal(iamtest.Account), "ListUserTags")
	createUser(t, s, ctx, "ann")
	ok(t)(s.TagUser(ctx, &iamapi.TagUserRequest{UserName: "ann", Tags: []iamapi.Tag{{Key: "b", Value: "1"}, {Key: "a", Value: "2"}}}))
	ok(t)(s.UntagUser(ctx, &iamapi.UntagUserRequest{UserName: "ann", TagKeys: []string{"B", "none"}}))
	got := must[*iamapi.ListUserTagsResponse](t)(s.ListUserTags(ctx, &iamapi.ListUserTagsRequest{UserName: "ann"}))
	if d := cmp.Diff([]iamapi.Tag{{Key: "a", Value: "2"}}, got.Tags); d != "" {
		t.Error(d)
	}
}

func TestDeleteUserConflicts(t *testing.T) {
	s, w := service(t)
	ctx := iamtest.Root(iamtest.Account)
	u := createUser(t, s, ctx, "ann")
	change := func(f func(*record.User)) {
		t.Helper()
		ok(t)(0, w.DB.Update(ctx, func(x store.Writer) error {
			row, err := record.Users.Get(ctx, x, u.UserId)
			if err != nil {
				return err
			}
			f(&row.Doc)
			return record.Users.Update(ctx, x, &row)
		}))
	}
	refused := func(message string) {
		t.Helper()
		_, err := s.DeleteUser(ctx, &iamapi.DeleteUserRequest{UserName: "ann"})
		iamtest.Fails(t, err, iamapi.DeleteConflictException, message)
	}
	ok(t)(s.CreateGroup(ctx, &iamapi.CreateGroupRequest{GroupName: "g"}))
	ok(t)(s.AddUserToGroup(ctx, &iamapi.AddUserToGroupRequest{GroupName: "g", UserName: "ann"}))
	refused("Cannot delete entity, must remove users from group first.")
	_, err := s.DeleteGroup(ctx, &iamapi.DeleteGroupRequest{GroupName: "g"})
	iamtest.Fails(t, err, iamapi.DeleteConflictException, "Cannot delete entity, must remove users from group first.")
	ok(t)(s.RemoveUserFromGroup(ctx, &iamapi.RemoveUserFromGroupRequest{GroupName: "g", UserName: "ann"}))
	change(func(u *record.User) { u.Inline = []record.InlinePolicy{{Name: "p"}} })
	refused("Cannot delete entity, must delete policies first.")
	change(func(u *record.User) { u.Attached = []record.PolicyRef{{ID: "x", ARN: "y"}} })
	refused("Cannot delete entity, must detach all policies first.")
	key := record.AccessKey{ID: "AKIA0000000000000000", Account: iamtest.Account, Owner: u.UserId}
	ok(t)(0, w.DB.Update(ctx, func(x store.Writer) error { return record.AccessKeys.Insert(ctx, x, &key) }))
	refused("Cannot delete entity, must delete access keys first.")
	ok(t)(0, w.DB.Update(ctx, func(x store.Writer) error { return record.AccessKeys.Delete(ctx, x, key.ID) }))
	change(func(u *record.User) { u.Inline, u.Attached = nil, nil })
	ok(t)(s.DeleteUser(ctx, &iamapi.DeleteUserRequest{UserName: "ann"}))
	_, err = s.DeleteUser(ctx, &iamapi.DeleteUserRequest{UserName: "ann"})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "The user with name ann cannot be found.")
}

func decode(t testing.TB, document *string) string {
	t.Helper()
	return must[string](t)(url.PathUnescape(*document))
}
