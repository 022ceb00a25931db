package delegation

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/seal"
)

// tokenLength is the length of the secret half of an exchange token: 43 characters of 64, 258 bits.
const tokenLength = 43

// SendDelegationToken sends the exchange token of an accepted request to the requestor's channel. From then on the access runs. If the
// channel does not take the message, the request is as it was, and the token is worth nothing.
func (s *Service) SendDelegationToken(ctx context.Context, in *iamapi.SendDelegationTokenRequest) (*wire.Empty, error) {
	secret, err := draw.Text(s.random, draw.URLSafe, tokenLength)
	if err != nil {
		return nil, err
	}
	p := caller.PrincipalFrom(ctx)
	from := to(record.DelegationFinalized, record.DelegationAccepted)
	d, err := s.transact(ctx, in.DelegationRequestId, iamapi.InvalidInputException, from, func(d *record.DelegationRequest) error {
		if d.OnlySendByOwner && (d.Owner.UserID != p.UserID || d.Owner.ARN != p.ARN && !d.Owner.User) {
			return edge.AccessDenied.New("Only the owner of this delegation request can send its token.")
		}
		mac := s.keys.MAC(seal.Code, d.Requestor, tokenInput(d.ID, secret))
		d.TokenHash, d.Finalized = mac[:], s.second()
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := s.tell(ctx, d, caller.Secret(d.ID+"."+secret)); err != nil {
		return nil, s.unsend(context.WithoutCancel(ctx), d, err)
	}
	return &wire.Empty{}, nil
}

// unsend takes back a token that did not go out.
func (s *Service) unsend(ctx context.Context, sent *record.DelegationRequest, cause error) error {
	err := s.db.Update(ctx, func(w store.Writer) error {
		row, err := record.DelegationRequests.Get(ctx, w, sent.ID)
		if err != nil {
			return err
		}
		d := &row.Doc
		if !hmac.Equal(d.TokenHash, sent.TokenHash) || !d.Traded.IsZero() {
			return nil // it did go out
		}
		d.State, d.TokenHash, d.Finalized, d.Updated = record.DelegationAccepted, nil, time.Time{}, s.second()
		return record.DelegationRequests.Update(ctx, w, &row)
	})
	return iamapi.ServiceFailureException.New("The exchange token could not be sent.").Because(errors.Join(cause, err))
}

// notice is the message that tells a requestor of a change. It is JSON, in UTF-8; times are RFC 3339.
type notice struct {
	Version  string     `json:"version"` // "1"
	ID       string     `json:"delegationRequestId"`
	Workflow string     `json:"requestorWorkflowId"`
	Owner    string     `json:"ownerAccountId"`
	State    string     `json:"state"`
	Time     time.Time  `json:"time"`
	Reason   string     `json:"rejectionReason,omitempty"`
	Token    string     `json:"exchangeToken,omitempty"`
	Expires  *time.Time `json:"exchangeTokenExpiration,omitempty"`
}

// Format keeps the token out of everything that package fmt prints.
func (n *notice) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "{notice of %s in %s}", n.ID, n.State)
}

// tell sends the requestor a message about the request as it is now, with the exchange token if there is one to send.
func (s *Service) tell(ctx context.Context, d *record.DelegationRequest, token caller.Secret) error {
	n := &notice{
		Version: "1", ID: d.ID, Workflow: d.WorkflowID, Owner: d.OwnerAccount, State: string(d.State), Time: d.Updated, Reason: d.Rejection,
		Token: string(token),
	}
	if token != "" {
		ends := d.Finalized.Add(seconds(d.Seconds))
		n.Expires = &ends
	}
	message, err := json.Marshal(n)
	if err != nil {
		return err
	}
	if err := s.channel.Notify(ctx, d.Channel, caller.Secret(message)); err != nil {
		return fmt.Errorf("delegation: notifying %s: %w", d.Channel, err)
	}
	return nil
}

// tokenInput is what the keyed hash of a token is made of.
func tokenInput(id, secret string) []byte {
	return seal.AAD("iam_delegation_requests", id, "token", secret)
}

// RedeemDelegation trades an exchange token for the principal whose session the requestor is to have: the approver's, with the rendered
// policy as its session policy, until the delegation ends. check sees the principal before the token is used up, and its error leaves the token as it was; it
// may be called more than once. caller.ErrUnknown is the answer to what is no token of the caller's account, caller.ErrExpired to one that is
// used or over, or whose approver is gone.
func (s *Service) RedeemDelegation(ctx context.Context, token string, check func(*caller.Principal) error) (caller.Principal, error) {
	d, err := s.tokenOf(ctx, s.db, token)
	if err != nil {
		return caller.Principal{}, err
	}
	p, err := s.entities.Entity(ctx, d.Doc.Approver.Kind, d.Doc.OwnerAccount, d.Doc.Approver.UniqueID)
	if errors.Is(err, caller.ErrUnknown) {
		return caller.Principal{}, caller.ErrExpired
	}
	if err != nil {
		return caller.Principal{}, err
	}
	delegate(&p, &d.Doc)
	if err := check(&p); err != nil {
		return caller.Principal{}, err
	}
	err = s.db.Update(ctx, func(w store.Writer) error {
		row, err := s.tokenOf(ctx, w, token) // nobody else has used it since
		if err != nil {
			return err
		}
		row.Doc.Traded = s.second()
		return record.DelegationRequests.Update(ctx, w, &row)
	})
	if err != nil {
		return caller.Principal{}, err
	}
	return p, nil
}

// tokenOf finds the request that a token is of, if it can be traded.
func (s *Service) tokenOf(ctx context.Context, r store.Reader, token string) (store.Row[record.DelegationRequest], error) {
	id, secret, ok := strings.Cut(token, ".")
	if !ok || len(secret) != tokenLength {
		return store.Row[record.DelegationRequest]{}, caller.ErrUnknown
	}
	row, err := record.DelegationRequests.Get(ctx, r, id)
	if errors.Is(err, store.ErrNotFound) {
		return row, caller.ErrUnknown
	}
	if err != nil {
		return row, err
	}
	d, now := &row.Doc, s.now()
	if d.Requestor != account(ctx) || !s.isToken(d, secret) {
		return row, caller.ErrUnknown
	}
	if d.StateAt(now) != record.DelegationFinalized || !d.Traded.IsZero() || !now.Before(d.Finalized.Add(seconds(d.Seconds))) {
		return row, caller.ErrExpired
	}
	return row, nil
}

// isToken compares a secret with the keyed hash under every key of the ring, in constant time.
func (s *Service) isToken(d *record.DelegationRequest, secret string) bool {
	found := false
	for _, mac := range s.keys.MACs(seal.Code, d.Requestor, tokenInput(d.ID, secret)) {
		if hmac.Equal(mac[:], d.TokenHash) {
			found = true
		}
	}
	return found
}

// delegate gives an entity the session of a delegation. It counts as issued when it was accepted, so that a policy that denies an approver's
// older sessions denies it too.
func delegate(p *caller.Principal, d *record.DelegationRequest) {
	a := d.Approver
	p.Session = &caller.Session{
		Name: a.Session, IssuedAt: a.At, RootIssuedAt: a.At, Expires: d.Finalized.Add(seconds(d.Seconds)), ChainDepth: a.ChainDepth, MFAAt: a.MFAAt,
		SourceIdentity: a.SourceIdentity, Provider: a.Provider, Tags: a.Tags, TransitiveTags: a.TransitiveTags, FederatedContext: a.FederatedContext,
		InlinePolicy: d.Policy,
	}
	if !a.RootIssued.IsZero() {
		p.Session.RootIssuedAt = a.RootIssued
	}
	if p.Kind == caller.AssumedRole {
		p.ARN = a.ARN
	} else { // sessions of users and of the root have no name of their own: here it tells what they come from
		p.Session.Name = d.ID
	}
}
