package organization

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/wire"
)

func TestCreateOrganization(t *testing.T) {
	h := newHouse(t)
	_, err := h.DescribeOrganization(h.ctx, nil)
	fails(t, err, api.AWSOrganizationsNotInUseException)
	_, err = h.CreateOrganization(as(stranger), &api.CreateOrganizationRequest{})
	fails(t, err, api.AccessDeniedException)
	out, err := h.CreateOrganization(h.ctx, &api.CreateOrganizationRequest{})
	h.ok(err)
	o := out.Organization
	if !regexp.MustCompile(`^o-[a-z0-9]{10}$`).MatchString(*o.Id) || *o.Arn != "arn:aws:organizations::111122223333:organization/"+*o.Id ||
		*o.MasterAccountArn != "arn:aws:organizations::111122223333:account/"+*o.Id+"/111122223333" || *o.MasterAccountEmail != "root@example.org" ||
		*o.FeatureSet != api.OrganizationFeatureSetAll || len(o.AvailablePolicyTypes) != 1 {
		t.Errorf("organization is %+v", o)
	}
	_, err = h.CreateOrganization(h.ctx, &api.CreateOrganizationRequest{})
	fails(t, err, api.AlreadyInOrganizationException)
	member := h.account("a")
	seen, err := h.DescribeOrganization(as(member), nil)
	h.ok(err)
	if d := cmp.Diff(o, seen.Organization); d != "" {
		t.Error(d)
	}
	_, err = h.CreateOrganization(as(member), &api.CreateOrganizationRequest{})
	fails(t, err, api.AlreadyInOrganizationException)
	roots, err := h.ListRoots(h.ctx, &api.ListRootsRequest{})
	h.ok(err)
	if r := roots.Roots[0]; *r.Name != "Root" || *r.Arn != "arn:aws:organizations::111122223333:root/"+*o.Id+"/"+*r.Id || len(r.PolicyTypes) != 0 {
		t.Errorf("root is %+v", r)
	}
}

func TestDeleteOrganization(t *testing.T) {
	h := newHouse(t)
	root := h.enforced()
	ou := h.unit(root, "x")
	_, err := h.DeleteOrganization(h.ctx, nil)
	fails(t, err, api.OrganizationNotEmptyException)
	_, err = h.DeleteOrganizationalUnit(h.ctx, &api.DeleteOrganizationalUnitRequest{OrganizationalUnitId: ou})
	h.ok(err)
	p := h.policy("p", denyIAM)
	_, err = h.DeleteOrganization(h.ctx, nil)
	fails(t, err, api.OrganizationNotEmptyException)
	_, err = h.DeletePolicy(h.ctx, &api.DeletePolicyRequest{PolicyId: p})
	h.ok(err)
	member := h.account("a")
	_, err = h.DeleteOrganization(h.ctx, nil)
	fails(t, err, api.OrganizationNotEmptyException)
	_, err = h.DeleteOrganization(as(member), nil)
	fails(t, err, api.AccessDeniedException)
	_, err = h.RemoveAccountFromOrganization(h.ctx, &api.RemoveAccountFromOrganizationRequest{AccountId: member})
	h.ok(err)
	_, err = h.DeleteOrganization(h.ctx, nil)
	h.ok(err)
	_, err = h.DescribeOrganization(h.ctx, nil)
	fails(t, err, api.AWSOrganizationsNotInUseException)
	for name, n := range map[string]func() (int64, error){
		"attachments": func() (int64, error) { return attachments.Count(h.ctx, h.Store, "") },
		"policies":    func() (int64, error) { return policies.Count(h.ctx, h.Store, "") },
		"creations":   func() (int64, error) { return creations.Count(h.ctx, h.Store, "") },
	} {
		if left, err := n(); err != nil || left != 0 {
			t.Errorf("%d %s are left, %v", left, name, err)
		}
	}
	h.root() // and another one can be made
}

// calls lists what every bound operation answers to an input with these ids.
func (h *house) calls(ctx context.Context) map[string]error {
	out := map[string]error{}
	for _, b := range h.Operations() {
		_, err := b.Call(ctx, reflect.New(b.Operation.Input).Interface())
		out[b.Operation.Name] = err
	}
	return out
}

// TestWhoMayCall: nothing is for strangers; members may ask which organization they are in, and leave; delegated administrators may read.
func TestWhoMayCall(t *testing.T) {
	h := newHouse(t)
	h.root()
	member, delegate := h.account("m"), h.account("d")
	_, err := h.EnableAWSServiceAccess(h.ctx, &api.EnableAWSServiceAccessRequest{ServicePrincipal: "iam.amazonaws.com"})
	h.ok(err)
	_, err = h.RegisterDelegatedAdministrator(h.ctx, &api.RegisterDelegatedAdministratorRequest{AccountId: delegate, ServicePrincipal: "iam.amazonaws.com"})
	h.ok(err)
	for name, err := range h.calls(as(stranger)) {
		want := api.AWSOrganizationsNotInUseException
		if name == "CreateOrganization" {
			want = api.AccessDeniedException
		}
		fails(t, err, want)
	}
	for name, err := range h.calls(as(delegate)) {
		reads := strings.HasPrefix(name, "List") || strings.HasPrefix(name, "Describe")
		switch denied := errors.Is(err, api.AccessDeniedException); {
		case name == "LeaveOrganization":
			fails(t, err, api.ConstraintViolationException, "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG")
		case name == "CreateOrganization":
			fails(t, err, api.AlreadyInOrganizationException)
		case denied == reads:
			t.Errorf("a delegated administrator gets %v from %s", err, name)
		}
	}
	for _, b := range h.Operations() {
		name := b.Operation.Name
		if name == "LeaveOrganization" || name == "DescribeOrganization" || name == "CreateOrganization" {
			continue
		}
		_, err := b.Call(as(member), reflect.New(b.Operation.Input).Interface())
		fails(t, err, api.AccessDeniedException)
	}
	_, err = h.LeaveOrganization(as(member), nil)
	h.ok(err)
	_, err = h.DescribeOrganization(as(member), nil)
	fails(t, err, api.AWSOrganizationsNotInUseException)
	_, err = h.LeaveOrganization(h.ctx, nil)
	fails(t, err, api.MasterCannotLeaveOrganizationException)
	_, err = h.RemoveAccountFromOrganization(h.ctx, &api.RemoveAccountFromOrganizationRequest{AccountId: management})
	fails(t, err, api.MasterCannotLeaveOrganizationException)
	_, err = h.RemoveAccountFromOrganization(h.ctx, &api.RemoveAccountFromOrganizationRequest{AccountId: member})
	fails(t, err, api.AccountNotFoundException)
}

func TestBindings(t *testing.T) {
	h := newHouse(t)
	service := api.Service()
	check := func(ctx context.Context) {
		t.Helper()
		seen := map[string]bool{}
		for _, b := range h.Operations() {
			name := b.Operation.Name
			if b.Method != name || seen[name] {
				t.Errorf("%s is bound to %s", name, b.Method)
			}
			seen[name] = true
			asks, err := b.Asks(ctx, service, reflect.New(b.Operation.Input).Interface())
			if err != nil || len(asks) == 0 {
				t.Errorf("%s asks for %+v, %v", name, asks, err)
			}
			for _, a := range asks {
				if a.Exempt || a.Action != "organizations:"+name {
					t.Errorf("%s asks for %+v", name, a)
				}
			}
		}
	}
	check(h.ctx)
	root := h.enforced()
	check(h.ctx)
	check(as(stranger))
	ou, account := h.unit(root, "u"), h.account("a")
	p := h.policy("p", denyIAM)
	_, err := h.TagResource(h.ctx, &api.TagResourceRequest{ResourceId: p, Tags: []api.Tag{{Key: "Team", Value: "x"}}})
	h.ok(err)
	o, err := h.DescribeOrganization(h.ctx, nil)
	h.ok(err)
	asks, err := h.askAttach(h.ctx, &api.AttachPolicyRequest{PolicyId: p, TargetId: ou})
	h.ok(err)
	at := "arn:aws:organizations::111122223333:"
	if asks[0].Resource != at+"policy/"+*o.Organization.Id+"/service_control_policy/"+p || asks[1].Resource != at+"ou/"+*o.Organization.Id+"/"+ou ||
		!slices.Equal(asks[0].Context["aws:resourcetag/team"], []string{"x"}) || !slices.Equal(asks[1].Context["organizations:policytype"], []string{"SERVICE_CONTROL_POLICY"}) {
		t.Errorf("asks are %+v", asks)
	}
	asks, err = h.askMove(h.ctx, &api.MoveAccountRequest{AccountId: account, SourceParentId: root, DestinationParentId: ou})
	if err != nil || len(asks) != 3 || asks[0].Resource != at+"account/"+*o.Organization.Id+"/"+account || asks[1].Resource != at+"root/"+*o.Organization.Id+"/"+root {
		t.Errorf("asks are %+v, %v", asks, err)
	}
}

func TestPaging(t *testing.T) {
	h := newHouse(t)
	root := h.root()
	var want []string
	for i := range 25 {
		want = append(want, h.unit(root, fmt.Sprintf("u%02d", i)))
	}
	var got []string
	in := &api.ListOrganizationalUnitsForParentRequest{ParentId: root}
	for pages := 0; ; pages++ {
		out, err := h.ListOrganizationalUnitsForParent(h.ctx, in)
		h.ok(err)
		if len(out.OrganizationalUnits) > 20 || pages > 2 {
			t.Fatal("a page is too long, or they do not end")
		}
		for _, u := range out.OrganizationalUnits {
			got = append(got, *u.Id)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	first, err := h.ListOrganizationalUnitsForParent(h.ctx, &api.ListOrganizationalUnitsForParentRequest{ParentId: root})
	h.ok(err)
	_, err = h.ListOrganizationalUnitsForParent(h.ctx, &api.ListOrganizationalUnitsForParentRequest{ParentId: want[0], NextToken: first.NextToken})
	fails(t, err, api.InvalidInputException, "INVALID_NEXT_TOKEN")
	for _, token := range []string{"", "x", "%%", strings.Repeat("A", 100)} {
		_, err = h.ListAccounts(h.ctx, &api.ListAccountsRequest{NextToken: &token})
		fails(t, err, api.InvalidInputException, "INVALID_NEXT_TOKEN")
	}
	p := h.policy("q", denyIAM)
	one, err := h.ListPolicies(h.ctx, &api.ListPoliciesRequest{Filter: api.PolicyTypeServiceControlPolicy, MaxResults: ptr(1)})
	h.ok(err)
	two, err := h.ListPolicies(h.ctx, &api.ListPoliciesRequest{Filter: api.PolicyTypeServiceControlPolicy, MaxResults: ptr(1), NextToken: one.NextToken})
	h.ok(err)
	if ids := []string{*one.Policies[0].Id, *two.Policies[0].Id}; !slices.Contains(ids, p) || !slices.Contains(ids, fullAccessID) || two.NextToken != nil {
		t.Errorf("pages are %q", ids)
	}
}

func TestErrorsShowReasons(t *testing.T) {
	h := newHouse(t)
	h.root()
	_, err := h.EnableAWSServiceAccess(h.ctx, &api.EnableAWSServiceAccessRequest{ServicePrincipal: "nobody.amazonaws.com"})
	e, ok := wire.AsError(err)
	if !ok {
		t.Fatal(err)
	}
	_, body := api.Service().EncodeError(map[string][]string{}, e, "id")
	if !strings.Contains(string(body), `"Reason":"UNRECOGNIZED_SERVICE_PRINCIPAL"`) {
		t.Errorf("body is %s", body)
	}
}
