package simulate

import (
	"context"
	"slices"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

// GetContextKeysForCustomPolicy lists the context keys that documents depend on.
func (s *Service) GetContextKeysForCustomPolicy(_ context.Context, in *iamapi.GetContextKeysForCustomPolicyRequest) (*iamapi.GetContextKeysForPolicyResponse, error) {
	list, err := parse(policyInput, in.PolicyInputList, iampolicy.IdentityPolicy)
	if err != nil {
		return nil, err
	}
	return &iamapi.GetContextKeysForPolicyResponse{ContextKeyNames: keysOf(list)}, nil
}

// GetContextKeysForPrincipalPolicy lists the context keys that the policies of a user with its groups, of a group, or of a role depend on, and
// the documents of the input beside them.
func (s *Service) GetContextKeysForPrincipalPolicy(ctx context.Context, in *iamapi.GetContextKeysForPrincipalPolicyRequest) (*iamapi.GetContextKeysForPolicyResponse, error) {
	src, err := s.source(ctx, in.PolicySourceArn)
	if err != nil {
		return nil, err
	}
	more, err := parse(policyInput, in.PolicyInputList, iampolicy.IdentityPolicy)
	if err != nil {
		return nil, err
	}
	set, err := s.policiesOf(ctx, &src)
	if err != nil {
		return nil, err
	}
	list := append(set.Identity, more...)
	if set.Boundary != nil {
		list = append(list, *set.Boundary)
	}
	return &iamapi.GetContextKeysForPolicyResponse{ContextKeyNames: keysOf(list)}, nil
}

// keysOf lists the context keys of policies, each once whatever its case, in order.
func keysOf(list []iampolicy.Named) []string {
	seen := map[string]bool{}
	out := []string{}
	for i := range list {
		for _, key := range list[i].Policy.ContextKeys() {
			if folded := record.Fold(key); !seen[folded] {
				seen[folded] = true
				out = append(out, key)
			}
		}
	}
	slices.Sort(out)
	return out
}
