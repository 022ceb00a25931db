package userpool

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/pooledge"

	"github.com/google/go-cmp/cmp"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

func TestCreateUserPoolClientDefaults(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, api.CreateUserPoolRequest{})
	got := must[*api.CreateUserPoolClientResponse](t)(h.CreateUserPoolClient(h.ctx, &api.CreateUserPoolClientRequest{UserPoolId: p.ID, ClientName: "app"})).UserPoolClient
	if !regexp.MustCompile(`^[a-z0-9]{26}$`).MatchString(*got.ClientId) {
		t.Errorf("id is %s", *got.ClientId)
	}
	stamp := h.now.Truncate(time.Millisecond)
	want := &api.UserPoolClientType{
		ClientId: got.ClientId, ClientName: new("app"), UserPoolId: &p.ID, CreationDate: &stamp, LastModifiedDate: &stamp,
		RefreshTokenValidity: new(30), TokenValidityUnits: &api.TokenValidityUnitsType{}, AllowedOAuthFlowsUserPoolClient: new(false),
		EnableTokenRevocation: new(true), EnablePropagateAdditionalUserContextData: new(false), AuthSessionValidity: new(3),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("client differs (-want +got):\n%s", diff)
	}
	row := must[store.Row[directory.Client]](t)(directory.Clients.Get(h.ctx, h.Store, *got.ClientId))
	record := directory.Client{
		ID: *got.ClientId, PoolID: p.ID, Name: "app", Created: stamp, Modified: stamp, Revocation: true, ChallengeLife: 3 * time.Minute,
		Flows:      []string{"ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"},
		AccessLife: time.Hour, IDLife: time.Hour, RefreshLife: 30 * 24 * time.Hour,
	}
	if diff := cmp.Diff(record, row.Doc); diff != "" {
		t.Errorf("record differs (-want +got):\n%s", diff)
	}
}

func TestClientSecret(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, api.CreateUserPoolRequest{})
	made := must[*api.CreateUserPoolClientResponse](t)(h.CreateUserPoolClient(h.ctx, &api.CreateUserPoolClientRequest{UserPoolId: p.ID, ClientName: "app", GenerateSecret: new(true)})).UserPoolClient
	if !regexp.MustCompile(`^[a-z0-9]{51,52}$`).MatchString(*made.ClientSecret) {
		t.Fatalf("secret has %d characters", len(*made.ClientSecret))
	}
	row := must[store.Row[directory.Client]](t)(directory.Clients.Get(h.ctx, h.Store, *made.ClientId))
	if bytes.Contains(row.Doc.SealedSecret, []byte(*made.ClientSecret)) {
		t.Error("the secret is stored in the clear")
	}
	got := must[*api.DescribeUserPoolClientResponse](t)(h.DescribeUserPoolClient(h.ctx, &api.DescribeUserPoolClientRequest{UserPoolId: p.ID, ClientId: *made.ClientId})).UserPoolClient
	if diff := cmp.Diff(made, got); diff != "" {
		t.Errorf("DescribeUserPoolClient differs:\n%s", diff)
	}
	h.now = h.now.Add(time.Hour)
	changed := must[*api.UpdateUserPoolClientResponse](t)(h.UpdateUserPoolClient(h.ctx, &api.UpdateUserPoolClientRequest{UserPoolId: p.ID, ClientId: *made.ClientId, ClientName: new("b")})).UserPoolClient
	if *changed.ClientSecret != *made.ClientSecret || *changed.ClientName != "b" || !changed.LastModifiedDate.After(*changed.CreationDate) {
		t.Errorf("update gave %+v", changed)
	}
	own := must[*api.CreateUserPoolClientResponse](t)(h.CreateUserPoolClient(h.ctx, &api.CreateUserPoolClientRequest{UserPoolId: p.ID, ClientName: "app", ClientSecret: new("my_own_secret_of_24_chars")})).UserPoolClient
	if *own.ClientSecret != "my_own_secret_of_24_chars" {
		t.Error("the client's own secret was not kept")
	}
	_, err := h.CreateUserPoolClient(h.ctx, &api.CreateUserPoolClientRequest{UserPoolId: p.ID, ClientName: "app", GenerateSecret: new(true), ClientSecret: new("my_own_secret_of_24_chars")})
	wantError(t, err, api.InvalidParameterException, "")
}

func TestClientSettings(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, api.CreateUserPoolRequest{Schema: []api.SchemaAttributeType{{Name: new("tenant")}, {Name: new("secret"), DeveloperOnlyAttribute: new(true)}}})
	type request = api.CreateUserPoolClientRequest
	units := func(access, id, refresh string) *api.TokenValidityUnitsType {
		return &api.TokenValidityUnitsType{
			AccessToken: pooledge.Optional(api.TimeUnitsType(access)), IdToken: pooledge.Optional(api.TimeUnitsType(id)), RefreshToken: pooledge.Optional(api.TimeUnitsType(refresh)),
		}
	}
	for name, c := range map[string]struct {
		in   request
		want *wire.ErrorType // nil: accepted, and shown as it was given
	}{
		"new flows":        {request{ExplicitAuthFlows: []api.ExplicitAuthFlowsType{"ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}}, nil},
		"old flows":        {request{ExplicitAuthFlows: []api.ExplicitAuthFlowsType{"ADMIN_NO_SRP_AUTH", "USER_PASSWORD_AUTH"}}, nil},
		"mixed flows":      {request{ExplicitAuthFlows: []api.ExplicitAuthFlowsType{"ADMIN_NO_SRP_AUTH", "ALLOW_USER_SRP_AUTH"}}, api.InvalidParameterException},
		"choice of factor": {request{ExplicitAuthFlows: []api.ExplicitAuthFlowsType{"ALLOW_USER_AUTH"}}, nil},
		"custom only":      {request{ExplicitAuthFlows: []api.ExplicitAuthFlowsType{"CUSTOM_AUTH_FLOW_ONLY"}}, nil},
		"lives": {request{AccessTokenValidity: new(5), IdTokenValidity: new(86400), RefreshTokenValidity: new(60),
			TokenValidityUnits: units("minutes", "seconds", "days")}, nil},
		"access too short":     {request{AccessTokenValidity: new(4), TokenValidityUnits: units("minutes", "", "")}, api.InvalidParameterException},
		"id too long":          {request{IdTokenValidity: new(25)}, api.InvalidParameterException},
		"refresh too short":    {request{RefreshTokenValidity: new(59), TokenValidityUnits: units("", "", "minutes")}, api.InvalidParameterException},
		"refresh too long":     {request{RefreshTokenValidity: new(3651)}, api.InvalidParameterException},
		"refresh overflows":    {request{RefreshTokenValidity: new(315360000)}, api.InvalidParameterException},
		"rotation":             {request{RefreshTokenRotation: &api.RefreshTokenRotationType{Feature: "ENABLED", RetryGracePeriodSeconds: new(10)}}, nil},
		"rotation and refresh": {request{RefreshTokenRotation: &api.RefreshTokenRotationType{Feature: "ENABLED"}, ExplicitAuthFlows: []api.ExplicitAuthFlowsType{"ALLOW_REFRESH_TOKEN_AUTH"}}, api.InvalidParameterException},
		"attributes":           {request{ReadAttributes: []string{"email", "email_verified", "custom:tenant"}, WriteAttributes: []string{"email", "custom:tenant"}}, nil},
		"unknown read":         {request{ReadAttributes: []string{"custom:x"}}, api.InvalidParameterException},
		"developer's read":     {request{ReadAttributes: []string{"dev:custom:secret"}}, api.InvalidParameterException},
		"write verified":       {request{WriteAttributes: []string{"email_verified"}}, api.InvalidParameterException},
		"write sub":            {request{WriteAttributes: []string{"sub"}}, api.InvalidParameterException},
		"hiding":               {request{PreventUserExistenceErrors: new(api.PreventUserExistenceErrorTypesEnabled)}, nil},
		"not hiding":           {request{PreventUserExistenceErrors: new(api.PreventUserExistenceErrorTypesLegacy)}, nil},
		"no revocation":        {request{EnableTokenRevocation: new(false), AuthSessionValidity: new(15)}, nil},
		"local provider":       {request{SupportedIdentityProviders: []string{"COGNITO"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c.in.UserPoolId, c.in.ClientName = p.ID, "app"
			out, err := h.CreateUserPoolClient(h.ctx, &c.in)
			if c.want != nil {
				wantError(t, err, c.want, "")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			checkShown(t, &c.in, out.UserPoolClient)
		})
	}
}

// checkShown compares what was given with what is shown.
func checkShown(t *testing.T, in *api.CreateUserPoolClientRequest, got *api.UserPoolClientType) {
	t.Helper()
	type shown struct {
		Flows                []api.ExplicitAuthFlowsType
		Access, ID           *int
		Rotation             *api.RefreshTokenRotationType
		Read, Write, Provide []string
		Existence            *api.PreventUserExistenceErrorTypes
	}
	want := shown{in.ExplicitAuthFlows, in.AccessTokenValidity, in.IdTokenValidity, in.RefreshTokenRotation, in.ReadAttributes, in.WriteAttributes,
		in.SupportedIdentityProviders, in.PreventUserExistenceErrors}
	have := shown{got.ExplicitAuthFlows, got.AccessTokenValidity, got.IdTokenValidity, got.RefreshTokenRotation, got.ReadAttributes, got.WriteAttributes,
		got.SupportedIdentityProviders, got.PreventUserExistenceErrors}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("client differs (-given +shown):\n%s", diff)
	}
	if in.RefreshTokenValidity != nil && *got.RefreshTokenValidity != *in.RefreshTokenValidity {
		t.Errorf("refresh validity is %d", *got.RefreshTokenValidity)
	}
	if in.EnableTokenRevocation != nil && *got.EnableTokenRevocation != *in.EnableTokenRevocation {
		t.Error("revocation is not as given")
	}
}

func TestFlowsInForce(t *testing.T) {
	for name, c := range map[string]struct {
		given    []string
		rotation bool
		want     []string
	}{
		"default":          {nil, false, []string{"ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"}},
		"default rotating": {nil, true, []string{"ALLOW_CUSTOM_AUTH", "ALLOW_USER_SRP_AUTH"}},
		"new":              {[]string{"ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_PASSWORD_AUTH"}, false, []string{"ALLOW_USER_PASSWORD_AUTH"}},
		"old password":     {[]string{"USER_PASSWORD_AUTH"}, false, []string{"ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"}},
		"old custom only":  {[]string{"CUSTOM_AUTH_FLOW_ONLY"}, false, []string{"ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}},
		"old admin":        {[]string{"ADMIN_NO_SRP_AUTH"}, true, []string{"ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_USER_SRP_AUTH"}},
	} {
		t.Run(name, func(t *testing.T) {
			client := &directory.Client{Rotation: c.rotation}
			if err := applyFlows(&directory.Pool{}, client, c.given); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, slices.Sorted(slices.Values(client.Flows))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestClientOfAnotherPool(t *testing.T) {
	h := newHouse(t)
	p, other := h.newTestPool(t, api.CreateUserPoolRequest{}), h.newTestPool(t, api.CreateUserPoolRequest{})
	id := *must[*api.CreateUserPoolClientResponse](t)(h.CreateUserPoolClient(h.ctx, &api.CreateUserPoolClientRequest{UserPoolId: p.ID, ClientName: "app", GenerateSecret: new(true)})).UserPoolClient.ClientId
	message := "User pool client " + id + " does not exist."
	wantError(t, second(h.DescribeUserPoolClient(h.ctx, &api.DescribeUserPoolClientRequest{UserPoolId: other.ID, ClientId: id})), api.ResourceNotFoundException, message)
	wantError(t, second(h.UpdateUserPoolClient(h.ctx, &api.UpdateUserPoolClientRequest{UserPoolId: other.ID, ClientId: id})), api.ResourceNotFoundException, message)
	wantError(t, second(h.DeleteUserPoolClient(h.ctx, &api.DeleteUserPoolClientRequest{UserPoolId: other.ID, ClientId: id})), api.ResourceNotFoundException, message)
	must[*wire.Empty](t)(h.DeleteUserPoolClient(h.ctx, &api.DeleteUserPoolClientRequest{UserPoolId: p.ID, ClientId: id}))
	wantError(t, second(h.DescribeUserPoolClient(h.ctx, &api.DescribeUserPoolClientRequest{UserPoolId: p.ID, ClientId: id})), api.ResourceNotFoundException, message)
}

func TestListUserPoolClients(t *testing.T) {
	h := newHouse(t)
	p, other := h.newTestPool(t, api.CreateUserPoolRequest{}), h.newTestPool(t, api.CreateUserPoolRequest{})
	for i := range 5 {
		must[*api.CreateUserPoolClientResponse](t)(h.CreateUserPoolClient(h.ctx, &api.CreateUserPoolClientRequest{UserPoolId: p.ID, ClientName: fmt.Sprint("app", i)}))
	}
	must[*api.CreateUserPoolClientResponse](t)(h.CreateUserPoolClient(h.ctx, &api.CreateUserPoolClientRequest{UserPoolId: other.ID, ClientName: "other"}))
	var got []string
	var token *string
	for {
		out := must[*api.ListUserPoolClientsResponse](t)(h.ListUserPoolClients(h.ctx, &api.ListUserPoolClientsRequest{UserPoolId: p.ID, MaxResults: new(2), NextToken: token}))
		for _, c := range out.UserPoolClients {
			got = append(got, *c.ClientName)
		}
		if token = out.NextToken; token == nil {
			break
		}
		_, err := h.ListUserPoolClients(h.ctx, &api.ListUserPoolClientsRequest{UserPoolId: other.ID, NextToken: token})
		wantError(t, err, api.InvalidParameterException, "Invalid pagination token.")
	}
	if diff := cmp.Diff([]string{"app0", "app1", "app2", "app3", "app4"}, got); diff != "" {
		t.Error(diff)
	}
}
