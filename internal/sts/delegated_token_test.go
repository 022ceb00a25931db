package sts

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// delegations knows one token, which is good once.
type delegations struct {
	principal caller.Principal
	err       error
	used      bool
}

func (d *delegations) RedeemDelegation(_ context.Context, token string, check func(*caller.Principal) error) (caller.Principal, error) {
	switch {
	case d.err != nil:
		return caller.Principal{}, d.err
	case token != "good":
		return caller.Principal{}, caller.ErrUnknown
	case d.used:
		return caller.Principal{}, caller.ErrExpired
	}
	if err := check(&d.principal); err != nil {
		return caller.Principal{}, err
	}
	d.used = true
	return d.principal, nil
}

func TestDelegatedAccessToken(t *testing.T) {
	h := newHouse()
	approver := *user()
	approver.Session = &caller.Session{Expires: now.Add(time.Hour), InlinePolicy: strings.Repeat("x", packedMost/2)}
	d := &delegations{principal: approver}
	s := &DelegatedTokens{Delegations: d, Minter: h, Preferences: h}
	trade := func(token string) (*stsapi.GetDelegatedAccessTokenResponse, error) {
		return s.GetDelegatedAccessToken(as(user()), &stsapi.GetDelegatedAccessTokenRequest{TradeInToken: token})
	}
	_, err := trade("bad")
	fails(t, "bad", err, "InvalidParameterValue", "The trade-in token is not valid.")
	out, err := trade("good")
	if err != nil {
		t.Fatal(err)
	}
	if *out.AssumedPrincipal != approver.ARN || *out.PackedPolicySize != 50 || !out.Credentials.Expiration.Equal(now.Add(time.Hour)) || h.minted.UniqueID != approver.UniqueID {
		t.Errorf("answer is %+v", out)
	}
	_, err = trade("good")
	fails(t, "used", err, "ExpiredTradeInTokenException", "")
	d.used, d.principal.Session.InlinePolicy, h.minted = false, strings.Repeat("x", packedMost+1), nil
	_, err = trade("good")
	fails(t, "too large", err, "PackedPolicyTooLarge", "")
	if d.used || h.minted != nil {
		t.Error("a token that could not be honoured is used up")
	}
	d.principal.Session.InlinePolicy, h.failMint = "{}", errors.New("no randomness")
	if _, err = trade("good"); !errors.Is(err, h.failMint) || d.used {
		t.Errorf("credentials that cannot be made: %v; the token is used up: %v", err, d.used)
	}
	h.failMint, h.err = nil, errors.New("no preferences")
	global := as(user())
	caller.RequestFrom(global).Global = true
	if _, err = s.GetDelegatedAccessToken(global, &stsapi.GetDelegatedAccessTokenRequest{TradeInToken: "good"}); !errors.Is(err, h.err) || d.used {
		t.Errorf("preferences that cannot be read: %v; the token is used up: %v", err, d.used)
	}
	h.err = nil
	for version, want := range map[int]bool{1: true, 2: false} {
		d.used, h.version = false, version
		if _, err = s.GetDelegatedAccessToken(global, &stsapi.GetDelegatedAccessTokenRequest{TradeInToken: "good"}); err != nil || h.minted.Session.DefaultRegions != want {
			t.Errorf("version %d: %+v, %v", version, h.minted, err)
		}
	}
	h.minted = nil
	broken := errors.New("broken")
	d.err = broken
	if _, err := trade("good"); !errors.Is(err, broken) || h.minted != nil {
		t.Errorf("a failure gives %v", err)
	}
}

func TestDelegatedBinding(t *testing.T) {
	b := (&DelegatedTokens{}).Operations()
	if len(b) != 1 || b[0].Method != b[0].Operation.Name {
		t.Fatalf("bindings are %+v", b)
	}
	asks, err := b[0].Asks(as(user()), stsapi.Service(), &stsapi.GetDelegatedAccessTokenRequest{})
	if err != nil || len(asks) != 1 || asks[0].Action != "sts:GetDelegatedAccessToken" || asks[0].Exempt {
		t.Errorf("asks are %+v, %v", asks, err)
	}
}
