package delegation

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

// The authorization entries, from the service authorization reference of IAM
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html).

type asks = []caller.Ask

func (s *Service) askCreateDelegationRequest(ctx context.Context, in *iamapi.CreateDelegationRequestRequest) (asks, error) {
	c := iampolicy.MapContext{"iam:delegationduration": {strconv.Itoa(in.SessionDuration)}, "iam:notificationchannel": {in.NotificationChannel}}
	if arn := in.Permissions.PolicyTemplateArn; arn != nil {
		c["iam:templatearn"] = []string{*arn}
	}
	return asks{{Resource: record.ARN(account(ctx), "delegation-request", "/", "*"), Context: c}}, nil
}

func (s *Service) askListDelegationRequests(_ context.Context, in *iamapi.ListDelegationRequestsRequest) (asks, error) {
	c := iampolicy.MapContext{}
	if in.OwnerId != nil {
		c[ownerKey] = []string{*in.OwnerId}
	}
	return asks{{Context: c}}, nil
}

func (s *Service) askAssociateDelegationRequest(ctx context.Context, in *iamapi.AssociateDelegationRequestRequest) (asks, error) {
	return s.ask(ctx, in.DelegationRequestId, "")
}

func (s *Service) askGetDelegationRequest(ctx context.Context, in *iamapi.GetDelegationRequestRequest) (asks, error) {
	return s.ask(ctx, in.DelegationRequestId, "iam:GetDelegationRequest")
}

func (s *Service) askUpdateDelegationRequest(ctx context.Context, in *iamapi.UpdateDelegationRequestRequest) (asks, error) {
	return s.ask(ctx, in.DelegationRequestId, "iam:UpdateDelegationRequest")
}

func (s *Service) askAcceptDelegationRequest(ctx context.Context, in *iamapi.AcceptDelegationRequestRequest) (asks, error) {
	return s.ask(ctx, in.DelegationRequestId, "")
}

func (s *Service) askRejectDelegationRequest(ctx context.Context, in *iamapi.RejectDelegationRequestRequest) (asks, error) {
	return s.ask(ctx, in.DelegationRequestId, "")
}

func (s *Service) askSendDelegationToken(ctx context.Context, in *iamapi.SendDelegationTokenRequest) (asks, error) {
	return s.ask(ctx, in.DelegationRequestId, "")
}

func (s *Service) askGetHumanReadableSummary(ctx context.Context, in *iamapi.GetHumanReadableSummaryRequest) (asks, error) {
	_, id, ok := splitARN(in.EntityArn)
	if !ok { // the operation refuses it
		return asks{{Resource: in.EntityArn}}, nil
	}
	return s.ask(ctx, id, "iam:GetHumanReadableSummary")
}

// ownerKey is the condition key of a request's owner.
const ownerKey = "iam:delegationrequestowner"

// ask asks for a request by its ARN. A request that the caller's account does not see is asked for like one that does not exist. own is the
// action that the owner may do by default.
func (s *Service) ask(ctx context.Context, id, own string) (asks, error) {
	row, err := record.DelegationRequests.Get(ctx, s.db, id)
	if err != nil && !edge.Gone(err) {
		return nil, err
	}
	if err != nil || !visible(&row.Doc, account(ctx)) {
		return asks{{Resource: record.ARN(account(ctx), "delegation-request", "/", id)}}, nil
	}
	d := &row.Doc
	a := caller.Ask{Resource: d.ARN(account(ctx)), Context: iampolicy.MapContext{}}
	if d.Owner != nil {
		a.Context[ownerKey] = []string{d.Owner.ARN}
		if own != "" && !narrowed(caller.PrincipalFrom(ctx)) {
			if a.ResourcePolicy, err = ownerPolicy(d, own); err != nil {
				return nil, err
			}
		}
	}
	return asks{a}, nil
}

// ownerPolicy is the default permission of an owner, as a policy on the request: so the engine decides, and a Deny still denies. It names
// the identity by its id as well, because another one of the same name is not the owner.
func ownerPolicy(d *record.DelegationRequest, action string) (*iampolicy.Named, error) {
	who := d.Owner.ARN
	if d.Owner.User {
		who = d.Owner.UniqueID // the ARN changes when the user is renamed
	}
	document, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": map[string]any{
		"Effect": "Allow", "Principal": map[string]string{"AWS": who}, "Action": action,
		"Condition": map[string]any{"StringEquals": map[string]string{"aws:userid": d.Owner.UserID}},
	}})
	if err != nil {
		return nil, err
	}
	p, err := iampolicy.Parse(document, iampolicy.ResourcePolicy)
	if err != nil {
		return nil, fmt.Errorf("delegation: policy of the owner: %w", err)
	}
	return &iampolicy.Named{ID: d.ID, Policy: p}, nil
}

// narrowed reports whether a session has session policies. It has the default permission of an owner only if they give it: a delegated session is
// called as its approver's is, and may do what the template says and nothing else.
func narrowed(p *caller.Principal) bool {
	return p.Session != nil && (p.Session.InlinePolicy != "" || len(p.Session.PolicyARNs) > 0)
}

// visible tells whether an account may know of a request: the owner's, or any as long as none is named
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetDelegationRequest.html).
func visible(d *record.DelegationRequest, account string) bool {
	return account != "" && (d.OwnerAccount == "" || d.OwnerAccount == account)
}
