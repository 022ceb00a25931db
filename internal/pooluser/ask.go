package pooluser

import (
	"context"
	"strings"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// onPool asks for the pool that an input names, by the ARN it has, or would have in the caller's account: whether it is there is for those who
// may know.
func onPool[In any](s *Service, id func(*In) string) wire.Asks[In] {
	return func(ctx context.Context, in *In) ([]caller.Ask, error) {
		p := &directory.Pool{ID: id(in), Account: caller.PrincipalFrom(ctx).Account, Region: s.region(ctx)}
		keys := iampolicy.MapContext{}
		if known, err := s.pool(ctx, id(in)); err == nil {
			p = known
			for k, v := range known.Tags {
				keys["aws:resourcetag/"+lower(k)] = []string{v}
			}
		}
		return []caller.Ask{{Resource: poolARN(p), Context: keys}}, nil
	}
}

// poolARN is the ARN of a pool.
func poolARN(p *directory.Pool) string {
	return "arn:aws:cognito-idp:" + p.Region + ":" + p.Account + ":userpool/" + p.ID
}

// lower folds ASCII letters, as the keys of a policy's conditions are compared.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
