package principal_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

func TestSpelledPolicies(t *testing.T) {
	h := newHouse(t)
	ann, own := h.user(t, "ann"), h.policy(t, "own", allowSQS)
	done(t)(h.policies.PutUserPolicy(h.ctx, &iamapi.PutUserPolicyRequest{UserName: "ann", PolicyName: "p", PolicyDocument: allowS3}))
	done(t)(h.policies.AttachUserPolicy(h.ctx, &iamapi.AttachUserPolicyRequest{UserName: "ann", PolicyArn: own}))
	done(t)(h.policies.PutUserPermissionsBoundary(h.ctx, &iamapi.PutUserPermissionsBoundaryRequest{UserName: "ann", PermissionsBoundary: admin}))
	devs, err := h.CreateGroup(h.ctx, &iamapi.CreateGroupRequest{GroupName: "devs"})
	if err != nil {
		t.Fatal(err)
	}
	done(t)(h.policies.PutGroupPolicy(h.ctx, &iamapi.PutGroupPolicyRequest{GroupName: "devs", PolicyName: "p", PolicyDocument: denyGet}))
	done(t)(h.AddUserToGroup(h.ctx, &iamapi.AddUserToGroupRequest{UserName: "ann", GroupName: "devs"}))
	runner := h.role(t, "runner")
	done(t)(h.policies.PutRolePolicy(h.ctx, &iamapi.PutRolePolicyRequest{RoleName: "runner", PolicyName: "p", PolicyDocument: allowS3}))

	for _, c := range []struct {
		kind     record.Kind
		id       string
		want     []string
		boundary string
	}{
		{record.KindUser, ann.UniqueID, []string{"user_ann_p", own, "group_devs_p"}, admin},
		{record.KindGroup, devs.Group.GroupId, []string{"group_devs_p"}, ""},
		{record.KindRole, runner.UniqueID, []string{"role_runner_p"}, ""},
	} {
		set, err := h.SpelledPolicies(h.ctx, iamtest.Account, c.kind, c.id)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, n := range set.Identity {
			got = append(got, n.ID)
		}
		boundary := ""
		if set.Boundary != nil {
			boundary = set.Boundary.ID
		}
		if diff := cmp.Diff(c.want, got); diff != "" || boundary != c.boundary {
			t.Errorf("%s: %s, boundary %q", c.kind, diff, boundary)
		}
		for _, account := range []string{iamtest.Other, ""} {
			if _, err := h.SpelledPolicies(h.ctx, account, c.kind, c.id); !errors.Is(err, caller.ErrUnknown) {
				t.Errorf("%s in %q: %v", c.kind, account, err)
			}
		}
	}
	// What decides is not changed by being spelled.
	set, err := h.PoliciesOf(h.ctx, &ann)
	if err != nil || set.Identity[0].ID != "p" {
		t.Errorf("%v, %v", set, err)
	}
	for _, kind := range []record.Kind{record.KindUser, record.KindGroup, record.KindRole, "policy", ""} {
		if _, err := h.SpelledPolicies(h.ctx, iamtest.Account, kind, "AIDANOBODYAAAAAAAAAAA"); !errors.Is(err, caller.ErrUnknown) {
			t.Errorf("%q: %v", kind, err)
		}
	}
}
