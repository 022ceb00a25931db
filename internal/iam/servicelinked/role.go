package servicelinked

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

const (
	longestName    = 64   // of a role, in characters
	defaultSession = 3600 // seconds; services assume these roles for as long as they need
	mostRoles      = 1000 // of an account; suffixes would make any number of them
)

// CreateServiceLinkedRole makes the role of a service.
func (s *Service) CreateServiceLinkedRole(ctx context.Context, in *iamapi.CreateServiceLinkedRoleRequest) (*iamapi.CreateServiceLinkedRoleResponse, error) {
	service, ok := find(in.AWSServiceName)
	if !ok {
		return nil, iamapi.InvalidInputException.New("Service-linked roles are not supported for the service %s.", in.AWSServiceName)
	}
	name, err := roleName(service, in.CustomSuffix)
	if err != nil {
		return nil, err
	}
	id, err := record.NewID(s.random, record.PrefixRole)
	if err != nil {
		return nil, err
	}
	r := record.Role{
		ID: id, Account: account(ctx), Name: name, Path: path(service.principal), Created: s.second(), MaxSession: defaultSession,
		Trust: trust(service.principal),
	}
	if in.Description != nil {
		r.Description = *in.Description
	}
	err = s.db.Update(ctx, func(w store.Writer) error {
		r.Attached = nil
		if err := attach(ctx, w, &r, service); err != nil {
			return err
		}
		err := record.Roles.Insert(ctx, w, &r)
		if edge.Taken(err) {
			return iamapi.InvalidInputException.New("Service role name %s has been taken in this account, please try a different suffix.", name)
		}
		if err != nil {
			return err
		}
		n, err := record.Roles.Count(ctx, w, "by_linked", r.Account)
		return edge.Below(n, err, "ServiceLinkedRolesPerAccount", mostRoles)
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.CreateServiceLinkedRoleResponse{Role: show(&r)}, nil
}

// roleName is the name of a service's role. Most services have one role, which has no suffix.
func roleName(s linked, suffix *string) (string, error) {
	if suffix == nil {
		return s.role, nil
	}
	if !s.suffix {
		return "", iamapi.InvalidInputException.New("Custom suffix is not allowed for %s", s.principal)
	}
	name := s.role + "_" + *suffix
	if len(name) > longestName {
		return "", iamapi.InvalidInputException.New("The role name %s is longer than %d characters.", name, longestName)
	}
	return name, nil
}

func path(service string) string { return record.PathServiceLinked + service + "/" }

// trust is the policy that lets the service assume its role. The name comes from the table of services, so it needs no escaping.
func trust(service string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + service + `"},"Action":"sts:AssumeRole"}]}`
}

// attach gives the role the policy that AWS manages for it, when that policy is among those that are known here.
func attach(ctx context.Context, w store.Writer, r *record.Role, s linked) error {
	if s.policy == "" {
		return nil
	}
	p := record.ManagedByARN(record.ARN(record.AWSAccount, "policy", record.PathServiceLinked, s.policy))
	if p == nil {
		return nil
	}
	r.Attached = []record.PolicyRef{p.Ref()}
	return record.Attach(ctx, w, attachment(r, &r.Attached[0]))
}

func attachment(r *record.Role, p *record.PolicyRef) record.Attachment {
	return record.Attachment{Account: r.Account, PolicyID: p.ID, Kind: record.KindRole, EntityID: r.ID, Usage: record.UsagePolicy}
}

// show shows a new role as AWS does: without its description and the duration of sessions.
func show(r *record.Role) *iamapi.Role {
	document := edge.Encode(r.Trust)
	return &iamapi.Role{
		Arn: r.ARN(), AssumeRolePolicyDocument: &document, CreateDate: r.Created, Path: r.Path, RoleId: r.ID, RoleName: r.Name,
	}
}
