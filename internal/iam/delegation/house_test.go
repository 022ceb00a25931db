package delegation_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/access"
	"github.com/mayfly-id/mayfly/internal/audit"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/delegation"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/principal"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// The two parties.
const (
	provider = iamtest.Other
	customer = iamtest.Account
	third    = "777788889999"
	topic    = "arn:aws:sns:eu-west-1:" + provider + ":delegations"
	template = "arn:aws:iam::" + provider + ":policy/setup"
)

// setup is the template that most tests use.
const setup = `{"Version":"2012-10-17","Statement":[` +
	`{"Sid":"Read","Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::@{bucketName}","arn:aws:s3:::@{bucketName}/*"]},` +
	`{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"@{regions}"}}}]}`

// house is the service between the two accounts, with the real engine.
type house struct {
	*delegation.Service
	*iamtest.World
	t          testing.TB
	config     delegation.Config
	principals *principal.Principals
	decisions  *access.Authorizer
	channel    *channel
	reported   []error
	bindings   map[string]wire.Binding
}

// channel keeps what is sent.
type channel struct {
	mu   sync.Mutex
	fail error
	sent []notice
	to   []string
}

// notice is a message as the requestor reads it.
type notice struct {
	Version                 string
	DelegationRequestID     string `json:"delegationRequestId"`
	RequestorWorkflowID     string `json:"requestorWorkflowId"`
	OwnerAccountID          string `json:"ownerAccountId"`
	State                   string
	Time                    time.Time
	RejectionReason         string
	ExchangeToken           string
	ExchangeTokenExpiration time.Time
}

func (c *channel) Notify(_ context.Context, to string, message caller.Secret) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fail != nil {
		return c.fail
	}
	var n notice
	if err := json.Unmarshal([]byte(string(message)), &n); err != nil {
		return err
	}
	c.sent, c.to = append(c.sent, n), append(c.to, to)
	return nil
}

func (c *channel) last() notice {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.sent) == 0 {
		return notice{}
	}
	return c.sent[len(c.sent)-1]
}

type noUses struct{}

func (noUses) Used(context.Context, string, string, string, time.Time) {}

type noAudit struct{}

func (noAudit) Append(*audit.Entry) error { return nil }

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{World: iamtest.New(t), t: t, channel: &channel{}, bindings: map[string]wire.Binding{}}
	h.principals = principal.New(principal.Config{Store: h.DB, Keys: h.Keys, Uses: noUses{}})
	h.decisions = &access.Authorizer{Policies: h.principals, Audit: noAudit{}}
	h.config = delegation.Config{
		Store: h.DB, Keys: h.Keys, Now: h.Clock.Now, Random: h.Random, Channel: h.channel, Entities: h.principals, Policies: h.principals,
		Report: func(_ context.Context, err error) { h.reported = append(h.reported, err) },
	}
	h.Service = delegation.New(h.config)
	for _, b := range h.Operations() {
		h.bindings[b.Operation.Name] = b
	}
	h.template("setup", setup)
	return h
}

func (h *house) write(f func(ctx context.Context, w store.Writer) error) {
	h.t.Helper()
	if err := h.DB.Update(context.Background(), func(w store.Writer) error { return f(context.Background(), w) }); err != nil {
		h.t.Fatal(err)
	}
}

// template stores a managed policy of the provider.
func (h *house) template(name, document string) string {
	h.t.Helper()
	p := record.Policy{
		ID: "ANPA" + name, Account: provider, Name: name, Path: "/", Default: "v1", Versions: []record.Version{{ID: "v1", Document: document}},
	}
	h.write(func(ctx context.Context, w store.Writer) error { return record.Policies.Upsert(ctx, w, &p) })
	return p.ARN()
}

// user stores a user of an account with statements of a policy, and gives the caller that they are.
func (h *house) user(account, name, statements string) *caller.Principal {
	h.t.Helper()
	id := ("AIDA" + strings.ToUpper(name) + "AAAAAAAAAAAAAAAAAAAAA")[:21]
	u := record.User{ID: id, Account: account, Name: name, Path: "/"}
	u.Inline = inline(statements)
	h.write(func(ctx context.Context, w store.Writer) error { return record.Users.Upsert(ctx, w, &u) })
	return iamtest.UserPrincipal(account, id, u.ARN(), name)
}

// role stores a role and gives a session of it.
func (h *house) role(name, statements string, session *caller.Session) *caller.Principal {
	h.t.Helper()
	r := record.Role{ID: ("AROA" + strings.ToUpper(name) + "AAAAAAAAAAAAAAAAAAAAA")[:21], Account: customer, Name: name, Path: "/", Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + customer + `:root"},"Action":"sts:AssumeRole"}]}`}
	r.Inline = inline(statements)
	h.write(func(ctx context.Context, w store.Writer) error { return record.Roles.Upsert(ctx, w, &r) })
	return &caller.Principal{
		Kind: caller.AssumedRole, Account: customer, UniqueID: r.ID, UserID: r.ID + ":" + session.Name, Name: name, EntityARN: r.ARN(),
		ARN: "arn:aws:sts::" + customer + ":assumed-role/" + name + "/" + session.Name, Session: session,
	}
}

func inline(statements string) []record.InlinePolicy {
	if statements == "" {
		return nil
	}
	return []record.InlinePolicy{{Name: "p", Document: `{"Version":"2012-10-17","Statement":[` + statements + `]}`}}
}

// allowing is a statement.
func allowing(action, resource string) string {
	return fmt.Sprintf(`{"Effect":"Allow","Action":%q,"Resource":%q}`, action, resource)
}

// errDenied is a refusal of the engine.
var errDenied = errors.New("denied")

// may asks the engine about an operation.
func (h *house) may(p *caller.Principal, operation string, in any) error {
	h.t.Helper()
	ctx := iamtest.As(p, operation)
	b := h.bindings[operation]
	asks, err := b.Asks(ctx, iamapi.Service(), in)
	if err != nil {
		h.t.Fatal(err)
	}
	var refused *access.Denied
	if err = h.decisions.Authorize(ctx, p, asks); errors.As(err, &refused) {
		return errDenied
	}
	return err
}

// do performs an operation as the pipeline does: the engine first.
func do[In, Out any](h *house, p *caller.Principal, operation string, method func(context.Context, *In) (*Out, error), in *In) (*Out, error) {
	h.t.Helper()
	if err := h.may(p, operation, in); err != nil {
		return nil, err
	}
	return method(iamtest.As(p, operation), in)
}

// input is a good CreateDelegationRequest.
func input(edit func(*iamapi.CreateDelegationRequestRequest)) *iamapi.CreateDelegationRequestRequest {
	list := iamapi.PolicyParameterTypeEnumStringList
	in := &iamapi.CreateDelegationRequestRequest{
		Description: "Sets up the product.", NotificationChannel: topic, RequestorWorkflowId: "workflow-1", SessionDuration: 3600,
		Permissions: iamapi.DelegationPermission{PolicyTemplateArn: ptr(template), Parameters: []iamapi.PolicyParameter{
			{Name: ptr("bucketName"), Values: []string{"data"}}, {Name: ptr("regions"), Type: &list, Values: []string{"eu-west-1", "eu-north-1"}},
		}},
	}
	if edit != nil {
		edit(in)
	}
	return in
}

// create makes a request and gives its id.
func (h *house) create(edit func(*iamapi.CreateDelegationRequestRequest)) string {
	h.t.Helper()
	out, err := do(h, iamtest.RootPrincipal(provider), "CreateDelegationRequest", h.CreateDelegationRequest, input(edit))
	if err != nil {
		h.t.Fatal(err)
	}
	return *out.DelegationRequestId
}

// step performs one of the operations that take an id and, some of them, notes.
func (h *house) step(p *caller.Principal, operation, id, notes string) error {
	h.t.Helper()
	var err error
	switch operation {
	case "AssociateDelegationRequest":
		_, err = do(h, p, operation, h.AssociateDelegationRequest, &iamapi.AssociateDelegationRequestRequest{DelegationRequestId: id})
	case "UpdateDelegationRequest":
		_, err = do(h, p, operation, h.UpdateDelegationRequest, &iamapi.UpdateDelegationRequestRequest{DelegationRequestId: id, Notes: &notes})
	case "AcceptDelegationRequest":
		_, err = do(h, p, operation, h.AcceptDelegationRequest, &iamapi.AcceptDelegationRequestRequest{DelegationRequestId: id})
	case "RejectDelegationRequest":
		_, err = do(h, p, operation, h.RejectDelegationRequest, &iamapi.RejectDelegationRequestRequest{DelegationRequestId: id, Notes: &notes})
	case "SendDelegationToken":
		_, err = do(h, p, operation, h.SendDelegationToken, &iamapi.SendDelegationTokenRequest{DelegationRequestId: id})
	default:
		h.t.Fatalf("no operation %s", operation)
	}
	return err
}

// steps performs operations that must succeed.
func (h *house) steps(p *caller.Principal, id string, operations ...string) {
	h.t.Helper()
	for _, op := range operations {
		if err := h.step(p, op, id, ""); err != nil {
			h.t.Fatalf("%s: %v", op, err)
		}
	}
}

func (h *house) get(p *caller.Principal, id string) (*iamapi.GetDelegationRequestResponse, error) {
	h.t.Helper()
	return do(h, p, "GetDelegationRequest", h.GetDelegationRequest, &iamapi.GetDelegationRequestRequest{DelegationRequestId: id, DelegationPermissionCheck: ptr(true)})
}

// redeem trades a token in an account.
func (h *house) redeem(account, token string) (caller.Principal, error) {
	return h.RedeemDelegation(iamtest.Root(account), token, func(*caller.Principal) error { return nil })
}

// allows asks the engine whether a session may do something.
func (h *house) allows(p *caller.Principal, action, resource string) bool {
	h.t.Helper()
	ctx := caller.WithRequest(context.Background(), &caller.Request{Region: "eu-west-1", Time: h.Clock.Now()})
	d, err := h.decisions.Decide(ctx, p, &caller.Ask{Action: action, Resource: resource})
	if err != nil {
		h.t.Fatal(err)
	}
	return d.Allowed
}

func ptr[T any](v T) *T { return &v }
