package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"time"
)

// Verify proves that the request was signed with the key, which must be the one of AccessKeyID for Scope, and
// that the signature is valid at now. The request must be the one given to Parse. Its errors are *Error.
//
// The signature is checked before the time, so that only a holder of the key learns the verifier's clock.
func (s *Signature) Verify(r *Request, key Key, now time.Time) error {
	want, err := s.calculate(r, key)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(want[:], s.signature[:]) != 1 {
		return mismatch(msgMismatch)
	}
	return s.checkTime(now)
}

// calculate computes the signature the request should have. It checks again that nothing relevant is unsigned:
// the caller may have touched the headers since Parse.
func (s *Signature) calculate(r *Request, key Key) (out [2 * sha256.Size]byte, err error) {
	if err := checkRequest(r); err != nil {
		return out, err
	}
	if err := s.checkSigned(r); err != nil {
		return out, err
	}
	path, query, _ := cutTarget(r.RequestURI)
	var stack [16]pair
	pairs, err := parseQuery(stack[:0], query)
	if err != nil {
		return out, err
	}
	var payload [2 * sha256.Size]byte
	sum := sha256.Sum256(r.Body)
	hex.Encode(payload[:], sum[:])
	if !s.payloadAgrees(r, pairs, payload[:]) {
		return out, mismatch(msgMismatch)
	}

	var buffer [2048]byte
	canonical := append(buffer[:0], r.Method...)
	canonical = append(canonical, '\n')
	canonical = appendPath(canonical, path)
	canonical = append(canonical, '\n')
	canonical = appendQuery(canonical, pairs, s.Presigned)
	canonical = append(canonical, '\n')
	canonical, ok := appendHeaders(canonical, r, s.SignedHeaders)
	if !ok {
		return out, mismatch(msgMismatch)
	}
	canonical = appendNames(canonical, s.SignedHeaders)
	canonical = append(canonical, '\n')
	canonical = append(canonical, payload[:]...)
	return s.sign(canonical, key), nil
}

// payloadAgrees checks an announced payload hash, in a header or in a presigned query. UNSIGNED-PAYLOAD and the
// STREAMING-* forms never agree: none of the protocols served here has unsigned bodies.
func (s *Signature) payloadAgrees(r *Request, pairs []pair, payload []byte) bool {
	if values, ok := r.Header["X-Amz-Content-Sha256"]; ok && (len(values) != 1 || values[0] != string(payload)) {
		return false
	}
	for _, p := range pairs {
		if equalFold(p.name, paramContentSHA256) && p.value != string(payload) {
			return false
		}
	}
	return true
}

// sign wraps the canonical request into the string to sign and authenticates that.
func (s *Signature) sign(canonical []byte, key Key) (out [2 * sha256.Size]byte) {
	var buffer [512]byte
	text := append(buffer[:0], algorithm...)
	text = append(text, '\n')
	text = s.Time.UTC().AppendFormat(text, timeLayout)
	text = append(text, '\n')
	text = append(text, s.Scope.Date...)
	text = append(text, '/')
	text = append(text, s.Scope.Region...)
	text = append(text, '/')
	text = append(text, s.Scope.Service...)
	text = append(text, '/')
	text = append(text, terminator...)
	text = append(text, '\n')
	sum := sha256.Sum256(canonical)
	text = hex.AppendEncode(text, sum[:])

	h := hmac.New(sha256.New, key[:])
	h.Write(text)
	var mac [sha256.Size]byte
	hex.Encode(out[:], h.Sum(mac[:0]))
	return out
}
