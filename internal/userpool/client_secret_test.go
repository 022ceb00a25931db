package userpool

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

func TestSecretRotation(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, api.CreateUserPoolRequest{})
	made := must[*api.CreateUserPoolClientResponse](t)(h.CreateUserPoolClient(h.ctx, &api.CreateUserPoolClientRequest{UserPoolId: p.ID, ClientName: "app", GenerateSecret: new(true)})).UserPoolClient
	id := *made.ClientId
	add := func(secret *string) (*api.ClientSecretDescriptorType, error) {
		out, err := h.AddUserPoolClientSecret(h.ctx, &api.AddUserPoolClientSecretRequest{UserPoolId: p.ID, ClientId: id, ClientSecret: secret})
		if err != nil {
			return nil, err
		}
		return out.ClientSecretDescriptor, nil
	}
	remove := func(secret string) error {
		return second(h.DeleteUserPoolClientSecret(h.ctx, &api.DeleteUserPoolClientSecretRequest{UserPoolId: p.ID, ClientId: id, ClientSecretId: secret}))
	}
	list := func() (ids []string) {
		for _, s := range must[*api.ListUserPoolClientSecretsResponse](t)(h.ListUserPoolClientSecrets(h.ctx, &api.ListUserPoolClientSecretsRequest{UserPoolId: p.ID, ClientId: id})).ClientSecrets {
			if s.ClientSecretValue != nil {
				t.Error("the list shows a secret")
			}
			ids = append(ids, *s.ClientSecretId)
		}
		return ids
	}
	shown := func() string {
		return *must[*api.DescribeUserPoolClientResponse](t)(h.DescribeUserPoolClient(h.ctx, &api.DescribeUserPoolClientRequest{UserPoolId: p.ID, ClientId: id})).UserPoolClient.ClientSecret
	}
	first := list()
	if len(first) != 1 || !strings.HasPrefix(first[0], id+"--") {
		t.Fatalf("secrets are %v", first)
	}
	wantError(t, remove(first[0]), api.InvalidParameterException, "The only secret of a client cannot be deleted.")
	added := must[*api.ClientSecretDescriptorType](t)(add(nil))
	if len(*added.ClientSecretValue) != secretLength || *added.ClientSecretId == first[0] {
		t.Errorf("added %s beside %s", *added.ClientSecretId, first[0])
	}
	wantError(t, second(add(nil)), api.LimitExceededException, "")
	if got := list(); len(got) != 2 || shown() != *made.ClientSecret {
		t.Errorf("secrets are %v", got)
	}
	row := must[store.Row[directory.Client]](t)(directory.Clients.Get(h.ctx, h.Store, id)).Doc
	plain := must[[]byte](t)(h.Keys.Open(h.ctx, seal.ClientSecret, p.ID, row.MoreSecrets[0].Sealed, seal.AAD("user_pool_clients", id, "secret:"+*added.ClientSecretId)))
	if string(plain) != *added.ClientSecretValue {
		t.Error("the second secret is not where verifiers look for it")
	}
	wantError(t, remove(id+"--0"), api.ResourceNotFoundException, "")
	if err := remove(first[0]); err != nil {
		t.Fatal(err)
	}
	if got := list(); len(got) != 1 || got[0] != *added.ClientSecretId || shown() != *added.ClientSecretValue {
		t.Errorf("secrets are %v", got)
	}
	h.now = h.now.Add(time.Hour)
	own := must[*api.ClientSecretDescriptorType](t)(add(new("my_own_secret_of_24_chars")))
	if own.ClientSecretValue != nil {
		t.Error("a secret that the caller knows is shown")
	}
	if err := remove(*own.ClientSecretId); err != nil || len(list()) != 1 {
		t.Errorf("removing the newer one: %v", err)
	}
	_, err := h.ListUserPoolClientSecrets(h.ctx, &api.ListUserPoolClientSecretsRequest{UserPoolId: p.ID, ClientId: id, NextToken: new("x")})
	wantError(t, err, api.InvalidParameterException, "Invalid pagination token.")
}

func TestPublicClientsGetNoSecret(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, api.CreateUserPoolRequest{})
	id := *must[*api.CreateUserPoolClientResponse](t)(h.CreateUserPoolClient(h.ctx, &api.CreateUserPoolClientRequest{UserPoolId: p.ID, ClientName: "app"})).UserPoolClient.ClientId
	_, err := h.AddUserPoolClientSecret(h.ctx, &api.AddUserPoolClientSecretRequest{UserPoolId: p.ID, ClientId: id})
	wantError(t, err, api.InvalidParameterException, "")
}

// TestSecretsAreAddedOneAtATime lets a hundred callers add a secret where one has place.
func TestSecretsAreAddedOneAtATime(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, api.CreateUserPoolRequest{})
	id := *must[*api.CreateUserPoolClientResponse](t)(h.CreateUserPoolClient(h.ctx, &api.CreateUserPoolClientRequest{UserPoolId: p.ID, ClientName: "app", GenerateSecret: new(true)})).UserPoolClient.ClientId
	var wait sync.WaitGroup
	errs := make([]error, 100)
	for i := range errs {
		wait.Go(func() {
			_, errs[i] = h.AddUserPoolClientSecret(h.ctx, &api.AddUserPoolClientSecretRequest{UserPoolId: p.ID, ClientId: id})
		})
	}
	wait.Wait()
	added := 0
	for _, err := range errs {
		switch {
		case err == nil:
			added++
		case !errors.Is(err, api.LimitExceededException):
			t.Errorf("error is %v", err)
		}
	}
	row := must[store.Row[directory.Client]](t)(directory.Clients.Get(h.ctx, h.Store, id)).Doc
	if added != 1 || len(row.MoreSecrets) != 1 {
		t.Errorf("%d callers added %d secrets", added, len(row.MoreSecrets))
	}
}
