package identity_test

import (
	"pgregory.net/rapid"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// holder is how one kind of entity gets and loses policies.
type holder struct {
	things         map[string]*thing
	attach, detach func(entity, arn string) (*wire.Empty, error)
	put, drop      func(entity, policy string) (*wire.Empty, error)
	setBoundary    func(entity, arn string) (*wire.Empty, error)
	clearBoundary  func(entity string) (*wire.Empty, error)
}

// grants gives policies to users, groups and roles, and takes them away.
func (m *model) grants() map[string]func(*rapid.T) {
	all := map[string]func(*rapid.T){}
	for kind, h := range map[string]*holder{"User": m.userHolder(), "Group": m.groupHolder(), "Role": m.roleHolder()} {
		all["Attach"+kind+"Policy"] = func(t *rapid.T) { m.attach(t, h) }
		all["Detach"+kind+"Policy"] = func(t *rapid.T) { m.detach(t, h) }
		all["Put"+kind+"Policy"] = func(t *rapid.T) {
			n, p := name(t), name(t)
			_, err := h.put(n, p)
			answer(t, err, first(h.things[n] == nil, none))
			if e := h.things[n]; e != nil {
				e.inline[p] = true
			}
		}
		all["Delete"+kind+"Policy"] = func(t *rapid.T) {
			n, p := name(t), name(t)
			_, err := h.drop(n, p)
			answer(t, err, first(h.things[n] == nil || !h.things[n].inline[p], none))
			if e := h.things[n]; e != nil {
				delete(e.inline, p)
			}
		}
		if h.setBoundary != nil {
			all["Put"+kind+"PermissionsBoundary"] = func(t *rapid.T) { m.bound(t, h) }
			all["Delete"+kind+"PermissionsBoundary"] = func(t *rapid.T) { m.unbound(t, h) }
		}
	}
	return all
}

func (m *model) attach(t *rapid.T, h *holder) {
	n, p := name(t), name(t)
	_, err := h.attach(n, m.arn(p))
	want := first(h.things[n] == nil || m.policies[p] == nil, none)
	answer(t, err, want)
	if want == "" {
		h.things[n].attached[p] = true
	}
}

func (m *model) detach(t *rapid.T, h *holder) {
	n, p := name(t), name(t)
	_, err := h.detach(n, m.arn(p))
	want := first(h.things[n] == nil || !h.things[n].attached[p], none)
	answer(t, err, want)
	if want == "" {
		delete(h.things[n].attached, p)
	}
}

func (m *model) bound(t *rapid.T, h *holder) {
	n, p := name(t), name(t)
	_, err := h.setBoundary(n, m.arn(p))
	want := first(h.things[n] == nil || m.policies[p] == nil, none)
	answer(t, err, want)
	if want == "" {
		h.things[n].boundary = p
	}
}

func (m *model) unbound(t *rapid.T, h *holder) {
	n := name(t)
	_, err := h.clearBoundary(n)
	want := first(h.things[n] == nil || h.things[n].boundary == "", none)
	answer(t, err, want)
	if want == "" {
		h.things[n].boundary = ""
	}
}

func (m *model) userHolder() *holder {
	s := m.building.policies
	return &holder{
		things: m.users,
		attach: func(n, arn string) (*wire.Empty, error) {
			return s.AttachUserPolicy(m.ctx, &iamapi.AttachUserPolicyRequest{UserName: n, PolicyArn: arn})
		},
		detach: func(n, arn string) (*wire.Empty, error) {
			return s.DetachUserPolicy(m.ctx, &iamapi.DetachUserPolicyRequest{UserName: n, PolicyArn: arn})
		},
		put: func(n, p string) (*wire.Empty, error) {
			return s.PutUserPolicy(m.ctx, &iamapi.PutUserPolicyRequest{UserName: n, PolicyName: p, PolicyDocument: anything})
		},
		drop: func(n, p string) (*wire.Empty, error) {
			return s.DeleteUserPolicy(m.ctx, &iamapi.DeleteUserPolicyRequest{UserName: n, PolicyName: p})
		},
		setBoundary: func(n, arn string) (*wire.Empty, error) {
			return s.PutUserPermissionsBoundary(m.ctx, &iamapi.PutUserPermissionsBoundaryRequest{UserName: n, PermissionsBoundary: arn})
		},
		clearBoundary: func(n string) (*wire.Empty, error) {
			return s.DeleteUserPermissionsBoundary(m.ctx, &iamapi.DeleteUserPermissionsBoundaryRequest{UserName: n})
		},
	}
}

func (m *model) groupHolder() *holder {
	s := m.building.policies
	return &holder{
		things: m.groups,
		attach: func(n, arn string) (*wire.Empty, error) {
			return s.AttachGroupPolicy(m.ctx, &iamapi.AttachGroupPolicyRequest{GroupName: n, PolicyArn: arn})
		},
		detach: func(n, arn string) (*wire.Empty, error) {
			return s.DetachGroupPolicy(m.ctx, &iamapi.DetachGroupPolicyRequest{GroupName: n, PolicyArn: arn})
		},
		put: func(n, p string) (*wire.Empty, error) {
			return s.PutGroupPolicy(m.ctx, &iamapi.PutGroupPolicyRequest{GroupName: n, PolicyName: p, PolicyDocument: anything})
		},
		drop: func(n, p string) (*wire.Empty, error) {
			return s.DeleteGroupPolicy(m.ctx, &iamapi.DeleteGroupPolicyRequest{GroupName: n, PolicyName: p})
		},
	}
}

func (m *model) roleHolder() *holder {
	s := m.building.policies
	return &holder{
		things: m.roles,
		attach: func(n, arn string) (*wire.Empty, error) {
			return s.AttachRolePolicy(m.ctx, &iamapi.AttachRolePolicyRequest{RoleName: n, PolicyArn: arn})
		},
		detach: func(n, arn string) (*wire.Empty, error) {
			return s.DetachRolePolicy(m.ctx, &iamapi.DetachRolePolicyRequest{RoleName: n, PolicyArn: arn})
		},
		put: func(n, p string) (*wire.Empty, error) {
			return s.PutRolePolicy(m.ctx, &iamapi.PutRolePolicyRequest{RoleName: n, PolicyName: p, PolicyDocument: anything})
		},
		drop: func(n, p string) (*wire.Empty, error) {
			return s.DeleteRolePolicy(m.ctx, &iamapi.DeleteRolePolicyRequest{RoleName: n, PolicyName: p})
		},
		setBoundary: func(n, arn string) (*wire.Empty, error) {
			return s.PutRolePermissionsBoundary(m.ctx, &iamapi.PutRolePermissionsBoundaryRequest{RoleName: n, PermissionsBoundary: arn})
		},
		clearBoundary: func(n string) (*wire.Empty, error) {
			return s.DeleteRolePermissionsBoundary(m.ctx, &iamapi.DeleteRolePermissionsBoundaryRequest{RoleName: n})
		},
	}
}
