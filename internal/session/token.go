package session

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/mayfly-id/mayfly/internal/caller"
)

// errFormat is a token body that is not in the format. Only someone with the key could have made one.
var errFormat = errors.New("session: malformed token")

// The first byte of a token's plaintext. Tokens are written in the newest format and read in each: what was issued before an upgrade stays good.
const (
	formatOne     = 1 // each context key of a web identity has one value
	formatTwo     = 2 // a context key has a list of values
	formatVersion = 3 // flags at the end
)

// flagDefaultRegions marks a token that is good in the Regions that are enabled by default only.
const flagDefaultRegions = 1

// kinds maps the kinds of principals that can have a session to their byte in a token.
var kinds = []caller.Kind{1: caller.Root, 2: caller.User, 3: caller.AssumedRole, 4: caller.FederatedUser}

// encode writes the plaintext of a token: fixed order, every part present, lengths as unsigned varints.
func encode(p *caller.Principal, secret caller.Secret) []byte {
	s := p.Session
	b := make([]byte, 0, 512)
	b = append(b, formatVersion, byte(slices.Index(kinds, p.Kind)))
	for _, text := range []string{p.AccessKeyID, string(secret), p.Account, p.UniqueID, s.Name} {
		b = appendText(b, text)
	}
	for _, t := range []time.Time{s.IssuedAt, s.RootIssuedAt, s.Expires, s.MFAAt} {
		b = appendTime(b, t)
	}
	b = binary.AppendUvarint(b, uint64(s.ChainDepth))
	for _, text := range []string{s.SourceIdentity, s.Provider, s.InlinePolicy} {
		b = appendText(b, text)
	}
	b = appendList(b, s.PolicyARNs)
	b = appendMap(b, s.Tags)
	b = appendList(b, s.TransitiveTags)
	b = appendLists(b, s.FederatedContext)
	flags := uint64(0)
	if s.DefaultRegions {
		flags |= flagDefaultRegions
	}
	return binary.AppendUvarint(b, flags)
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// appendTime writes seconds since 1970; the zero time is 0.
func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return binary.AppendUvarint(b, 0)
	}
	return binary.AppendUvarint(b, uint64(t.Unix()))
}

func appendList(b []byte, l []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(l)))
	for _, s := range l {
		b = appendText(b, s)
	}
	return b
}

func appendMap(b []byte, m map[string]string) []byte {
	b = binary.AppendUvarint(b, uint64(len(m)))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		b = appendText(appendText(b, k), m[k])
	}
	return b
}

func appendLists(b []byte, m map[string][]string) []byte {
	b = binary.AppendUvarint(b, uint64(len(m)))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		b = appendList(appendText(b, k), m[k])
	}
	return b
}

// reader reads a plaintext. The first failure sticks.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.bad = true
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

func (r *reader) number() uint64 {
	n, size := binary.Uvarint(r.b)
	if size <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[size:]
	return n
}

func (r *reader) text() string {
	n := r.number()
	if n > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

func (r *reader) time() time.Time {
	n := r.number()
	if n == 0 || n > 1<<40 {
		r.bad = r.bad || n != 0
		return time.Time{}
	}
	return time.Unix(int64(n), 0).UTC()
}

// count reads the length of a list. Each member takes a byte at least, which bounds it.
func (r *reader) count() int {
	n := r.number()
	if n > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return 0
	}
	return int(n)
}

func (r *reader) list() []string {
	n := r.count()
	if n == 0 {
		return nil
	}
	l := make([]string, n)
	for i := range l {
		l[i] = r.text()
	}
	return l
}

func (r *reader) pairs() map[string]string {
	n := r.count()
	if n == 0 {
		return nil
	}
	m := make(map[string]string, n)
	for range n {
		k := r.text()
		m[k] = r.text()
	}
	return m
}

// lists reads the context keys of a web identity, in the form of a format.
func (r *reader) lists(version byte) map[string][]string {
	n := r.count()
	if n == 0 {
		return nil
	}
	m := make(map[string][]string, n)
	for range n {
		k := r.text()
		if version == formatOne {
			m[k] = []string{r.text()}
		} else {
			m[k] = r.list()
		}
	}
	return m
}

// decode reads a plaintext that encode wrote, and nothing else: no optional trailing parts.
func decode(b []byte) (*caller.Principal, caller.Secret, error) {
	r := reader{b: b}
	version, kind := r.byte(), int(r.byte())
	if version < formatOne || version > formatVersion || kind < 1 || kind >= len(kinds) {
		return nil, "", errFormat
	}
	s := &caller.Session{}
	p := &caller.Principal{Kind: kinds[kind], Session: s}
	p.AccessKeyID = r.text()
	secret := caller.Secret(r.text())
	p.Account, p.UniqueID, s.Name = r.text(), r.text(), r.text()
	s.IssuedAt, s.RootIssuedAt, s.Expires, s.MFAAt = r.time(), r.time(), r.time(), r.time()
	s.ChainDepth = int(r.number())
	s.SourceIdentity, s.Provider, s.InlinePolicy = r.text(), r.text(), r.text()
	s.PolicyARNs = r.list()
	s.Tags = r.pairs()
	s.TransitiveTags = r.list()
	s.FederatedContext = r.lists(version)
	if version > formatTwo {
		flags := r.number()
		s.DefaultRegions = flags&flagDefaultRegions != 0
		r.bad = r.bad || flags&^flagDefaultRegions != 0
	}
	if r.bad || len(r.b) != 0 {
		return nil, "", errFormat
	}
	return p, secret, nil
}
