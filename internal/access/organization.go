package access

import (
	"context"
	"errors"
	"strings"

	"github.com/mayfly-id/mayfly/arn"
	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/caller"
)

// Membership says where in an organization an account is.
type Membership struct {
	ID   string // o-…
	Path string // o-…/r-…/ou-…/, with a slash at the end
}

// Organizations knows the organization of an account and what it forbids.
type Organizations interface {
	// ServiceControl gives the service control policies over an account, a list for each level from the root down; none where none apply.
	ServiceControl(ctx context.Context, account string) ([][]iampolicy.Named, error)
	// Membership is caller.ErrUnknown for an account in no organization.
	Membership(ctx context.Context, account string) (Membership, error)
}

// serviceControl gives the service control policies over a caller. They do not reach service-linked roles
// (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html).
func (a *Authorizer) serviceControl(ctx context.Context, p *caller.Principal) ([][]iampolicy.Named, error) {
	if a.Organizations == nil || p.Account == "" || arn.IsServiceLinkedRole(p.EntityARN) {
		return nil, nil
	}
	return a.Organizations.ServiceControl(ctx, p.Account)
}

// organizationKey answers the keys about the organization of the caller and of the resource. What cannot be learned fails the decision.
func (c *requestContext) organizationKey(key string) ([]string, bool) {
	account := c.p.Account
	name, ofPrincipal := strings.CutPrefix(key, "aws:principalorg")
	if !ofPrincipal {
		account = c.resourceAccount()
		var ofResource bool
		if name, ofResource = strings.CutPrefix(key, "aws:resourceorg"); !ofResource {
			return nil, false
		}
	}
	if c.organizations == nil || account == "" || name != "id" && name != "paths" {
		return nil, false
	}
	m, err := c.organizations.Membership(c.ctx, account)
	if err != nil {
		if !errors.Is(err, caller.ErrUnknown) {
			c.failed = err
		}
		return nil, false
	}
	if name == "id" {
		return []string{m.ID}, true
	}
	return []string{m.Path}, true
}
