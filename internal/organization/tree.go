package organization

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy"
	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Sizes of the caches, in entries of one generation.
const (
	mostPlaces   = 10_000
	mostCompiled = 2_000
)

// iamPrincipal is the service principal of IAM, whose root features an organization trusts or does not.
const iamPrincipal = "iam.amazonaws.com"

// Org is the organization that an account is in, as the account stands in it.
type Org struct {
	ID          string   // o-…
	Management  string   // the management account, 12 digits
	Path        string   // of the account: "o-…/r-…/ou-…/", as aws:PrincipalOrgPaths has it
	AllFeatures bool     // not for consolidated billing alone
	TrustsIAM   bool     // iam.amazonaws.com has service access
	Delegated   []string // service principals that the account administers for the organization, sorted
}

// accountKey names an account.
type accountKey struct{ id string }

// place is what is known of an account, and the version of the organization's row that it was built from.
type place struct {
	version int64
	org     Org
	levels  [][]iampolicy.Named // nil: no service control policy applies
}

// ServiceControl gives the service control policies of a member account: one level for the root, one for each unit above the account, one for the
// account. Every level must allow (iampolicy.Set.ServiceControl). It is nil for the management account, for an account in no organization and where
// the policies are not enabled. What it gives is shared and must not be changed. An error is a no.
//
// They do not apply to service-linked roles, which the caller of this has to know
// (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html#not-restricted-by-scp).
func (s *Service) ServiceControl(ctx context.Context, account string) ([][]iampolicy.Named, error) {
	if account == s.Account { // the only one that can be a management account
		return nil, nil
	}
	p, err := s.place(ctx, account)
	if errors.Is(err, caller.ErrUnknown) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return p.levels, nil
}

// Of tells the organization of an account; caller.ErrUnknown when it is in none. The answer is shared and must not be changed.
func (s *Service) Of(ctx context.Context, account string) (Org, error) {
	p, err := s.place(ctx, account)
	if err != nil {
		return Org{}, err
	}
	return p.org, nil
}

// OfIn is Of within a transaction: it tells what the transaction sees.
func (s *Service) OfIn(ctx context.Context, r store.Reader, account string) (Org, error) {
	p, err := s.placeIn(ctx, r, account)
	if err != nil {
		return Org{}, err
	}
	return p.org, nil
}

// place gives what is known of an account, built anew when its organization has changed.
func (s *Service) place(ctx context.Context, account string) (*place, error) {
	a, err := accounts.GetCached(ctx, s.Store, account)
	if err != nil {
		return nil, unknown(err)
	}
	if a.Doc.Org == "" {
		return nil, caller.ErrUnknown
	}
	o, err := organizations.GetCached(ctx, s.Store, a.Doc.Org)
	if errors.Is(err, store.ErrNotFound) { // the account's row is about to be replaced, or is damaged
		return s.build(ctx, account)
	}
	if err != nil {
		return nil, err
	}
	// A place that is newer than the cached row is right: another node's change was read before the news of it came.
	if p, ok := s.places.Get(accountKey{account}); ok && p.org.ID == o.Doc.ID && p.version >= o.Version {
		return p, nil
	}
	p, err := s.build(ctx, account)
	if err != nil {
		return nil, err
	}
	s.places.Put(accountKey{account}, p)
	return p, nil
}

func unknown(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return caller.ErrUnknown
	}
	return err
}

// damaged keeps the absence of a row that another one points to from being taken for the absence of what was asked for: that would lift limits.
func damaged(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return errDangling
	}
	return err
}

var errDangling = errors.New("organization: a row points to one that is not there")

// build reads all that says what applies to an account, in one snapshot.
func (s *Service) build(ctx context.Context, account string) (p *place, err error) {
	err = s.Store.View(ctx, func(r store.Reader) error {
		p, err = s.placeIn(ctx, r, account)
		return err
	})
	return p, err
}

// placeIn reads what applies to an account. caller.ErrUnknown when it is in no organization.
func (s *Service) placeIn(ctx context.Context, r store.Reader, account string) (*place, error) {
	a, o, err := membership(ctx, r, account)
	if errors.Is(err, api.AWSOrganizationsNotInUseException) {
		return nil, caller.ErrUnknown
	}
	if err != nil {
		return nil, err
	}
	up, err := o.Doc.above(ctx, r, a.Doc.Parent)
	if err != nil {
		return nil, damaged(err)
	}
	_, trusts := o.Doc.Trusted[iamPrincipal]
	p := &place{version: o.Version, org: Org{
		ID: o.Doc.ID, Management: o.Doc.Management, Path: o.Doc.path(up), AllFeatures: o.Doc.AllFeatures, TrustsIAM: trusts,
		Delegated: slices.Sorted(maps.Keys(a.Doc.Delegated)),
	}}
	if !o.Doc.Enforced || account == o.Doc.Management {
		return p, nil
	}
	levels := make([][]string, 0, len(up)+1)
	for _, n := range up {
		levels = append(levels, *n.scps)
	}
	p.levels, err = s.levels(ctx, r, o.Doc.ID, append(levels, a.Doc.SCPs))
	if err != nil {
		return nil, err
	}
	return p, nil
}

// path writes the places from the root down as condition keys have them.
func (o *Organization) path(up []*node) string {
	var b strings.Builder
	b.WriteString(o.ID + "/")
	for _, n := range up {
		b.WriteString(n.id + "/")
	}
	return b.String()
}

// compiledKey names a compiled document by its content and the policy that it is of.
type compiledKey struct {
	id  string
	sum [sha256.Size]byte
}

type compiled struct{ named iampolicy.Named }

// levels compiles the policies of each level.
func (s *Service) levels(ctx context.Context, r store.Reader, org string, ids [][]string) ([][]iampolicy.Named, error) {
	out := make([][]iampolicy.Named, len(ids))
	for i, level := range ids {
		for _, id := range level {
			row, err := policies.Get(ctx, r, org, id)
			if err != nil {
				return nil, damaged(err)
			}
			c, err := s.compile(&row.Doc)
			if err != nil {
				return nil, err
			}
			out[i] = append(out[i], c.named)
		}
	}
	return out, nil
}

// compile gives the policy in the form that decisions use, once for each version of it.
func (s *Service) compile(p *Policy) (*compiled, error) {
	k := compiledKey{p.ID, sha256.Sum256([]byte(p.Content))}
	if c, ok := s.compiled.Get(k); ok {
		return c, nil
	}
	parsed, err := iampolicy.Parse([]byte(p.Content), iampolicy.IdentityPolicy)
	if err != nil {
		return nil, fmt.Errorf("organization: policy %s: %w", p.ID, err)
	}
	c := &compiled{iampolicy.Named{ID: p.ID, Policy: parsed}}
	s.compiled.Put(k, c)
	return c, nil
}
