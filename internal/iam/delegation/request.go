package delegation

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// noRequest words the absence of a request.
func noRequest(err error, id string) error {
	return edge.NotFound(err, "The delegation request with id %s cannot be found.", id)
}

// find reads a request as an account sees it: what it does not see does not exist.
func find(ctx context.Context, r store.Reader, account, id string) (store.Row[record.DelegationRequest], error) {
	row, err := record.DelegationRequests.Get(ctx, r, id)
	if err == nil && !visible(&row.Doc, account) {
		err = store.ErrNotFound
	}
	return row, noRequest(err, id)
}

// GetDelegationRequest shows a request and, if asked, whether the caller has what it asks for.
func (s *Service) GetDelegationRequest(ctx context.Context, in *iamapi.GetDelegationRequestRequest) (*iamapi.GetDelegationRequestResponse, error) {
	row, err := find(ctx, s.db, account(ctx), in.DelegationRequestId)
	if err != nil {
		return nil, err
	}
	out := &iamapi.GetDelegationRequestResponse{DelegationRequest: s.show(&row.Doc)}
	if in.DelegationPermissionCheck == nil || !*in.DelegationPermissionCheck {
		return out, nil
	}
	status := iamapi.PermissionCheckStatusTypeComplete
	result, err := s.check(ctx, &row.Doc)
	if err != nil {
		status = iamapi.PermissionCheckStatusTypeFailed
		s.report(ctx, err)
	} else {
		out.PermissionCheckResult = &result
	}
	out.PermissionCheckStatus = &status
	return out, nil
}

// ListDelegationRequests lists the requests of the account that have an owner, or those of one owner.
func (s *Service) ListDelegationRequests(ctx context.Context, in *iamapi.ListDelegationRequestsRequest) (*iamapi.ListDelegationRequestsResponse, error) {
	q := store.Query{Index: "by_account", Prefix: []string{account(ctx)}}
	if in.OwnerId != nil {
		if len(*in.OwnerId) > store.MaxValue {
			return nil, invalid("The owner id is not the ARN of an identity.")
		}
		q = store.Query{Index: "by_owner", Prefix: []string{account(ctx), *in.OwnerId}}
	}
	l := &edge.List{Keys: s.keys, Scope: text(in.OwnerId), Marker: in.Marker, MaxItems: in.MaxItems}
	page, truncated, marker, err := edge.Rows(ctx, l, s.db, record.DelegationRequests, q, nil)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListDelegationRequestsResponse{DelegationRequests: make([]iamapi.DelegationRequest, len(page)), IsTruncated: truncated, Marker: marker}
	for i := range page {
		out.DelegationRequests[i] = *s.show(&page[i])
	}
	return out, nil
}

// AssociateDelegationRequest makes the caller the owner of a request that has none.
func (s *Service) AssociateDelegationRequest(ctx context.Context, in *iamapi.AssociateDelegationRequestRequest) (*wire.Empty, error) {
	p := caller.PrincipalFrom(ctx)
	err := s.move(ctx, in.DelegationRequestId, iamapi.InvalidInputException, to(record.DelegationAssigned, record.DelegationUnassigned), func(d *record.DelegationRequest) error {
		d.OwnerAccount = p.Account
		d.Owner = &record.DelegationOwner{ARN: p.ARN, UserID: p.UserID, UniqueID: p.UniqueID, User: p.Kind == caller.User}
		return nil
	})
	return &wire.Empty{}, err
}

// UpdateDelegationRequest forwards a request to those who may accept it, with notes for them.
func (s *Service) UpdateDelegationRequest(ctx context.Context, in *iamapi.UpdateDelegationRequestRequest) (*wire.Empty, error) {
	from := to(record.DelegationPending, record.DelegationAssigned, record.DelegationPending)
	err := s.move(ctx, in.DelegationRequestId, iamapi.InvalidInputException, from, func(d *record.DelegationRequest) error {
		if in.Notes != nil {
			d.Notes = *in.Notes
		}
		return nil
	})
	return &wire.Empty{}, err
}

// RejectDelegationRequest refuses a request for good, or takes an acceptance back before the token is sent.
func (s *Service) RejectDelegationRequest(ctx context.Context, in *iamapi.RejectDelegationRequestRequest) (*wire.Empty, error) {
	from := to(record.DelegationRejected, record.DelegationAssigned, record.DelegationPending, record.DelegationAccepted)
	err := s.move(ctx, in.DelegationRequestId, iamapi.InvalidInputException, from, func(d *record.DelegationRequest) error {
		d.Rejection, d.Approver = text(in.Notes), nil
		return nil
	})
	return &wire.Empty{}, err
}

// transition says from which states a state is reached.
type transition struct {
	to   record.DelegationState
	from []record.DelegationState
}

func to(state record.DelegationState, from ...record.DelegationState) transition {
	return transition{state, from}
}

// move changes the state of a request in one transaction and tells the requestor. wrong is the error for a state that the request is not in.
func (s *Service) move(ctx context.Context, id string, wrong *wire.ErrorType, t transition, change func(*record.DelegationRequest) error) error {
	d, err := s.transact(ctx, id, wrong, t, change)
	if err != nil {
		return err
	}
	if err := s.tell(ctx, d, ""); err != nil {
		s.report(ctx, err)
	}
	return nil
}

func (s *Service) transact(ctx context.Context, id string, wrong *wire.ErrorType, t transition, change func(*record.DelegationRequest) error) (*record.DelegationRequest, error) {
	var row store.Row[record.DelegationRequest]
	err := s.db.Update(ctx, func(w store.Writer) (err error) {
		if row, err = find(ctx, w, account(ctx), id); err != nil {
			return err
		}
		d, now := &row.Doc, s.second()
		if state := d.StateAt(now); !slices.Contains(t.from, state) {
			return wrong.New("The delegation request is in state %s; this needs %s.", state, states(t.from))
		}
		if err := change(d); err != nil {
			return err
		}
		d.State, d.Updated, d.Expires = t.to, now, now.Add(stateLife)
		return record.DelegationRequests.Update(ctx, w, &row)
	})
	if errors.Is(err, store.ErrConflict) {
		err = iamapi.ConcurrentModificationException.New("The delegation request was changed at the same time.").Because(err)
	}
	return &row.Doc, err
}

func states(list []record.DelegationState) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return strings.Join(out, " or ")
}

// show gives a request as the API shows it.
func (s *Service) show(d *record.DelegationRequest) *iamapi.DelegationRequest {
	state := iamapi.StateType(d.StateAt(s.now()))
	out := &iamapi.DelegationRequest{
		DelegationRequestId: &d.ID, CreateDate: &d.Created, UpdatedTime: &d.Updated, ExpirationTime: &d.Expires, State: &state,
		Description: &d.Description, RequestMessage: optional(d.Message), RedirectUrl: optional(d.RedirectURL), RequestorId: &d.Requestor,
		OnlySendByOwner: &d.OnlySendByOwner, SessionDuration: &d.Seconds, PermissionPolicy: &d.Policy, RolePermissionRestrictionArns: d.Boundaries,
		OwnerAccountId: optional(d.OwnerAccount), Notes: optional(d.Notes), RejectionReason: optional(d.Rejection),
		Permissions: &iamapi.DelegationPermission{PolicyTemplateArn: &d.Template},
	}
	for _, p := range d.Parameters {
		kind := iamapi.PolicyParameterTypeEnum(p.Type)
		out.Permissions.Parameters = append(out.Permissions.Parameters, iamapi.PolicyParameter{Name: &p.Name, Type: &kind, Values: p.Values})
	}
	if d.Owner != nil {
		out.OwnerId = &d.Owner.ARN
	}
	if d.Approver != nil {
		out.ApproverId = &d.Approver.ARN
	}
	return out
}

// seconds gives a duration of the API.
func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
