package signin

import (
	"context"
	"encoding/base64"
	"errors"
	"math/big"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// deviceOf finds the device that the client says it is, where the pool tracks devices; nil: none that can prove itself. A key that is no device of the
// user is an error, by which clients know that they have to forget it.
func (s *Service) deviceOf(ctx context.Context, p *progress) (*store.Row[directory.Device], error) {
	if p.Pool.Devices == nil || p.device == "" {
		return nil, nil
	}
	row, err := s.factors.Device(ctx, s.core.Store, p.Pool.ID, p.who.User().Sub, p.device)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, deviceUnknown()
	case err != nil:
		return nil, err
	case len(row.Doc.Sealed) == 0:
		return nil, nil
	}
	return &row, nil
}

func deviceUnknown() error { return api.ResourceNotFoundException.New("Device does not exist.") }

// standsIn tells whether a device takes the place of the second factor: the pool wants it so, the user has it remembered, and threat protection is
// content. That it is the device it says is proven by the next challenge.
func (p *progress) standsIn(device *store.Row[directory.Device]) bool {
	return device != nil && device.Doc.Remembered && p.Pool.Devices.ChallengeOnNew && p.proven&(riskAsks|riskDemands) == 0
}

// askDevice asks for the device's own proof.
func (s *Service) askDevice(ctx context.Context, p *progress) (*answer, error) {
	return s.askSession(ctx, p, &challenge{step: stepDevice}, api.ChallengeNameTypeDeviceSrpAuth, nil)
}

// beginDevice answers DEVICE_SRP_AUTH with the server's half of the exchange.
func (s *Service) beginDevice(ctx context.Context, r *request) (*answer, error) {
	clientValue := r.params["SRP_A"]
	if err := s.checkA(clientValue); err != nil {
		return nil, err
	}
	if r.params["DEVICE_KEY"] == "" {
		return nil, account.Missing("DEVICE_KEY")
	}
	p, _, err := s.resume(ctx, r, stepDevice)
	if err != nil {
		return nil, err
	}
	row, err := s.deviceOf(ctx, p)
	if err != nil {
		return nil, err
	}
	if row == nil {
		return nil, deviceUnknown()
	}
	v, err := s.factors.DeviceVerifier(ctx, &row.Doc)
	if err != nil {
		return nil, err
	}
	server, err := s.core.Group.NewServer(s.core.Random, v)
	if err != nil {
		return nil, err
	}
	sealed, err := s.ask(ctx, p, &challenge{step: stepDeviceVerifier, a: clientValue, secret: server.Secret()}, nil)
	if err != nil {
		return nil, err
	}
	return &answer{name: api.ChallengeNameTypeDevicePasswordVerifier, parameters: map[string]string{
		"SALT": new(big.Int).SetBytes(v.Salt).Text(16), "SRP_B": server.B(), "SECRET_BLOCK": base64.StdEncoding.EncodeToString(sealed),
		"DEVICE_KEY": row.Doc.Key, "USERNAME": p.who.User().Username,
	}}, nil
}

// finishDevice checks the proof of DEVICE_PASSWORD_VERIFIER. The device's group key stands for the pool's name in it, and the device key for the user's
// id. A wrong one counts as a wrong password does.
func (s *Service) finishDevice(ctx context.Context, r *request) (*answer, error) {
	proof, err := parseProof(r.params)
	if err != nil {
		return nil, err
	}
	c, err := s.openChallenge(ctx, r.Door, proof.block, stepDeviceVerifier)
	if err != nil {
		return nil, err
	}
	a, err := s.core.FindBySub(ctx, r.Door, c.sub, c.name)
	if err != nil {
		return nil, err
	}
	if a.Ghost || !a.User().PasswordSet.Equal(c.stamp) {
		return nil, invalidSession()
	}
	p := s.after(r, &a, c)
	if p.device != c.device {
		return nil, invalidSession()
	}
	if err := s.admissible(ctx, p, &proof); err != nil {
		return nil, err
	}
	if err := s.loadCustom(ctx, p); err != nil {
		return nil, err
	}
	right, err := s.deviceFits(ctx, p, c, &proof)
	if err != nil {
		return nil, err
	}
	if !right {
		s.ended(ctx, p, "Fail", directory.Challenge{Name: "Mfa", Response: "Failure"})
		return nil, s.core.Fail(ctx, &a, answering(r.Door, c))
	}
	p.proven |= byDevice
	p.noted("DEVICE_PASSWORD_VERIFIER", true, "")
	return s.next(ctx, p)
}

func (s *Service) deviceFits(ctx context.Context, p *progress, c *challenge, given *proof) (bool, error) {
	row, err := s.deviceOf(ctx, p)
	if err != nil {
		return false, err
	}
	if row == nil {
		return false, deviceUnknown()
	}
	v, err := s.factors.DeviceVerifier(ctx, &row.Doc)
	if err != nil {
		return false, err
	}
	server, err := s.core.Group.ResumeServer(c.secret, v)
	if err != nil {
		return false, err
	}
	return server.Verify(c.a, row.Doc.GroupKey, row.Doc.Key, given.block, given.timestamp, given.signature) == nil, nil
}
