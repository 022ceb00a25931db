package seal

import (
	"encoding/binary"
	"io"
	"time"
)

const (
	wrapVersion = 1
	wrapPurpose = "mayfly/ring-key/v1"
	wrapPlain   = 4 + 8 + 1 + len(Key{})
)

// WrapKey encrypts a ring key with the root key for storing. deployment is the id of the installation: a wrapped
// key of another one does not open.
//
// The wrapped key is the version (1 byte, 1) followed by SealXAES with associated data AAD("mayfly/ring-key/v1",
// deployment) of: id (4 bytes), NotBefore in Unix seconds (8 bytes), compromised (1 byte, 0 or 1), key (32
// bytes), integers big-endian. NotBefore loses fractions of a second.
func WrapKey(root Key, random io.Reader, k RingKey, deployment string) ([]byte, error) {
	plain := make([]byte, 0, wrapPlain)
	plain = binary.BigEndian.AppendUint32(plain, uint32(k.ID))
	plain = binary.BigEndian.AppendUint64(plain, uint64(k.NotBefore.Unix())) // #nosec G115 -- two's complement, read back as such
	compromised := byte(0)
	if k.Compromised {
		compromised = 1
	}
	plain = append(append(plain, compromised), k.Key[:]...)
	defer clear(plain)
	return newXAES(root).seal([]byte{wrapVersion}, random, plain, AAD(wrapPurpose, deployment))
}

// UnwrapKey undoes WrapKey. The only error is ErrOpen.
func UnwrapKey(root Key, wrapped []byte, deployment string) (RingKey, error) {
	if len(wrapped) != 1+wrapPlain+Overhead || wrapped[0] != wrapVersion {
		return RingKey{}, ErrOpen
	}
	plain, err := OpenXAES(root, wrapped[1:], AAD(wrapPurpose, deployment))
	if err != nil {
		return RingKey{}, err
	}
	defer clear(plain)
	seconds := binary.BigEndian.Uint64(plain[4:])
	if plain[12] > 1 {
		return RingKey{}, ErrOpen
	}
	return RingKey{
		ID:          KeyID(binary.BigEndian.Uint32(plain)),
		NotBefore:   time.Unix(int64(seconds), 0).UTC(), // #nosec G115 -- written from an int64
		Compromised: plain[12] == 1,
		Key:         Key(plain[13:]),
	}, nil
}
