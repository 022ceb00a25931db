package policy

import (
	"context"
	"slices"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// putInline adds or replaces an inline policy.
func putInline[T any](ctx context.Context, s *Service, h *holder[T], name, policy, document string) error {
	if _, err := edge.Parse(document, iampolicy.IdentityPolicy); err != nil {
		return err
	}
	return h.change(ctx, s.db, name, func(_ store.Writer, _ string, g *record.Grants) error {
		p := record.InlinePolicy{Name: policy, Document: document}
		if i, found := g.FindInline(policy); found {
			g.Inline[i] = p
		} else {
			g.Inline = slices.Insert(g.Inline, i, p)
		}
		size := 0
		for _, p := range g.Inline {
			size += iampolicy.Size([]byte(p.Document))
		}
		if size > h.mostInline {
			return iamapi.LimitExceededException.New("Maximum policy size of %d bytes exceeded for %s %s", h.mostInline, h.kind, name)
		}
		return nil
	})
}

// getInline gives the entity's name and the document, encoded.
func getInline[T any](ctx context.Context, s *Service, h *holder[T], name, policy string) (entity, document string, err error) {
	row, err := h.get(ctx, s.db, name)
	if err != nil {
		return "", "", err
	}
	g := h.grants(&row.Doc)
	i, found := g.FindInline(policy)
	if !found {
		return "", "", noInline(h.kind, policy)
	}
	return h.name(&row.Doc), edge.Encode(g.Inline[i].Document), nil
}

func listInline[T any](ctx context.Context, s *Service, h *holder[T], name string, marker *string, max *int) ([]string, *bool, *string, error) {
	row, err := h.get(ctx, s.db, name)
	if err != nil {
		return nil, nil, nil, err
	}
	var names []string
	for _, p := range h.grants(&row.Doc).Inline {
		names = append(names, p.Name)
	}
	l := s.list(h.id(&row.Doc), marker, max)
	return edge.Slice(ctx, l, names, func(n *string) string { return *n })
}

func deleteInline[T any](ctx context.Context, s *Service, h *holder[T], name, policy string) error {
	return h.change(ctx, s.db, name, func(_ store.Writer, _ string, g *record.Grants) error {
		i, found := g.FindInline(policy)
		if !found {
			return noInline(h.kind, policy)
		}
		g.Inline = slices.Delete(g.Inline, i, i+1)
		return nil
	})
}

func noInline(kind record.Kind, policy string) error {
	return iamapi.NoSuchEntityException.New("The %s policy with name %s cannot be found.", kind, policy)
}
