package idtoken

import (
	"context"
	"time"

	"github.com/mayfly-id/mayfly/jws"
)

// retryAfter is the pause after a key could not be made, which only happens when the system has no randomness.
const retryAfter = time.Second

// Prefetch keeps a few RSA keys ready until ctx ends, because making one takes a tenth of a second and more: a new pool then does not wait.
func (s *Service) Prefetch(ctx context.Context) {
	for ctx.Err() == nil {
		k, err := jws.GenerateKey(s.random, jws.RS256)
		if err != nil {
			select {
			case <-ctx.Done():
			case <-time.After(retryAfter):
			}
			continue
		}
		select {
		case <-ctx.Done():
		case s.ready <- k:
		}
	}
}

// privateKey takes a ready key, or makes one.
func (s *Service) privateKey(alg jws.Algorithm) (jws.PrivateKey, error) {
	if alg == jws.RS256 {
		select {
		case k := <-s.ready:
			return k, nil
		default:
		}
	}
	return jws.GenerateKey(s.random, alg)
}
