package password

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// unsaidLength is the length that a policy asks for which does not say one
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html).
const unsaidLength = 6

// noPolicy words the absence of a password policy.
func noPolicy(ctx context.Context, err error) error {
	return edge.NotFound(err, "The Password Policy with domain name %s cannot be found.", account(ctx))
}

// GetAccountPasswordPolicy shows the account's own policy.
func (s *Service) GetAccountPasswordPolicy(ctx context.Context, _ *wire.Empty) (*iamapi.GetAccountPasswordPolicyResponse, error) {
	row, err := record.PasswordPolicies.Get(ctx, s.db, account(ctx))
	if err != nil {
		return nil, noPolicy(ctx, err)
	}
	p := &row.Doc
	expire := p.MaxAge > 0
	out := iamapi.PasswordPolicy{
		MinimumPasswordLength: &p.Length, RequireLowercaseCharacters: &p.Lower, RequireUppercaseCharacters: &p.Upper, RequireNumbers: &p.Numbers,
		RequireSymbols: &p.Symbols, AllowUsersToChangePassword: &p.OwnChange, ExpirePasswords: &expire, HardExpiry: p.Hard,
	}
	if expire {
		out.MaxPasswordAge = &p.MaxAge
	}
	if p.Reuse > 0 {
		out.PasswordReusePrevention = &p.Reuse
	}
	return &iamapi.GetAccountPasswordPolicyResponse{PasswordPolicy: out}, nil
}

// UpdateAccountPasswordPolicy sets the account's policy as a whole: what is not said gets its default, not what it was. Passwords that are there stay.
func (s *Service) UpdateAccountPasswordPolicy(ctx context.Context, in *iamapi.UpdateAccountPasswordPolicyRequest) (*wire.Empty, error) {
	p := record.PasswordPolicy{
		Account: account(ctx), Length: said(in.MinimumPasswordLength, unsaidLength), Lower: said(in.RequireLowercaseCharacters, false),
		Upper: said(in.RequireUppercaseCharacters, false), Numbers: said(in.RequireNumbers, false), Symbols: said(in.RequireSymbols, false),
		OwnChange: said(in.AllowUsersToChangePassword, false), MaxAge: said(in.MaxPasswordAge, 0), Reuse: said(in.PasswordReusePrevention, 0), Hard: in.HardExpiry,
	}
	err := s.db.Update(ctx, func(w store.Writer) error { return record.PasswordPolicies.Upsert(ctx, w, &p) })
	return &wire.Empty{}, err
}

func said[T any](p *T, unsaid T) T {
	if p == nil {
		return unsaid
	}
	return *p
}

// DeleteAccountPasswordPolicy gives the account AWS's default policy again.
func (s *Service) DeleteAccountPasswordPolicy(ctx context.Context, _ *wire.Empty) (*wire.Empty, error) {
	err := s.db.Update(ctx, func(w store.Writer) error { return record.PasswordPolicies.Delete(ctx, w, account(ctx)) })
	return &wire.Empty{}, edge.NotFound(err, "The account policy with name PasswordPolicy cannot be found.") // as AWS words it here alone
}
