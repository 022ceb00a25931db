package app

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/access"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/account"
	"github.com/mayfly-id/mayfly/internal/iam/advisor"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/organization"
	"github.com/mayfly-id/mayfly/internal/store"
)

// memberOf tells decisions where in an organization an account is, and what that forbids.
type memberOf struct{ *organization.Service }

// Membership implements access.Organizations.
func (m memberOf) Membership(ctx context.Context, account string) (access.Membership, error) {
	o, err := m.Of(ctx, account)
	return access.Membership{ID: o.ID, Path: o.Path}, err
}

// iamService is the principal that an organization trusts for central root access.
const iamService = "iam.amazonaws.com"

// rootFeatures tells IAM what root access needs of an organization.
type rootFeatures struct{ service *organization.Service }

// Organization implements account.Organizations.
func (r rootFeatures) Organization(ctx context.Context, number string) (account.Organization, error) {
	o, err := r.service.Of(ctx, number)
	if err != nil {
		return account.Organization{}, err
	}
	out := account.Organization{ID: o.ID, ManagementAccount: o.Management, AllFeatures: o.AllFeatures, TrustsIAM: o.TrustsIAM}
	if slices.Contains(o.Delegated, iamService) {
		out.DelegatedAdmins = []string{number}
	}
	return out, nil
}

// rootAccess decides for STS who may act as the root of a member.
type rootAccess struct {
	organization *organization.Service
	account      *account.Service
}

// MayAssumeRoot implements sts.Members.
func (r rootAccess) MayAssumeRoot(ctx context.Context, from, member, task string) error {
	o, err := r.organization.Of(ctx, from)
	if err != nil {
		return err
	}
	m, err := r.organization.Of(ctx, member)
	if err != nil {
		return err
	}
	administers := from == o.Management || slices.Contains(o.Delegated, iamService)
	if m.ID != o.ID || member == m.Management || !administers || !o.AllFeatures || !o.TrustsIAM {
		return caller.ErrUnknown
	}
	feature := r.account.RootSessions // privileged actions on resources
	if strings.HasPrefix(task, "IAM") {
		feature = r.account.RootCredentials // what the root has to sign in with
	}
	enabled, err := feature(ctx, o.Management)
	if err == nil && !enabled {
		err = caller.ErrUnknown
	}
	return err
}

// newAccounts makes what a new account needs of IAM.
type newAccounts struct {
	now    func() time.Time
	random io.Reader
}

// administrator is the policy of the role with which the management account administers a member.
const administrator = "arn:aws:iam::aws:policy/AdministratorAccess"

// Prepare implements organization.Accounts.
func (m newAccounts) Prepare(ctx context.Context, w store.Writer, account, roleName, management string) error {
	id, err := record.NewID(m.random, record.PrefixRole)
	if err != nil {
		return err
	}
	policy := record.ManagedByARN(administrator)
	if policy == nil {
		return errors.New("the policy " + administrator + " is missing")
	}
	role := &record.Role{
		ID: id, Account: account, Name: roleName, Path: "/", Created: m.now().UTC().Truncate(time.Second), MaxSession: 3600,
		Trust:  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + record.RootARN(management) + `"},"Action":"sts:AssumeRole"}]}`,
		Grants: record.Grants{Attached: []record.PolicyRef{policy.Ref()}},
	}
	if err := record.Roles.Insert(ctx, w, role); err != nil {
		return err
	}
	return record.Attach(ctx, w, record.Attachment{Account: account, PolicyID: policy.ID, Kind: record.KindRole, EntityID: id, Usage: record.UsagePolicy})
}

// scopes tells the access advisor what a report of an organization is about.
type scopes struct{ service *organization.Service }

// AccessScope implements advisor.Organizations.
func (s scopes) AccessScope(ctx context.Context, number, path, policyID string) (*advisor.Scope, error) {
	found, err := s.service.Scope(ctx, number, path, policyID)
	if err != nil {
		return nil, err
	}
	out := &advisor.Scope{}
	for _, a := range found.Accounts {
		out.Accounts = append(out.Accounts, advisor.ScopeAccount{ID: a.ID, Path: a.Path})
	}
	for _, level := range found.Levels {
		list := make([]*iampolicy.Policy, len(level))
		for i := range level {
			list[i] = level[i].Policy
		}
		out.Levels = append(out.Levels, list)
	}
	return out, nil
}

// deployed lists the services of this server, as policies name them, with their actions.
func deployed() []advisor.Deployed {
	var out []advisor.Deployed
	at := map[string]int{} // several services share a name in policies
	for _, s := range describe() {
		i, known := at[s.Action]
		if !known {
			i, at[s.Action] = len(out), len(out)
			out = append(out, advisor.Deployed{Namespace: s.Action})
		}
		for _, o := range s.OperationList {
			if tracked(s.Action) {
				out[i].Actions = append(out[i].Actions, o.Name)
			}
		}
	}
	return out
}

// tracked tells which services' actions are noted each on its own.
func tracked(namespace string) bool {
	return slices.Contains([]string{"iam", "sts", "cognito-idp", "cognito-identity", "organizations"}, namespace)
}
