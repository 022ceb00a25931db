package organization

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"sync"
	"testing"

	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/store"
)

func TestCreateAccount(t *testing.T) {
	h := newHouse(t)
	h.root()
	out, err := h.CreateAccount(h.ctx, &api.CreateAccountRequest{AccountName: "Dev", Email: "dev@example.org", Tags: []api.Tag{{Key: "Team", Value: "x"}}})
	h.ok(err)
	c := out.CreateAccountStatus
	if !regexp.MustCompile(`^car-[a-z0-9]{32}$`).MatchString(*c.Id) || *c.State != api.CreateAccountStateSucceeded || c.FailureReason != nil || len(*c.AccountId) != 12 {
		t.Errorf("status is %+v", c)
	}
	if want := []string{*c.AccountId + " OrganizationAccountAccessRole " + management}; !slices.Equal(h.prepared, want) {
		t.Errorf("prepared %q", h.prepared)
	}
	seen, err := h.DescribeCreateAccountStatus(h.ctx, &api.DescribeCreateAccountStatusRequest{CreateAccountRequestId: *c.Id})
	if err != nil || *seen.CreateAccountStatus.AccountId != *c.AccountId {
		t.Errorf("status is %+v, %v", seen, err)
	}
	a, err := h.DescribeAccount(h.ctx, &api.DescribeAccountRequest{AccountId: *c.AccountId})
	h.ok(err)
	if *a.Account.Name != "Dev" || *a.Account.Email != "dev@example.org" || *a.Account.Status != api.AccountStatusActive || *a.Account.JoinedMethod != api.AccountJoinedMethodCreated {
		t.Errorf("account is %+v", a.Account)
	}
	tags, err := h.ListTagsForResource(h.ctx, &api.ListTagsForResourceRequest{ResourceId: *c.AccountId})
	if err != nil || len(tags.Tags) != 1 || tags.Tags[0] != (api.Tag{Key: "Team", Value: "x"}) {
		t.Errorf("tags are %+v, %v", tags, err)
	}
	// An address is taken without regard to case, also by the management account.
	for _, email := range []string{"DEV@example.org", "ROOT@example.org"} {
		out, err = h.CreateAccount(h.ctx, &api.CreateAccountRequest{AccountName: "Again", Email: email})
		if err != nil || *out.CreateAccountStatus.FailureReason != api.CreateAccountFailureReasonEmailAlreadyExists || out.CreateAccountStatus.AccountId != nil {
			t.Errorf("%s: %+v, %v", email, out, err)
		}
	}
	for state, n := range map[api.CreateAccountState]int{api.CreateAccountStateFailed: 2, api.CreateAccountStateSucceeded: 1, api.CreateAccountStateInProgress: 0} {
		l, err := h.ListCreateAccountStatus(h.ctx, &api.ListCreateAccountStatusRequest{States: []api.CreateAccountState{state}})
		if err != nil || len(l.CreateAccountStatuses) != n {
			t.Errorf("%s: %d, %v", state, len(l.CreateAccountStatuses), err)
		}
	}
	h.at = h.at.Add(creationKept)
	if l, err := h.ListCreateAccountStatus(h.ctx, &api.ListCreateAccountStatusRequest{}); err != nil || len(l.CreateAccountStatuses) != 0 {
		t.Errorf("after 90 days: %+v, %v", l, err)
	}
	role := "Admin"
	_, err = h.CreateAccount(h.ctx, &api.CreateAccountRequest{AccountName: "C", Email: "c@example.org", RoleName: &role})
	if err != nil || len(h.prepared) != 2 || h.prepared[1][13:18] != role {
		t.Errorf("%q, %v", h.prepared, err)
	}
	_, err = h.DescribeCreateAccountStatus(h.ctx, &api.DescribeCreateAccountStatusRequest{CreateAccountRequestId: "car-00000000"})
	fails(t, err, api.CreateAccountStatusNotFoundException)
	_, err = h.DescribeAccount(h.ctx, &api.DescribeAccountRequest{AccountId: stranger})
	fails(t, err, api.AccountNotFoundException)
}

// TestCreateAccountWhole: no account without its role, whatever kept it from being made.
func TestCreateAccountWhole(t *testing.T) {
	h := newHouse(t)
	h.enforced()
	for _, broken := range []error{errBroken, store.ErrNotFound} {
		h.broken = broken
		out, err := h.CreateAccount(h.ctx, &api.CreateAccountRequest{AccountName: "Dev", Email: "dev@example.org"})
		if !errors.Is(err, broken) {
			t.Errorf("%v, %v", out, err)
		}
	}
	h.broken = nil
	l, err := h.ListAccounts(h.ctx, &api.ListAccountsRequest{})
	if err != nil || len(l.Accounts) != 1 {
		t.Errorf("%d accounts, %v", len(l.Accounts), err)
	}
	c, err := h.ListCreateAccountStatus(h.ctx, &api.ListCreateAccountStatusRequest{})
	if err != nil || len(c.CreateAccountStatuses) != 0 {
		t.Errorf("%+v, %v", c, err)
	}
	h.account("dev") // the address is free
}

// TestCreateAccountRace: of many at once, as many succeed as the quota leaves; and an address is used once.
func TestCreateAccountRace(t *testing.T) {
	h := newHouse(t)
	h.root()
	h.MaxAccounts = 5
	results := race(100, func(i int) error {
		_, err := h.CreateAccount(h.ctx, &api.CreateAccountRequest{AccountName: "x", Email: string(rune('a'+i%26)) + string(rune('a'+i/26)) + "@example.org"})
		return err
	})
	made := 0
	for _, err := range results {
		if err == nil {
			made++
			continue
		}
		fails(t, err, api.ConstraintViolationException, "ACCOUNT_NUMBER_LIMIT_EXCEEDED")
	}
	if made != 4 {
		t.Errorf("%d were made", made)
	}
	h.MaxAccounts = 1000
	results = race(100, func(int) error {
		out, err := h.CreateAccount(h.ctx, &api.CreateAccountRequest{AccountName: "x", Email: "same@example.org"})
		if err == nil && out.CreateAccountStatus.FailureReason != nil {
			err = errBroken
		}
		return err
	})
	made = 0
	for _, err := range results {
		if err == nil {
			made++
		} else if !errors.Is(err, errBroken) {
			t.Error(err)
		}
	}
	if made != 1 {
		t.Errorf("%d have the address", made)
	}
}

func race(n int, f func(int) error) []error {
	out := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { out[i] = f(i) })
	}
	wg.Wait()
	return out
}

func TestMoveAccount(t *testing.T) {
	h := newHouse(t)
	root := h.root()
	a, ou := h.account("a"), h.unit(root, "u")
	move := func(account, from, to string) error {
		_, err := h.MoveAccount(h.ctx, &api.MoveAccountRequest{AccountId: account, SourceParentId: from, DestinationParentId: to})
		return err
	}
	fails(t, move(stranger, root, ou), api.AccountNotFoundException)
	fails(t, move(a, ou, root), api.SourceParentNotFoundException)
	fails(t, move(a, root, "ou-zzzz-00000000"), api.DestinationParentNotFoundException)
	fails(t, move(a, root, a), api.DestinationParentNotFoundException)
	fails(t, move(a, root, root), api.DuplicateAccountException)
	h.ok(move(a, root, ou))
	parents, err := h.ListParents(h.ctx, &api.ListParentsRequest{ChildId: a})
	if err != nil || *parents.Parents[0].Id != ou || *parents.Parents[0].Type != api.ParentTypeOrganizationalUnit {
		t.Errorf("%+v, %v", parents, err)
	}
	below, err := h.ListAccountsForParent(h.ctx, &api.ListAccountsForParentRequest{ParentId: ou})
	if err != nil || len(below.Accounts) != 1 || *below.Accounts[0].Id != a {
		t.Errorf("%+v, %v", below, err)
	}
	atRoot, err := h.ListAccountsForParent(h.ctx, &api.ListAccountsForParentRequest{ParentId: root})
	if err != nil || len(atRoot.Accounts) != 1 || *atRoot.Accounts[0].Id != management {
		t.Errorf("%+v, %v", atRoot, err)
	}
	_, err = h.DeleteOrganizationalUnit(h.ctx, &api.DeleteOrganizationalUnitRequest{OrganizationalUnitId: ou})
	fails(t, err, api.OrganizationalUnitNotEmptyException)
	// Of a hundred who move it away at once, one does.
	moved := 0
	for _, err := range race(100, func(int) error { return move(a, ou, root) }) {
		if err == nil {
			moved++
			continue
		}
		fails(t, err, api.SourceParentNotFoundException)
	}
	if moved != 1 {
		t.Errorf("%d moved it", moved)
	}
}

func TestUnits(t *testing.T) {
	h := newHouse(t)
	root := h.root()
	create := func(parent, name string) error {
		_, err := h.CreateOrganizationalUnit(h.ctx, &api.CreateOrganizationalUnitRequest{ParentId: parent, Name: name})
		return err
	}
	at := root
	for range maxDepth {
		at = h.unit(at, "same name at each level")
	}
	fails(t, create(at, "x"), api.ConstraintViolationException, "OU_DEPTH_LIMIT_EXCEEDED")
	fails(t, create(root, "same name at each level"), api.DuplicateOrganizationalUnitException)
	for _, parent := range []string{"ou-zzzz-00000000", "r-zzzz", management, ""} {
		fails(t, create(parent, "x"), api.ParentNotFoundException)
	}
	ou := h.unit(root, "b")
	if !regexp.MustCompile(`^ou-` + root[2:] + `-[0-9a-z]{8}$`).MatchString(ou) {
		t.Errorf("unit is %s below %s", ou, root)
	}
	_, err := h.UpdateOrganizationalUnit(h.ctx, &api.UpdateOrganizationalUnitRequest{OrganizationalUnitId: ou, Name: ptr("same name at each level")})
	fails(t, err, api.DuplicateOrganizationalUnitException)
	_, err = h.UpdateOrganizationalUnit(h.ctx, &api.UpdateOrganizationalUnitRequest{OrganizationalUnitId: ou, Name: ptr("c")})
	h.ok(err)
	d, err := h.DescribeOrganizationalUnit(h.ctx, &api.DescribeOrganizationalUnitRequest{OrganizationalUnitId: ou})
	if err != nil || *d.OrganizationalUnit.Name != "c" {
		t.Errorf("%+v, %v", d, err)
	}
	children, err := h.ListChildren(h.ctx, &api.ListChildrenRequest{ParentId: root, ChildType: api.ChildTypeOrganizationalUnit})
	if err != nil || len(children.Children) != 2 {
		t.Errorf("%+v, %v", children, err)
	}
	members, err := h.ListChildren(h.ctx, &api.ListChildrenRequest{ParentId: root, ChildType: api.ChildTypeAccount})
	if err != nil || len(members.Children) != 1 || *members.Children[0].Id != management || *members.Children[0].Type != api.ChildTypeAccount {
		t.Errorf("%+v, %v", members, err)
	}
	_, err = h.ListParents(h.ctx, &api.ListParentsRequest{ChildId: root})
	fails(t, err, api.ChildNotFoundException)
	_, err = h.ListParents(h.ctx, &api.ListParentsRequest{ChildId: "ou-zzzz-00000000"})
	fails(t, err, api.ChildNotFoundException)
	_, err = h.DeleteOrganizationalUnit(h.ctx, &api.DeleteOrganizationalUnitRequest{OrganizationalUnitId: *children.Children[1].Id})
	fails(t, err, api.OrganizationalUnitNotEmptyException)
	_, err = h.DeleteOrganizationalUnit(h.ctx, &api.DeleteOrganizationalUnitRequest{OrganizationalUnitId: ou})
	h.ok(err)
	_, err = h.DescribeOrganizationalUnit(h.ctx, &api.DescribeOrganizationalUnitRequest{OrganizationalUnitId: ou})
	fails(t, err, api.OrganizationalUnitNotFoundException)
}

func TestDelegatedAdministrators(t *testing.T) {
	h := newHouse(t)
	h.root()
	a, b := h.account("a"), h.account("b")
	const iam, sso = "iam.amazonaws.com", "sso.amazonaws.com"
	register := func(account, service string) error {
		_, err := h.RegisterDelegatedAdministrator(h.ctx, &api.RegisterDelegatedAdministratorRequest{AccountId: account, ServicePrincipal: service})
		return err
	}
	fails(t, register(a, iam), api.ConstraintViolationException, "SERVICE_ACCESS_NOT_ENABLED")
	for _, service := range []string{iam, sso, iam} {
		_, err := h.EnableAWSServiceAccess(h.ctx, &api.EnableAWSServiceAccessRequest{ServicePrincipal: service})
		h.ok(err)
	}
	listed, err := h.ListAWSServiceAccessForOrganization(h.ctx, &api.ListAWSServiceAccessForOrganizationRequest{})
	if err != nil || len(listed.EnabledServicePrincipals) != 2 || *listed.EnabledServicePrincipals[0].ServicePrincipal != iam {
		t.Errorf("%+v, %v", listed, err)
	}
	fails(t, register(management, iam), api.ConstraintViolationException, "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR")
	fails(t, register(stranger, iam), api.AccountNotFoundException)
	fails(t, register(a, "x.amazonaws.com"), api.InvalidInputException, "UNRECOGNIZED_SERVICE_PRINCIPAL")
	h.ok(register(a, iam))
	h.ok(register(b, sso))
	fails(t, register(a, iam), api.AccountAlreadyRegisteredException)
	for service, want := range map[string][]string{"": {a, b}, iam: {a}, sso: {b}} {
		in := &api.ListDelegatedAdministratorsRequest{ServicePrincipal: given(service)}
		out, err := h.ListDelegatedAdministrators(h.ctx, in)
		h.ok(err)
		var got []string
		for _, d := range out.DelegatedAdministrators {
			got = append(got, *d.Id)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s is administered by %q, want %q", service, got, want)
		}
	}
	of, err := h.Of(context.Background(), a)
	if err != nil || !slices.Equal(of.Delegated, []string{iam}) || !of.TrustsIAM {
		t.Errorf("%+v, %v", of, err)
	}
	services, err := h.ListDelegatedServicesForAccount(as(a), &api.ListDelegatedServicesForAccountRequest{AccountId: b})
	if err != nil || *services.DelegatedServices[0].ServicePrincipal != sso {
		t.Errorf("%+v, %v", services, err)
	}
	_, err = h.DisableAWSServiceAccess(h.ctx, &api.DisableAWSServiceAccessRequest{ServicePrincipal: iam})
	fails(t, err, api.ConstraintViolationException, "DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE")
	_, err = h.RemoveAccountFromOrganization(h.ctx, &api.RemoveAccountFromOrganizationRequest{AccountId: a})
	fails(t, err, api.ConstraintViolationException, "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG")
	_, err = h.DeregisterDelegatedAdministrator(h.ctx, &api.DeregisterDelegatedAdministratorRequest{AccountId: a, ServicePrincipal: sso})
	fails(t, err, api.AccountNotRegisteredException)
	_, err = h.DeregisterDelegatedAdministrator(h.ctx, &api.DeregisterDelegatedAdministratorRequest{AccountId: a, ServicePrincipal: iam})
	h.ok(err)
	_, err = h.DisableAWSServiceAccess(h.ctx, &api.DisableAWSServiceAccessRequest{ServicePrincipal: iam})
	h.ok(err)
	if of, err := h.Of(context.Background(), a); err != nil || of.TrustsIAM || len(of.Delegated) > 0 {
		t.Errorf("%+v, %v", of, err)
	}
	_, err = h.ListDelegatedServicesForAccount(h.ctx, &api.ListDelegatedServicesForAccountRequest{AccountId: a})
	fails(t, err, api.AccountNotRegisteredException)
}
