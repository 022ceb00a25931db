package mfa

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// TagMFADevice adds tags to a device.
func (s *Service) TagMFADevice(ctx context.Context, in *iamapi.TagMFADeviceRequest) (*wire.Empty, error) {
	return s.retag(ctx, in.SerialNumber, func(have map[string]string) (map[string]string, error) {
		return edge.TagsExact(have, in.Tags, "MFADevice")
	})
}

// UntagMFADevice takes tags from a device.
func (s *Service) UntagMFADevice(ctx context.Context, in *iamapi.UntagMFADeviceRequest) (*wire.Empty, error) {
	return s.retag(ctx, in.SerialNumber, func(have map[string]string) (map[string]string, error) {
		return edge.UntagExact(have, in.TagKeys), nil
	})
}

func (s *Service) retag(ctx context.Context, serial string, change func(map[string]string) (map[string]string, error)) (*wire.Empty, error) {
	err := s.db.Update(ctx, func(w store.Writer) error {
		row, err := s.device(ctx, w, serial)
		if err != nil {
			return err
		}
		if row.Doc.Tags, err = change(row.Doc.Tags); err != nil {
			return err
		}
		return record.MFADevices.Update(ctx, w, &row)
	})
	return &wire.Empty{}, err
}

// ListMFADeviceTags lists the tags of a device.
func (s *Service) ListMFADeviceTags(ctx context.Context, in *iamapi.ListMFADeviceTagsRequest) (*iamapi.ListMFADeviceTagsResponse, error) {
	row, err := s.device(ctx, s.db, in.SerialNumber)
	if err != nil {
		return nil, err
	}
	l := &edge.List{Keys: s.keys, Scope: row.Doc.ID, Marker: in.Marker, MaxItems: in.MaxItems}
	tags, truncated, marker, err := edge.TagPage(ctx, l, row.Doc.Tags)
	if err != nil {
		return nil, err
	}
	if tags == nil {
		tags = []iamapi.Tag{}
	}
	return &iamapi.ListMFADeviceTagsResponse{Tags: tags, IsTruncated: truncated, Marker: marker}, nil
}
