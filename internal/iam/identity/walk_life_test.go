package identity_test

import (
	"pgregory.net/rapid"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
)

const anything = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:*","Resource":"*"}]}`

// lives makes and deletes things.
func (m *model) lives() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"CreateUser": func(t *rapid.T) {
			n := name(t)
			_, err := m.ids.CreateUser(m.ctx, &iamapi.CreateUserRequest{UserName: n})
			m.create(t, m.users, n, err)
		},
		"CreateGroup": func(t *rapid.T) {
			n := name(t)
			_, err := m.ids.CreateGroup(m.ctx, &iamapi.CreateGroupRequest{GroupName: n})
			m.create(t, m.groups, n, err)
		},
		"CreateRole": func(t *rapid.T) {
			n := name(t)
			_, err := m.ids.CreateRole(m.ctx, &iamapi.CreateRoleRequest{RoleName: n, AssumeRolePolicyDocument: trust("*")})
			m.create(t, m.roles, n, err)
		},
		"CreatePolicy": func(t *rapid.T) {
			n := name(t)
			_, err := m.building.policies.CreatePolicy(m.ctx, &iamapi.CreatePolicyRequest{PolicyName: n, PolicyDocument: anything})
			m.create(t, m.policies, n, err)
		},
		"CreateInstanceProfile": func(t *rapid.T) {
			n := name(t)
			_, err := m.building.profiles.CreateInstanceProfile(m.ctx, &iamapi.CreateInstanceProfileRequest{InstanceProfileName: n})
			m.create(t, m.profiles, n, err)
		},
		"DeleteUser": func(t *rapid.T) {
			n := name(t)
			_, err := m.ids.DeleteUser(m.ctx, &iamapi.DeleteUserRequest{UserName: n})
			m.remove(t, m.users, n, func(u *thing) bool { return len(u.attached)+len(u.inline)+len(u.groups) > 0 }, err)
		},
		"DeleteGroup": func(t *rapid.T) {
			n := name(t)
			_, err := m.ids.DeleteGroup(m.ctx, &iamapi.DeleteGroupRequest{GroupName: n})
			m.remove(t, m.groups, n, func(g *thing) bool { return len(g.attached)+len(g.inline) > 0 || m.hasMembers(g) }, err)
		},
		"DeleteRole": func(t *rapid.T) {
			n := name(t)
			_, err := m.ids.DeleteRole(m.ctx, &iamapi.DeleteRoleRequest{RoleName: n})
			m.remove(t, m.roles, n, func(r *thing) bool { return len(r.attached)+len(r.inline) > 0 || m.inProfile(r) }, err)
		},
		"DeletePolicy": func(t *rapid.T) {
			n := name(t)
			_, err := m.building.policies.DeletePolicy(m.ctx, &iamapi.DeletePolicyRequest{PolicyArn: m.arn(n)})
			m.remove(t, m.policies, n, func(*thing) bool { return m.used(n) }, err)
		},
		"DeleteInstanceProfile": func(t *rapid.T) {
			n := name(t)
			_, err := m.building.profiles.DeleteInstanceProfile(m.ctx, &iamapi.DeleteInstanceProfileRequest{InstanceProfileName: n})
			m.remove(t, m.profiles, n, func(p *thing) bool { return p.role != nil }, err)
		},
	}
}

func (m *model) create(t *rapid.T, kind map[string]*thing, n string, err error) {
	t.Helper()
	want := first(kind[n] != nil, exists)
	answer(t, err, want)
	if want == "" {
		kind[n] = newThing()
	}
}

func (m *model) remove(t *rapid.T, kind map[string]*thing, n string, busy func(*thing) bool, err error) {
	t.Helper()
	want := first(kind[n] == nil, none, kind[n] != nil && busy(kind[n]), conflict)
	answer(t, err, want)
	if want == "" {
		delete(kind, n)
	}
}

func (m *model) hasMembers(g *thing) bool {
	for _, u := range m.users {
		if u.groups[g] {
			return true
		}
	}
	return false
}

func (m *model) inProfile(r *thing) bool {
	for _, p := range m.profiles {
		if p.role == r {
			return true
		}
	}
	return false
}

// used reports whether anybody uses a policy.
func (m *model) used(policy string) bool {
	for _, kind := range []map[string]*thing{m.users, m.groups, m.roles} {
		for _, e := range kind {
			if e.attached[policy] || e.boundary == policy {
				return true
			}
		}
	}
	return false
}
