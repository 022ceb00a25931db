package totp

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238 as authenticator apps speak it
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"time"
)

// Digits is the length of a code, and Length how long one lasts.
const (
	Digits = 6
	Length = 30 * time.Second
)

// Step is the number of the step that t lies in (RFC 6238 section 4.2).
func Step(t time.Time) int64 { return t.Unix() / int64(Length/time.Second) }

// Code is the code of a step: HOTP (RFC 4226 section 5.3) with SHA-1.
func Code(seed []byte, step int64) [Digits]byte {
	m := hmac.New(sha1.New, seed)
	m.Write(binary.BigEndian.AppendUint64(nil, uint64(step)))
	sum := m.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	n := binary.BigEndian.Uint32(sum[offset:]) & 0x7fffffff
	var out [Digits]byte
	for i := Digits - 1; i >= 0; i-- {
		out[i] = '0' + byte(n%10)
		n /= 10
	}
	return out
}

// Match gives the latest step of those from first to last whose code this is; 0 when there is none. Its time does not tell which one, nor how
// much of the code is right.
func Match(seed []byte, code string, first, last int64) int64 {
	var found int64
	for step := first; step <= last; step++ {
		found = pick(equal(seed, step, code), step, found)
	}
	return found
}

// MatchPair gives the latest step of those from first to last whose code is the second, while the first is the code of the step before it; 0
// when there is none.
func MatchPair(seed []byte, one, two string, first, last int64) int64 {
	var found int64
	before := equal(seed, first-1, one)
	for step := first; step <= last; step++ {
		found = pick(before&equal(seed, step, two), step, found)
		before = equal(seed, step, one)
	}
	return found
}

// equal is 1 when this is the code of the step, and else 0.
func equal(seed []byte, step int64, code string) int {
	want := Code(seed, step)
	return subtle.ConstantTimeCompare(want[:], []byte(code))
}

// pick gives a when choose is 1, and b when it is 0.
func pick(choose int, a, b int64) int64 { return a&-int64(choose) | b&^-int64(choose) }

// Text is a seed as apps take it: base32 without padding (RFC 4648 section 6).
func Text(seed []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(seed)
}
