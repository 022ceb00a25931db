package pooluser

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/wire"
)

func TestGroups(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, directory.Pool{CaseSensitive: true})
	create := func(name string) error {
		return second(h.CreateGroup(h.ctx, &api.CreateGroupRequest{UserPoolId: p.ID, GroupName: name, Precedence: new(0), Description: new("d")}))
	}
	for _, name := range []string{"b", "a", "c"} {
		if err := create(name); err != nil {
			t.Fatal(err)
		}
	}
	wantError(t, create("a"), api.GroupExistsException, "A group with the name already exists.")
	stamp := h.now.Truncate(1e6)
	role := "arn:aws:iam::111122223333:role/r"
	got := must[*api.UpdateGroupResponse](t)(h.UpdateGroup(h.ctx, &api.UpdateGroupRequest{UserPoolId: p.ID, GroupName: "a", RoleArn: &role})).Group
	want := &api.GroupType{GroupName: new("a"), UserPoolId: &p.ID, Description: new("d"), Precedence: new(0), RoleArn: &role, CreationDate: &stamp, LastModifiedDate: &stamp}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("group differs (-want +got):\n%s", diff)
	}
	shown := must[*api.GetGroupResponse](t)(h.GetGroup(h.ctx, &api.GetGroupRequest{UserPoolId: p.ID, GroupName: "a"})).Group
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Errorf("GetGroup differs:\n%s", diff)
	}
	var names []string
	var token *string
	for {
		out := must[*api.ListGroupsResponse](t)(h.ListGroups(h.ctx, &api.ListGroupsRequest{UserPoolId: p.ID, Limit: new(2), NextToken: token}))
		for _, g := range out.Groups {
			names = append(names, *g.GroupName)
		}
		if token = out.NextToken; token == nil {
			break
		}
	}
	if diff := cmp.Diff([]string{"a", "b", "c"}, names); diff != "" {
		t.Error(diff)
	}
	for name, err := range map[string]error{
		"get":    second(h.GetGroup(h.ctx, &api.GetGroupRequest{UserPoolId: p.ID, GroupName: "x"})),
		"update": second(h.UpdateGroup(h.ctx, &api.UpdateGroupRequest{UserPoolId: p.ID, GroupName: "x"})),
		"delete": second(h.DeleteGroup(h.ctx, &api.DeleteGroupRequest{UserPoolId: p.ID, GroupName: "x"})),
		"add":    second(h.AdminAddUserToGroup(h.ctx, &api.AdminAddUserToGroupRequest{UserPoolId: p.ID, GroupName: "x", Username: "ann"})),
		"list":   second(h.ListUsersInGroup(h.ctx, &api.ListUsersInGroupRequest{UserPoolId: p.ID, GroupName: "x"})),
	} {
		t.Run(name, func(t *testing.T) { wantError(t, err, api.ResourceNotFoundException, "Group not found.") })
	}
}

func TestMembers(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, directory.Pool{CaseSensitive: true})
	h.newTestUser(t, p, "ann")
	h.newTestUser(t, p, "bob")
	add := func(group, user string) error {
		return second(h.AdminAddUserToGroup(h.ctx, &api.AdminAddUserToGroupRequest{UserPoolId: p.ID, GroupName: group, Username: user}))
	}
	for i := range 3 {
		group := fmt.Sprint("g", i)
		must[*api.CreateGroupResponse](t)(h.CreateGroup(h.ctx, &api.CreateGroupRequest{UserPoolId: p.ID, GroupName: group}))
		for range 2 { // being a member already is no error
			if err := add(group, "ann"); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := add("g1", "bob"); err != nil {
		t.Fatal(err)
	}
	wantError(t, add("g1", "nobody"), api.UserNotFoundException, "User does not exist.")
	groups := func(user string) (names []string) {
		in := api.AdminListGroupsForUserRequest{UserPoolId: p.ID, Username: user, Limit: new(1)}
		for {
			out := must[*api.AdminListGroupsForUserResponse](t)(h.AdminListGroupsForUser(h.ctx, &in))
			for _, g := range out.Groups {
				names = append(names, *g.GroupName)
			}
			if in.NextToken = out.NextToken; in.NextToken == nil {
				return names
			}
		}
	}
	if diff := cmp.Diff([]string{"g0", "g1", "g2"}, groups("ann")); diff != "" {
		t.Error(diff)
	}
	must[*wire.Empty](t)(h.AdminRemoveUserFromGroup(h.ctx, &api.AdminRemoveUserFromGroupRequest{UserPoolId: p.ID, GroupName: "g0", Username: "ann"}))
	must[*wire.Empty](t)(h.AdminRemoveUserFromGroup(h.ctx, &api.AdminRemoveUserFromGroupRequest{UserPoolId: p.ID, GroupName: "g0", Username: "ann"}))
	must[*wire.Empty](t)(h.DeleteGroup(h.ctx, &api.DeleteGroupRequest{UserPoolId: p.ID, GroupName: "g2"}))
	if diff := cmp.Diff([]string{"g1"}, groups("ann")); diff != "" {
		t.Error(diff)
	}
	// A group made again under an old name has none of the old members.
	must[*api.CreateGroupResponse](t)(h.CreateGroup(h.ctx, &api.CreateGroupRequest{UserPoolId: p.ID, GroupName: "g2"}))
	if diff := cmp.Diff([]string{"g1"}, groups("ann")); diff != "" {
		t.Error(diff)
	}
	must[*wire.Empty](t)(h.AdminDeleteUser(h.ctx, &api.AdminDeleteUserRequest{UserPoolId: p.ID, Username: "ann"}))
	out := must[*api.ListUsersInGroupResponse](t)(h.ListUsersInGroup(h.ctx, &api.ListUsersInGroupRequest{UserPoolId: p.ID, GroupName: "g1"}))
	if len(out.Users) != 1 || *out.Users[0].Username != "bob" {
		t.Errorf("%d members are left", len(out.Users))
	}
}
