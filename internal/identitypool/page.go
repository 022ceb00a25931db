package identitypool

import (
	"context"
	"encoding/base64"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// sealPage makes the page token of an operation, for the caller's account; nil at the end of a list.
func (s *Service) sealPage(ctx context.Context, operation string, next store.Cursor) (*string, error) {
	if next == "" {
		return nil, nil
	}
	sealed, err := s.Keys.Seal(seal.PageToken, accountOf(ctx), []byte(next), []byte(operation))
	if err != nil {
		return nil, err
	}
	token := base64.RawURLEncoding.EncodeToString(sealed)
	return &token, nil
}

// openPage reads a page token that this operation made.
func (s *Service) openPage(ctx context.Context, operation string, token *string) (store.Cursor, error) {
	if token == nil {
		return "", nil
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(*token)
	if err == nil {
		var plain []byte
		if plain, err = s.Keys.Open(ctx, seal.PageToken, accountOf(ctx), sealed, []byte(operation)); err == nil {
			return store.Cursor(plain), nil
		}
	}
	return "", api.InvalidParameterException.New("Invalid NextToken").Because(err)
}
