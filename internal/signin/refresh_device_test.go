package signin

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

const (
	ownDevice   = "us-east-1_aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
	otherDevice = "us-east-1_ffffffff-bbbb-4ccc-8ddd-eeeeeeeeeeee"
)

// tokenOn signs ada in from a device that the pool knows; from none for an empty key.
func (h *house) tokenOn(t *testing.T, key string) string {
	t.Helper()
	u := h.user(t)
	tokens, err := h.tokens.Issue(h.ctx, directory.Grant{Pool: &h.pool, Client: &h.client, User: &u, DeviceKey: key}, func(ctx context.Context, w store.Writer) error {
		if key == "" {
			return nil
		}
		return directory.Devices.Upsert(ctx, w, &directory.Device{PoolID: poolID, Sub: userID, Key: key})
	})
	must(t, err)
	return string(tokens.Refresh)
}

// refreshFrom refreshes by both ways; they have to agree.
func (h *house) refreshFrom(t *testing.T, token string, device *string) error {
	t.Helper()
	params := map[string]string{"REFRESH_TOKEN": token}
	if device != nil {
		params["DEVICE_KEY"] = *device
	}
	in := &api.InitiateAuthRequest{ClientId: clientID, AuthFlow: api.AuthFlowTypeRefreshTokenAuth, AuthParameters: params}
	_, err := h.InitiateAuth(h.ctx, in)
	_, other := h.GetTokensFromRefreshToken(h.ctx, &api.GetTokensFromRefreshTokenRequest{ClientId: clientID, RefreshToken: token, DeviceKey: device})
	text := func(err error) string {
		if err == nil {
			return ""
		}
		return err.Error()
	}
	if d := cmp.Diff(text(err), text(other)); d != "" {
		t.Error(d)
	}
	return err
}

func TestRefreshNamesItsDevice(t *testing.T) {
	own, other, empty := ownDevice, otherDevice, ""
	for name, c := range map[string]struct {
		untracked bool // the pool does not track devices
		signedIn  string
		named     *string
		good      bool
	}{
		"own":                       {false, ownDevice, &own, true},
		"none named":                {false, ownDevice, nil, false},
		"empty":                     {false, ownDevice, &empty, false},
		"another of the user":       {false, ownDevice, &other, false},
		"no device":                 {false, "", nil, true},
		"no device, one is named":   {false, "", &other, false},
		"not tracked":               {true, ownDevice, nil, true},
		"not tracked, one is named": {true, ownDevice, &other, true},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, setting{pool: func(p *directory.Pool) {
				if !c.untracked {
					p.Devices = &directory.DeviceConfig{}
				}
			}})
			h.tokenOn(t, otherDevice)
			token := h.tokenOn(t, c.signedIn)
			if err := h.refreshFrom(t, token, c.named); c.good {
				must(t, err)
			} else {
				fails(t, err, api.NotAuthorizedException, "Invalid Refresh Token")
			}
		})
	}
}

// A refusal uses nothing up: the device itself goes on with the token that somebody else tried.
func TestRefusedDeviceConsumesNothing(t *testing.T) {
	h := open(t, setting{pool: func(p *directory.Pool) { p.Devices = &directory.DeviceConfig{} }, client: func(c *directory.Client) { c.Rotation = true }})
	token, own := h.tokenOn(t, ownDevice), ownDevice
	fails(t, h.refreshFrom(t, token, nil), api.NotAuthorizedException, "Invalid Refresh Token")
	out, err := h.GetTokensFromRefreshToken(h.ctx, &api.GetTokensFromRefreshTokenRequest{ClientId: clientID, RefreshToken: token, DeviceKey: &own})
	must(t, err)
	if next := out.AuthenticationResult.RefreshToken; next == nil || *next == token {
		t.Error("the token was not replaced")
	}
}

// What is wrong with the token itself is told before the device.
func TestTokenBeforeDevice(t *testing.T) {
	h := open(t, setting{pool: func(p *directory.Pool) { p.Devices = &directory.DeviceConfig{} }})
	token := h.tokenOn(t, ownDevice)
	h.clock.move(31 * 24 * time.Hour)
	fails(t, h.refreshFrom(t, token, nil), api.NotAuthorizedException, "Refresh Token has expired")
}
