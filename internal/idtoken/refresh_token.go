package idtoken

import (
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/seal"
)

// A refresh token is the unpadded base64url text of
//
//	version (1) ‖ family (16) ‖ generation (4) ‖ end, seconds since 1970 (8) ‖ secret (32) ‖ tag (16)
//
// The tag is a keyed hash of what is before it, for the tenant of the pool: who holds an access token knows the family's id, and must not be
// able to make up an "old" refresh token that would end it.
const (
	refreshVersion = 1
	secretSize     = 32
	tagSize        = 16
	bodySize       = 1 + 16 + 4 + 8 + secretSize
	refreshSize    = bodySize + tagSize
)

// refreshToken is a refresh token, taken apart. Its tag is right.
type refreshToken struct {
	family     [16]byte
	generation uint32
	end        time.Time
	secret     [secretSize]byte
}

func (t *refreshToken) body() []byte {
	b := make([]byte, 0, refreshSize)
	b = append(b, refreshVersion)
	b = append(b, t.family[:]...)
	b = binary.BigEndian.AppendUint32(b, t.generation)
	b = binary.BigEndian.AppendUint64(b, uint64(t.end.Unix()))
	return append(b, t.secret[:]...)
}

func (s *Service) encodeRefresh(poolID string, t *refreshToken) directory.Token {
	b := t.body()
	tag := s.keys.MAC(seal.RefreshToken, poolID, tagInput(b))
	return directory.Token(base64.RawURLEncoding.EncodeToString(append(b, tag[:tagSize]...)))
}

// parseRefresh takes a token of the pool apart. Only a token that this deployment made for the pool passes.
func (s *Service) parseRefresh(poolID string, token directory.Token) (*refreshToken, error) {
	if len(token) != base64.RawURLEncoding.EncodedLen(refreshSize) {
		return nil, directory.ErrTokenInvalid
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(string(token))
	if err != nil || len(b) != refreshSize || b[0] != refreshVersion {
		return nil, directory.ErrTokenInvalid
	}
	body, tag := b[:bodySize], b[bodySize:]
	genuine := 0
	for _, mac := range s.keys.MACs(seal.RefreshToken, poolID, tagInput(body)) {
		genuine |= subtle.ConstantTimeCompare(mac[:tagSize], tag)
	}
	if genuine != 1 {
		return nil, directory.ErrTokenInvalid
	}
	t := &refreshToken{generation: binary.BigEndian.Uint32(body[17:21])}
	copy(t.family[:], body[1:17])
	copy(t.secret[:], body[29:])
	t.end = time.Unix(int64(binary.BigEndian.Uint64(body[21:29])), 0)
	return t, nil
}

// tagInput and hashInput keep the two uses of the key apart.
func tagInput(body []byte) []byte  { return append([]byte("tag\x00"), body...) }
func hashInput(body []byte) []byte { return append([]byte("hash\x00"), body...) }

// hashRefresh is what the store has of a token.
func (s *Service) hashRefresh(poolID string, t *refreshToken) []byte {
	mac := s.keys.MAC(seal.RefreshToken, poolID, hashInput(t.body()))
	return mac[:]
}

// isHash tells whether the store's hash is this token's, under any key of the ring.
func (s *Service) isHash(poolID string, t *refreshToken, hash []byte) bool {
	same := 0
	for _, mac := range s.keys.MACs(seal.RefreshToken, poolID, hashInput(t.body())) {
		same |= subtle.ConstantTimeCompare(mac[:], hash)
	}
	return same == 1
}

// familyOf reads the family's id, a UUID, back into bytes. false: not one of ours.
func familyOf(id string) ([16]byte, bool) {
	var b [16]byte
	n, err := hex.Decode(b[:], []byte(strings.ReplaceAll(id, "-", "")))
	return b, err == nil && n == len(b)
}
