package federate

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mayfly-id/mayfly/jws"
)

// How long keys are kept and how often they are asked for.
const (
	minFresh     = 5 * time.Minute
	maxFresh     = 24 * time.Hour
	defaultFresh = time.Hour        // without Cache-Control
	maxStale     = 24 * time.Hour   // after that time, during an outage of the provider
	triesEvery   = time.Minute      // the time in which mostTries requests are made, for keys that are not known or after failures with keys at hand
	mostTries    = 3                // an issuer that has just taken a new key is asked at once; made-up names of keys bring no flood upon it
	firstRetry   = 5 * time.Second  // after a failure with no keys at hand
	fetchTime    = 10 * time.Second // for discovery and key set together
	maxIssuers   = 1024
)

// place says where an issuer's keys are. An issuer whose key set is named by the operator is another place than the same one with discovery.
type place struct{ issuer, keys string }

// issuer holds the keys of one place.
type issuer struct {
	mu     sync.Mutex
	set    keySet
	have   bool
	fresh  time.Time     // until when the set is not asked for again
	tried  time.Time     // when it was last asked for
	began  time.Time     // when the first of tries was
	tries  int           // how often it was asked for since then
	failed error         // how that ended
	flight chan struct{} // closed when the request under way has ended; nil: none is
}

// keyOf finds the key a token names. Of any number of callers that need the provider to be asked, one asks and all get the answer.
func (v *Verifier) keyOf(ctx context.Context, at place, kid string) (*key, error) {
	if v.config.Local != nil {
		if keys, ok, err := v.config.Local(ctx, at.issuer); err != nil {
			return nil, err
		} else if ok {
			return found(local(keys), kid)
		}
	}
	is := v.issuerAt(at)
	flight, set, err := is.look(v, ctx, at, kid)
	if err != nil {
		return nil, err
	}
	if flight == nil {
		return found(set, kid)
	}
	select {
	case <-flight: // what it brings must do
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	is.mu.Lock()
	defer is.mu.Unlock()
	if !is.usable(v.config.Now()) {
		return nil, unreachable(is.failed)
	}
	return found(is.set, kid)
}

func found(set keySet, kid string) (*key, error) {
	if k, ok := set.find(kid); ok {
		return k, nil
	}
	return nil, invalid(noKey)
}

// noKey is AWS's text for a key that cannot be had.
const noKey = "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements"

func unreachable(cause error) error {
	return &Error{Kind: ErrUnreachable, Message: noKey, Cause: cause}
}

// look answers from what is known, or gives the flight to wait for.
func (is *issuer) look(v *Verifier, ctx context.Context, at place, kid string) (flight chan struct{}, set keySet, err error) {
	is.mu.Lock()
	defer is.mu.Unlock()
	now := v.config.Now()
	_, known := is.set.find(kid)
	if is.have && known && now.Before(is.fresh) {
		return nil, is.set, nil
	}
	if is.flight == nil && is.mustWait(now) {
		if !is.usable(now) {
			return nil, nil, unreachable(is.failed)
		}
		return nil, is.set, nil
	}
	if is.flight == nil {
		if !now.Before(is.began.Add(triesEvery)) {
			is.began, is.tries = now, 0
		}
		is.tried, is.flight = now, make(chan struct{})
		is.tries++
		go is.fetch(context.WithoutCancel(ctx), v, at) // a caller who leaves does not take the answer from the others
	}
	return is.flight, nil, nil
}

// mustWait tells whether the provider has been asked so often that it is not asked now.
func (is *issuer) mustWait(now time.Time) bool {
	if !is.have {
		return !is.tried.IsZero() && now.Before(is.tried.Add(firstRetry))
	}
	return is.tries >= mostTries && now.Before(is.began.Add(triesEvery))
}

// usable tells whether the set may be relied on: fresh, or stale for no longer than an outage may last.
func (is *issuer) usable(now time.Time) bool { return is.have && now.Before(is.fresh.Add(maxStale)) }

func (is *issuer) fetch(ctx context.Context, v *Verifier, at place) {
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	set, life, err := v.fetch(ctx, at)
	is.mu.Lock()
	defer is.mu.Unlock()
	if is.failed = err; err == nil {
		is.set, is.have, is.fresh = set, true, v.config.Now().Add(life)
	}
	close(is.flight)
	is.flight = nil
}

// issuerAt gives the state of an issuer. Their number is bounded; one that is dropped is asked again.
func (v *Verifier) issuerAt(at place) *issuer {
	v.mu.Lock()
	defer v.mu.Unlock()
	if is, ok := v.issuers[at]; ok {
		return is
	}
	if len(v.issuers) >= maxIssuers {
		for other := range v.issuers { // any one will do: the bound is far above what a deployment registers
			delete(v.issuers, other)
			break
		}
	}
	is := &issuer{}
	v.issuers[at] = is
	return is
}

// discovery is what is read of an issuer's configuration (OpenID Connect Discovery 1.0 section 3).
type discovery struct {
	Issuer  string `json:"issuer"`
	JWKSURI string `json:"jwks_uri"`
}

var errDiscovery = errors.New("federate: the issuer's configuration is not what OpenID Connect Discovery asks for")

// fetch asks the provider for its keys, and tells for how long they hold.
func (v *Verifier) fetch(ctx context.Context, at place) (keySet, time.Duration, error) {
	from := at.keys
	if from == "" {
		body, _, err := v.config.Client.Get(ctx, strings.TrimSuffix(at.issuer, "/")+"/.well-known/openid-configuration")
		if err != nil {
			return nil, 0, err
		}
		var d discovery
		if err := jws.StrictObject(body, &d); err != nil || d.Issuer != at.issuer {
			return nil, 0, errDiscovery
		}
		from = d.JWKSURI
	}
	if !mayFetch(from, at.issuer) {
		return nil, 0, errDiscovery
	}
	body, header, err := v.config.Client.Get(ctx, from)
	if err != nil {
		return nil, 0, err
	}
	set, err := parseKeySet(body)
	return set, freshness(header), err
}

// mayFetch allows https, and plain http from this machine to itself for an issuer that is so itself.
func mayFetch(from, issuer string) bool {
	u, err := url.Parse(from)
	if err != nil || u.Host == "" || u.User != nil || len(from) > 2048 {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && strings.HasPrefix(issuer, "http://") && loopback(u.Hostname())
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// freshness reads Cache-Control (RFC 9111 section 5.2.2) within the bounds.
func freshness(h http.Header) time.Duration {
	life := defaultFresh
	for _, line := range h.Values("Cache-Control") {
		for part := range strings.SplitSeq(line, ",") {
			name, value, _ := strings.Cut(strings.ToLower(strings.TrimSpace(part)), "=")
			switch name {
			case "no-store", "no-cache":
				return minFresh
			case "max-age":
				if n, err := strconv.ParseInt(strings.Trim(value, `"`), 10, 32); err == nil {
					life = time.Duration(n) * time.Second
				}
			}
		}
	}
	return min(max(life, minFresh), maxFresh)
}
