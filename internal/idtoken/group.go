package idtoken

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// membership is what the groups of a user put into tokens
// (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-user-groups.html).
type membership struct {
	names     []string // cognito:groups, by precedence
	roles     []string // cognito:roles, without duplicates
	preferred string   // cognito:preferred_role; empty where the groups of the best precedence disagree
}

// membershipOf reads the groups of a user. Nothing is left out silently: who is in more groups than one page holds gets no tokens.
func (s *Service) membershipOf(ctx context.Context, poolID, sub string) (membership, error) {
	page, err := directory.Members.List(ctx, s.db, store.Query{Index: "by_user", Prefix: []string{poolID, sub}, Limit: store.MaxLimit})
	if err != nil {
		return membership{}, fmt.Errorf("idtoken: groups: %w", err)
	}
	if page.Next != "" {
		return membership{}, errors.New("idtoken: the user is in too many groups")
	}
	groups := make([]*directory.Group, 0, len(page.Rows))
	for i := range page.Rows {
		row, err := directory.Groups.GetCached(ctx, s.db, poolID, page.Rows[i].Doc.Group)
		if errors.Is(err, store.ErrNotFound) {
			continue // the group is being deleted
		}
		if err != nil {
			return membership{}, fmt.Errorf("idtoken: groups: %w", err)
		}
		groups = append(groups, &row.Doc)
	}
	return summarise(groups), nil
}

func precedence(g *directory.Group) int {
	if g.Precedence == nil {
		return math.MaxInt
	}
	return *g.Precedence
}

func summarise(groups []*directory.Group) membership {
	slices.SortStableFunc(groups, func(a, b *directory.Group) int {
		return cmp.Or(cmp.Compare(precedence(a), precedence(b)), cmp.Compare(a.Name, b.Name))
	})
	var m membership
	agreed := true
	var best *directory.Group // the first group that has a role
	for _, g := range groups {
		m.names = append(m.names, g.Name)
		if g.RoleARN == "" {
			continue
		}
		if !slices.Contains(m.roles, g.RoleARN) {
			m.roles = append(m.roles, g.RoleARN)
		}
		if best == nil {
			best = g
		}
		agreed = agreed && (precedence(g) != precedence(best) || g.RoleARN == best.RoleARN)
	}
	if best != nil && agreed {
		m.preferred = best.RoleARN
	}
	return m
}
