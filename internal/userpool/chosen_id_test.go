package userpool

import (
	"strings"
	"sync"
	"testing"

	"github.com/mayfly-id/mayfly/internal/pooledge"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/wire"
)

func TestChosenPoolID(t *testing.T) {
	h := newHouse(t)
	abroad, stranger := as(t.Context(), testAccount, "us-east-1"), as(t.Context(), "999999999999", testRegion)
	const id = "eu-west-1_AbCdEfGhI"
	request := func(id string) *api.CreateUserPoolRequest {
		return &api.CreateUserPoolRequest{PoolName: "people", UserPoolTags: map[string]string{poolIDTag: id}}
	}
	for _, bad := range []string{"", "AbCdEfGhI", "eu-west-1_", "eu-west-1_a-b", "eu-west-1_a_b", "us-east-1_AbCdEfGhI", "eu-west-1_" + strings.Repeat("a", 46)} {
		wantError(t, second(h.CreateUserPool(h.ctx, request(bad))), api.InvalidParameterException, "")
	}
	wantError(t, second(h.CreateUserPool(abroad, request(id))), api.InvalidParameterException, "")
	p := h.newTestPool(t, *request(id))
	if p.ID != id {
		t.Fatalf("id is %s", p.ID)
	}
	wantError(t, second(h.CreateUserPool(h.ctx, request(id))), api.InvalidParameterException, "User pool id "+id+" is taken.")
	wantError(t, second(h.UpdateUserPool(h.ctx, &api.UpdateUserPoolRequest{UserPoolId: id, UserPoolTags: map[string]string{poolIDTag: "eu-west-1_x"}})), api.InvalidParameterException, "")
	must[*wire.Empty](t)(h.DeleteUserPool(h.ctx, &api.DeleteUserPoolRequest{UserPoolId: id}))
	wantError(t, second(h.CreateUserPool(stranger, request(id))), api.InvalidParameterException, "User pool id "+id+" is taken.")
	if p := h.newTestPool(t, *request(id)); p.ID != id { // the account that had it may have it again
		t.Errorf("id is %s", p.ID)
	}
	h.newTestPool(t, *request("eu-west-1_" + strings.Repeat("a", 45)))
}

func TestChosenClientID(t *testing.T) {
	h := newHouse(t)
	const id = "1h57kf5cpq17m0eml12EXAMPLE"
	tags := map[string]string{clientIDTag + "web app": id, poolIDTag: "eu-west-1_chosen"}
	p := h.newTestPool(t, api.CreateUserPoolRequest{UserPoolTags: tags})
	other := h.newTestPool(t, api.CreateUserPoolRequest{UserPoolTags: map[string]string{clientIDTag + "web app": id}})
	create := func(poolID, name string) (string, error) {
		out, err := h.CreateUserPoolClient(h.ctx, &api.CreateUserPoolClientRequest{UserPoolId: poolID, ClientName: name})
		if err != nil {
			return "", err
		}
		return *out.UserPoolClient.ClientId, nil
	}
	taken := "App client id " + id + " is taken."
	if got := must[string](t)(create(p.ID, "web app")); got != id {
		t.Fatalf("id is %s", got)
	}
	if got := must[string](t)(create(p.ID, "another")); len(got) != clientIDLength || got == id {
		t.Errorf("id is %s", got)
	}
	wantError(t, second(create(p.ID, "web app")), api.InvalidParameterException, taken)
	wantError(t, second(create(other.ID, "web app")), api.InvalidParameterException, taken)
	must[*wire.Empty](t)(h.DeleteUserPoolClient(h.ctx, &api.DeleteUserPoolClientRequest{UserPoolId: p.ID, ClientId: id}))
	wantError(t, second(create(p.ID, "web app")), api.InvalidParameterException, taken) // tokens of the old one may be alive
	must[*wire.Empty](t)(h.DeleteUserPool(h.ctx, &api.DeleteUserPoolRequest{UserPoolId: p.ID}))
	again := h.newTestPool(t, api.CreateUserPoolRequest{UserPoolTags: tags})
	if got := must[string](t)(create(again.ID, "web app")); got != id {
		t.Errorf("id is %s", got)
	}
	for _, bad := range []string{"", "a-b", "ä", strings.Repeat("a", 129), "ALL", "CLIENT_ID_NOT_APPLICABLE"} {
		_, err := h.TagResource(h.ctx, &api.TagResourceRequest{ResourceArn: pooledge.ARN(p), Tags: map[string]string{clientIDTag + "x": bad}})
		wantError(t, err, api.InvalidParameterException, "")
	}
}

func TestDomainKeepsThePool(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, api.CreateUserPoolRequest{})
	h.insertDomain(t, p, "prefix", false)
	h.insertDomain(t, p, "auth.a.example", true)
	got := must[*api.DescribeUserPoolResponse](t)(h.DescribeUserPool(h.ctx, &api.DescribeUserPoolRequest{UserPoolId: p.ID})).UserPool
	if *got.Domain != "prefix" || *got.CustomDomain != "auth.a.example" {
		t.Errorf("domains are %s and %s", *got.Domain, *got.CustomDomain)
	}
	_, err := h.DeleteUserPool(h.ctx, &api.DeleteUserPoolRequest{UserPoolId: p.ID})
	wantError(t, err, api.InvalidParameterException, "User pool cannot be deleted. It has a domain configured that should be deleted first.")
}

// TestChosenOnce lets many ask for one id at a time: one gets it.
func TestChosenOnce(t *testing.T) {
	h := newHouse(t)
	var wait sync.WaitGroup
	errs := make([]error, 100)
	for i := range errs {
		wait.Go(func() {
			_, errs[i] = h.CreateUserPool(h.ctx, &api.CreateUserPoolRequest{PoolName: "people", UserPoolTags: map[string]string{poolIDTag: "eu-west-1_one"}})
		})
	}
	wait.Wait()
	made := 0
	for _, err := range errs {
		if err == nil {
			made++
		} else {
			wantError(t, err, api.InvalidParameterException, "User pool id eu-west-1_one is taken.")
		}
	}
	if made != 1 {
		t.Errorf("%d pools have the id", made)
	}
}
