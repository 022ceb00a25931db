package userpool

import (
	"context"
	"errors"
	"slices"
	"strings"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Reserved tags with which ids are chosen, because AWS's own operations have no member for them. A pool that is rebuilt, or moved here, keeps
// the ids that its clients and the policies of others know.
const (
	// poolIDTag holds the whole id of a new pool: "<region>_<letters and digits>", at most 55 characters, of the region in which it is made. An id
	// that another account had is refused for ever; the account itself may use it again once the old pool is deleted, when nothing of it is left and
	// the new pool has other signing keys.
	poolIDTag = "mayfly:user-pool-id"
	// clientIDTag, followed by the name of an app client, is the tag of a pool that holds the id of the client that is made under that name:
	// 1 to 128 letters, digits, "_" and "+", and none of notIDs. An id is not given again while the pool lives.
	clientIDTag = "mayfly:client-id/"
)

// Lengths of identifiers, as Cognito has them.
const (
	poolIDLength   = 9 // after the region
	clientIDLength = 26
	secretLength   = 52
	longestPoolID  = 55
	longestID      = 128
)

// notIDs are words that stand where an app client's id does and mean no client: the sign-in pages of all clients, and events without a client.
func notIDs() []string { return []string{"ALL", "CLIENT_ID_NOT_APPLICABLE"} }

// newPoolID gives the id of a new pool: chosen, or else random.
func (s *Service) newPoolID(p *directory.Pool) (string, error) {
	chosen, ok := p.Tags[poolIDTag]
	if !ok {
		id, err := draw.Text(s.Random, draw.Alphanumeric, poolIDLength)
		return p.Region + "_" + id, err
	}
	rest, here := strings.CutPrefix(chosen, p.Region+"_")
	if !here || rest == "" || len(chosen) > longestPoolID || strings.Trim(rest, draw.Alphanumeric) != "" {
		return "", api.InvalidParameterException.New("Tag %s must be %s_ and letters and digits, %d characters at most.", poolIDTag, p.Region, longestPoolID)
	}
	return chosen, nil
}

// insertPool adds a pool. The id that it was given must be nobody's.
func (s *Service) insertPool(ctx context.Context, w store.Writer, p *directory.Pool) error {
	err := directory.PoolIDFree(ctx, w, p.Account, p.ID)
	if err == nil {
		err = directory.Pools.Insert(ctx, w, p)
	}
	if errors.Is(err, directory.ErrRetired) || errors.Is(err, store.ErrExists) {
		return api.InvalidParameterException.New("User pool id %s is taken.", p.ID).Because(err)
	}
	return err
}

// newClientID gives the id of a new app client: the one that the pool's tags choose for its name, or else random.
func (s *Service) newClientID(p *directory.Pool, name string) (string, error) {
	if chosen, ok := p.Tags[clientIDTag+name]; ok {
		return chosen, nil
	}
	return draw.Text(s.Random, draw.LowerDigits, clientIDLength)
}

// insertClient adds an app client. The id that it was given must be nobody's.
func (s *Service) insertClient(ctx context.Context, w store.Writer, c *directory.Client) error {
	err := directory.ClientIDFree(ctx, w, c.ID)
	if err == nil {
		err = directory.Clients.Insert(ctx, w, c)
	}
	if errors.Is(err, directory.ErrRetired) || errors.Is(err, store.ErrExists) {
		return api.InvalidParameterException.New("App client id %s is taken.", c.ID).Because(err)
	}
	return err
}

// checkChosen holds the reserved tags of app clients against what an id can be.
func checkChosen(tags map[string]string) error {
	for key, value := range tags {
		if !strings.HasPrefix(key, clientIDTag) {
			continue
		}
		if value == "" || len(value) > longestID || strings.Trim(value, draw.Alphanumeric+"_+") != "" {
			return api.InvalidParameterException.New("Tag %s must be 1 to %d letters, digits, _ and +.", key, longestID)
		}
		if slices.Contains(notIDs(), value) {
			return api.InvalidParameterException.New("Tag %s must not be %s, which means no client.", key, value)
		}
	}
	return nil
}

// sameReserved refuses tags that would say of a pool what it is not: its algorithm and its id are chosen once.
func sameReserved(p *directory.Pool, tags map[string]string) error {
	had, was := p.Tags[algorithmTag]
	has, is := tags[algorithmTag]
	if was != is || had != has {
		return api.InvalidParameterException.New("Tag %s cannot be changed after the user pool was created.", algorithmTag)
	}
	if id, given := tags[poolIDTag]; given && id != p.ID {
		return api.InvalidParameterException.New("Tag %s cannot be changed after the user pool was created.", poolIDTag)
	}
	return nil
}
