package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// version is the first byte of everything a Sealer seals.
const version = 1

const headerSize = 1 + 4

// SealerOverhead is what Sealer.Seal adds to a plaintext, in bytes.
const SealerOverhead = headerSize + Overhead

var (
	// ErrUnknownKey is returned when a text was sealed with a key this ring has not got: reload the ring once.
	ErrUnknownKey = errors.New("seal: sealed with an unknown key")
	// ErrNoKey is returned when no key may be used yet.
	ErrNoKey = errors.New("seal: no key is in use yet")
)

// Sealer seals and hashes for one purpose and tenant. It does not change and is safe for concurrent use.
//
// A sealed text is: version (1 byte, 1), key id (4 bytes, big-endian), nonce (24 bytes), ciphertext, tag
// (16 bytes). Associated data is the five header bytes followed by the caller's, so that they are protected too.
type Sealer struct {
	keys []derivedKey // newest first
	prf  Key
}

type derivedKey struct {
	id          KeyID
	notBefore   time.Time
	compromised bool
	xaes        *xaes
	mac         Key
}

// Format prints a placeholder, whatever the verb.
func (Sealer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// current is the newest key that is in use at now.
func (s *Sealer) current(now time.Time) (*derivedKey, error) {
	for i := range s.keys {
		if k := &s.keys[i]; !k.compromised && !k.notBefore.After(now) {
			return k, nil
		}
	}
	return nil, ErrNoKey
}

// Seal encrypts with the newest key whose NotBefore has come. It fails if there is none (ErrNoKey) or if random
// fails.
func (s *Sealer) Seal(random io.Reader, now time.Time, plaintext, aad []byte) ([]byte, error) {
	k, err := s.current(now)
	if err != nil {
		return nil, err
	}
	var header [headerSize]byte
	header[0] = version
	binary.BigEndian.PutUint32(header[1:], uint32(k.id))
	return k.xaes.seal(header[:], random, plaintext, bind(header[:], aad))
}

// Open undoes Seal. It returns ErrUnknownKey if the ring has not got the key, and ErrOpen for all other reasons,
// including a compromised key.
func (s *Sealer) Open(sealed, aad []byte) ([]byte, error) {
	if len(sealed) < SealerOverhead || sealed[0] != version {
		return nil, ErrOpen
	}
	header := sealed[:headerSize]
	id := KeyID(binary.BigEndian.Uint32(header[1:]))
	for i := range s.keys {
		if k := &s.keys[i]; k.id == id {
			if k.compromised {
				return nil, ErrOpen
			}
			return k.xaes.open(sealed[headerSize:], bind(header, aad))
		}
	}
	return nil, ErrUnknownKey
}

// bind puts the header before the caller's associated data. The header has a fixed length, so this is
// unambiguous.
func bind(header, aad []byte) []byte {
	out := make([]byte, 0, 256)
	return append(append(out, header...), aad...)
}

// MAC hashes data with the newest key in use, for storing: HMAC-SHA-256 over the length of data (four bytes,
// big-endian) and data. Before any key is in use it takes the oldest one: MACs finds that as well.
func (s *Sealer) MAC(now time.Time, data []byte) (KeyID, [sha256.Size]byte) {
	k, err := s.current(now)
	for i := len(s.keys) - 1; err != nil && i >= 0; i-- {
		if !s.keys[i].compromised {
			k, err = &s.keys[i], nil
		}
	}
	return k.id, keyed(k.mac, data)
}

// MACs hashes data with every key, newest first, for looking up what MAC stored at any time. Compromised keys
// are left out: whatever was stored under them is not found any more.
func (s *Sealer) MACs(data []byte) [][sha256.Size]byte {
	out := make([][sha256.Size]byte, 0, len(s.keys))
	for i := range s.keys {
		if k := &s.keys[i]; !k.compromised {
			out = append(out, keyed(k.mac, data))
		}
	}
	return out
}

// PRF maps an id to 32 bytes that look random and stay the same as long as the oldest key of the ring stays:
// HMAC-SHA-256 over the length of id (four bytes, big-endian) and id.
func (s *Sealer) PRF(id string) [sha256.Size]byte { return keyed(s.prf, id) }

func keyed[T string | []byte](key Key, data T) (out [sha256.Size]byte) {
	h := hmac.New(sha256.New, key[:])
	h.Write(appendPart(make([]byte, 0, 128), data))
	h.Sum(out[:0])
	return out
}
