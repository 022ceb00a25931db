package password

import (
	"context"
	"errors"
	"fmt"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

type asks = []caller.Ask

// Operations is the table of bound operations.
func (s *Service) Operations() []wire.Binding {
	return []wire.Binding{
		edge.Bind(iamapi.CreateLoginProfile, s.CreateLoginProfile, s.askCreateLoginProfile),
		edge.Bind(iamapi.GetLoginProfile, s.GetLoginProfile, s.askGetLoginProfile),
		edge.Bind(iamapi.UpdateLoginProfile, s.UpdateLoginProfile, s.askUpdateLoginProfile),
		edge.Bind(iamapi.DeleteLoginProfile, s.DeleteLoginProfile, s.askDeleteLoginProfile),
		edge.Bind(iamapi.ChangePassword, s.ChangePassword, s.askChangePassword),

		edge.Bind(iamapi.GetAccountPasswordPolicy, s.GetAccountPasswordPolicy, s.askGetAccountPasswordPolicy),
		edge.Bind(iamapi.UpdateAccountPasswordPolicy, s.UpdateAccountPasswordPolicy, s.askUpdateAccountPasswordPolicy),
		edge.Bind(iamapi.DeleteAccountPasswordPolicy, s.DeleteAccountPasswordPolicy, s.askDeleteAccountPasswordPolicy),
	}
}

func (s *Service) self(ctx context.Context, name *string) (asks, error) {
	u, err := edge.Self(ctx, s.db, name)
	return edge.Asks(u, err)
}

func (s *Service) askCreateLoginProfile(ctx context.Context, in *iamapi.CreateLoginProfileRequest) (asks, error) {
	return s.self(ctx, in.UserName)
}

func (s *Service) askGetLoginProfile(ctx context.Context, in *iamapi.GetLoginProfileRequest) (asks, error) {
	return s.self(ctx, in.UserName)
}

func (s *Service) askUpdateLoginProfile(ctx context.Context, in *iamapi.UpdateLoginProfileRequest) (asks, error) {
	return s.self(ctx, &in.UserName)
}

func (s *Service) askDeleteLoginProfile(ctx context.Context, in *iamapi.DeleteLoginProfileRequest) (asks, error) {
	return s.self(ctx, in.UserName)
}

func (s *Service) askChangePassword(ctx context.Context, _ *iamapi.ChangePasswordRequest) (asks, error) {
	all, err := s.self(ctx, nil)
	if err != nil {
		return nil, err
	}
	return s.granted(ctx, all, "iam:ChangePassword")
}

func (s *Service) askGetAccountPasswordPolicy(ctx context.Context, _ *wire.Empty) (asks, error) {
	return s.granted(ctx, asks{{}}, "iam:GetAccountPasswordPolicy")
}

func (s *Service) askUpdateAccountPasswordPolicy(context.Context, *iamapi.UpdateAccountPasswordPolicyRequest) (asks, error) {
	return asks{{}}, nil
}

func (s *Service) askDeleteAccountPasswordPolicy(context.Context, *wire.Empty) (asks, error) {
	return asks{{}}, nil
}

// granted adds what AllowUsersToChangePassword gives to the users of an account, without a policy of theirs: to change their own password, and to see
// what it has to be like (https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html). It is a policy on the resource, so
// that a Deny goes before it as before any other permission.
func (s *Service) granted(ctx context.Context, all asks, action string) (asks, error) {
	p := caller.PrincipalFrom(ctx)
	if p.Kind != caller.User || !record.IsEntityID(p.UniqueID) {
		return all, nil
	}
	row, err := record.PasswordPolicies.GetCached(ctx, s.db, p.Account)
	if errors.Is(err, store.ErrNotFound) || err == nil && !row.Doc.OwnChange {
		return all, nil
	}
	if err != nil {
		return nil, err
	}
	grant, err := iampolicy.Parse([]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"`+p.UniqueID+`"},"Action":"`+action+`","Resource":"*"}]}`), iampolicy.ResourcePolicy)
	if err != nil {
		return nil, fmt.Errorf("iam: what the password policy allows: %w", err)
	}
	for i := range all {
		all[i].ResourcePolicy = &iampolicy.Named{ID: "AccountPasswordPolicy", Policy: grant}
	}
	return all, nil
}
