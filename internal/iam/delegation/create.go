package delegation

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// How long a request stays in a state
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/temporary-delegation-building-integration.html#temporary-delegation-request-lifecycle).
const (
	unclaimedLife = 24 * time.Hour
	stateLife     = 7 * 24 * time.Hour
)

// mostRequests is how many requests of one requestor there may be, expired ones that are still shown included.
const mostRequests = 1000

// CreateDelegationRequest asks for access to an account: the one that the request names, or whichever takes it on.
func (s *Service) CreateDelegationRequest(ctx context.Context, in *iamapi.CreateDelegationRequestRequest) (*iamapi.CreateDelegationRequestResponse, error) {
	if !ownTopic(in.NotificationChannel, account(ctx)) {
		return nil, invalid("The notification channel must be the ARN of an SNS topic of the requestor's account.")
	}
	params, err := parameters(in.Permissions.Parameters)
	if err != nil {
		return nil, err
	}
	id, err := draw.UUID(s.random)
	if err != nil {
		return nil, err
	}
	d := record.DelegationRequest{
		ID: id, Requestor: account(ctx), WorkflowID: in.RequestorWorkflowId, Description: in.Description, Message: text(in.RequestMessage),
		Channel: in.NotificationChannel, RedirectURL: text(in.RedirectUrl), Seconds: in.SessionDuration,
		OnlySendByOwner: in.OnlySendByOwner != nil && *in.OnlySendByOwner, Template: text(in.Permissions.PolicyTemplateArn), Parameters: params,
		Created: s.second(), State: record.DelegationUnassigned, OwnerAccount: text(in.OwnerAccountId),
	}
	d.Updated, d.Expires = d.Created, d.Created.Add(unclaimedLife)
	err = s.db.Update(ctx, func(w store.Writer) error {
		if d.Policy, d.Boundaries, err = rendered(ctx, w, &d); err != nil {
			return err
		}
		n, err := record.DelegationRequests.Count(ctx, w, "by_workflow", d.Requestor)
		if err != nil {
			return err
		}
		if n >= mostRequests {
			return edge.Quota("DelegationRequestsPerAccount", mostRequests)
		}
		return taken(record.DelegationRequests.Insert(ctx, w, &d), d.WorkflowID)
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.CreateDelegationRequestResponse{DelegationRequestId: &d.ID}, nil
}

// rendered finds the template, a managed policy as the requestor's account sees it, and fills it in.
func rendered(ctx context.Context, r store.Reader, d *record.DelegationRequest) (policy string, bounds []string, err error) {
	if d.Template == "" {
		return "", nil, invalid("A delegation request needs a PolicyTemplateArn.")
	}
	row, err := record.FindPolicy(ctx, r, d.Requestor, d.Template)
	if edge.Gone(err) {
		return "", nil, invalid("The policy template %s was not found.", d.Template)
	}
	if err != nil {
		return "", nil, err
	}
	if policy, err = render(row.Doc.DefaultDocument(), d.Parameters); err != nil {
		return "", nil, err
	}
	bounds, err = boundaries(policy)
	return policy, bounds, err
}

// taken words a workflow id that another request has.
func taken(err error, workflow string) error {
	var e *store.ExistsError
	if errors.As(err, &e) && e.Index == "by_workflow" {
		return iamapi.EntityAlreadyExistsException.New("A delegation request with the workflow id %s already exists.", workflow)
	}
	return err
}

// ownTopic admits the ARN of an SNS topic of an account: of one's own alone, so that nobody has messages sent to others.
func ownTopic(arn, account string) bool {
	parts := strings.Split(arn, ":")
	return len(parts) == 6 && parts[0] == "arn" && parts[1] == "aws" && parts[2] == "sns" && parts[3] != "" && parts[4] == account && parts[5] != ""
}
