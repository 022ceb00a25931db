package signingkey

import (
	"fmt"
	"time"

	"github.com/mayfly-id/mayfly/jws"
)

// State is the place of a key in its life.
type State string

// The states, in their order.
const (
	Next     State = "next"     // published, so that every verifier knows it before it signs
	Active   State = "active"   // signs
	Retiring State = "retiring" // verifies what it signed
)

// Key is one signing key.
type Key struct {
	ID     string        `json:"id"`
	State  State         `json:"state"`
	Public jws.PublicKey `json:"public"`           // a JWK
	Sealed []byte        `json:"sealed,omitempty"` // PKCS #8; purpose at-rest/private-keys, see Maker
	Since  time.Time     `json:"since"`            // when it got its state
}

// Ring is the keys of one issuer: for each of its algorithms an active key and the next one, and keys that are retiring.
type Ring []Key

// Active gives the key that signs with an algorithm.
func (r Ring) Active(alg jws.Algorithm) (*Key, error) {
	return r.in(Active, alg)
}

func (r Ring) in(state State, alg jws.Algorithm) (*Key, error) {
	for i := range r {
		if k := &r[i]; k.State == state && k.Public.Algorithm == alg {
			return k, nil
		}
	}
	return nil, fmt.Errorf("signingkey: no %s key of %s", state, alg)
}

// Find gives a key that still counts at a time, or nil. tail is as in Public.
func (r Ring) Find(kid string, now time.Time, tail time.Duration) *Key {
	for i := range r {
		if k := &r[i]; k.ID == kid && !k.gone(now, tail) {
			return k
		}
	}
	return nil
}

// Public gives the keys as verifiers see them at a time. tail is how long a key verifies after it has retired: as long as what it signed can live.
func (r Ring) Public(now time.Time, tail time.Duration) jws.KeySet {
	set := make(jws.KeySet, 0, len(r))
	for i := range r {
		if !r[i].gone(now, tail) {
			set = append(set, r[i].Public)
		}
	}
	return set
}

func (k *Key) gone(now time.Time, tail time.Duration) bool {
	return k.State == Retiring && !now.Before(k.Since.Add(tail))
}

// Turn gives the ring after a rotation: next keys sign, active ones retire, fresh ones are published, and retired ones that no token can need any more are
// gone. fresh has one key in the state Next for each algorithm. A key that has retired cannot sign any more, so its private part is not kept. The ring itself
// stays as it is.
func (r Ring) Turn(fresh []Key, now time.Time, tail time.Duration) Ring {
	out := make(Ring, 0, len(r)+len(fresh))
	for _, k := range r {
		switch k.State {
		case Active:
			k.State, k.Since, k.Sealed = Retiring, now, nil
		case Next:
			k.State, k.Since = Active, now
		case Retiring:
			if k.gone(now, tail) {
				continue
			}
		}
		out = append(out, k)
	}
	return append(out, fresh...)
}
