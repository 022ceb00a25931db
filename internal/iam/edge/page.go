package edge

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// Sealer seals and opens markers.
type Sealer interface {
	Seal(p seal.Purpose, tenant string, plaintext, aad []byte) ([]byte, error)
	Open(ctx context.Context, p seal.Purpose, tenant string, sealed, aad []byte) ([]byte, error)
}

// List is one request for a page of a list. The marker is sealed for the account, the operation and the scope, so that it opens for
// nothing else.
type List struct {
	Keys     Sealer
	Scope    string  // what else the list depends on, such as the entity whose list it is
	Marker   *string // as it came in
	MaxItems *int    // as it came in; nil is 100
}

const defaultItems = 100

// Limit is the number of items on the page.
func (l *List) Limit() int {
	if l.MaxItems == nil {
		return defaultItems
	}
	return *l.MaxItems
}

// After opens the marker: the place after which the page begins, empty for the first page.
func (l *List) After(ctx context.Context) (string, error) {
	if l.Marker == nil {
		return "", nil
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(*l.Marker)
	if err != nil {
		return "", badMarker(err)
	}
	place, err := l.Keys.Open(ctx, seal.PageToken, caller.PrincipalFrom(ctx).Account, sealed, l.aad(ctx))
	if err != nil {
		return "", badMarker(err)
	}
	return string(place), nil
}

// Next seals the place after which the next page begins. The answers are the IsTruncated and the Marker of the response.
func (l *List) Next(ctx context.Context, place string) (truncated *bool, marker *string, err error) {
	more := place != ""
	if !more {
		return &more, nil, nil
	}
	sealed, err := l.Keys.Seal(seal.PageToken, caller.PrincipalFrom(ctx).Account, []byte(place), l.aad(ctx))
	if err != nil {
		return nil, nil, err
	}
	m := base64.RawURLEncoding.EncodeToString(sealed)
	return &more, &m, nil
}

func (l *List) aad(ctx context.Context) []byte {
	return seal.AAD("iam", caller.RequestFrom(ctx).Operation, l.Scope)
}

func badMarker(cause error) error { return ValidationError.New("Invalid Marker.").Because(cause) }

// Slice gives one page of a list that is in memory, in the order of key.
func Slice[T any](ctx context.Context, l *List, items []T, key func(*T) string) (page []T, truncated *bool, marker *string, err error) {
	after, err := l.After(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	items = slices.SortedFunc(slices.Values(items), func(a, b T) int { return strings.Compare(key(&a), key(&b)) })
	if after != "" {
		items = items[from(items, after, key):]
	}
	place := ""
	if n := l.Limit(); len(items) > n {
		items, place = items[:n], key(&items[n-1])
	}
	truncated, marker, err = l.Next(ctx, place)
	return items, truncated, marker, err
}

// from is the first place whose key is above after.
func from[T any](items []T, after string, key func(*T) string) int {
	i, found := slices.BinarySearchFunc(items, after, func(it T, a string) int { return strings.Compare(key(&it), a) })
	if found {
		i++
	}
	return i
}

// Bounds on the work of one page that keeps few of the rows it reads. AWS, too, may give fewer items than were asked for.
const (
	mostRows  = 2000
	mostReads = 40
)

// Rows gives one page of a table: the rows that keep wants. nil keeps all.
func Rows[T any](ctx context.Context, l *List, db *store.DB, t *store.Table[T], q store.Query, keep func(*T) (bool, error)) (page []T, truncated *bool, marker *string, err error) {
	place, err := l.After(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	q.After = store.Cursor(place)
	page, err = rows(ctx, db, t, &q, l.Limit(), keep)
	if errors.Is(err, store.ErrBadCursor) {
		err = badMarker(err)
	}
	if err != nil {
		return nil, nil, nil, err
	}
	truncated, marker, err = l.Next(ctx, string(q.After))
	return page, truncated, marker, err
}

func rows[T any](ctx context.Context, r store.Reader, t *store.Table[T], q *store.Query, limit int, keep func(*T) (bool, error)) ([]T, error) {
	var page []T
	for seen, reads := 0, 0; ; reads++ {
		q.Limit = limit - len(page)
		got, err := t.List(ctx, r, *q)
		if err != nil {
			return nil, err
		}
		for i := range got.Rows {
			want := true
			if keep != nil {
				if want, err = keep(&got.Rows[i].Doc); err != nil {
					return nil, err
				}
			}
			if want {
				page = append(page, got.Rows[i].Doc)
			}
		}
		q.After = got.Next
		seen += len(got.Rows)
		if q.After == "" || len(page) == limit || seen >= mostRows || reads >= mostReads {
			return page, nil
		}
	}
}

// PathFilter keeps what lies under a path prefix; nil keeps all.
func PathFilter[T any](prefix *string, path func(*T) string) func(*T) (bool, error) {
	if prefix == nil || *prefix == "/" {
		return nil
	}
	return func(d *T) (bool, error) { return strings.HasPrefix(path(d), *prefix), nil }
}
