package jws

import "encoding/json"

const (
	maxKeys = 64
	maxSet  = 256 << 10 // bytes of a key set
)

// KeySet is a set of keys with distinct ids. It is a KeySource, and a JWK set as JSON.
type KeySet []PublicKey

// Key finds a key by its id. An empty id finds the key without one, if there is such a key.
func (s KeySet) Key(kid string) (PublicKey, bool) {
	for i := range s {
		if s[i].KeyID == kid {
			return s[i], true
		}
	}
	return PublicKey{}, false
}

// MarshalJSON writes {"keys":[...]}.
func (s KeySet) MarshalJSON() ([]byte, error) {
	keys := []PublicKey(s)
	if keys == nil {
		keys = []PublicKey{}
	}
	return json.Marshal(struct {
		Keys []PublicKey `json:"keys"`
	}{keys})
}

// UnmarshalJSON reads what ParseKeySet reads.
func (s *KeySet) UnmarshalJSON(data []byte) error {
	set, err := ParseKeySet(data)
	if err != nil {
		return err
	}
	*s = set
	return nil
}

// ParseKeySet reads a JWK set (RFC 7517, section 5) of at most 256 KiB and 64 keys. Keys of other types or for
// other uses are left out, as the RFC asks; a weak or malformed key, a private one, or an id used twice refuses
// the whole set. Errors wrap ErrMalformed.
func ParseKeySet(data []byte) (KeySet, error) {
	if len(data) > maxSet {
		return nil, malformed("key set longer than 256 KiB")
	}
	var outer struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := StrictObject(data, &outer); err != nil {
		return nil, err
	}
	if outer.Keys == nil || len(outer.Keys) > maxKeys {
		return nil, malformed("key set without keys or with too many")
	}
	set := make(KeySet, 0, len(outer.Keys))
	for _, raw := range outer.Keys {
		k, used, err := parseJWK(raw)
		if err != nil {
			return nil, err
		}
		if !used {
			continue
		}
		if _, twice := set.Key(k.KeyID); twice {
			return nil, malformed("key id used twice")
		}
		set = append(set, k)
	}
	return set, nil
}
