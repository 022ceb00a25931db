package pooledge

import (
	"context"
	"encoding/base64"
	"errors"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// PageSize is the rows of a page when none is asked for, and at most.
const PageSize = 60

// Limit gives the rows of a page; absent and 0 stand for the most.
func Limit(n *int, most int) int {
	if n == nil || *n == 0 {
		return most
	}
	return min(*n, most)
}

// Listing names what a page token belongs to: the operation and everything that selects its rows.
type Listing []string

// Token seals the place where the next page begins; nil at the end.
func (e *Edge) Token(ctx context.Context, l Listing, next store.Cursor) (*string, error) {
	if next == "" {
		return nil, nil
	}
	sealed, err := e.Keys.Seal(seal.PageToken, caller.PrincipalFrom(ctx).Account, []byte(next), seal.AAD(l...))
	if err != nil {
		return nil, err
	}
	return new(base64.RawURLEncoding.EncodeToString(sealed)), nil
}

func badToken() error { return api.InvalidParameterException.New("Invalid pagination token.") }

// Cursor opens a page token. One of another account, operation or selection does not open.
func (e *Edge) Cursor(ctx context.Context, l Listing, token *string) (store.Cursor, error) {
	if token == nil {
		return "", nil
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(*token)
	if err != nil {
		return "", badToken()
	}
	plain, err := e.Keys.Open(ctx, seal.PageToken, caller.PrincipalFrom(ctx).Account, sealed, seal.AAD(l...))
	if err != nil {
		return "", badToken()
	}
	return store.Cursor(plain), nil
}

// PageError translates a cursor that opened but does not fit.
func PageError(err error) error {
	if errors.Is(err, store.ErrBadCursor) {
		return badToken()
	}
	return err
}

// Deref gives the value of an optional member, or its zero value.
func Deref[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}

// Optional gives a member that is left out when it is zero.
func Optional[T comparable](v T) *T {
	if v == *new(T) {
		return nil
	}
	return &v
}
