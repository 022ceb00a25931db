package instance

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// mostProfiles is how many instance profiles an account can have
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
const mostProfiles = 1000

// CreateInstanceProfile makes an instance profile without a role.
func (s *Service) CreateInstanceProfile(ctx context.Context, in *iamapi.CreateInstanceProfileRequest) (*iamapi.CreateInstanceProfileResponse, error) {
	tags, err := edge.TagsExact(nil, in.Tags, "InstanceProfile")
	if err != nil {
		return nil, err
	}
	id, err := record.NewID(s.random, record.PrefixInstanceProfile)
	if err != nil {
		return nil, err
	}
	p := record.InstanceProfile{
		ID: id, Account: account(ctx), Name: in.InstanceProfileName, Path: edge.Path(in.Path), Created: s.second(), Tags: tags,
	}
	err = s.db.Update(ctx, func(w store.Writer) error {
		err := edge.Exists(record.InstanceProfiles.Insert(ctx, w, &p), "Instance Profile %s already exists.", in.InstanceProfileName)
		if err != nil {
			return err
		}
		n, err := record.InstanceProfiles.Count(ctx, w, "by_name", p.Account)
		return edge.Below(n, err, "InstanceProfilesPerAccount", mostProfiles)
	})
	if err != nil {
		return nil, err
	}
	out, err := s.brief(ctx, s.db, &p)
	out.Tags = edge.TagList(p.Tags)
	return &iamapi.CreateInstanceProfileResponse{InstanceProfile: out}, err
}

// GetInstanceProfile shows an instance profile.
func (s *Service) GetInstanceProfile(ctx context.Context, in *iamapi.GetInstanceProfileRequest) (*iamapi.GetInstanceProfileResponse, error) {
	row, err := find(ctx, s.db, in.InstanceProfileName)
	if err != nil {
		return nil, err
	}
	out, err := s.brief(ctx, s.db, &row.Doc)
	if err != nil {
		return nil, err
	}
	if out.Tags = edge.TagList(row.Doc.Tags); out.Tags == nil {
		out.Tags = []iamapi.Tag{} // AWS shows the empty list here alone
	}
	return &iamapi.GetInstanceProfileResponse{InstanceProfile: out}, nil
}

// ListInstanceProfiles lists instance profiles, by name.
func (s *Service) ListInstanceProfiles(ctx context.Context, in *iamapi.ListInstanceProfilesRequest) (*iamapi.ListInstanceProfilesResponse, error) {
	l := s.list(edge.Path(in.PathPrefix), in.Marker, in.MaxItems)
	q := store.Query{Index: "by_name", Prefix: []string{account(ctx)}}
	keep := edge.PathFilter(in.PathPrefix, func(p *record.InstanceProfile) string { return p.Path })
	page, truncated, marker, err := edge.Rows(ctx, l, s.db, record.InstanceProfiles, q, keep)
	if err != nil {
		return nil, err
	}
	all, err := s.briefs(ctx, page)
	return &iamapi.ListInstanceProfilesResponse{InstanceProfiles: all, IsTruncated: truncated, Marker: marker}, err
}

func (s *Service) briefs(ctx context.Context, page []record.InstanceProfile) (out []iamapi.InstanceProfile, err error) {
	out = make([]iamapi.InstanceProfile, len(page))
	for i := range page {
		if out[i], err = s.brief(ctx, s.db, &page[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// DeleteInstanceProfile deletes an instance profile without a role.
func (s *Service) DeleteInstanceProfile(ctx context.Context, in *iamapi.DeleteInstanceProfileRequest) (*wire.Empty, error) {
	err := s.db.Update(ctx, func(w store.Writer) error {
		row, err := find(ctx, w, in.InstanceProfileName)
		if err != nil {
			return err
		}
		if row.Doc.RoleID != "" {
			return edge.Conflict("remove roles from instance profile")
		}
		return record.InstanceProfiles.Delete(ctx, w, row.Doc.ID)
	})
	return &wire.Empty{}, err
}

// TagInstanceProfile adds tags to an instance profile.
func (s *Service) TagInstanceProfile(ctx context.Context, in *iamapi.TagInstanceProfileRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.change(ctx, in.InstanceProfileName, func(_ store.Writer, p *record.InstanceProfile) (err error) {
		p.Tags, err = edge.TagsExact(p.Tags, in.Tags, "InstanceProfile")
		return err
	})
}

// UntagInstanceProfile takes tags from an instance profile.
func (s *Service) UntagInstanceProfile(ctx context.Context, in *iamapi.UntagInstanceProfileRequest) (*wire.Empty, error) {
	return &wire.Empty{}, s.change(ctx, in.InstanceProfileName, func(_ store.Writer, p *record.InstanceProfile) error {
		p.Tags = edge.UntagExact(p.Tags, in.TagKeys)
		return nil
	})
}

// ListInstanceProfileTags lists the tags of an instance profile.
func (s *Service) ListInstanceProfileTags(ctx context.Context, in *iamapi.ListInstanceProfileTagsRequest) (*iamapi.ListInstanceProfileTagsResponse, error) {
	row, err := find(ctx, s.db, in.InstanceProfileName)
	if err != nil {
		return nil, err
	}
	tags, truncated, marker, err := edge.TagPage(ctx, s.list(row.Doc.ID, in.Marker, in.MaxItems), row.Doc.Tags)
	if err != nil {
		return nil, err
	}
	return &iamapi.ListInstanceProfileTagsResponse{Tags: tags, IsTruncated: truncated, Marker: marker}, nil
}
