package organization

import (
	"context"

	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

func (o *Organization) describeAccount(a *Account) *api.Account {
	joined := api.AccountJoinedMethodInvited // of the management account, as AWS tells it
	if a.Created {
		joined = api.AccountJoinedMethodCreated
	}
	return &api.Account{
		Id: ptr(a.ID), Arn: ptr(o.ARN(a.ID)), Email: given(a.Email), Name: given(a.Name), Status: ptr(api.AccountStatusActive),
		JoinedMethod: &joined, JoinedTimestamp: ptr(a.Joined),
	}
}

// DescribeAccount tells about an account of the organization.
func (s *Service) DescribeAccount(ctx context.Context, in *api.DescribeAccountRequest) (*api.DescribeAccountResponse, error) {
	var out *api.DescribeAccountResponse
	err := s.read(ctx, func(r store.Reader, o *Organization) error {
		row, err := o.account(ctx, r, in.AccountId)
		if err == nil {
			out = &api.DescribeAccountResponse{Account: o.describeAccount(&row.Doc)}
		}
		return found(err, noAccount)
	})
	return out, err
}

// ListAccounts lists the accounts of the organization, the management account among them.
func (s *Service) ListAccounts(ctx context.Context, in *api.ListAccountsRequest) (*api.ListAccountsResponse, error) {
	out := &api.ListAccountsResponse{Accounts: []api.Account{}}
	err := s.read(ctx, func(r store.Reader, o *Organization) error {
		page, token, err := rows(ctx, s.list("", in.NextToken, in.MaxResults), r, accounts, store.Query{Index: "by_org", Prefix: []string{o.ID}})
		for i := range page {
			out.Accounts = append(out.Accounts, *o.describeAccount(&page[i].Doc))
		}
		out.NextToken = token
		return err
	})
	return out, err
}

// ListAccountsForParent lists the accounts right below the root or a unit.
func (s *Service) ListAccountsForParent(ctx context.Context, in *api.ListAccountsForParentRequest) (*api.ListAccountsForParentResponse, error) {
	out := &api.ListAccountsForParentResponse{Accounts: []api.Account{}}
	err := s.read(ctx, func(r store.Reader, o *Organization) error {
		if _, err := o.parent(ctx, r, in.ParentId); err != nil {
			return found(err, noParent)
		}
		page, token, err := rows(ctx, s.list(in.ParentId, in.NextToken, in.MaxResults), r, accounts,
			store.Query{Index: "by_parent", Prefix: []string{in.ParentId}})
		for i := range page {
			out.Accounts = append(out.Accounts, *o.describeAccount(&page[i].Doc))
		}
		out.NextToken = token
		return err
	})
	return out, err
}

// MoveAccount moves an account from the root or a unit to another.
func (s *Service) MoveAccount(ctx context.Context, in *api.MoveAccountRequest) (*wire.Empty, error) {
	err := s.change(ctx, func(w store.Writer, o *Organization) error {
		row, err := o.account(ctx, w, in.AccountId)
		if err != nil {
			return found(err, noAccount)
		}
		if row.Doc.Parent != in.SourceParentId {
			return api.SourceParentNotFoundException.New("You specified a source parent that doesn't exist.")
		}
		if _, err := o.parent(ctx, w, in.DestinationParentId); err != nil {
			return found(err, func() error {
				return api.DestinationParentNotFoundException.New("You specified a destination parent that doesn't exist.")
			})
		}
		if in.DestinationParentId == in.SourceParentId {
			return api.DuplicateAccountException.New("The account is already present in the specified destination.")
		}
		row.Doc.Parent = in.DestinationParentId
		return accounts.Update(ctx, w, row)
	})
	return &wire.Empty{}, err
}
