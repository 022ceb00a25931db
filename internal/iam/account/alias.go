package account

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// CreateAccountAlias gives the account an alias. It has one: another one takes its place
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/console_account-alias.html).
func (s *Service) CreateAccountAlias(ctx context.Context, in *iamapi.CreateAccountAliasRequest) (*wire.Empty, error) {
	const taken = "The account alias %s already exists."
	err := s.change(ctx, account(ctx), func(_ store.Writer, a *record.Account) error {
		if a.Alias == in.AccountAlias {
			return iamapi.EntityAlreadyExistsException.New(taken, in.AccountAlias)
		}
		a.Alias = in.AccountAlias
		return nil
	})
	return &wire.Empty{}, edge.Exists(err, taken, in.AccountAlias)
}

// DeleteAccountAlias takes the account's alias away.
func (s *Service) DeleteAccountAlias(ctx context.Context, in *iamapi.DeleteAccountAliasRequest) (*wire.Empty, error) {
	err := s.change(ctx, account(ctx), func(_ store.Writer, a *record.Account) error {
		if a.Alias != in.AccountAlias {
			return iamapi.NoSuchEntityException.New("The account alias %s cannot be found.", in.AccountAlias)
		}
		a.Alias = ""
		return nil
	})
	return &wire.Empty{}, err
}

// ListAccountAliases lists the account's alias, if it has one.
func (s *Service) ListAccountAliases(ctx context.Context, in *iamapi.ListAccountAliasesRequest) (*iamapi.ListAccountAliasesResponse, error) {
	a, err := s.row(ctx, account(ctx))
	if err != nil {
		return nil, err
	}
	aliases := make([]string, 0, 1)
	if a.Alias != "" {
		aliases = append(aliases, a.Alias)
	}
	page, truncated, marker, err := edge.Slice(ctx, s.list("", in.Marker, in.MaxItems), aliases, func(s *string) string { return *s })
	if err != nil {
		return nil, err
	}
	return &iamapi.ListAccountAliasesResponse{AccountAliases: append([]string{}, page...), IsTruncated: truncated, Marker: marker}, nil
}
