package app

import (
	"context"
	"encoding/base64"
	"errors"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/keys"
	"github.com/mayfly-id/mayfly/seal"
)

// messages seals what refusals say more than their text, for the account whose request was refused.
type messages struct{ ring *keys.Ring }

// EncodeMessage implements access.Messages.
func (m messages) EncodeMessage(account string, message []byte) (string, error) {
	sealed, err := m.ring.Seal(seal.AuthzMessage, account, message, nil)
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// DecodeMessage implements sts.Messages.
func (m messages) DecodeMessage(ctx context.Context, account, encoded string) (string, error) {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return "", errors.Join(caller.ErrUnknown, err)
	}
	plain, err := m.ring.Open(ctx, seal.AuthzMessage, account, sealed, nil)
	if err != nil {
		return "", errors.Join(caller.ErrUnknown, err)
	}
	return string(plain), nil
}
