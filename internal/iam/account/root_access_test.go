package account

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/wire"
)

const delegate = "777788889999"

// organized is a house whose account manages an organization with a delegated administrator and a plain member.
func organized(t *testing.T) *house {
	h := newHouse(t)
	h.org = Organization{ID: "o-abcdefghij", ManagementAccount: iamtest.Account, AllFeatures: true, TrustsIAM: true, DelegatedAdmins: []string{delegate}}
	h.members = []string{iamtest.Account, iamtest.Other, delegate}
	return h
}

// feature is one of the five operations on root access.
type feature func(ctx context.Context) (*string, []iamapi.FeatureType, error)

func (h *house) rootOperations() map[string]feature {
	return map[string]feature{
		"EnableCredentials": func(ctx context.Context) (*string, []iamapi.FeatureType, error) {
			out, err := h.EnableOrganizationsRootCredentialsManagement(ctx, &iamapi.EnableOrganizationsRootCredentialsManagementRequest{})
			if err != nil {
				return nil, nil, err
			}
			return out.OrganizationId, out.EnabledFeatures, nil
		},
		"DisableCredentials": func(ctx context.Context) (*string, []iamapi.FeatureType, error) {
			out, err := h.DisableOrganizationsRootCredentialsManagement(ctx, &iamapi.DisableOrganizationsRootCredentialsManagementRequest{})
			if err != nil {
				return nil, nil, err
			}
			return out.OrganizationId, out.EnabledFeatures, nil
		},
		"EnableSessions": func(ctx context.Context) (*string, []iamapi.FeatureType, error) {
			out, err := h.EnableOrganizationsRootSessions(ctx, &iamapi.EnableOrganizationsRootSessionsRequest{})
			if err != nil {
				return nil, nil, err
			}
			return out.OrganizationId, out.EnabledFeatures, nil
		},
		"DisableSessions": func(ctx context.Context) (*string, []iamapi.FeatureType, error) {
			out, err := h.DisableOrganizationsRootSessions(ctx, &iamapi.DisableOrganizationsRootSessionsRequest{})
			if err != nil {
				return nil, nil, err
			}
			return out.OrganizationId, out.EnabledFeatures, nil
		},
		"List": func(ctx context.Context) (*string, []iamapi.FeatureType, error) {
			out, err := h.ListOrganizationsFeatures(ctx, &iamapi.ListOrganizationsFeaturesRequest{})
			if err != nil {
				return nil, nil, err
			}
			return out.OrganizationId, out.EnabledFeatures, nil
		},
	}
}

func TestRootAccess(t *testing.T) {
	h := organized(t)
	all := h.rootOperations()
	manager, admin := root(""), iamtest.Root(delegate)
	const credentials, sessions = iamapi.FeatureTypeRootCredentialsManagement, iamapi.FeatureTypeRootSessions
	for i, step := range []struct {
		as   context.Context
		do   string
		want []iamapi.FeatureType
	}{
		{manager, "List", []iamapi.FeatureType{}},
		{manager, "DisableSessions", []iamapi.FeatureType{}},
		{manager, "EnableSessions", []iamapi.FeatureType{sessions}},
		{manager, "EnableSessions", []iamapi.FeatureType{sessions}},
		{manager, "EnableCredentials", []iamapi.FeatureType{credentials, sessions}},
		{admin, "List", []iamapi.FeatureType{credentials, sessions}},
		{admin, "DisableSessions", []iamapi.FeatureType{credentials}},
		{manager, "List", []iamapi.FeatureType{credentials}},
		{admin, "DisableCredentials", []iamapi.FeatureType{}},
		{manager, "EnableSessions", []iamapi.FeatureType{sessions}},
	} {
		id, got, err := all[step.do](step.as)
		if err != nil || *id != h.org.ID {
			t.Fatalf("%d %s: %v", i, step.do, err)
		}
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Errorf("%d %s (-want +got):\n%s", i, step.do, diff)
		}
	}
	has := func(account string) [2]bool {
		t.Helper()
		return [2]bool{must[bool](t)(h.RootSessions(manager, account)), must[bool](t)(h.RootCredentials(manager, account))}
	}
	if got := has(iamtest.Account); got != [2]bool{true, false} {
		t.Errorf("the management account has %v", got)
	}
	if got := has(iamtest.Other); got != [2]bool{} {
		t.Errorf("a member has %v", got)
	}
	for name, change := range map[string]func(){
		"no trusted access":        func() { h.org.TrustsIAM = false },
		"billing alone":            func() { h.org.AllFeatures = false },
		"another organization":     func() { h.org.ID = "o-bbbbbbbbbb" },
		"managed by somebody else": func() { h.org.ManagementAccount = iamtest.Other },
		"no organization":          func() { h.members = nil },
	} {
		before, members := h.org, h.members
		change()
		if got := has(iamtest.Account); got != [2]bool{} {
			t.Errorf("%s: the account has %v", name, got)
		}
		h.org, h.members = before, members
	}
	h.orgErr = errors.New("no store")
	if ok, err := h.RootSessions(manager, iamtest.Account); ok || !errors.Is(err, h.orgErr) {
		t.Errorf("without an answer: %v, %v", ok, err)
	}
	h.orgErr = nil
	h.org.ID = "o-bbbbbbbbbb"
	if _, got, err := all["EnableCredentials"](manager); err != nil || !cmp.Equal(got, []iamapi.FeatureType{credentials}) {
		t.Errorf("in another organization: %v, %v", got, err)
	}
}

func TestRootAccessRefused(t *testing.T) {
	for name, c := range map[string]struct {
		as     string
		change func(*house)
		want   *wire.ErrorType
		enable *wire.ErrorType // what turning on says, if it says something else
	}{
		"no organization":   {iamtest.Account, func(h *house) { h.members = nil }, iamapi.OrganizationNotFoundException, nil},
		"member":            {iamtest.Other, func(*house) {}, iamapi.AccountNotManagementOrDelegatedAdministratorException, nil},
		"billing alone":     {iamtest.Account, func(h *house) { h.org.AllFeatures = false }, iamapi.OrganizationNotInAllFeaturesModeException, nil},
		"no trusted access": {iamtest.Account, func(h *house) { h.org.TrustsIAM = false }, iamapi.ServiceAccessNotEnabledException, nil},
		"delegate":          {delegate, func(*house) {}, nil, iamapi.CallerIsNotManagementAccountException},
	} {
		h := organized(t)
		c.change(h)
		for do, f := range h.rootOperations() {
			want := c.want
			if c.enable != nil && do[:2] == "En" {
				want = c.enable
			}
			_, _, err := f(iamtest.Root(c.as))
			if want == nil && err != nil {
				t.Errorf("%s: %s: %v", name, do, err)
			}
			if want != nil {
				iamtest.Fails(t, err, want, "")
			}
		}
	}
	h := organized(t)
	h.orgErr = errors.New("no store")
	for do, f := range h.rootOperations() {
		if _, _, err := f(root("")); !errors.Is(err, h.orgErr) {
			t.Errorf("%s without an answer: %v", do, err)
		}
	}
}
