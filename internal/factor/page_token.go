package factor

import (
	"context"
	"encoding/base64"
	"errors"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// listing names what a page token belongs to: the pool, the operation and the user.
type listing [3]string

// tokenFor seals the place where the next page begins; nil at the end.
func (s *Service) tokenFor(l listing, next store.Cursor) (*string, error) {
	if next == "" {
		return nil, nil
	}
	sealed, err := s.Keys.Seal(seal.PageToken, l[0], []byte(next), seal.AAD(l[:]...))
	if err != nil {
		return nil, err
	}
	return new(base64.RawURLEncoding.EncodeToString(sealed)), nil
}

// errPageToken is the answer to a token that was not made for this listing.
func errPageToken() error { return api.InvalidParameterException.New("Invalid pagination token.") }

// cursor opens a page token. One of another pool, operation or user does not open.
func (s *Service) cursor(ctx context.Context, l listing, token *string) (store.Cursor, error) {
	if token == nil {
		return "", nil
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(*token)
	if err != nil {
		return "", errPageToken()
	}
	plain, err := s.Keys.Open(ctx, seal.PageToken, l[0], sealed, seal.AAD(l[:]...))
	if err != nil {
		return "", errPageToken()
	}
	return store.Cursor(plain), nil
}

// pageError translates a cursor that opened but does not fit.
func pageError(err error) error {
	if errors.Is(err, store.ErrBadCursor) {
		return errPageToken()
	}
	return err
}
