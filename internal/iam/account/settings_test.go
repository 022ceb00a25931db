package account

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
)

func (h *house) aliases(t *testing.T, ctx context.Context) []string {
	t.Helper()
	return must[*iamapi.ListAccountAliasesResponse](t)(h.ListAccountAliases(ctx, &iamapi.ListAccountAliasesRequest{})).AccountAliases
}

func TestAlias(t *testing.T) {
	h := newHouse(t)
	ctx, foreign := root("ListAccountAliases"), other("ListAccountAliases")
	create := func(ctx context.Context, alias string) error {
		_, err := h.CreateAccountAlias(ctx, &iamapi.CreateAccountAliasRequest{AccountAlias: alias})
		return err
	}
	remove := func(ctx context.Context, alias string) error {
		_, err := h.DeleteAccountAlias(ctx, &iamapi.DeleteAccountAliasRequest{AccountAlias: alias})
		return err
	}
	if got := h.aliases(t, ctx); got == nil || len(got) != 0 {
		t.Errorf("a new account has the aliases %v", got)
	}
	iamtest.Fails(t, remove(ctx, "acme"), iamapi.NoSuchEntityException, "The account alias acme cannot be found.")
	if err := create(ctx, "acme"); err != nil {
		t.Fatal(err)
	}
	iamtest.Fails(t, create(ctx, "acme"), iamapi.EntityAlreadyExistsException, "The account alias acme already exists.")
	iamtest.Fails(t, create(foreign, "acme"), iamapi.EntityAlreadyExistsException, "The account alias acme already exists.")
	if err := create(ctx, "acme-2"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"acme-2"}, h.aliases(t, ctx)); diff != "" {
		t.Errorf("after another one (-want +got):\n%s", diff)
	}
	if err := create(foreign, "acme"); err != nil {
		t.Errorf("an alias that was given up: %v", err)
	}
	iamtest.Fails(t, remove(foreign, "acme-2"), iamapi.NoSuchEntityException, "")
	if err := remove(ctx, "acme-2"); err != nil || len(h.aliases(t, ctx)) != 0 {
		t.Errorf("after it was deleted: %v", err)
	}
	bad := "x"
	_, err := h.ListAccountAliases(ctx, &iamapi.ListAccountAliasesRequest{Marker: &bad})
	iamtest.Fails(t, err, edge.ValidationError, "Invalid Marker.")
}

// TestAliasRace: of many accounts that want an alias one gets it.
func TestAliasRace(t *testing.T) {
	h := newHouse(t)
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			ctx := iamtest.As(iamtest.RootPrincipal(fmt.Sprintf("%012d", i)), "CreateAccountAlias")
			if _, err := h.CreateAccountAlias(ctx, &iamapi.CreateAccountAliasRequest{AccountAlias: "acme"}); err == nil {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d accounts have the alias", won.Load())
	}
}

func TestTokenVersion(t *testing.T) {
	h := newHouse(t)
	ctx := root("SetSecurityTokenServicePreferences")
	version := func() int { return must[int](t)(h.TokenVersion(ctx, iamtest.Account)) }
	if version() != 1 {
		t.Error("the default is not 1")
	}
	for _, c := range []struct {
		set  iamapi.GlobalEndpointTokenVersion
		want int
	}{{"v2Token", 2}, {"v1Token", 1}, {"v2Token", 2}} {
		if _, err := h.SetSecurityTokenServicePreferences(ctx, &iamapi.SetSecurityTokenServicePreferencesRequest{GlobalEndpointTokenVersion: c.set}); err != nil || version() != c.want {
			t.Errorf("%s gives %d, %v", c.set, version(), err)
		}
	}
	_, err := h.SetSecurityTokenServicePreferences(ctx, &iamapi.SetSecurityTokenServicePreferencesRequest{GlobalEndpointTokenVersion: "v3Token"})
	iamtest.Fails(t, err, edge.ValidationError, "")
	if got := must[int](t)(h.TokenVersion(ctx, iamtest.Other)); got != 1 || version() != 2 {
		t.Errorf("another account has %d", got)
	}
	if err := h.w.DB.Close(); err != nil {
		t.Fatal(err)
	}
	if v, err := h.TokenVersion(ctx, "000000000009"); err == nil {
		t.Errorf("without a store it is %d", v)
	}
}

func TestOutbound(t *testing.T) {
	h := newHouse(t)
	ctx := root("EnableOutboundWebIdentityFederation")
	off := func(when string) {
		t.Helper()
		_, err := h.GetOutboundWebIdentityFederationInfo(ctx, empty)
		iamtest.Fails(t, err, iamapi.FeatureDisabledException, "")
		_, err = h.DisableOutboundWebIdentityFederation(ctx, empty)
		iamtest.Fails(t, err, iamapi.FeatureDisabledException, "")
		if id, err := h.OutboundIssuer(ctx, iamtest.Account); !errors.Is(err, caller.ErrUnknown) || id != "" {
			t.Errorf("%s: the issuer is %q, %v", when, id, err)
		}
	}
	off("at first")
	h.makesErr = errors.New("no room")
	if _, err := h.EnableOutboundWebIdentityFederation(ctx, empty); !errors.Is(err, h.makesErr) {
		t.Errorf("an issuer that cannot be stored: %v", err)
	}
	off("after a failure")
	h.makesErr = nil
	for range 2 { // the second time the issuer is there
		out := must[*iamapi.EnableOutboundWebIdentityFederationResponse](t)(h.EnableOutboundWebIdentityFederation(ctx, empty))
		if *out.IssuerIdentifier != "https://login.example.org/outbound/issuer-2" {
			t.Errorf("the issuer is %s", *out.IssuerIdentifier)
		}
		_, err := h.EnableOutboundWebIdentityFederation(ctx, empty)
		iamtest.Fails(t, err, iamapi.FeatureEnabledException, "")
		info := must[*iamapi.GetOutboundWebIdentityFederationInfoResponse](t)(h.GetOutboundWebIdentityFederationInfo(ctx, empty))
		if *info.IssuerIdentifier != *out.IssuerIdentifier || !*info.JwtVendingEnabled {
			t.Errorf("the info is %s, %v", *info.IssuerIdentifier, *info.JwtVendingEnabled)
		}
		if id := must[string](t)(h.OutboundIssuer(ctx, iamtest.Account)); id != "issuer-2" {
			t.Errorf("the id is %s", id)
		}
		if _, err := h.OutboundIssuer(ctx, iamtest.Other); !errors.Is(err, caller.ErrUnknown) {
			t.Errorf("another account: %v", err)
		}
		if _, err := h.DisableOutboundWebIdentityFederation(ctx, empty); err != nil {
			t.Fatal(err)
		}
		off("after it was disabled")
	}
	if h.made != 2 {
		t.Errorf("%d issuers were made", h.made)
	}
}

// TestOutboundRace: of many who turn the feature on at once one does, and the account has one issuer.
func TestOutboundRace(t *testing.T) {
	h := newHouse(t)
	ctx := root("EnableOutboundWebIdentityFederation")
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			if _, err := h.EnableOutboundWebIdentityFederation(ctx, empty); err == nil {
				won.Add(1)
			} else {
				iamtest.Fails(t, err, iamapi.FeatureEnabledException, "")
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d turned it on", won.Load())
	}
}
