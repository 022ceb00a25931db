package account

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// mostProfiles is the size of the page in which the instance profiles of a role are asked for: as many as an account can have.
const mostProfiles = 1000

func (s *Service) userDetail(ctx context.Context, u *record.User) (iamapi.UserDetail, error) {
	arn := u.ARN()
	d := iamapi.UserDetail{
		Arn: &arn, Path: &u.Path, UserName: &u.Name, UserId: &u.ID, CreateDate: &u.Created, Tags: edge.TagList(u.Tags), GroupList: []string{},
		UserPolicyList: inline(&u.Grants), AttachedManagedPolicies: attached(&u.Grants), PermissionsBoundary: boundary(&u.Grants),
	}
	for _, id := range u.Groups {
		g, err := record.Groups.GetCached(ctx, s.db, id)
		if edge.Gone(err) {
			continue // it went while the page was made
		}
		if err != nil {
			return d, err
		}
		d.GroupList = append(d.GroupList, g.Doc.Name)
	}
	return d, nil
}

func groupDetail(g *record.Group) iamapi.GroupDetail {
	arn := g.ARN()
	return iamapi.GroupDetail{
		Arn: &arn, Path: &g.Path, GroupName: &g.Name, GroupId: &g.ID, CreateDate: &g.Created,
		GroupPolicyList: inline(&g.Grants), AttachedManagedPolicies: attached(&g.Grants),
	}
}

// roleDetail shows a role. Its trust policy and last use are as GetRole shows them.
func (s *Service) roleDetail(ctx context.Context, r *record.Role) (iamapi.RoleDetail, error) {
	shown, err := s.roles.GetRole(ctx, &iamapi.GetRoleRequest{RoleName: r.Name})
	if err != nil {
		return iamapi.RoleDetail{}, err
	}
	most := mostProfiles
	profiles, err := s.profiles.ListInstanceProfilesForRole(ctx, &iamapi.ListInstanceProfilesForRoleRequest{RoleName: r.Name, MaxItems: &most})
	if err != nil {
		return iamapi.RoleDetail{}, err
	}
	arn := r.ARN()
	return iamapi.RoleDetail{
		Arn: &arn, Path: &r.Path, RoleName: &r.Name, RoleId: &r.ID, CreateDate: &r.Created, Tags: edge.TagList(r.Tags),
		AssumeRolePolicyDocument: shown.Role.AssumeRolePolicyDocument, RoleLastUsed: shown.Role.RoleLastUsed,
		InstanceProfileList: append([]iamapi.InstanceProfile{}, profiles.InstanceProfiles...),
		RolePolicyList:      inline(&r.Grants), AttachedManagedPolicies: attached(&r.Grants), PermissionsBoundary: boundary(&r.Grants),
	}, nil
}

// policyDetail shows a managed policy with all of its versions.
func (s *Service) policyDetail(ctx context.Context, p *record.Policy) (iamapi.ManagedPolicyDetail, error) {
	arn, attachable := p.ARN(), true
	d := iamapi.ManagedPolicyDetail{
		Arn: &arn, Path: &p.Path, PolicyName: &p.Name, PolicyId: &p.ID, CreateDate: &p.Created, UpdateDate: &p.Updated,
		DefaultVersionId: &p.Default, IsAttachable: &attachable, PolicyVersionList: make([]iamapi.PolicyVersion, len(p.Versions)),
	}
	if p.Description != "" {
		d.Description = &p.Description
	}
	for i := range p.Versions {
		v := &p.Versions[i]
		document, inForce := edge.Encode(v.Document), v.ID == p.Default
		d.PolicyVersionList[i] = iamapi.PolicyVersion{CreateDate: &v.Created, Document: &document, IsDefaultVersion: &inForce, VersionId: &v.ID}
	}
	var err error
	if d.AttachmentCount, err = s.usage(ctx, p.ID, record.UsagePolicy); err != nil {
		return d, err
	}
	d.PermissionsBoundaryUsageCount, err = s.usage(ctx, p.ID, record.UsageBoundary)
	return d, err
}

// usage counts the entities of the account that use a policy for one thing.
func (s *Service) usage(ctx context.Context, id string, of record.Usage) (*int, error) {
	count, err := record.Attachments.Count(ctx, s.db, "", account(ctx), id, string(of))
	n := int(count)
	return &n, err
}

func inline(g *record.Grants) []iamapi.PolicyDetail {
	out := make([]iamapi.PolicyDetail, len(g.Inline))
	for i := range g.Inline {
		document := edge.Encode(g.Inline[i].Document)
		out[i] = iamapi.PolicyDetail{PolicyName: &g.Inline[i].Name, PolicyDocument: &document}
	}
	return out
}

func attached(g *record.Grants) []iamapi.AttachedPolicy {
	out := make([]iamapi.AttachedPolicy, len(g.Attached))
	for i := range g.Attached {
		name := g.Attached[i].Name()
		out[i] = iamapi.AttachedPolicy{PolicyArn: &g.Attached[i].ARN, PolicyName: &name}
	}
	return out
}

func boundary(g *record.Grants) *iamapi.AttachedPermissionsBoundary {
	if g.Boundary == nil {
		return nil
	}
	kind := iamapi.PermissionsBoundaryAttachmentTypePermissionsBoundaryPolicy
	return &iamapi.AttachedPermissionsBoundary{PermissionsBoundaryArn: &g.Boundary.ARN, PermissionsBoundaryType: &kind}
}

// isGone tells that what was asked for is not there any more.
func isGone(err error) bool {
	e, ok := wire.AsError(err)
	return ok && e.Type.Code == iamapi.NoSuchEntityException.Code
}
