package mfa

import (
	"context"
	"strings"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

// The authorization entries, from the service authorization reference of IAM
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html): devices are asked for where they
// are made, deleted and tagged, and users where a device is theirs.

type asks = []caller.Ask

// whose asks for the user that a request names, or for the caller.
func (s *Service) whose(ctx context.Context, name *string) (asks, error) {
	if p := caller.PrincipalFrom(ctx); meansRoot(p, name) {
		name = nil
	}
	u, err := edge.Self(ctx, s.db, name)
	return edge.Asks(u, err)
}

// serial asks for the device that a request names. One that the account does not have stands for the ARN that it would have.
func (s *Service) serial(ctx context.Context, serial string, more ...edge.Condition) (asks, error) {
	d := &edge.Subject{ARN: serial}
	row, err := record.FindMFADevice(ctx, s.db, account(ctx), serial)
	switch {
	case err == nil:
		d.Tags = row.Doc.Tags
	case !edge.Gone(err):
		return nil, err
	case !strings.HasPrefix(serial, "arn:"): // such as the number on a hardware token
		d.ARN = record.MFASerial(account(ctx), "/", serial)
	}
	return d.Asks(more...), nil
}

func (s *Service) askCreateVirtualMFADevice(ctx context.Context, in *iamapi.CreateVirtualMFADeviceRequest) (asks, error) {
	d := &edge.Subject{ARN: record.MFASerial(account(ctx), edge.Path(in.Path), in.VirtualMFADeviceName)}
	return edge.TagOnCreate(d, d.Asks(edge.RequestTags(in.Tags)), "iam:TagMFADevice", in.Tags), nil
}

func (s *Service) askDeleteVirtualMFADevice(ctx context.Context, in *iamapi.DeleteVirtualMFADeviceRequest) (asks, error) {
	return s.serial(ctx, in.SerialNumber)
}

// askListVirtualMFADevices asks for everything: the operation has no resource.
func (s *Service) askListVirtualMFADevices(context.Context, *iamapi.ListVirtualMFADevicesRequest) (asks, error) {
	return asks{{}}, nil
}

func (s *Service) askEnableMFADevice(ctx context.Context, in *iamapi.EnableMFADeviceRequest) (asks, error) {
	return s.whose(ctx, &in.UserName)
}

func (s *Service) askDeactivateMFADevice(ctx context.Context, in *iamapi.DeactivateMFADeviceRequest) (asks, error) {
	return s.whose(ctx, in.UserName)
}

func (s *Service) askResyncMFADevice(ctx context.Context, in *iamapi.ResyncMFADeviceRequest) (asks, error) {
	return s.whose(ctx, &in.UserName)
}

func (s *Service) askGetMFADevice(ctx context.Context, in *iamapi.GetMFADeviceRequest) (asks, error) {
	return s.whose(ctx, in.UserName)
}

func (s *Service) askListMFADevices(ctx context.Context, in *iamapi.ListMFADevicesRequest) (asks, error) {
	return s.whose(ctx, in.UserName)
}

func (s *Service) askTagMFADevice(ctx context.Context, in *iamapi.TagMFADeviceRequest) (asks, error) {
	return s.serial(ctx, in.SerialNumber, edge.RequestTags(in.Tags))
}

func (s *Service) askUntagMFADevice(ctx context.Context, in *iamapi.UntagMFADeviceRequest) (asks, error) {
	return s.serial(ctx, in.SerialNumber, edge.TagKeys(in.TagKeys))
}

func (s *Service) askListMFADeviceTags(ctx context.Context, in *iamapi.ListMFADeviceTagsRequest) (asks, error) {
	return s.serial(ctx, in.SerialNumber)
}
