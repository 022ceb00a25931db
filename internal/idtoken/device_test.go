package idtoken

import (
	"context"
	"errors"
	"testing"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

const deviceKey = "us-east-1_aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"

// issueOn signs in from a tracked device.
func (h *house) issueOn(t *testing.T, key string) directory.Tokens {
	t.Helper()
	g := h.grant()
	g.DeviceKey = key
	tokens, err := h.Issue(h.ctx, g, func(ctx context.Context, w store.Writer) error {
		return directory.Devices.Upsert(ctx, w, &directory.Device{PoolID: poolA, Sub: userID, Key: key})
	})
	must(t, err)
	return tokens
}

func TestDeviceStaysWithTheSignIn(t *testing.T) {
	h := open(t, "ES256")
	h.client.Rotation = true
	tokens := h.issueOn(t, deviceKey)
	for range 3 {
		a, err := h.VerifyAccess(h.ctx, tokens.Access)
		must(t, err)
		if c := h.independent(t, tokens.Access); c["device_key"] != deviceKey || a.Device != deviceKey {
			t.Error("access token: ", c["device_key"], a.Device)
		}
		if c := h.independent(t, tokens.ID); c["device_key"] != nil {
			t.Error("the id token names the device")
		}
		key, err := h.RefreshDevice(h.ctx, h.client, tokens.Refresh)
		must(t, err)
		if key != deviceKey {
			t.Error("the refresh token is of device ", key)
		}
		tokens, err = h.refresh(tokens.Refresh)
		must(t, err)
	}
}

func TestNoDevice(t *testing.T) {
	h := open(t, "ES256")
	tokens := h.issue(t)
	if c := h.independent(t, tokens.Access); c["device_key"] != nil {
		t.Error(c)
	}
	if key, err := h.RefreshDevice(h.ctx, h.client, tokens.Refresh); key != "" || err != nil {
		t.Error(key, err)
	}
	for name, c := range map[string]struct {
		client *directory.Client
		token  directory.Token
	}{
		"garbage":        {h.client, "AAAA"},
		"another client": {&directory.Client{ID: "another", PoolID: poolA}, tokens.Refresh},
		"another pool":   {&directory.Client{ID: "client", PoolID: poolB}, tokens.Refresh},
	} {
		if _, err := h.RefreshDevice(h.ctx, c.client, c.token); !errors.Is(err, directory.ErrTokenInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestForgottenDevice(t *testing.T) {
	h := open(t, "ES256")
	h.pool.Devices = &directory.DeviceConfig{}
	tokens, other := h.issueOn(t, deviceKey), h.issue(t)
	_, err := h.refresh(tokens.Refresh)
	must(t, err)
	must(t, h.db.Update(h.ctx, func(w store.Writer) error { return directory.Devices.Delete(h.ctx, w, poolA, userID, deviceKey) }))
	if got, err := h.refresh(tokens.Refresh); !errors.Is(err, directory.ErrTokenInvalid) || got != (directory.Tokens{}) {
		t.Error(err)
	}
	_, err = h.refresh(other.Refresh)
	must(t, err)
	h.pool.Devices = nil // a pool that does not track devices asks for none
	_, err = h.refresh(tokens.Refresh)
	must(t, err)
}

func TestRevokeDevice(t *testing.T) {
	h := open(t, "ES256")
	const other = "us-east-1_ffffffff-bbbb-4ccc-8ddd-eeeeeeeeeeee"
	twice, again, elsewhere, none := h.issueOn(t, deviceKey), h.issueOn(t, deviceKey), h.issueOn(t, other), h.issue(t)
	revoke := func(pool, sub, key string) {
		t.Helper()
		must(t, h.db.Update(h.ctx, func(w store.Writer) error { return h.RevokeDevice(h.ctx, w, pool, sub, key) }))
	}
	revoke(poolB, userID, deviceKey)
	revoke(poolA, "another", deviceKey)
	revoke(poolA, userID, "")
	for _, tokens := range []directory.Tokens{twice, again, elsewhere, none} {
		_, err := h.refresh(tokens.Refresh)
		must(t, err)
	}
	revoke(poolA, userID, deviceKey)
	for _, tokens := range []directory.Tokens{twice, again} {
		_, refresh := h.refresh(tokens.Refresh)
		_, access := h.VerifyAccess(h.ctx, tokens.Access)
		if !errors.Is(refresh, directory.ErrTokenRevoked) || !errors.Is(access, directory.ErrTokenRevoked) {
			t.Error(refresh, access)
		}
	}
	for _, tokens := range []directory.Tokens{elsewhere, none} {
		_, err := h.refresh(tokens.Refresh)
		must(t, err)
	}
}
