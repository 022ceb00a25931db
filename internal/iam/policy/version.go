package policy

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// CreatePolicyVersion adds a version, and puts it in force if it is to be the default.
func (s *Service) CreatePolicyVersion(ctx context.Context, in *iamapi.CreatePolicyVersionRequest) (*iamapi.CreatePolicyVersionResponse, error) {
	if err := checkManaged(in.PolicyDocument); err != nil {
		return nil, err
	}
	var out *iamapi.PolicyVersion
	_, err := s.change(ctx, in.PolicyArn, func(p *record.Policy) error {
		if len(p.Versions) >= record.MostVersions {
			return iamapi.LimitExceededException.New("A managed policy can have up to %d versions. Before you create a new version, you must delete an existing version.", record.MostVersions)
		}
		p.Last++
		v := record.Version{ID: "v" + strconv.Itoa(p.Last), Document: in.PolicyDocument, Created: s.second()}
		p.Versions = slices.Insert(p.Versions, 0, v)
		p.Updated = v.Created
		if in.SetAsDefault != nil && *in.SetAsDefault {
			p.Default = v.ID
		}
		out = showVersion(p, &v)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.CreatePolicyVersionResponse{PolicyVersion: out}, nil
}

// GetPolicyVersion shows a version with its document.
func (s *Service) GetPolicyVersion(ctx context.Context, in *iamapi.GetPolicyVersionRequest) (*iamapi.GetPolicyVersionResponse, error) {
	p, err := s.find(ctx, s.db, in.PolicyArn)
	if err != nil {
		return nil, versionGone(err, in.PolicyArn, in.VersionId)
	}
	i := p.Doc.Version(in.VersionId)
	if i < 0 {
		return nil, noVersion(in.PolicyArn, in.VersionId)
	}
	out := showVersion(&p.Doc, &p.Doc.Versions[i])
	document := edge.Encode(p.Doc.Versions[i].Document)
	out.Document = &document
	return &iamapi.GetPolicyVersionResponse{PolicyVersion: out}, nil
}

// ListPolicyVersions lists the versions, the newest first.
func (s *Service) ListPolicyVersions(ctx context.Context, in *iamapi.ListPolicyVersionsRequest) (*iamapi.ListPolicyVersionsResponse, error) {
	p, err := s.find(ctx, s.db, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	versions := slices.SortedFunc(slices.Values(p.Doc.Versions), func(a, b record.Version) int {
		return cmp.Compare(number(b.ID), number(a.ID))
	})
	l := s.list(p.Doc.ID, in.Marker, in.MaxItems)
	page, truncated, marker, err := edge.Slice(ctx, l, versions, func(v *record.Version) string { return fmt.Sprintf("%020d", 1<<62-number(v.ID)) })
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListPolicyVersionsResponse{IsTruncated: truncated, Marker: marker}
	for i := range page {
		out.Versions = append(out.Versions, *showVersion(&p.Doc, &page[i]))
	}
	return out, nil
}

// SetDefaultPolicyVersion puts a version in force.
func (s *Service) SetDefaultPolicyVersion(ctx context.Context, in *iamapi.SetDefaultPolicyVersionRequest) (*wire.Empty, error) {
	out, err := s.change(ctx, in.PolicyArn, func(p *record.Policy) error {
		if p.Version(in.VersionId) < 0 {
			return noVersion(in.PolicyArn, in.VersionId)
		}
		p.Default, p.Updated = in.VersionId, s.second()
		return nil
	})
	return out, versionGone(err, in.PolicyArn, in.VersionId)
}

// DeletePolicyVersion deletes a version that is not in force.
func (s *Service) DeletePolicyVersion(ctx context.Context, in *iamapi.DeletePolicyVersionRequest) (*wire.Empty, error) {
	out, err := s.change(ctx, in.PolicyArn, func(p *record.Policy) error {
		i := p.Version(in.VersionId)
		if i < 0 {
			return noVersion(in.PolicyArn, in.VersionId)
		}
		if in.VersionId == p.Default {
			return iamapi.DeleteConflictException.New("Cannot delete the default version of a policy.")
		}
		p.Versions, p.Updated = slices.Delete(p.Versions, i, i+1), s.second()
		return nil
	})
	return out, versionGone(err, in.PolicyArn, in.VersionId)
}

func showVersion(p *record.Policy, v *record.Version) *iamapi.PolicyVersion {
	isDefault := v.ID == p.Default
	return &iamapi.PolicyVersion{CreateDate: &v.Created, IsDefaultVersion: &isDefault, VersionId: &v.ID}
}

// number is the number in a version's id. Ids are made here, so one that is none does not occur.
func number(id string) int {
	n, _ := strconv.Atoi(id[1:])
	return n
}

// versionGone words the absence of a policy as that of the version, where a version was asked for.
func versionGone(err error, arn, version string) error {
	if e, ok := wire.AsError(err); ok && e.Type.Code == iamapi.NoSuchEntityException.Code {
		return noVersion(arn, version)
	}
	return err
}

func noVersion(arn, version string) error {
	return iamapi.NoSuchEntityException.New("Policy %s version %s does not exist or is not attachable.", arn, version)
}
