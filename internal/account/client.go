package account

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
	"github.com/mayfly-id/mayfly/srp"
)

// Door is the client that somebody comes in by, and its pool. Both are shared rows: not to be changed.
type Door struct {
	Pool   *directory.Pool
	Client *directory.Client
}

func clientUnknown(id string) error {
	return api.ResourceNotFoundException.New("User pool client %s does not exist.", id)
}

func poolUnknown(id string) error {
	return api.ResourceNotFoundException.New("User pool %s does not exist.", id)
}

// Open finds a client.
func (s *Core) Open(ctx context.Context, clientID string) (Door, error) {
	c, err := directory.Clients.GetCached(ctx, s.Store, clientID)
	if errors.Is(err, store.ErrNotFound) {
		return Door{}, clientUnknown(clientID)
	}
	if err != nil {
		return Door{}, err
	}
	p, err := directory.Pools.GetCached(ctx, s.Store, c.Doc.PoolID)
	if errors.Is(err, store.ErrNotFound) {
		return Door{}, clientUnknown(clientID)
	}
	if err != nil {
		return Door{}, err
	}
	return Door{&p.Doc, &c.Doc}, nil
}

// OpenAs finds a client of a pool for an administrator.
func (s *Core) OpenAs(ctx context.Context, poolID, clientID string) (Door, error) {
	if _, err := s.OwnPool(ctx, poolID); err != nil {
		return Door{}, err
	}
	d, err := s.Open(ctx, clientID)
	if err == nil && d.Pool.ID != poolID {
		return Door{}, clientUnknown(clientID)
	}
	return d, err
}

// OwnPool finds a pool of the caller's account, in the region of the request. Those of others do not exist.
func (s *Core) OwnPool(ctx context.Context, poolID string) (*directory.Pool, error) {
	p, err := directory.Pools.GetCached(ctx, s.Store, poolID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, poolUnknown(poolID)
	case err != nil:
		return nil, err
	case p.Doc.Account != caller.PrincipalFrom(ctx).Account, !inRegion(ctx, &p.Doc):
		return nil, poolUnknown(poolID)
	}
	return &p.Doc, nil
}

// inRegion tells whether a request may be about a pool of its region: one that names no region may be about any.
func inRegion(ctx context.Context, p *directory.Pool) bool {
	region := caller.RequestFrom(ctx).Region
	return region == "" || region == p.Region
}

// Allows tells whether a flow, as an ALLOW_… value, is in force.
func (d Door) Allows(flow string) bool { return slices.Contains(d.Client.Flows, flow) }

// StatedIP is the address that a client says a request comes from; invalid where it says none. Only a client with a secret that is trusted to say whose
// request it forwards may name another address than that of the connection
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html, EnablePropagateAdditionalUserContextData).
func (d Door) StatedIP(from *api.UserContextDataType) netip.Addr {
	if from == nil || !d.Client.PropagateContext || len(d.Client.SealedSecret)+len(d.Client.MoreSecrets) == 0 {
		return netip.Addr{}
	}
	ip, err := netip.ParseAddr(Text(from.IpAddress))
	if err != nil {
		return netip.Addr{}
	}
	return ip
}

// secrets opens the client's secrets; none when it has none. Each of them counts, so that one can replace another without a pause.
func (s *Core) secrets(ctx context.Context, d Door) ([]string, error) {
	var out []string
	add := func(sealed []byte, column string) error {
		b, err := s.Keys.Open(ctx, seal.ClientSecret, d.Pool.ID, sealed, seal.AAD("user_pool_clients", d.Client.ID, column))
		if err != nil {
			return fmt.Errorf("account: opening a client secret: %w", err)
		}
		out = append(out, string(b))
		return nil
	}
	if len(d.Client.SealedSecret) > 0 {
		if err := add(d.Client.SealedSecret, "secret"); err != nil {
			return nil, err
		}
	}
	for _, more := range d.Client.MoreSecrets {
		if err := add(more.Sealed, "secret:"+more.ID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// CheckSecretHash holds a SECRET_HASH against the client's secrets, over any of the names that the user goes by
// (https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html#cognito-user-pools-computing-secret-hash).
func (s *Core) CheckSecretHash(ctx context.Context, d Door, given string, names ...string) error {
	secrets, err := s.secrets(ctx, d)
	if err != nil || len(secrets) == 0 {
		return err
	}
	if given == "" {
		return api.NotAuthorizedException.New("Client %s is configured with secret but SECRET_HASH was not received", d.Client.ID)
	}
	same := 0
	for _, secret := range secrets {
		for _, name := range names {
			same |= subtle.ConstantTimeCompare([]byte(srp.SecretHash(secret, name, d.Client.ID)), []byte(given))
		}
	}
	if same != 1 {
		return api.NotAuthorizedException.New("Unable to verify secret hash for client %s", d.Client.ID)
	}
	return nil
}

// CheckSecret holds a secret itself against the client's.
func (s *Core) CheckSecret(ctx context.Context, d Door, given *string) error {
	secrets, err := s.secrets(ctx, d)
	if err != nil || len(secrets) == 0 {
		return err
	}
	if given == nil {
		return api.NotAuthorizedException.New("Client %s is configured with secret but ClientSecret was not received", d.Client.ID)
	}
	same := 0
	for _, secret := range secrets {
		same |= subtle.ConstantTimeCompare([]byte(secret), []byte(*given))
	}
	if same != 1 {
		return api.NotAuthorizedException.New("Unable to verify secret for client %s", d.Client.ID)
	}
	return nil
}

// Text is the text of an optional member; empty when it is absent.
func Text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
