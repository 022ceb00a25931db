package policy_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

func TestProtectedRolesKeepTheirPolicies(t *testing.T) {
	s, w, ctx := setup(t)
	r := record.Role{
		ID: "AROABBBBBBBBBBBBBBBBB", Account: iamtest.Account, Name: "Linked", Path: "/aws-service-role/x/",
		Grants: record.Grants{Inline: []record.InlinePolicy{{Name: "p", Document: allowed}}, Attached: []record.PolicyRef{{ID: "x", ARN: admin}}},
	}
	done(t)(0, w.DB.Update(ctx, func(x store.Writer) error { return record.Roles.Insert(ctx, x, &r) }))
	name := "linked"
	for operation, try := range map[string]func() (any, error){
		"PutRolePolicy": func() (any, error) {
			return s.PutRolePolicy(ctx, &iamapi.PutRolePolicyRequest{RoleName: name, PolicyName: "n", PolicyDocument: allowed})
		},
		"DeleteRolePolicy": func() (any, error) {
			return s.DeleteRolePolicy(ctx, &iamapi.DeleteRolePolicyRequest{RoleName: name, PolicyName: "p"})
		},
		"AttachRolePolicy": func() (any, error) {
			return s.AttachRolePolicy(ctx, &iamapi.AttachRolePolicyRequest{RoleName: name, PolicyArn: admin})
		},
		"DetachRolePolicy": func() (any, error) {
			return s.DetachRolePolicy(ctx, &iamapi.DetachRolePolicyRequest{RoleName: name, PolicyArn: admin})
		},
		"PutRolePermissionsBoundary": func() (any, error) {
			return s.PutRolePermissionsBoundary(ctx, &iamapi.PutRolePermissionsBoundaryRequest{RoleName: name, PermissionsBoundary: admin})
		},
		"DeleteRolePermissionsBoundary": func() (any, error) {
			return s.DeleteRolePermissionsBoundary(ctx, &iamapi.DeleteRolePermissionsBoundaryRequest{RoleName: name})
		},
	} {
		t.Run(operation, func(t *testing.T) {
			_, err := try()
			iamtest.Fails(t, err, iamapi.UnmodifiableEntityException,
				"Cannot perform the operation on the protected role 'Linked' - this role is only modifiable by AWS")
		})
	}
	list := ok[*iamapi.ListRolePoliciesResponse](t)(s.ListRolePolicies(ctx, &iamapi.ListRolePoliciesRequest{RoleName: name}))
	if d := cmp.Diff([]string{"p"}, list.PolicyNames); d != "" {
		t.Error(d)
	}
}

func TestPoliciesOfLinkedRolesAttachToNobodyElse(t *testing.T) {
	s, _, ctx := setup(t)
	const arn = "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy"
	_, err := s.AttachRolePolicy(ctx, &iamapi.AttachRolePolicyRequest{RoleName: "ann", PolicyArn: arn})
	iamtest.Fails(t, err, iamapi.PolicyNotAttachableException, "Cannot attach a Service Role Policy to a Customer Role.")
	_, err = s.AttachUserPolicy(ctx, &iamapi.AttachUserPolicyRequest{UserName: "ann", PolicyArn: arn})
	iamtest.Fails(t, err, iamapi.PolicyNotAttachableException, "")
}

func TestQuotaOfPolicies(t *testing.T) {
	s, w, ctx := setup(t)
	done(t)(0, w.DB.Update(ctx, func(x store.Writer) error {
		for i := range 1500 {
			p := record.Policy{
				ID: fmt.Sprint("ANPA", i), Account: iamtest.Account, Name: fmt.Sprint("n", i), Path: "/", Default: "v1", Last: 1,
				Versions: []record.Version{{ID: "v1", Document: allowed}},
			}
			if err := record.Policies.Insert(ctx, x, &p); err != nil {
				return err
			}
		}
		return nil
	}))
	_, err := s.CreatePolicy(ctx, &iamapi.CreatePolicyRequest{PolicyName: "more", PolicyDocument: allowed})
	iamtest.Fails(t, err, iamapi.LimitExceededException, "Cannot exceed quota for PoliciesPerAccount: 1500")
	done(t)(s.DeletePolicy(ctx, &iamapi.DeletePolicyRequest{PolicyArn: "arn:aws:iam::111122223333:policy/n7"}))
	create(t, s, ctx, "more")
}

func TestVersionsOfNoPolicy(t *testing.T) {
	s, _, ctx := setup(t)
	const arn = "arn:aws:iam::111122223333:policy/none"
	const want = "Policy " + arn + " version v1 does not exist or is not attachable."
	_, err := s.GetPolicyVersion(ctx, &iamapi.GetPolicyVersionRequest{PolicyArn: arn, VersionId: "v1"})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, want)
	_, err = s.SetDefaultPolicyVersion(ctx, &iamapi.SetDefaultPolicyVersionRequest{PolicyArn: arn, VersionId: "v1"})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, want)
	_, err = s.DeletePolicyVersion(ctx, &iamapi.DeletePolicyVersionRequest{PolicyArn: arn, VersionId: "v1"})
	iamtest.Fails(t, err, iamapi.NoSuchEntityException, want)
}

func TestTagsOfPoliciesAreExact(t *testing.T) {
	s, _, ctx := setup(t)
	in := &iamapi.CreatePolicyRequest{PolicyName: "p", PolicyDocument: allowed, Tags: []iamapi.Tag{{Key: "a", Value: "1"}, {Key: "A", Value: "2"}}}
	arn := *ok[*iamapi.CreatePolicyResponse](t)(s.CreatePolicy(ctx, in)).Policy.Arn
	done(t)(s.UntagPolicy(ctx, &iamapi.UntagPolicyRequest{PolicyArn: arn, TagKeys: []string{"a"}}))
	list := ok[*iamapi.ListPolicyTagsResponse](t)(s.ListPolicyTags(ctx, &iamapi.ListPolicyTagsRequest{PolicyArn: arn}))
	if d := cmp.Diff([]iamapi.Tag{{Key: "A", Value: "2"}}, list.Tags); d != "" {
		t.Error(d)
	}
	_, err := s.TagPolicy(ctx, &iamapi.TagPolicyRequest{PolicyArn: arn, Tags: []iamapi.Tag{{Key: "b"}, {Key: "b"}}})
	iamtest.Fails(t, err, iamapi.InvalidInputException, "Duplicate tag keys found.")
	for _, b := range s.Operations() {
		if b.Operation.Name != "CreatePolicy" {
			continue
		}
		asks, err := b.Asks(ctx, iamapi.Service(), in)
		if err != nil || len(asks) != 2 || asks[1].Action != "iam:TagPolicy" || asks[1].Resource != arn {
			t.Errorf("asks are %+v, %v", asks, err)
		}
		in.Tags = nil
		var plain []caller.Ask
		if plain, err = b.Asks(ctx, iamapi.Service(), in); err != nil || len(plain) != 1 {
			t.Errorf("without tags: %+v, %v", plain, err)
		}
	}
}
