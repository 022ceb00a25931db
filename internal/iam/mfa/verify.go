package mfa

import (
	"context"
	"errors"
	"fmt"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/totp"
	"github.com/mayfly-id/mayfly/seal"
)

// How far codes may lie from the step in which they come, in steps of 30 seconds.
const (
	near = 1   // of one code, beside what the device's clock is known to be off: RFC 6238 section 5.2
	far  = 120 // an hour, of two codes that follow one another: RFC 6238 section 6
)

// ErrRefused is why a code does not count, whatever the reason: no such device, another's, a wrong code, one that was used, or too many wrong ones
// before it.
var ErrRefused = errors.New("iam: the MFA code is refused")

// Verify says whether the code shows that the caller has the device: p is a user, or the account's root, with long-term credentials, and serial is the
// serial number of a device that is enabled for that very one. A code that is right is used up. ErrRefused is a no; any other error is a failure, and a
// no as well.
func (s *Service) Verify(ctx context.Context, p *caller.Principal, serial, code string) error {
	if (p.Kind != caller.User && p.Kind != caller.Root) || p.Session != nil || p.UniqueID == "" {
		return ErrRefused
	}
	right := false
	err := s.db.Update(ctx, func(w store.Writer) error {
		right = false
		row, err := record.FindMFADevice(ctx, w, p.Account, serial)
		if errors.Is(err, store.ErrNotFound) || err == nil && row.Doc.Owner != p.UniqueID {
			return nil
		}
		if err != nil {
			return err
		}
		if right, err = s.prove(ctx, &row.Doc, code); err != nil {
			return err
		}
		return record.MFADevices.Update(ctx, w, &row)
	})
	if err != nil {
		return fmt.Errorf("iam: verifying an MFA code: %w", err)
	}
	if !right {
		return ErrRefused
	}
	return nil
}

// prove judges one code, and notes the outcome in the device.
func (s *Service) prove(ctx context.Context, d *record.MFADevice, code string) (bool, error) {
	at := totp.Step(s.now()) + d.Drift
	return s.judge(ctx, d, func(seed []byte) int64 { return totp.Match(seed, code, at-near, at+near) })
}

// synchronise judges two codes that follow one another, and notes the outcome in the device: when they are right, also by how much its clock is off.
// What lies near is no drift, but the time that it takes to send codes.
func (s *Service) synchronise(ctx context.Context, d *record.MFADevice, one, two string) (bool, error) {
	at := totp.Step(s.now())
	ok, err := s.judge(ctx, d, func(seed []byte) int64 { return totp.MatchPair(seed, one, two, max(at-far, d.Step+2), at+far) })
	if ok {
		d.Drift = d.Step - at
		if -near <= d.Drift && d.Drift <= near {
			d.Drift = 0
		}
	}
	return ok, err
}

// judge asks match for the step that is shown, which has to be later than any that was used. While a device waits after wrong codes, nothing is right
// and nothing is counted.
func (s *Service) judge(ctx context.Context, d *record.MFADevice, match func(seed []byte) int64) (bool, error) {
	now := s.now()
	if d.Locked(now) {
		return false, nil
	}
	seed, err := s.keys.Open(ctx, seal.TOTPSeed, d.Account, d.Sealed, d.SeedAAD())
	if err != nil {
		return false, fmt.Errorf("iam: opening a seed: %w", err)
	}
	step := match(seed)
	if step <= d.Step {
		d.Fail(now)
		return false, nil
	}
	d.Step = step
	d.Forgive()
	return true, nil
}
