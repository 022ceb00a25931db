package principal

import (
	"context"
	"fmt"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

// SpelledPolicies gives the policies of a user with its groups, of a group, or of a role, found by its unique id, for those who show policies
// to people: the id of a managed policy is its ARN, that of an inline policy is as the policy simulator spells it,
// <kind>_<entity>_<policy>, so that the policies of a user's groups can be told apart. The set is the reader's own. It has no session policies.
// caller.ErrUnknown when the account has no such entity; an error is a no.
func (s *Principals) SpelledPolicies(ctx context.Context, account string, kind record.Kind, id string) (*iampolicy.Set, error) {
	o, groups, err := s.owner(ctx, account, kind, id)
	if err != nil {
		return nil, err
	}
	b := builder{s: s, out: &policies{}, spell: func(kind record.Kind, entity, policy string) string {
		return string(kind) + "_" + entity + "_" + policy
	}}
	if err := b.entity(ctx, o, groups); err != nil {
		return nil, fmt.Errorf("iam: policies: %w", err)
	}
	return &b.out.set, nil
}

// owner reads the entity and the groups it is in. It reads past the cache: nobody waits for a simulation to be fast.
func (s *Principals) owner(ctx context.Context, account string, kind record.Kind, id string) (owner, []string, error) {
	var o owner
	var of string
	var groups []string
	switch kind {
	case record.KindUser:
		row, err := record.Users.Get(ctx, s.db, id)
		if err != nil {
			return owner{}, nil, unknown(err)
		}
		o, of, groups = userOwner(&row.Doc), row.Doc.Account, row.Doc.Groups
	case record.KindGroup:
		row, err := record.Groups.Get(ctx, s.db, id)
		if err != nil {
			return owner{}, nil, unknown(err)
		}
		o, of = owner{record.KindGroup, row.Doc.Name, &row.Doc.Grants}, row.Doc.Account
	case record.KindRole:
		row, err := record.Roles.Get(ctx, s.db, id)
		if err != nil {
			return owner{}, nil, unknown(err)
		}
		o, of = roleOwner(&row.Doc), row.Doc.Account
	}
	if of != account || account == "" {
		return owner{}, nil, caller.ErrUnknown
	}
	return o, groups, nil
}
