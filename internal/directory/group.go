package directory

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// Group is a group of users of a pool. Its name never changes; a name that is used again is another group without members.
type Group struct {
	PoolID      string    `json:"poolId"`
	Name        string    `json:"name"`
	Description string    `json:"description,omitempty"`
	RoleARN     string    `json:"roleArn,omitempty"`
	Precedence  *int      `json:"precedence,omitempty"` // lower wins; nil is last
	Created     time.Time `json:"created"`
	Modified    time.Time `json:"modified"`
}

// Member says that a user belongs to a group.
type Member struct {
	PoolID string `json:"poolId"`
	Group  string `json:"group"`
	Sub    string `json:"sub"`
}

// Groups is the table of groups.
var Groups = store.NewTable("user_pool_groups", store.Spec[Group]{
	Key: []store.Column[Group]{
		{Name: "pool_id", Value: func(g *Group) string { return g.PoolID }},
		{Name: "name", Value: func(g *Group) string { return g.Name }},
	},
})

var (
	memberPool  = store.Column[Member]{Name: "pool_id", Value: func(m *Member) string { return m.PoolID }}
	memberGroup = store.Column[Member]{Name: "group_name", Value: func(m *Member) string { return m.Group }}
	memberSub   = store.Column[Member]{Name: "sub", Value: func(m *Member) string { return m.Sub }}
)

// Members is the table of memberships: by group in key order, by user in "by_user".
var Members = store.NewTable("user_pool_members", store.Spec[Member]{
	Key:     []store.Column[Member]{memberPool, memberGroup, memberSub},
	Indexes: []store.Index[Member]{{Name: "by_user", Columns: []store.Column[Member]{memberPool, memberSub, memberGroup}}},
})

// GroupsOf gives the groups of a user as tokens list them: lowest precedence first, those without one last, equals by name
// (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-user-groups.html).
func GroupsOf(ctx context.Context, r store.Reader, poolID, sub string) ([]Group, error) {
	var groups []Group
	for m, err := range Members.All(ctx, r, store.Query{Index: "by_user", Prefix: []string{poolID, sub}}) {
		if err != nil {
			return nil, err
		}
		g, err := Groups.Get(ctx, r, poolID, m.Doc.Group)
		if errors.Is(err, store.ErrNotFound) { // deleted since the list was read
			continue
		}
		if err != nil {
			return nil, err
		}
		groups = append(groups, g.Doc)
	}
	slices.SortStableFunc(groups, func(a, b Group) int { return comparePrecedence(a.Precedence, b.Precedence) })
	return groups, nil
}

func comparePrecedence(a, b *int) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return cmp.Compare(*a, *b)
}
