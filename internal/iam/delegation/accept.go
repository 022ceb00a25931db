package delegation

import (
	"context"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// mostForRoot is the longest access that the account root can accept
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies-temporary-delegation.html).
const mostForRoot = 4 * time.Hour

// AcceptDelegationRequest grants what a request asks for, within the caller's own permissions. The session that the requestor is to have is
// the caller's as it is now; nothing goes out before SendDelegationToken.
func (s *Service) AcceptDelegationRequest(ctx context.Context, in *iamapi.AcceptDelegationRequestRequest) (*wire.Empty, error) {
	p := caller.PrincipalFrom(ctx)
	from := to(record.DelegationAccepted, record.DelegationAssigned, record.DelegationPending)
	err := s.move(ctx, in.DelegationRequestId, edge.ValidationError, from, func(d *record.DelegationRequest) error {
		if p.Kind == caller.Root && seconds(d.Seconds) > mostForRoot {
			return edge.ValidationError.New("The root user can only accept delegation requests with a duration of 4 hours or less.")
		}
		if narrowed(p) {
			return edge.ValidationError.New("A session with session policies cannot accept a delegation request.")
		}
		d.Approver = approver(p, s.second())
		return nil
	})
	return &wire.Empty{}, err
}

// approver notes who accepts, with all of their session that permissions depend on. Session policies are not among it: several of them add
// up, so the template's could not narrow them.
func approver(p *caller.Principal, now time.Time) *record.DelegationApprover {
	a := &record.DelegationApprover{Kind: p.Kind, UniqueID: p.UniqueID, ARN: p.ARN, At: now}
	if s := p.Session; s != nil {
		a.Session, a.RootIssued, a.ChainDepth, a.MFAAt = s.Name, s.RootIssuedAt, s.ChainDepth, s.MFAAt
		a.SourceIdentity, a.Provider, a.Tags, a.TransitiveTags, a.FederatedContext = s.SourceIdentity, s.Provider, s.Tags, s.TransitiveTags, s.FederatedContext
	}
	return a
}
