package identity_test

import (
	"pgregory.net/rapid"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
)

// moves renames things and moves them in and out of others.
func (m *model) moves() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"UpdateUser": func(t *rapid.T) {
			old, n := name(t), name(t)
			_, err := m.ids.UpdateUser(m.ctx, &iamapi.UpdateUserRequest{UserName: old, NewUserName: &n})
			m.rename(t, m.users, old, n, err)
		},
		"UpdateGroup": func(t *rapid.T) {
			old, n := name(t), name(t)
			_, err := m.ids.UpdateGroup(m.ctx, &iamapi.UpdateGroupRequest{GroupName: old, NewGroupName: &n})
			m.rename(t, m.groups, old, n, err)
		},
		"AddUserToGroup": func(t *rapid.T) {
			user, group := name(t), name(t)
			_, err := m.ids.AddUserToGroup(m.ctx, &iamapi.AddUserToGroupRequest{UserName: user, GroupName: group})
			u, g := m.users[user], m.groups[group]
			if want := first(u == nil || g == nil, none); want != "" {
				answer(t, err, want)
				return
			}
			answer(t, err, "")
			u.groups[g] = true
		},
		"RemoveUserFromGroup": func(t *rapid.T) {
			user, group := name(t), name(t)
			_, err := m.ids.RemoveUserFromGroup(m.ctx, &iamapi.RemoveUserFromGroupRequest{UserName: user, GroupName: group})
			u, g := m.users[user], m.groups[group]
			answer(t, err, first(u == nil || g == nil, none))
			if u != nil && g != nil {
				delete(u.groups, g)
			}
		},
		"AddRoleToInstanceProfile": func(t *rapid.T) {
			profile, role := name(t), name(t)
			in := &iamapi.AddRoleToInstanceProfileRequest{InstanceProfileName: profile, RoleName: role}
			_, err := m.building.profiles.AddRoleToInstanceProfile(m.ctx, in)
			p, r := m.profiles[profile], m.roles[role]
			want := first(p == nil || r == nil, none, p != nil && p.role != nil, limit)
			answer(t, err, want)
			if want == "" {
				p.role = r
			}
		},
		"RemoveRoleFromInstanceProfile": func(t *rapid.T) {
			profile, role := name(t), name(t)
			in := &iamapi.RemoveRoleFromInstanceProfileRequest{InstanceProfileName: profile, RoleName: role}
			_, err := m.building.profiles.RemoveRoleFromInstanceProfile(m.ctx, in)
			p, r := m.profiles[profile], m.roles[role]
			want := first(p == nil || r == nil, none, p != nil && p.role != r, none)
			answer(t, err, want)
			if want == "" {
				p.role = nil
			}
		},
	}
}

func (m *model) rename(t *rapid.T, kind map[string]*thing, old, n string, err error) {
	t.Helper()
	want := first(kind[old] == nil, none, old != n && kind[n] != nil, exists)
	answer(t, err, want)
	if want == "" {
		e := kind[old]
		delete(kind, old)
		kind[n] = e
	}
}
