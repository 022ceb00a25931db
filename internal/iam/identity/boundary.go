package identity

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// setBoundary gives a new entity its permissions boundary, if the request names one.
func setBoundary(ctx context.Context, w store.Writer, account string, kind record.Kind, id string, g *record.Grants, arn *string) error {
	if arn == nil {
		return nil
	}
	if err := edge.ParseBoundaryARN(*arn); err != nil {
		return err
	}
	p, err := record.FindPolicy(ctx, w, account, *arn)
	if err != nil {
		return edge.NoBoundary(err, *arn)
	}
	ref := p.Doc.Ref()
	g.Boundary = &ref
	return record.Attach(ctx, w, record.Attachment{Account: account, PolicyID: ref.ID, Kind: kind, EntityID: id, Usage: record.UsageBoundary})
}

// dropBoundary forgets the boundary of an entity that is deleted.
func dropBoundary(ctx context.Context, w store.Writer, account string, kind record.Kind, id string, g *record.Grants) error {
	if g.Boundary == nil {
		return nil
	}
	return record.Detach(ctx, w, record.Attachment{Account: account, PolicyID: g.Boundary.ID, Kind: kind, EntityID: id, Usage: record.UsageBoundary})
}

// boundaryType is the type of every permissions boundary. The model and the API reference call it PermissionsBoundaryPolicy, the answers of
// AWS do not.
const boundaryType iamapi.PermissionsBoundaryAttachmentType = "Policy"

func boundaryOf(g *record.Grants) *iamapi.AttachedPermissionsBoundary {
	if g.Boundary == nil {
		return nil
	}
	arn, kind := g.Boundary.ARN, boundaryType
	return &iamapi.AttachedPermissionsBoundary{PermissionsBoundaryArn: &arn, PermissionsBoundaryType: &kind}
}

// deletable refuses to delete an entity that still has policies.
func deletable(g *record.Grants) error {
	if len(g.Attached) > 0 {
		return edge.Conflict("detach all policies")
	}
	if len(g.Inline) > 0 {
		return edge.Conflict("delete policies")
	}
	return nil
}
