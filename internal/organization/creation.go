package organization

import (
	"context"
	"errors"
	"slices"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/store"
)

// defaultRole is the name of the role of a new account that the management account assumes
// (https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html).
const defaultRole = "OrganizationAccountAccessRole"

// creationKept is how long it is told what became of a request: those that fail make no account, and so no quota bounds them.
const creationKept = 90 * 24 * time.Hour

// CreateAccount makes an account, below the root. With AWS it goes on after the answer; here the account and its role are there, or the request
// has failed, when the answer is given.
func (s *Service) CreateAccount(ctx context.Context, in *api.CreateAccountRequest) (*api.CreateAccountResponse, error) {
	tags, err := newTags(in.Tags)
	if err != nil {
		return nil, err
	}
	role := defaultRole
	if in.RoleName != nil {
		role = *in.RoleName
	}
	request, err := newID(s.Random, creationPrefix, 32)
	if err != nil {
		return nil, err
	}
	var c Creation
	err = s.change(ctx, func(w store.Writer, o *Organization) error {
		c = Creation{ID: request, Org: o.ID, Name: in.AccountName, Finished: s.now()}
		if err := s.belowQuota(ctx, w, o); err != nil {
			return err
		}
		used, err := emailUsed(ctx, w, in.Email)
		if err != nil {
			return err
		}
		if used {
			c.Failure = string(api.CreateAccountFailureReasonEmailAlreadyExists)
		} else if c.Account, err = s.make(ctx, w, o, Account{Name: in.AccountName, Email: in.Email, Tags: tags}, role); err != nil {
			return err
		}
		return creations.Insert(ctx, w, &c)
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateAccountResponse{CreateAccountStatus: describeCreation(&c)}, nil
}

// emailUsed tells whether an account has an address, be it in an organization or not.
func emailUsed(ctx context.Context, r store.Reader, email string) (bool, error) {
	_, err := accounts.Find(ctx, r, "by_email", caller.Fold(email))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

func (s *Service) belowQuota(ctx context.Context, r store.Reader, o *Organization) error {
	n, err := accounts.Count(ctx, r, "by_org", o.ID)
	if err == nil && n >= int64(s.MaxAccounts) {
		err = constraint(api.ConstraintViolationExceptionReasonAccountNumberLimitExceeded, "You have exceeded the allowed number of AWS accounts.")
	}
	return err
}

// make draws the id of a new account and inserts it with its role and its policies.
func (s *Service) make(ctx context.Context, w store.Writer, o *Organization, a Account, role string) (string, error) {
	id, err := s.unusedID(ctx, w)
	if err != nil {
		return "", err
	}
	a.ID, a.Org, a.Parent, a.Created, a.Joined = id, o.ID, o.Root, true, s.now()
	if a.SCPs, err = o.attachDefault(ctx, w, id); err != nil {
		return "", err
	}
	if err := accounts.Insert(ctx, w, &a); err != nil {
		return "", err
	}
	return id, s.Accounts.Prepare(ctx, w, id, role, o.Management)
}

// draws bounds how often an id is drawn: that two in a row are used is a sign of broken randomness.
const draws = 8

// unusedID draws the id of an account that never was.
func (s *Service) unusedID(ctx context.Context, r store.Reader) (string, error) {
	for range draws {
		id, err := draw.Text(s.Random, draw.Digits, 12)
		if err != nil {
			return "", err
		}
		_, err = accounts.Get(ctx, r, id)
		if errors.Is(err, store.ErrNotFound) && id != s.Account {
			return id, nil
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return "", err
		}
	}
	return "", errors.New("organization: no unused account id was drawn")
}

func describeCreation(c *Creation) *api.CreateAccountStatus {
	out := &api.CreateAccountStatus{
		Id: ptr(c.ID), AccountName: ptr(c.Name), AccountId: given(c.Account), RequestedTimestamp: ptr(c.Finished), CompletedTimestamp: ptr(c.Finished),
		State: ptr(c.state()),
	}
	if c.Failure != "" {
		out.FailureReason = ptr(api.CreateAccountFailureReason(c.Failure))
	}
	return out
}

func (c *Creation) state() api.CreateAccountState {
	if c.Failure != "" {
		return api.CreateAccountStateFailed
	}
	return api.CreateAccountStateSucceeded
}

// DescribeCreateAccountStatus tells what became of a request for an account.
func (s *Service) DescribeCreateAccountStatus(ctx context.Context, in *api.DescribeCreateAccountStatusRequest) (*api.DescribeCreateAccountStatusResponse, error) {
	var out *api.DescribeCreateAccountStatusResponse
	err := s.read(ctx, func(r store.Reader, o *Organization) error {
		row, err := creations.Get(ctx, r, o.ID, in.CreateAccountRequestId)
		if err == nil {
			out = &api.DescribeCreateAccountStatusResponse{CreateAccountStatus: describeCreation(&row.Doc)}
		}
		return found(err, func() error {
			return api.CreateAccountStatusNotFoundException.New("You specified a create account request that doesn't exist.")
		})
	})
	return out, err
}

// ListCreateAccountStatus lists requests for accounts, all or those in some states.
func (s *Service) ListCreateAccountStatus(ctx context.Context, in *api.ListCreateAccountStatusRequest) (*api.ListCreateAccountStatusResponse, error) {
	out := &api.ListCreateAccountStatusResponse{CreateAccountStatuses: []api.CreateAccountStatus{}}
	err := s.read(ctx, func(r store.Reader, o *Organization) error {
		page, token, err := rows(ctx, s.list("", in.NextToken, in.MaxResults), r, creations, store.Query{Prefix: []string{o.ID}})
		for i := range page {
			if c := &page[i].Doc; len(in.States) == 0 || slices.Contains(in.States, c.state()) {
				out.CreateAccountStatuses = append(out.CreateAccountStatuses, *describeCreation(c))
			}
		}
		out.NextToken = token
		return err
	})
	return out, err
}
