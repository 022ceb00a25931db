package identity

import (
	"context"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// ShowRole shows a role as it stands inside of other things, such as instance profiles: without its settings.
func (s *Service) ShowRole(ctx context.Context, reader store.Reader, r *record.Role) (iamapi.Role, error) {
	trust, err := showTrust(ctx, reader, r.Trust)
	if err != nil {
		return iamapi.Role{}, err
	}
	trust = edge.Encode(trust)
	return iamapi.Role{
		Arn: r.ARN(), AssumeRolePolicyDocument: &trust, CreateDate: r.Created, Path: r.Path, RoleId: r.ID, RoleName: r.Name,
	}, nil
}

// briefRole shows a role as lists do: without tags and boundary.
func (s *Service) briefRole(ctx context.Context, reader store.Reader, r *record.Role) (iamapi.Role, error) {
	out, err := s.ShowRole(ctx, reader, r)
	out.Description, out.MaxSessionDuration = optional(r.Description), &r.MaxSession
	return out, err
}

// changedRole shows a role as the operations that made or changed it do: all but the duration of sessions, which AWS leaves out there.
func (s *Service) changedRole(ctx context.Context, r *record.Role) (iamapi.Role, error) {
	out, err := s.fullRole(ctx, s.db, r)
	out.MaxSessionDuration = nil
	return out, err
}

func (s *Service) fullRole(ctx context.Context, reader store.Reader, r *record.Role) (iamapi.Role, error) {
	out, err := s.briefRole(ctx, reader, r)
	out.Tags, out.PermissionsBoundary = edge.TagList(r.Tags), boundaryOf(&r.Grants)
	return out, err
}

// lastUsed shows when a role was last used. One that was not used is shown with nothing inside, as AWS does.
func (s *Service) lastUsed(ctx context.Context, id string) (*iamapi.RoleLastUsed, error) {
	out := &iamapi.RoleLastUsed{}
	if s.last == nil {
		return out, nil
	}
	at, region, ok, err := s.last.RoleLastUsed(ctx, id)
	if err != nil || !ok {
		return out, err
	}
	at = at.UTC().Truncate(time.Second)
	out.LastUsedDate, out.Region = &at, optional(region)
	return out, nil
}
