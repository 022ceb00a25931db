package organization

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	api "github.com/mayfly-id/mayfly/internal/awsapi/organizationsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// maxPage is the largest page, and the one that is given when the request does not say.
const maxPage = 20

// list is one request for a page. Its token is sealed for the account, the operation and the scope, so that it opens for nothing else.
type list struct {
	s     *Service
	scope string // what else the list depends on
	token *string
	max   *int
}

func (s *Service) list(scope string, token *string, most *int) *list {
	return &list{s, scope, token, most}
}

func (l *list) limit() int {
	if l.max == nil {
		return maxPage
	}
	return *l.max
}

func (l *list) aad(ctx context.Context) []byte {
	return seal.AAD("organizations", caller.RequestFrom(ctx).Operation, l.scope)
}

// after opens the token: the place after which the page begins, empty for the first page.
func (l *list) after(ctx context.Context) (string, error) {
	if l.token == nil {
		return "", nil
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(*l.token)
	if err != nil {
		return "", badToken(err)
	}
	place, err := l.s.Keys.Open(ctx, seal.PageToken, caller.PrincipalFrom(ctx).Account, sealed, l.aad(ctx))
	if err != nil {
		return "", badToken(err)
	}
	return string(place), nil
}

// next seals the place after which the next page begins; nil at the end.
func (l *list) next(ctx context.Context, place string) (*string, error) {
	if place == "" {
		return nil, nil
	}
	sealed, err := l.s.Keys.Seal(seal.PageToken, caller.PrincipalFrom(ctx).Account, []byte(place), l.aad(ctx))
	if err != nil {
		return nil, err
	}
	token := base64.RawURLEncoding.EncodeToString(sealed)
	return &token, nil
}

func badToken(cause error) error {
	return invalid(api.InvalidInputExceptionReasonInvalidNextToken, "You provided an invalid NextToken.").Because(cause)
}

// rows gives one page of a table. Of a list that keeps only some, a page may be short or empty and still have a successor, as AWS warns.
func rows[T any](ctx context.Context, l *list, r store.Reader, t *store.Table[T], q store.Query) ([]store.Row[T], *string, error) {
	place, err := l.after(ctx)
	if err != nil {
		return nil, nil, err
	}
	q.After, q.Limit = store.Cursor(place), l.limit()
	page, err := t.List(ctx, r, q)
	if errors.Is(err, store.ErrBadCursor) {
		return nil, nil, badToken(err)
	}
	if err != nil {
		return nil, nil, err
	}
	token, err := l.next(ctx, string(page.Next))
	return page.Rows, token, err
}

// slice gives one page of texts that are in memory, in their order.
func slice(ctx context.Context, l *list, items []string) ([]string, *string, error) {
	after, err := l.after(ctx)
	if err != nil {
		return nil, nil, err
	}
	items = slices.Sorted(slices.Values(items))
	if after != "" {
		i, at := slices.BinarySearchFunc(items, after, strings.Compare)
		if at {
			i++
		}
		items = items[i:]
	}
	place := ""
	if n := l.limit(); len(items) > n {
		items, place = items[:n], items[n-1]
	}
	token, err := l.next(ctx, place)
	return items, token, err
}
