package identitypool

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// sealPage makes the page token of an operation; nil at the end of a list.
func (s *Service) sealPage(operation string, next store.Cursor) (*string, error) {
	if next == "" {
		return nil, nil
	}
	sealed, err := s.Keys.Seal(seal.PageToken, s.Account, []byte(next), []byte(operation))
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
		if plain, err = s.Keys.Open(ctx, seal.PageToken, s.Account, sealed, []byte(operation)); err == nil {
			return store.Cursor(plain), nil
		}
	}
	return "", api.InvalidParameterException.New("Invalid NextToken").Because(err)
}

// uuid draws a random UUID (RFC 9562 version 4).
func uuid(random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("identitypool: randomness: %w", err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:], nil
}
