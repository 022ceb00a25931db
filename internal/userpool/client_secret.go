package userpool

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/mayfly-id/mayfly/internal/pooledge"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// maxSecrets is how many secrets a client has at once: the one in use and the one that replaces it
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AddUserPoolClientSecret.html).
const maxSecrets = 2

// secretAAD binds the sealed secret of a client to its place. id is empty for the first, which is part of the client's record.
func secretAAD(clientID, id string) []byte {
	if id == "" {
		return seal.AAD("user_pool_clients", clientID, "secret")
	}
	return seal.AAD("user_pool_clients", clientID, "secret:"+id)
}

// hasSecret tells a confidential client from a public one.
func hasSecret(c *directory.Client) bool { return len(c.SealedSecret) > 0 }

// secretID is the id of a secret of a client: AWS builds it of the client's id and the time. The first secret of a client takes its place from the
// record.
func secretID(clientID string, created time.Time) string {
	return fmt.Sprintf("%s--%d", clientID, created.UnixMilli())
}

// firstSecret describes the secret that is part of the client's record.
func firstSecret(c *directory.Client) directory.ClientSecret {
	created := c.SecretCreated
	if created.IsZero() {
		created = c.Created
	}
	return directory.ClientSecret{ID: secretID(c.ID, created), Created: created, Sealed: c.SealedSecret}
}

// newSecret gives the secret that was asked for, and seals it into the record; "" for none.
func (s *Service) newSecret(c *directory.Client, in *api.CreateUserPoolClientRequest) (string, error) {
	secret := pooledge.Deref(in.ClientSecret)
	if pooledge.Deref(in.GenerateSecret) {
		if secret != "" {
			return "", api.InvalidParameterException.New("GenerateSecret and ClientSecret cannot be given together.")
		}
		var err error
		if secret, err = draw.Text(s.Random, draw.LowerDigits, secretLength); err != nil {
			return "", err
		}
	}
	if secret == "" {
		return "", nil
	}
	sealed, err := s.Keys.Seal(seal.ClientSecret, c.PoolID, []byte(secret), secretAAD(c.ID, ""))
	c.SealedSecret = sealed
	return secret, err
}

// openSecret gives the first secret of a client; "" for a client without one.
func (s *Service) openSecret(ctx context.Context, c *directory.Client) (string, error) {
	if !hasSecret(c) {
		return "", nil
	}
	secret, err := s.Keys.Open(ctx, seal.ClientSecret, c.PoolID, c.SealedSecret, secretAAD(c.ID, ""))
	return string(secret), err
}

// AddUserPoolClientSecret gives a client with a secret a second one: both count until one is deleted. A secret that was drawn here is shown, this
// once; one that the caller brought is not.
func (s *Service) AddUserPoolClientSecret(ctx context.Context, in *api.AddUserPoolClientSecretRequest) (*api.AddUserPoolClientSecretResponse, error) {
	secret, drawn := pooledge.Deref(in.ClientSecret), in.ClientSecret == nil
	if drawn {
		var err error
		if secret, err = draw.Text(s.Random, draw.LowerDigits, secretLength); err != nil {
			return nil, err
		}
	}
	added := directory.ClientSecret{Created: s.now()}
	err := s.updateClient(ctx, in.UserPoolId, in.ClientId, func(c *directory.Client) error {
		switch {
		case !hasSecret(c):
			return api.InvalidParameterException.New("Client %s does not have a client secret.", c.ID)
		case 1+len(c.MoreSecrets) >= maxSecrets:
			return api.LimitExceededException.New("A client can have at most %d secrets.", maxSecrets)
		}
		added.ID = secretID(c.ID, added.Created)
		for added.ID == firstSecret(c).ID { // made in the same millisecond
			added.Created = added.Created.Add(time.Millisecond)
			added.ID = secretID(c.ID, added.Created)
		}
		var err error
		if added.Sealed, err = s.Keys.Seal(seal.ClientSecret, c.PoolID, []byte(secret), secretAAD(c.ID, added.ID)); err != nil {
			return err
		}
		c.MoreSecrets = append(slices.Clone(c.MoreSecrets), added)
		return nil
	})
	if err != nil {
		return nil, err
	}
	v := descriptor(&added)
	if drawn {
		v.ClientSecretValue = &secret
	}
	return &api.AddUserPoolClientSecretResponse{ClientSecretDescriptor: &v}, nil
}

// DeleteUserPoolClientSecret ends a secret of a client. The last one stays: a confidential client does not become a public one. Where the first
// goes, the second takes its place.
func (s *Service) DeleteUserPoolClientSecret(ctx context.Context, in *api.DeleteUserPoolClientSecretRequest) (*api.DeleteUserPoolClientSecretResponse, error) {
	err := s.updateClient(ctx, in.UserPoolId, in.ClientId, func(c *directory.Client) error {
		at := slices.IndexFunc(c.MoreSecrets, func(m directory.ClientSecret) bool { return m.ID == in.ClientSecretId })
		first := hasSecret(c) && firstSecret(c).ID == in.ClientSecretId
		switch {
		case at < 0 && !first:
			return api.ResourceNotFoundException.New("Client secret %s does not exist.", in.ClientSecretId)
		case at >= 0:
			c.MoreSecrets = slices.Delete(slices.Clone(c.MoreSecrets), at, at+1)
			return nil
		case len(c.MoreSecrets) == 0:
			return api.InvalidParameterException.New("The only secret of a client cannot be deleted.")
		}
		return s.promote(ctx, c)
	})
	if err != nil {
		return nil, err
	}
	return &api.DeleteUserPoolClientSecretResponse{}, nil
}

// promote makes the second secret of a client the first, sealed for its new place.
func (s *Service) promote(ctx context.Context, c *directory.Client) error {
	heir := c.MoreSecrets[0]
	plain, err := s.Keys.Open(ctx, seal.ClientSecret, c.PoolID, heir.Sealed, secretAAD(c.ID, heir.ID))
	if err != nil {
		return err
	}
	if c.SealedSecret, err = s.Keys.Seal(seal.ClientSecret, c.PoolID, plain, secretAAD(c.ID, "")); err != nil {
		return err
	}
	c.SecretCreated, c.MoreSecrets = heir.Created, slices.Clone(c.MoreSecrets[1:])
	return nil
}

// ListUserPoolClientSecrets lists the secrets of a client, oldest first and without their values. There is one page.
func (s *Service) ListUserPoolClientSecrets(ctx context.Context, in *api.ListUserPoolClientSecretsRequest) (*api.ListUserPoolClientSecretsResponse, error) {
	if in.NextToken != nil {
		return nil, pooledge.PageError(store.ErrBadCursor)
	}
	if _, err := s.edge.Pool(ctx, in.UserPoolId); err != nil {
		return nil, err
	}
	row, err := clientRow(ctx, s.Store, in.UserPoolId, in.ClientId)
	if err != nil {
		return nil, err
	}
	out := &api.ListUserPoolClientSecretsResponse{ClientSecrets: []api.ClientSecretDescriptorType{}}
	if hasSecret(&row.Doc) {
		first := firstSecret(&row.Doc)
		out.ClientSecrets = append(out.ClientSecrets, descriptor(&first))
	}
	for i := range row.Doc.MoreSecrets {
		out.ClientSecrets = append(out.ClientSecrets, descriptor(&row.Doc.MoreSecrets[i]))
	}
	return out, nil
}

func descriptor(c *directory.ClientSecret) api.ClientSecretDescriptorType {
	return api.ClientSecretDescriptorType{ClientSecretId: &c.ID, ClientSecretCreateDate: &c.Created}
}

// updateClient changes a client in one transaction.
func (s *Service) updateClient(ctx context.Context, poolID, clientID string, change func(*directory.Client) error) error {
	if _, err := s.edge.Pool(ctx, poolID); err != nil {
		return err
	}
	return s.Store.Update(ctx, func(w store.Writer) error {
		row, err := clientRow(ctx, w, poolID, clientID)
		if err != nil {
			return err
		}
		if err := change(&row.Doc); err != nil {
			return err
		}
		row.Doc.Modified = s.now()
		return directory.Clients.Update(ctx, w, &row)
	})
}
