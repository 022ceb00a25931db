package sts

import (
	"context"
	"errors"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// MFA verifies codes of MFA devices. A code counts once.
type MFA interface {
	// VerifyMFA is nil when the device with this serial number is the caller's own, and the code is right. ErrNoDevice and ErrWrongCode are refusals; every
	// other error is a failure, which proves nothing either.
	VerifyMFA(ctx context.Context, p *caller.Principal, serial, code string) error
}

// The refusals of MFA.
var (
	ErrNoDevice  = errors.New("sts: no such MFA device of the caller")
	ErrWrongCode = errors.New("sts: the MFA code is not right")
)

// The texts of AWS for them, to the letter.
const (
	mfaIncomplete = "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code. "
	mfaNoDevice   = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user."
	mfaWrongCode  = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
)

// proveMFA verifies the second factor that a request brings, and reports whether it brings one. Refusals are recorded: whoever tries codes is seen.
func (s *Service) proveMFA(ctx context.Context, serial, code *string) (bool, error) {
	switch {
	case serial == nil && code == nil:
		return false, nil
	case serial == nil || code == nil:
		return false, s.refuse(ctx, "*", accessDenied.New(mfaIncomplete))
	}
	p := caller.PrincipalFrom(ctx)
	if p.Session != nil || p.Kind != caller.User && p.Kind != caller.Root { // devices are of users and of the account, who prove who they are with their own keys
		return false, s.refuse(ctx, "*", accessDenied.New(mfaNoDevice))
	}
	err := s.MFA.VerifyMFA(ctx, p, *serial, *code)
	switch {
	case errors.Is(err, ErrNoDevice):
		return false, s.refuse(ctx, "*", accessDenied.New(mfaNoDevice).Because(err))
	case errors.Is(err, ErrWrongCode):
		return false, s.refuse(ctx, "*", accessDenied.New(mfaWrongCode).Because(err))
	}
	return err == nil, err
}

// proven sets the condition keys of a second factor that came with this very request.
func proven(c iampolicy.MapContext) {
	c["aws:multifactorauthpresent"], c["aws:multifactorauthage"] = []string{"true"}, []string{"0"}
}
