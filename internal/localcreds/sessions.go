package localcreds

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// sessions makes and checks tokens of the metadata service. A token says itself when it ends, under a MAC whose key lives as long as the server: however many
// are opened, none is held, and nobody can push out the token of another.
type sessions struct {
	key    []byte
	random io.Reader
	now    func() time.Time
}

// A token is base64url of when it ends (8 bytes, nanoseconds since 1970, big-endian), a nonce and the MAC of both.
const (
	endBytes     = 8
	nonceBytes   = 16
	sessionBytes = endBytes + nonceBytes + sha256.Size
)

func newSessions(random io.Reader, now func() time.Time) (*sessions, error) {
	s := &sessions{key: make([]byte, sha256.Size), random: random, now: now}
	if _, err := io.ReadFull(random, s.key); err != nil {
		return nil, fmt.Errorf("localcreds: draw the key of sessions: %w", err)
	}
	return s, nil
}

func (s *sessions) mac(b []byte) []byte {
	h := hmac.New(sha256.New, s.key)
	h.Write(b)
	return h.Sum(nil)
}

// open makes a token that is good for a time.
func (s *sessions) open(life time.Duration) (string, error) {
	b := make([]byte, endBytes+nonceBytes, sessionBytes)
	binary.BigEndian.PutUint64(b, uint64(s.now().Add(life).UnixNano()))
	if _, err := io.ReadFull(s.random, b[endBytes:]); err != nil {
		return "", fmt.Errorf("localcreds: draw a nonce: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(append(b, s.mac(b)...)), nil
}

// good reports whether a token is one of ours that has not ended.
func (s *sessions) good(token string) bool {
	if len(token) != base64.RawURLEncoding.EncodedLen(sessionBytes) {
		return false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) != sessionBytes {
		return false
	}
	said, mac := b[:endBytes+nonceBytes], b[endBytes+nonceBytes:]
	if !hmac.Equal(mac, s.mac(said)) {
		return false
	}
	return s.now().UnixNano() < int64(binary.BigEndian.Uint64(said))
}
