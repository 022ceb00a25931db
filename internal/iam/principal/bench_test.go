package principal_test

import (
	"fmt"
	"testing"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
)

// populate gives a user and a role two managed policies and an inline one each.
func populate(b *testing.B) (*house, string, caller.Principal) {
	h := newHouse(b)
	h.user(b, "ann")
	r := h.role(b, "r")
	done(b)(h.policies.PutUserPolicy(h.ctx, &iamapi.PutUserPolicyRequest{UserName: "ann", PolicyName: "i", PolicyDocument: allowS3}))
	done(b)(h.policies.PutRolePolicy(h.ctx, &iamapi.PutRolePolicyRequest{RoleName: "r", PolicyName: "i", PolicyDocument: allowS3}))
	for i := range 2 {
		arn := h.policy(b, fmt.Sprint("p", i), allowSQS)
		done(b)(h.policies.AttachUserPolicy(h.ctx, &iamapi.AttachUserPolicyRequest{UserName: "ann", PolicyArn: arn}))
		done(b)(h.policies.AttachRolePolicy(h.ctx, &iamapi.AttachRolePolicyRequest{RoleName: "r", PolicyArn: arn}))
	}
	k, err := h.keys.CreateAccessKey(h.ctx, &iamapi.CreateAccessKeyRequest{UserName: ptr("ann")})
	done(b)(nil, err)
	return h, k.AccessKey.AccessKeyId, r
}

func BenchmarkAccessKey(b *testing.B) {
	h, id, _ := populate(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.AccessKey(h.ctx, id); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEntity(b *testing.B) {
	h, _, r := populate(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Entity(h.ctx, caller.AssumedRole, iamtest.Account, r.UniqueID); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRole(b *testing.B) {
	h, _, r := populate(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Role(h.ctx, r.EntityARN); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPoliciesOf(b *testing.B) {
	for name, session := range map[string]*caller.Session{"plain": {}, "session": {InlinePolicy: allowSQS, PolicyARNs: []string{admin}}} {
		b.Run(name, func(b *testing.B) {
			h, _, r := populate(b)
			r.Session = session
			b.ReportAllocs()
			for b.Loop() {
				if _, err := h.PoliciesOf(h.ctx, &r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
