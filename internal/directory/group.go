package directory

import (
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
