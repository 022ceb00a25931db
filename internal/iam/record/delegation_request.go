package record

import (
	"time"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/store"
)

// DelegationState is where a delegation request stands, as the API spells it.
type DelegationState string

// The states that are stored. EXPIRED is none of them: it follows from the clock (DelegationRequest.StateAt).
const (
	DelegationUnassigned DelegationState = "UNASSIGNED"
	DelegationAssigned   DelegationState = "ASSIGNED"
	DelegationPending    DelegationState = "PENDING_APPROVAL"
	DelegationAccepted   DelegationState = "ACCEPTED"
	DelegationFinalized  DelegationState = "FINALIZED"
	DelegationRejected   DelegationState = "REJECTED"
	DelegationExpired    DelegationState = "EXPIRED"
)

// DelegationParameter is a value that the requestor gave for a placeholder of the template.
type DelegationParameter struct {
	Name   string   `json:"name"`
	Type   string   `json:"type"` // string or stringList
	Values []string `json:"values"`
}

// DelegationOwner is the identity of the customer's account that a request belongs to.
type DelegationOwner struct {
	ARN      string `json:"arn"`      // as GetCallerIdentity shows it
	UserID   string `json:"userId"`   // AIDA…, AROA…:session, or the account: somebody else of the same name has another
	UniqueID string `json:"uniqueId"` // of the IAM entity
	User     bool   `json:"user,omitempty"`
}

// DelegationApprover is the identity that accepted a request, with what its session carried at that time. The delegated session is theirs.
type DelegationApprover struct {
	Kind             caller.Kind         `json:"kind"`
	UniqueID         string              `json:"uniqueId"`
	ARN              string              `json:"arn"`
	At               time.Time           `json:"at"`
	Session          string              `json:"session,omitempty"` // name of a role session
	RootIssued       time.Time           `json:"rootIssued,omitzero"`
	ChainDepth       int                 `json:"chainDepth,omitempty"`
	MFAAt            time.Time           `json:"mfaAt,omitzero"`
	SourceIdentity   string              `json:"sourceIdentity,omitempty"`
	Provider         string              `json:"provider,omitempty"`
	Tags             map[string]string   `json:"tags,omitempty"`
	TransitiveTags   []string            `json:"transitiveTags,omitempty"`
	FederatedContext map[string][]string `json:"federatedContext,omitempty"`
}

// DelegationRequest is what a product provider (the requestor) asks of a customer (the owner): temporary access to their account.
type DelegationRequest struct {
	ID              string                `json:"id"`        // a UUID, never reused
	Requestor       string                `json:"requestor"` // account
	WorkflowID      string                `json:"workflowId"`
	Description     string                `json:"description"`
	Message         string                `json:"message,omitempty"`
	Channel         string                `json:"channel"` // ARN of the requestor's topic
	RedirectURL     string                `json:"redirectUrl,omitempty"`
	Seconds         int                   `json:"seconds"` // how long the access lasts from the sending of the token
	OnlySendByOwner bool                  `json:"onlySendByOwner,omitempty"`
	Template        string                `json:"template"` // ARN
	Parameters      []DelegationParameter `json:"parameters,omitempty"`
	Policy          string                `json:"policy"`               // the template with its parameters filled in, as it was on creation
	Boundaries      []string              `json:"boundaries,omitempty"` // of roles that may be created
	Created         time.Time             `json:"created"`
	Updated         time.Time             `json:"updated"`
	Expires         time.Time             `json:"expires"` // when the state becomes EXPIRED
	State           DelegationState       `json:"state"`
	OwnerAccount    string                `json:"ownerAccount,omitempty"` // may be known before the owner is
	Owner           *DelegationOwner      `json:"owner,omitempty"`
	Notes           string                `json:"notes,omitempty"`
	Rejection       string                `json:"rejection,omitempty"`
	Approver        *DelegationApprover   `json:"approver,omitempty"`
	TokenHash       []byte                `json:"tokenHash,omitempty"` // keyed hash of the exchange token
	Finalized       time.Time             `json:"finalized,omitzero"`  // when the token was sent
	Traded          time.Time             `json:"traded,omitzero"`     // when the token was used
}

// ARN is the request's ARN as an account sees it: the owner's, or before there is one that of whoever looks.
func (d *DelegationRequest) ARN(account string) string {
	if d.OwnerAccount != "" {
		account = d.OwnerAccount
	}
	return ARN(account, "delegation-request", "/", d.ID)
}

// StateAt is the state at a time.
func (d *DelegationRequest) StateAt(now time.Time) DelegationState {
	if !now.Before(d.Expires) {
		return DelegationExpired
	}
	return d.State
}

// delegationKept is how long an expired request is still shown. After it the workflow id is free again.
const delegationKept = 7 * 24 * time.Hour

// DelegationRequests is the table of delegation requests. Its lists hold those that have an owner, which are the only ones that are listed.
var DelegationRequests = store.NewTable("iam_delegation_requests", store.Spec[DelegationRequest]{
	Key: []store.Column[DelegationRequest]{column("id", func(d *DelegationRequest) string { return d.ID })},
	Unique: []store.Index[DelegationRequest]{{Name: "by_workflow", Columns: []store.Column[DelegationRequest]{
		column("requestor", func(d *DelegationRequest) string { return d.Requestor }),
		column("workflow", func(d *DelegationRequest) string { return d.WorkflowID }),
	}}},
	Indexes: []store.Index[DelegationRequest]{
		{Name: "by_account", Present: owned, Columns: []store.Column[DelegationRequest]{delegationAccount, delegationCreated}},
		{Name: "by_owner", Present: owned, Columns: []store.Column[DelegationRequest]{
			delegationAccount, column("owner", func(d *DelegationRequest) string { return d.Owner.ARN }), delegationCreated,
		}},
	},
	Expires:  func(d *DelegationRequest) time.Time { return d.Expires.Add(delegationKept) },
	Uncached: true,
})

var (
	delegationAccount = column("owner_account", func(d *DelegationRequest) string { return d.OwnerAccount })
	delegationCreated = column("created", func(d *DelegationRequest) string { return d.Created.UTC().Format("20060102T150405") })
)

func owned(d *DelegationRequest) bool { return d.Owner != nil }
