package signin

import (
	"encoding/base64"
	"testing"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/srp"
)

func tracking(c directory.DeviceConfig) func(*directory.Pool) {
	return func(p *directory.Pool) { p.Devices = &c; mfa("OPTIONAL")(p) }
}

// device is a client's device, with its password.
type device struct {
	h               *house
	key, group, pwd string
}

// enrolled signs ada in, confirms the device that she gets, and remembers it.
func (h *house) enrolled(t testing.TB) *device {
	t.Helper()
	r := h.in(t)
	d := &device{h, *r.NewDeviceMetadata.DeviceKey, *r.NewDeviceMetadata.DeviceGroupKey, "device-password"}
	salt := make([]byte, srp.SaltSize)
	salt[0] = 1
	v := h.core.Group.NewDeviceVerifier(d.group, d.key, d.pwd, salt)
	verifier, salted := base64.StdEncoding.EncodeToString(v.V), base64.StdEncoding.EncodeToString(v.Salt)
	_, err := h.keys.ConfirmDevice(h.ctx, &api.ConfirmDeviceRequest{
		AccessToken: *r.AccessToken, DeviceKey: d.key,
		DeviceSecretVerifierConfig: &api.DeviceSecretVerifierConfigType{PasswordVerifier: &verifier, Salt: &salted},
	})
	must(t, err)
	return d
}

func (d *device) enter(t testing.TB) *api.InitiateAuthResponse {
	t.Helper()
	out, err := d.h.InitiateAuth(d.h.ctx, &api.InitiateAuthRequest{
		ClientId: clientID, AuthFlow: api.AuthFlowTypeUserPasswordAuth,
		AuthParameters: map[string]string{"USERNAME": "ada", "PASSWORD": password, "DEVICE_KEY": d.key},
	})
	must(t, err)
	return out
}

// proof goes through DEVICE_SRP_AUTH and computes the answer to DEVICE_PASSWORD_VERIFIER.
func (d *device) proof(t testing.TB, session *string, pwd string) map[string]string {
	t.Helper()
	c, err := d.h.core.Group.NewClient(d.h.core.Random)
	must(t, err)
	out, err := d.h.reply(api.ChallengeNameTypeDeviceSrpAuth, session, map[string]string{"SRP_A": c.A(), "DEVICE_KEY": d.key})
	must(t, err)
	asks(t, out.ChallengeName, api.ChallengeNameTypeDevicePasswordVerifier)
	p := out.ChallengeParameters
	block, err := base64.StdEncoding.DecodeString(p["SECRET_BLOCK"])
	must(t, err)
	at, signature, err := c.Claim(d.group, p["DEVICE_KEY"], pwd, p["SALT"], p["SRP_B"], block, d.h.clock.now())
	must(t, err)
	return map[string]string{
		"TIMESTAMP": at, "DEVICE_KEY": d.key, "PASSWORD_CLAIM_SECRET_BLOCK": p["SECRET_BLOCK"],
		"PASSWORD_CLAIM_SIGNATURE": base64.StdEncoding.EncodeToString(signature),
	}
}

func TestDevicesStandInForTheSecondFactor(t *testing.T) {
	h := open(t, setting{pool: tracking(directory.DeviceConfig{ChallengeOnNew: true})})
	d := h.enrolled(t)
	app := h.withTOTP(t)
	asks(t, h.password(t).ChallengeName, api.ChallengeNameTypeSoftwareTokenMfa)
	out := d.enter(t)
	asks(t, out.ChallengeName, api.ChallengeNameTypeDeviceSrpAuth)
	_, err := h.reply(api.ChallengeNameTypeDevicePasswordVerifier, nil, d.proof(t, out.Session, "wrong"))
	fails(t, err, api.NotAuthorizedException, notRight)
	_, err = h.reply(api.ChallengeNameTypeDeviceSrpAuth, out.Session, map[string]string{"SRP_A": "12", "DEVICE_KEY": d.key})
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user, session can only be used once.")
	if h.user(t).Failures != 1 {
		t.Error("a wrong proof is not counted")
	}
	h.clock.move(time.Minute)
	params := d.proof(t, d.enter(t).Session, d.pwd)
	if n := hundred(t, func(int) error {
		_, err := h.reply(api.ChallengeNameTypeDevicePasswordVerifier, nil, params)
		return err
	}); n != 1 {
		t.Errorf("%d answers got tokens", n)
	}
	row, err := directory.Devices.Get(h.ctx, h.core.Store, poolID, userID, d.key)
	must(t, err)
	if !row.Doc.LastSignIn.Equal(h.clock.now().Truncate(time.Millisecond)) {
		t.Error("last sign-in of the device is ", row.Doc.LastSignIn)
	}
	must(t, h.core.Store.Update(h.ctx, func(w store.Writer) error {
		row.Doc.Remembered = false
		return directory.Devices.Update(h.ctx, w, &row)
	}))
	out = d.enter(t)
	asks(t, out.ChallengeName, api.ChallengeNameTypeSoftwareTokenMfa)
	next, err := h.reply(api.ChallengeNameTypeSoftwareTokenMfa, out.Session, map[string]string{"SOFTWARE_TOKEN_MFA_CODE": app.code()})
	must(t, err)
	asks(t, next.ChallengeName, api.ChallengeNameTypeDeviceSrpAuth)
	done, err := h.reply(api.ChallengeNameTypeDevicePasswordVerifier, nil, d.proof(t, next.Session, d.pwd))
	must(t, err)
	if done.AuthenticationResult == nil || done.AuthenticationResult.NewDeviceMetadata != nil {
		t.Error("no tokens, or another device")
	}
}

func TestDevicesBesideTheSecondFactor(t *testing.T) {
	h := open(t, setting{pool: tracking(directory.DeviceConfig{})})
	d := h.enrolled(t)
	h.withTOTP(t)
	asks(t, d.enter(t).ChallengeName, api.ChallengeNameTypeSoftwareTokenMfa)
}

// A device that nobody knows is told of after the password, and the challenge can be answered again without it.
func TestForgottenDevices(t *testing.T) {
	h := open(t, setting{pool: tracking(directory.DeviceConfig{})})
	x, err := h.begin("ada", nil)
	must(t, err)
	params := x.answer(t, password)
	params["DEVICE_KEY"] = "us-east-1_11111111-2222-4333-8444-555555555555"
	_, err = h.finish(params)
	fails(t, err, api.ResourceNotFoundException, "Device does not exist.")
	delete(params, "DEVICE_KEY")
	out, err := h.finish(params)
	must(t, err)
	if out.AuthenticationResult.NewDeviceMetadata == nil {
		t.Error("no new device")
	}
	x, err = h.begin("ada", nil)
	must(t, err)
	params = x.answer(t, "wrong")
	params["DEVICE_KEY"] = "us-east-1_11111111-2222-4333-8444-555555555555"
	_, err = h.finish(params)
	fails(t, err, api.NotAuthorizedException, notRight)
}

// The device that stood in for the second factor is the one that proves itself, not another of the user's.
func TestADeviceIsNotSwapped(t *testing.T) {
	h := open(t, setting{pool: tracking(directory.DeviceConfig{ChallengeOnNew: true})})
	first, second := h.enrolled(t), h.enrolled(t)
	h.withTOTP(t)
	row, err := directory.Devices.Get(h.ctx, h.core.Store, poolID, userID, second.key)
	must(t, err)
	must(t, h.core.Store.Update(h.ctx, func(w store.Writer) error {
		row.Doc.Remembered = false
		return directory.Devices.Update(h.ctx, w, &row)
	}))
	session := first.enter(t).Session
	out, err := h.reply(api.ChallengeNameTypeDevicePasswordVerifier, nil, second.proof(t, session, second.pwd))
	must(t, err)
	asks(t, out.ChallengeName, api.ChallengeNameTypeSoftwareTokenMfa)
	params := first.proof(t, first.enter(t).Session, first.pwd)
	params["DEVICE_KEY"] = second.key
	_, err = h.reply(api.ChallengeNameTypeDevicePasswordVerifier, nil, params)
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user.")
}
