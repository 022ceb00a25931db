package edge_test

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
)

func slice(ctx context.Context, w *iamtest.World, scope string, marker *string) error {
	_, _, _, err := edge.Slice(ctx, &edge.List{Keys: w.Keys, Scope: scope, Marker: marker}, []string{"a", "b"}, func(s *string) string { return *s })
	return err
}
