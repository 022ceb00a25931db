package organization

import (
	"context"
	"errors"
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy"
	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Scope is the accounts at or below a place of an organization, and what limits them there.
type Scope struct {
	Accounts []ScopeAccount
	Levels   [][]iampolicy.Named // one for each level from the root down to the place; nil: nothing limits
}

// ScopeAccount is an account with its path: "o-…/r-…/ou-…/111122223333".
type ScopeAccount struct{ ID, Path string }

// Scope finds what lies at a path without a slash at its end: the root, a unit or an account. With the id of a policy that policy alone limits. The
// management account, which nothing limits, is in the scope of its own path only. caller.ErrUnknown when the one who asks is not the management account,
// when service control policies are not enabled, or when there is no such place or policy.
func (s *Service) Scope(ctx context.Context, account, path, policyID string) (*Scope, error) {
	var out *Scope
	err := s.Store.View(ctx, func(r store.Reader) error {
		_, row, err := membership(ctx, r, account)
		if err != nil {
			return err
		}
		o := &row.Doc
		if o.Management != account || !o.Enforced {
			return caller.ErrUnknown
		}
		out, err = s.scope(ctx, r, o, path, policyID)
		return err
	})
	if errors.Is(err, api.AWSOrganizationsNotInUseException) {
		return nil, caller.ErrUnknown
	}
	return out, err
}

func (s *Service) scope(ctx context.Context, r store.Reader, o *Organization, path, policyID string) (*Scope, error) {
	at, limits, err := o.limitsAt(ctx, r, path)
	if err != nil {
		return nil, err
	}
	if policyID != "" {
		if _, err := policies.Get(ctx, r, o.ID, policyID); err != nil {
			return nil, unknown(err)
		}
		limits = [][]string{{policyID}}
	}
	out := &Scope{}
	if out.Levels, err = s.levels(ctx, r, o.ID, limits); err != nil {
		return nil, err
	}
	if len(out.Levels) == 0 {
		out.Levels = nil
	}
	if at != "" { // one account
		out.Accounts = []ScopeAccount{{at, path}}
		return out, nil
	}
	out.Accounts, err = o.accountsBelow(ctx, r, path+"/")
	return out, err
}

// accountsBelow lists the accounts below a place, but for the management account.
func (o *Organization) accountsBelow(ctx context.Context, r store.Reader, path string) ([]ScopeAccount, error) {
	var out []ScopeAccount
	paths := map[string]string{} // of each parent
	for row, err := range accounts.All(ctx, r, store.Query{Index: "by_org", Prefix: []string{o.ID}, Limit: store.MaxLimit}) {
		if err != nil {
			return nil, err
		}
		at, known := paths[row.Doc.Parent]
		if !known {
			up, err := o.above(ctx, r, row.Doc.Parent)
			if err != nil {
				return nil, damaged(err)
			}
			at = o.path(up)
			paths[row.Doc.Parent] = at
		}
		if row.Doc.ID != o.Management && strings.HasPrefix(at, path) {
			out = append(out, ScopeAccount{row.Doc.ID, at + row.Doc.ID})
		}
	}
	return out, nil
}

// limitsAt finds the place at a path and the ids of the policies of each level above it and of its own. account is empty when it is the root or a unit.
func (o *Organization) limitsAt(ctx context.Context, r store.Reader, path string) (account string, limits [][]string, err error) {
	last := path[strings.LastIndexByte(path, '/')+1:]
	parent := last
	var own []string
	if strings.Trim(last, "0123456789") == "" {
		row, err := accounts.Get(ctx, r, last)
		if err != nil {
			return "", nil, unknown(err)
		}
		if row.Doc.Org != o.ID {
			return "", nil, caller.ErrUnknown
		}
		account, parent, own = last, row.Doc.Parent, row.Doc.SCPs
	}
	up, err := o.above(ctx, r, parent)
	if err != nil {
		return "", nil, unknown(err)
	}
	if strings.TrimSuffix(o.path(up)+account, "/") != path {
		return "", nil, caller.ErrUnknown
	}
	if account == o.Management {
		return account, nil, nil
	}
	for _, n := range up {
		limits = append(limits, *n.scps)
	}
	if account != "" {
		limits = append(limits, own)
	}
	return account, limits, nil
}
