package organization

import (
	"context"
	"errors"

	"github.com/mayfly-id/mayfly/iampolicy"
	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// The authorization entries, from the service authorization reference of Organizations
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html). Operations on no resource ask for "*".

// condition fills condition keys of an operation.
type condition func(iampolicy.MapContext)

func onService(principal string) condition {
	return func(c iampolicy.MapContext) {
		if principal != "" {
			c["organizations:serviceprincipal"] = []string{principal}
		}
	}
}

func ofType(t api.PolicyType) condition {
	return func(c iampolicy.MapContext) {
		if t != "" {
			c["organizations:policytype"] = []string{string(t)}
		}
	}
}

// ofPolicies is the type of a policy that is named by its id: there is one type.
func ofPolicies() condition { return ofType(api.PolicyTypeServiceControlPolicy) }

func requestTags(tags []api.Tag) condition {
	return func(c iampolicy.MapContext) {
		for _, t := range tags {
			k := "aws:requesttag/" + caller.Fold(t.Key)
			c[k] = append(c[k], t.Value)
			c["aws:tagkeys"] = append(c["aws:tagkeys"], t.Key)
		}
	}
}

func tagKeys(keys []string) condition {
	return func(c iampolicy.MapContext) {
		if len(keys) > 0 {
			c["aws:tagkeys"] = keys
		}
	}
}

// ask asks for each of the things by the ARN that it has, or would have: whether it is there is for those who may know. Who is in no organization asks
// for "*".
func (s *Service) ask(ctx context.Context, ids []string, more ...condition) ([]caller.Ask, error) {
	var asks []caller.Ask
	err := s.Store.View(ctx, func(r store.Reader) error {
		asks = nil
		_, o, err := membership(ctx, r, caller.PrincipalFrom(ctx).Account)
		if errors.Is(err, api.AWSOrganizationsNotInUseException) {
			asks = []caller.Ask{{Context: conditions(nil, more)}}
			return nil
		}
		if err != nil {
			return err
		}
		for _, id := range ids {
			n, err := o.Doc.node(ctx, r, id)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
			var tags map[string]string
			if err == nil {
				tags = *n.tags
			}
			asks = append(asks, caller.Ask{Resource: o.Doc.ARN(id), Context: conditions(tags, more)})
		}
		return nil
	})
	return asks, err
}

// conditions makes the context of an ask.
func conditions(tags map[string]string, more []condition) iampolicy.MapContext {
	c := iampolicy.MapContext{}
	caller.AddTags(c, "aws:resourcetag/", tags)
	for _, m := range more {
		m(c)
	}
	return c
}

// on gives the authorization entry of an operation on one thing.
func on[In any](s *Service, id func(*In) string, more ...func(*In) condition) wire.Asks[In] {
	return func(ctx context.Context, in *In) ([]caller.Ask, error) {
		return s.ask(ctx, []string{id(in)}, each(in, more)...)
	}
}

// with gives the authorization entry of an operation on no resource.
func with[In any](more ...func(*In) condition) wire.Asks[In] {
	return func(_ context.Context, in *In) ([]caller.Ask, error) {
		return []caller.Ask{{Context: conditions(nil, each(in, more))}}, nil
	}
}

// tagging asks for tagging besides what all ask for, when the request has tags: who may create without tagging cannot create with tags
// (https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html). What is to be tagged has no id yet, so the ARN ends in one that
// stands for any: * for an account, ou-* and p-*.
func (s *Service) tagging(ctx context.Context, all []caller.Ask, id string, tags []api.Tag) ([]caller.Ask, error) {
	if len(tags) == 0 {
		return all, nil
	}
	more, err := s.ask(ctx, []string{id}, requestTags(tags))
	for i := range more {
		more[i].Action = "organizations:TagResource"
	}
	return append(all, more...), err
}

func (s *Service) askCreateAccount(ctx context.Context, in *api.CreateAccountRequest) ([]caller.Ask, error) {
	all := []caller.Ask{{Context: conditions(nil, []condition{requestTags(in.Tags)})}}
	return s.tagging(ctx, all, "*", in.Tags)
}

func (s *Service) askCreateUnit(ctx context.Context, in *api.CreateOrganizationalUnitRequest) ([]caller.Ask, error) {
	all, err := s.ask(ctx, []string{in.ParentId}, requestTags(in.Tags))
	if err != nil {
		return nil, err
	}
	return s.tagging(ctx, all, unitPrefix+"*", in.Tags)
}

func (s *Service) askCreatePolicy(ctx context.Context, in *api.CreatePolicyRequest) ([]caller.Ask, error) {
	all := []caller.Ask{{Context: conditions(nil, []condition{ofType(in.Type), requestTags(in.Tags)})}}
	return s.tagging(ctx, all, policyPrefix+"*", in.Tags)
}

func each[In any](in *In, more []func(*In) condition) []condition {
	out := make([]condition, len(more))
	for i, m := range more {
		out[i] = m(in)
	}
	return out
}

func policyType[In any](*In) condition { return ofPolicies() }

func (s *Service) askAttach(ctx context.Context, in *api.AttachPolicyRequest) ([]caller.Ask, error) {
	return s.ask(ctx, []string{in.PolicyId, in.TargetId}, ofPolicies())
}

func (s *Service) askDetach(ctx context.Context, in *api.DetachPolicyRequest) ([]caller.Ask, error) {
	return s.ask(ctx, []string{in.PolicyId, in.TargetId}, ofPolicies())
}

func (s *Service) askMove(ctx context.Context, in *api.MoveAccountRequest) ([]caller.Ask, error) {
	return s.ask(ctx, []string{in.AccountId, in.SourceParentId, in.DestinationParentId})
}

func (s *Service) askDelegated(_ context.Context, in *api.ListDelegatedAdministratorsRequest) ([]caller.Ask, error) {
	principal := ""
	if in.ServicePrincipal != nil {
		principal = *in.ServicePrincipal
	}
	return []caller.Ask{{Context: conditions(nil, []condition{onService(principal)})}}, nil
}
