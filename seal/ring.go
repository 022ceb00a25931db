package seal

import (
	"cmp"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
)

// KeyID names a data key of the ring; it stands in clear in everything sealed with it. Ids are never reused, and
// of two keys with the same NotBefore the higher id is the newer one.
type KeyID uint32

// RingKey is one data key. A new key is handed to every node before NotBefore, so that no node meets a text it
// cannot open; old keys stay for as long as anything sealed with them may live.
type RingKey struct {
	ID          KeyID
	Key         Key
	NotBefore   time.Time // first use for sealing and hashing; opening is possible at once
	Compromised bool      // never used again, neither to seal nor to open nor to look up
}

// Ring is a set of data keys. It does not change and is safe for concurrent use.
type Ring struct {
	keys []RingKey // newest first
}

// Format prints a placeholder, whatever the verb: package fmt does not ask values in unexported fields to redact
// themselves.
func (Ring) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

const maxKeys = 1024

// NewRing makes a ring of at least one usable key. Ids must be distinct and not zero, keys distinct and not
// zero. A compromised key is kept by its id alone.
func NewRing(keys ...RingKey) (*Ring, error) {
	ring := &Ring{keys: slices.Clone(keys)}
	slices.SortFunc(ring.keys, func(a, b RingKey) int {
		return cmp.Or(b.NotBefore.Compare(a.NotBefore), cmp.Compare(b.ID, a.ID))
	})
	ids, secrets := map[KeyID]bool{}, map[Key]bool{}
	usable := 0
	for i := range ring.keys {
		k := &ring.keys[i]
		if k.ID == 0 || ids[k.ID] {
			return nil, errors.New("seal: key id " + strconv.FormatUint(uint64(k.ID), 10) + " is zero or not unique")
		}
		ids[k.ID] = true
		if k.Compromised {
			k.Key = Key{}
			continue
		}
		if k.Key == (Key{}) || secrets[k.Key] {
			return nil, errors.New("seal: key " + strconv.FormatUint(uint64(k.ID), 10) + " is zero or not unique")
		}
		secrets[k.Key] = true
		usable++
	}
	if usable == 0 || len(keys) > maxKeys {
		return nil, errors.New("seal: a ring needs between 1 and 1024 keys that are not compromised")
	}
	return ring, nil
}

// Sealer derives the keys for one purpose and tenant (an account or user pool id; empty for the deployment).
// Deriving costs some microseconds per ring key: keep the Sealer and share it.
//
// The derived key is HKDF-SHA-256 (RFC 5869) with the ring key as input key, no salt, and as info
// AAD("mayfly/seal/v1", use, purpose, tenant), where use is "seal", "mac" or "prf"; 32 bytes.
func (r *Ring) Sealer(p Purpose, tenant string) *Sealer {
	s := &Sealer{keys: make([]derivedKey, 0, len(r.keys))}
	var oldest *RingKey
	for i := range r.keys {
		k := &r.keys[i]
		d := derivedKey{id: k.ID, notBefore: k.NotBefore, compromised: k.Compromised}
		if !k.Compromised {
			d.xaes = newXAES(derive(k.Key, "seal", p, tenant))
			d.mac = derive(k.Key, "mac", p, tenant)
			oldest = k
		}
		s.keys = append(s.keys, d)
	}
	s.prf = derive(oldest.Key, "prf", p, tenant) // NewRing made sure that there is one
	return s
}

func derive(key Key, use string, p Purpose, tenant string) Key {
	info := AAD("mayfly/seal/v1", use, string(p), tenant)
	out, err := hkdf.Key(sha256.New, key[:], nil, string(info), len(Key{}))
	if err != nil {
		panic("seal: " + err.Error()) // only for lengths HKDF cannot give
	}
	return Key(out)
}

// AAD joins parts into associated data so that no two different lists give the same bytes: each part is preceded
// by its length as four bytes, big-endian. For a stored secret the parts are deployment, tenant, table, row,
// column.
func AAD(parts ...string) []byte {
	size := 0
	for _, p := range parts {
		size += 4 + len(p)
	}
	out := make([]byte, 0, size)
	for _, p := range parts {
		out = appendPart(out, p)
	}
	return out
}

func appendPart[T string | []byte](dst []byte, part T) []byte {
	n := uint32(len(part)) // #nosec G115 -- no part comes near 4 GiB
	return append(append(dst, byte(n>>24), byte(n>>16), byte(n>>8), byte(n)), part...)
}
