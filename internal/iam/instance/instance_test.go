package instance_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

func TestBindings(t *testing.T) {
	iamtest.CheckBindings(t, iamapi.Service(), setup(t).Operations())
}

func TestLife(t *testing.T) {
	h := setup(t)
	made := ok[*iamapi.CreateInstanceProfileResponse](t)(h.CreateInstanceProfile(h.ctx, &iamapi.CreateInstanceProfileRequest{
		InstanceProfileName: "P", Path: ptr("/x/"), Tags: []iamapi.Tag{{Key: "k", Value: "v"}},
	})).InstanceProfile
	want := iamapi.InstanceProfile{
		Arn: "arn:aws:iam::111122223333:instance-profile/x/P", CreateDate: h.world.Clock.Now().Truncate(1e9), InstanceProfileId: made.InstanceProfileId,
		InstanceProfileName: "P", Path: "/x/", Roles: []iamapi.Role{}, Tags: []iamapi.Tag{{Key: "k", Value: "v"}},
	}
	if d := cmp.Diff(want, made); d != "" || !strings.HasPrefix(made.InstanceProfileId, "AIPA") || len(made.InstanceProfileId) != 21 {
		t.Errorf("made (-want +got):\n%s", d)
	}
	if d := cmp.Diff(want, h.get(t, "p")); d != "" {
		t.Errorf("shown (-want +got):\n%s", d)
	}
	_, err := h.CreateInstanceProfile(h.ctx, &iamapi.CreateInstanceProfileRequest{InstanceProfileName: "p"})
	iamtest.Fails(t, err, iamapi.EntityAlreadyExistsException, "Instance Profile p already exists.")
	_, err = h.GetInstanceProfile(iamtest.Root(iamtest.Other), &iamapi.GetInstanceProfileRequest{InstanceProfileName: "P"})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "Instance Profile P cannot be found.")
	if d := cmp.Diff([]iamapi.Tag{}, func() []iamapi.Tag { h.profile(t, "plain", "/"); return h.get(t, "plain").Tags }()); d != "" {
		t.Error("no tags are not shown as an empty list:", d)
	}
	done(t)(h.DeleteInstanceProfile(h.ctx, &iamapi.DeleteInstanceProfileRequest{InstanceProfileName: "P"}))
	_, err = h.DeleteInstanceProfile(h.ctx, &iamapi.DeleteInstanceProfileRequest{InstanceProfileName: "P"})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "Instance Profile P cannot be found.")
	if again := h.profile(t, "P", "/"); again.InstanceProfileId == made.InstanceProfileId {
		t.Error("an id is used twice")
	}
}

func TestRoleOfProfile(t *testing.T) {
	h := setup(t)
	r := h.role(t, "r")
	h.role(t, "other")
	h.profile(t, "p", "/")
	iamtest.Fails(t, h.add("none", "r"), iamapi.NoSuchEntityException, "Instance Profile none cannot be found.")
	iamtest.Fails(t, h.add("p", "none"), iamapi.NoSuchEntityException, "The role with name none cannot be found.")
	if err := h.add("P", "R"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"r", "other"} {
		iamtest.Fails(t, h.add("p", name), iamapi.LimitExceededException, "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
	}
	want := []iamapi.Role{{
		Arn: r.Arn, AssumeRolePolicyDocument: r.AssumeRolePolicyDocument, CreateDate: r.CreateDate, Path: r.Path, RoleId: r.RoleId, RoleName: "r",
	}}
	if d := cmp.Diff(want, h.get(t, "p").Roles); d != "" {
		t.Errorf("roles (-want +got):\n%s", d)
	}
	_, err := h.DeleteInstanceProfile(h.ctx, &iamapi.DeleteInstanceProfileRequest{InstanceProfileName: "p"})
	iamtest.Fails(t, err, iamapi.DeleteConflictException, "Cannot delete entity, must remove roles from instance profile first.")
	_, err = h.roles.DeleteRole(h.ctx, &iamapi.DeleteRoleRequest{RoleName: "r"})
	iamtest.Fails(t, err, iamapi.DeleteConflictException, "Cannot delete entity, must remove roles from instance profile first.")
	iamtest.Fails(t, h.remove("none", "r"), iamapi.NoSuchEntityException, "Instance Profile none cannot be found.")
	iamtest.Fails(t, h.remove("p", "none"), iamapi.NoSuchEntityException, "The role with name none cannot be found.")
	iamtest.Fails(t, h.remove("p", "other"), iamapi.NoSuchEntityException, "Role other in Instance Profile p cannot be found.")
	if err := h.remove("p", "r"); err != nil {
		t.Fatal(err)
	}
	iamtest.Fails(t, h.remove("p", "r"), iamapi.NoSuchEntityException, "Role r in Instance Profile p cannot be found.")
	done(t)(h.roles.DeleteRole(h.ctx, &iamapi.DeleteRoleRequest{RoleName: "r"}))
	if len(h.get(t, "p").Roles) != 0 {
		t.Error("a role that was taken out is still shown")
	}
}

func TestRolesOfAWSStayOut(t *testing.T) {
	h := setup(t)
	h.profile(t, "p", "/")
	r := record.Role{ID: "AROAAAAAAAAAAAAAAAAAA", Account: iamtest.Account, Name: "L", Path: "/aws-service-role/x/", Trust: trust}
	done(t)(0, h.world.DB.Update(h.ctx, func(w store.Writer) error { return record.Roles.Insert(h.ctx, w, &r) }))
	iamtest.Fails(t, h.add("p", "l"), iamapi.UnmodifiableEntityException,
		"Cannot perform the operation on the protected role 'L' - this role is only modifiable by AWS")
}

func TestLists(t *testing.T) {
	h := setup(t)
	h.role(t, "r")
	for i := range 5 {
		name := fmt.Sprintf("p%d", i)
		h.profile(t, name, []string{"/a/", "/b/"}[i%2])
		if i > 1 {
			done(t)(0, h.add(name, "r"))
		}
	}
	for prefix, want := range map[string]string{"/": "p0 p1 p2 p3 p4", "/b/": "p1 p3", "/c": ""} {
		var names []string
		in := &iamapi.ListInstanceProfilesRequest{MaxItems: ptr(2), PathPrefix: &prefix}
		for {
			out := ok[*iamapi.ListInstanceProfilesResponse](t)(h.ListInstanceProfiles(h.ctx, in))
			for _, p := range out.InstanceProfiles {
				names = append(names, p.InstanceProfileName)
			}
			if in.Marker = out.Marker; in.Marker == nil {
				break
			}
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("under %s: %q, want %q", prefix, got, want)
		}
	}
	seen := map[string]bool{}
	in := &iamapi.ListInstanceProfilesForRoleRequest{RoleName: "r", MaxItems: ptr(2)}
	for pages := 1; ; pages++ {
		out := ok[*iamapi.ListInstanceProfilesForRoleResponse](t)(h.ListInstanceProfilesForRole(h.ctx, in))
		for _, p := range out.InstanceProfiles {
			seen[p.InstanceProfileName] = len(p.Roles) == 1 && p.Roles[0].RoleName == "r"
		}
		if in.Marker = out.Marker; in.Marker == nil || pages > 3 {
			break
		}
	}
	if d := cmp.Diff(map[string]bool{"p2": true, "p3": true, "p4": true}, seen); d != "" {
		t.Error(d)
	}
	_, err := h.ListInstanceProfilesForRole(h.ctx, &iamapi.ListInstanceProfilesForRoleRequest{RoleName: "none"})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "The role with name none cannot be found.")
	if out := ok[*iamapi.ListInstanceProfilesResponse](t)(h.ListInstanceProfiles(iamtest.Root(iamtest.Other), &iamapi.ListInstanceProfilesRequest{})); len(out.InstanceProfiles) != 0 {
		t.Error("another account sees profiles")
	}
}

func TestTags(t *testing.T) {
	h := setup(t)
	h.profile(t, "p", "/")
	tag := func(keys ...string) error {
		in := &iamapi.TagInstanceProfileRequest{InstanceProfileName: "p"}
		for _, k := range keys {
			in.Tags = append(in.Tags, iamapi.Tag{Key: k, Value: "1"})
		}
		_, err := h.TagInstanceProfile(h.ctx, in)
		return err
	}
	done(t)(0, tag("b", "a", "A"))
	iamtest.Fails(t, tag("a", "a"), iamapi.InvalidInputException, "Duplicate tag keys found.")
	iamtest.Fails(t, tag("aws:x"), iamapi.InvalidInputException, "")
	var many []string
	for i := range 48 {
		many = append(many, fmt.Sprint("k", i))
	}
	iamtest.Fails(t, tag(many...), iamapi.LimitExceededException, "Cannot exceed quota for TagsPerInstanceProfile: 50")
	done(t)(h.UntagInstanceProfile(h.ctx, &iamapi.UntagInstanceProfileRequest{InstanceProfileName: "p", TagKeys: []string{"a", "B"}}))
	list := ok[*iamapi.ListInstanceProfileTagsResponse](t)(h.ListInstanceProfileTags(h.ctx, &iamapi.ListInstanceProfileTagsRequest{InstanceProfileName: "p", MaxItems: ptr(1)}))
	if d := cmp.Diff([]iamapi.Tag{{Key: "A", Value: "1"}}, list.Tags); d != "" || !*list.IsTruncated {
		t.Error(d)
	}
	_, err := h.ListInstanceProfileTags(h.ctx, &iamapi.ListInstanceProfileTagsRequest{InstanceProfileName: "none"})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, "Instance Profile none cannot be found.")
}

func TestQuota(t *testing.T) {
	h := setup(t)
	done(t)(0, h.world.DB.Update(h.ctx, func(w store.Writer) error {
		for i := range 1000 {
			p := record.InstanceProfile{ID: fmt.Sprint("AIPA", i), Account: iamtest.Account, Name: fmt.Sprint("n", i), Path: "/"}
			if err := record.InstanceProfiles.Insert(h.ctx, w, &p); err != nil {
				return err
			}
		}
		return nil
	}))
	_, err := h.CreateInstanceProfile(h.ctx, &iamapi.CreateInstanceProfileRequest{InstanceProfileName: "more"})
	iamtest.Fails(t, err, iamapi.LimitExceededException, "Cannot exceed quota for InstanceProfilesPerAccount: 1000")
	done(t)(h.DeleteInstanceProfile(h.ctx, &iamapi.DeleteInstanceProfileRequest{InstanceProfileName: "n7"}))
	h.profile(t, "more", "/")
}

func TestOneOfManyRolesGetsIn(t *testing.T) {
	h := setup(t)
	h.profile(t, "p", "/")
	for i := range 100 {
		h.role(t, fmt.Sprint("r", i))
	}
	var won atomic.Int32
	var wait sync.WaitGroup
	for i := range 100 {
		wait.Go(func() {
			if h.add("p", fmt.Sprint("r", i)) == nil {
				won.Add(1)
			}
		})
	}
	wait.Wait()
	if won.Load() != 1 {
		t.Errorf("%d roles got in", won.Load())
	}
}

func TestAsks(t *testing.T) {
	h := setup(t)
	h.role(t, "R")
	h.profile(t, "P", "/x/")
	done(t)(h.TagInstanceProfile(h.ctx, &iamapi.TagInstanceProfileRequest{InstanceProfileName: "p", Tags: []iamapi.Tag{{Key: "T", Value: "1"}}}))
	const arn = "arn:aws:iam::111122223333:"
	none := iampolicy.MapContext{}
	tags := iampolicy.MapContext{"aws:resourcetag/t": {"1"}, "iam:resourcetag/t": {"1"}}
	request := iampolicy.MapContext{"aws:requesttag/e": {"p"}, "aws:tagkeys": {"E"}}
	for name, tt := range map[string]struct {
		operation string
		in        any
		want      []caller.Ask
	}{
		"passing the role": {"AddRoleToInstanceProfile", &iamapi.AddRoleToInstanceProfileRequest{InstanceProfileName: "p", RoleName: "r"}, []caller.Ask{
			{Action: "iam:AddRoleToInstanceProfile", Resource: arn + "instance-profile/x/P", Context: tags},
			{Action: "iam:PassRole", Resource: arn + "role/r/R", Context: iampolicy.MapContext{"iam:passedtoservice": {"ec2.amazonaws.com"}}},
		}},
		"tagging a new one": {"CreateInstanceProfile", &iamapi.CreateInstanceProfileRequest{InstanceProfileName: "n", Path: ptr("/y/"), Tags: []iamapi.Tag{{Key: "E", Value: "p"}}}, []caller.Ask{
			{Action: "iam:CreateInstanceProfile", Resource: arn + "instance-profile/y/n", Context: request},
			{Action: "iam:TagInstanceProfile", Resource: arn + "instance-profile/y/n", Context: request},
		}},
		"nobody's": {"DeleteInstanceProfile", &iamapi.DeleteInstanceProfileRequest{InstanceProfileName: "no"}, []caller.Ask{
			{Action: "iam:DeleteInstanceProfile", Resource: arn + "instance-profile/no", Context: none},
		}},
		"of a role": {"ListInstanceProfilesForRole", &iamapi.ListInstanceProfilesForRoleRequest{RoleName: "r"}, []caller.Ask{
			{Action: "iam:ListInstanceProfilesForRole", Resource: arn + "role/r/R", Context: none},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, b := range h.Operations() {
				if b.Operation.Name == tt.operation {
					got, err := b.Asks(h.ctx, iamapi.Service(), tt.in)
					if d := cmp.Diff(tt.want, got); d != "" || err != nil {
						t.Errorf("error %v, (-want +got):\n%s", err, d)
					}
					return
				}
			}
			t.Errorf("%s is not bound", tt.operation)
		})
	}
}
