package organization

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

func TestPolicies(t *testing.T) {
	h := newHouse(t)
	h.root()
	create := func(name, content string, kind api.PolicyType) error {
		_, err := h.CreatePolicy(h.ctx, &api.CreatePolicyRequest{Name: name, Content: content, Type: kind})
		return err
	}
	p := h.policy("deny", denyIAM)
	fails(t, create("deny", denyIAM, api.PolicyTypeServiceControlPolicy), api.DuplicatePolicyException)
	fails(t, create("x", denyIAM, api.PolicyTypeTagPolicy), api.PolicyTypeNotAvailableForOrganizationException)
	for _, content := range []string{
		"", "{", "[]", `{"Version":"2012-10-17"}`, `{"Version":"2008-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`,
		`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}`,
		`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*"}]}`, denyIAM + denyIAM,
	} {
		fails(t, create("x", content, api.PolicyTypeServiceControlPolicy), api.MalformedPolicyDocumentException)
	}
	// The whole language counts, and so does white space.
	full := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","NotAction":"s3:*Bucket","NotResource":"arn:aws:s3:::x*","Condition":{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}}}`
	h.policy("full", full)
	h.policy("largest", denyIAM+strings.Repeat(" ", maxPolicySize-len(denyIAM)))
	fails(t, create("x", denyIAM+strings.Repeat(" ", maxPolicySize-len(denyIAM)+1), api.PolicyTypeServiceControlPolicy),
		api.ConstraintViolationException, "POLICY_CONTENT_LIMIT_EXCEEDED")

	out, err := h.UpdatePolicy(h.ctx, &api.UpdatePolicyRequest{PolicyId: p, Name: ptr("renamed"), Description: ptr("why"), Content: ptr(full)})
	h.ok(err)
	seen, err := h.DescribePolicy(h.ctx, &api.DescribePolicyRequest{PolicyId: p})
	h.ok(err)
	for _, got := range []*api.Policy{out.Policy, seen.Policy} {
		if s := got.PolicySummary; *s.Name != "renamed" || *s.Description != "why" || *got.Content != full || *s.AwsManaged || *s.Type != api.PolicyTypeServiceControlPolicy {
			t.Errorf("policy is %+v", s)
		}
	}
	_, err = h.UpdatePolicy(h.ctx, &api.UpdatePolicyRequest{PolicyId: p, Name: ptr("full")})
	fails(t, err, api.DuplicatePolicyException)
	_, err = h.UpdatePolicy(h.ctx, &api.UpdatePolicyRequest{PolicyId: p, Content: ptr("{}")})
	fails(t, err, api.MalformedPolicyDocumentException)
	_, err = h.UpdatePolicy(h.ctx, &api.UpdatePolicyRequest{PolicyId: fullAccessID, Name: ptr("x")})
	fails(t, err, api.InvalidInputException, "IMMUTABLE_POLICY")
	_, err = h.DeletePolicy(h.ctx, &api.DeletePolicyRequest{PolicyId: fullAccessID})
	fails(t, err, api.InvalidInputException, "IMMUTABLE_POLICY")
	_, err = h.DeletePolicy(h.ctx, &api.DeletePolicyRequest{PolicyId: "p-00000000"})
	fails(t, err, api.PolicyNotFoundException)
	managed, err := h.DescribePolicy(h.ctx, &api.DescribePolicyRequest{PolicyId: fullAccessID})
	h.ok(err)
	if s := managed.Policy.PolicySummary; !*s.AwsManaged || *s.Arn != "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess" || *s.Name != "FullAWSAccess" {
		t.Errorf("policy is %+v", s)
	}
	none, err := h.ListPolicies(h.ctx, &api.ListPoliciesRequest{Filter: api.PolicyTypeBackupPolicy})
	if err != nil || len(none.Policies) != 0 {
		t.Errorf("%+v, %v", none, err)
	}
}

func TestConsolidatedBilling(t *testing.T) {
	h := newHouse(t)
	_, err := h.CreateOrganization(h.ctx, &api.CreateOrganizationRequest{FeatureSet: ptr(api.OrganizationFeatureSetConsolidatedBilling)})
	h.ok(err)
	roots, err := h.ListRoots(h.ctx, &api.ListRootsRequest{})
	h.ok(err)
	_, err = h.EnablePolicyType(h.ctx, &api.EnablePolicyTypeRequest{RootId: *roots.Roots[0].Id, PolicyType: api.PolicyTypeServiceControlPolicy})
	fails(t, err, api.PolicyTypeNotAvailableForOrganizationException)
	_, err = h.EnableAWSServiceAccess(h.ctx, &api.EnableAWSServiceAccessRequest{ServicePrincipal: "iam.amazonaws.com"})
	fails(t, err, api.ConstraintViolationException, "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE")
	_, err = h.CreatePolicy(h.ctx, &api.CreatePolicyRequest{Name: "x", Content: denyIAM, Type: api.PolicyTypeServiceControlPolicy})
	fails(t, err, api.PolicyTypeNotAvailableForOrganizationException)
	list, err := h.ListPolicies(h.ctx, &api.ListPoliciesRequest{Filter: api.PolicyTypeServiceControlPolicy})
	if err != nil || len(list.Policies) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

// attached lists the ids of what a target has.
func (h *house) attached(target string) []string {
	h.t.Helper()
	out, err := h.ListPoliciesForTarget(h.ctx, &api.ListPoliciesForTargetRequest{TargetId: target, Filter: api.PolicyTypeServiceControlPolicy})
	h.ok(err)
	var ids []string
	for _, p := range out.Policies {
		ids = append(ids, *p.Id)
	}
	return ids
}

func TestAttachments(t *testing.T) {
	h := newHouse(t)
	root := h.root()
	ou, a, p := h.unit(root, "u"), h.account("a"), h.policy("p", denyIAM)
	attach := func(policy, target string) error {
		_, err := h.AttachPolicy(h.ctx, &api.AttachPolicyRequest{PolicyId: policy, TargetId: target})
		return err
	}
	detach := func(policy, target string) error {
		_, err := h.DetachPolicy(h.ctx, &api.DetachPolicyRequest{PolicyId: policy, TargetId: target})
		return err
	}
	enable := &api.EnablePolicyTypeRequest{RootId: root, PolicyType: api.PolicyTypeServiceControlPolicy}
	disable := &api.DisablePolicyTypeRequest{RootId: root, PolicyType: api.PolicyTypeServiceControlPolicy}
	fails(t, attach(p, ou), api.PolicyTypeNotEnabledException)
	_, err := h.DisablePolicyType(h.ctx, disable)
	fails(t, err, api.PolicyTypeNotEnabledException)
	_, err = h.EnablePolicyType(h.ctx, &api.EnablePolicyTypeRequest{RootId: "r-zzzz", PolicyType: enable.PolicyType})
	fails(t, err, api.RootNotFoundException)
	out, err := h.EnablePolicyType(h.ctx, enable)
	if err != nil || len(out.Root.PolicyTypes) != 1 || *out.Root.PolicyTypes[0].Status != api.PolicyTypeStatusEnabled {
		t.Errorf("%+v, %v", out, err)
	}
	_, err = h.EnablePolicyType(h.ctx, enable)
	fails(t, err, api.PolicyTypeAlreadyEnabledException)
	later, laterUnit := h.account("b"), h.unit(ou, "v")
	for _, target := range []string{root, ou, a, later, laterUnit, management} {
		if got := h.attached(target); len(got) != 1 || got[0] != fullAccessID {
			t.Errorf("%s has %q", target, got)
		}
	}
	targets, err := h.ListTargetsForPolicy(h.ctx, &api.ListTargetsForPolicyRequest{PolicyId: fullAccessID})
	if err != nil || len(targets.Targets) != 6 {
		t.Errorf("%+v, %v", targets, err)
	}
	fails(t, attach(p, stranger), api.TargetNotFoundException)
	fails(t, attach(p, p), api.TargetNotFoundException)
	fails(t, attach("p-00000000", ou), api.PolicyNotFoundException)
	fails(t, detach(p, ou), api.PolicyNotAttachedException)
	fails(t, detach(fullAccessID, ou), api.ConstraintViolationException, "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED")
	h.ok(attach(p, ou))
	fails(t, attach(p, ou), api.DuplicatePolicyAttachmentException)
	_, err = h.DeletePolicy(h.ctx, &api.DeletePolicyRequest{PolicyId: p})
	fails(t, err, api.PolicyInUseException)
	one, err := h.ListTargetsForPolicy(h.ctx, &api.ListTargetsForPolicyRequest{PolicyId: p})
	if err != nil || len(one.Targets) != 1 || *one.Targets[0].TargetId != ou || *one.Targets[0].Name != "u" || *one.Targets[0].Type != api.TargetTypeOrganizationalUnit {
		t.Errorf("%+v, %v", one, err)
	}
	h.ok(detach(fullAccessID, ou))
	for i := range maxAttached - 1 {
		h.attach(h.policy("more"+strconv.Itoa(i), denyIAM), ou)
	}
	fails(t, attach(fullAccessID, ou), api.ConstraintViolationException, "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED")
	_, err = h.DisablePolicyType(h.ctx, disable)
	h.ok(err)
	if got := h.attached(ou); len(got) != 0 {
		t.Errorf("it still has %q", got)
	}
	_, err = h.DeletePolicy(h.ctx, &api.DeletePolicyRequest{PolicyId: p})
	h.ok(err)
	_, err = h.EnablePolicyType(h.ctx, enable)
	h.ok(err)
	if got := h.attached(ou); len(got) != 1 || got[0] != fullAccessID {
		t.Errorf("it has %q", got)
	}
}

// TestDetachRace: a target that has two policies loses one, however many take them away at once.
func TestDetachRace(t *testing.T) {
	h := newHouse(t)
	root := h.enforced()
	p := h.policy("p", denyIAM)
	h.attach(p, root)
	detached := 0
	for _, err := range race(100, func(i int) error {
		id := p
		if i%2 == 0 {
			id = fullAccessID
		}
		_, err := h.DetachPolicy(h.ctx, &api.DetachPolicyRequest{PolicyId: id, TargetId: root})
		return err
	}) {
		if err == nil {
			detached++
		}
	}
	if left := h.attached(root); detached != 1 || len(left) != 1 {
		t.Errorf("%d were detached, %q are left", detached, left)
	}
}

func TestTags(t *testing.T) {
	h := newHouse(t)
	root := h.root()
	tag := func(id string, tags ...api.Tag) error {
		_, err := h.TagResource(h.ctx, &api.TagResourceRequest{ResourceId: id, Tags: tags})
		return err
	}
	for _, id := range []string{root, h.unit(root, "u"), h.account("a"), h.policy("p", denyIAM), management} {
		h.ok(tag(id, api.Tag{Key: "b", Value: "1"}, api.Tag{Key: "a", Value: "2"}, api.Tag{Key: "A", Value: "3"}))
		h.ok(tag(id, api.Tag{Key: "a", Value: "4"}))
		_, err := h.UntagResource(h.ctx, &api.UntagResourceRequest{ResourceId: id, TagKeys: []string{"b", "absent"}})
		h.ok(err)
		out, err := h.ListTagsForResource(h.ctx, &api.ListTagsForResourceRequest{ResourceId: id})
		if err != nil || len(out.Tags) != 2 || out.Tags[0] != (api.Tag{Key: "A", Value: "3"}) || out.Tags[1] != (api.Tag{Key: "a", Value: "4"}) {
			t.Errorf("%s has %+v, %v", id, out, err)
		}
	}
	fails(t, tag(root, api.Tag{Key: "AWS:x"}), api.InvalidInputException, "INVALID_SYSTEM_TAGS_PARAMETER")
	fails(t, tag(root, api.Tag{Key: "x"}, api.Tag{Key: "x"}), api.InvalidInputException, "DUPLICATE_TAG_KEY")
	fails(t, tag(stranger, api.Tag{Key: "x"}), api.TargetNotFoundException)
	fails(t, tag(fullAccessID, api.Tag{Key: "x"}), api.InvalidInputException, "TARGET_NOT_SUPPORTED")
	var many []api.Tag
	for i := range maxTags - 1 {
		many = append(many, api.Tag{Key: strconv.Itoa(i)})
	}
	fails(t, tag(root, many...), api.ConstraintViolationException, "MAX_TAG_LIMIT_EXCEEDED")
	h.ok(tag(root, many[1:]...))
}

// TestAsksForTags: what a request creates with tags it asks to tag, and tags whose keys differ in case alone all count.
func TestAsksForTags(t *testing.T) {
	h := newHouse(t)
	root := h.root()
	o, err := h.DescribeOrganization(h.ctx, nil)
	h.ok(err)
	at, org := "arn:aws:organizations::"+management+":", "/"+*o.Organization.Id+"/"
	tags := []api.Tag{{Key: "Team", Value: "a"}, {Key: "team", Value: "b"}}
	for resource, ask := range map[string]func([]api.Tag) ([]caller.Ask, error){
		at + "account" + org + "*": func(tags []api.Tag) ([]caller.Ask, error) {
			return h.askCreateAccount(h.ctx, &api.CreateAccountRequest{Tags: tags})
		},
		at + "ou" + org + "ou-*": func(tags []api.Tag) ([]caller.Ask, error) {
			return h.askCreateUnit(h.ctx, &api.CreateOrganizationalUnitRequest{ParentId: root, Tags: tags})
		},
		at + "policy" + org + "service_control_policy/p-*": func(tags []api.Tag) ([]caller.Ask, error) {
			return h.askCreatePolicy(h.ctx, &api.CreatePolicyRequest{Type: api.PolicyTypeServiceControlPolicy, Tags: tags})
		},
	} {
		if asks, err := ask(nil); err != nil || len(asks) != 1 || asks[0].Action != "" {
			t.Errorf("without tags: %+v, %v", asks, err)
		}
		asks, err := ask(tags)
		if err != nil || len(asks) != 2 || asks[1].Action != "organizations:TagResource" || asks[1].Resource != resource {
			t.Fatalf("asks are %+v, %v; want %s", asks, err, resource)
		}
		for _, a := range asks {
			if got := a.Context["aws:requesttag/team"]; !slices.Equal(got, []string{"a", "b"}) {
				t.Errorf("%s: tags are %q", a.Resource, got)
			}
		}
	}
	_, err = h.TagResource(h.ctx, &api.TagResourceRequest{ResourceId: root, Tags: tags})
	h.ok(err)
	for range 20 { // maps are read in another order each time
		asks, err := h.ask(h.ctx, []string{root})
		if err != nil || !slices.Equal(asks[0].Context["aws:resourcetag/team"], []string{"a", "b"}) {
			t.Fatalf("asks are %+v, %v", asks, err)
		}
	}
}
