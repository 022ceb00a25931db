package sigv4

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Sign sets X-Amz-Date, X-Amz-Security-Token (when there is one) and Authorization. All headers are signed but
// those that clients and proxies on the way set or change. A Request that Sign was given can be signed again.
//
// The path is signed in its normalised form; a server that follows this package refuses other paths.
func Sign(r *Request, c Credentials, region, service string, at time.Time) {
	if r.Header == nil {
		r.Header = http.Header{}
	}
	s := newSignature(c, region, service, at)
	r.Header.Del("Authorization")
	r.Header.Set("X-Amz-Date", stamp(s.Time))
	r.Header.Del("X-Amz-Security-Token")
	if c.SessionToken != "" {
		r.Header.Set("X-Amz-Security-Token", c.SessionToken)
	}
	s.SignedHeaders = signable(r.Header)
	signature := s.create(r, c)
	r.Header.Set("Authorization", algorithm+" Credential="+s.AccessKeyID+"/"+s.Scope.String()+
		", SignedHeaders="+strings.Join(s.SignedHeaders, ";")+", Signature="+signature)
}

// Presign rewrites RequestURI to one that carries the signature, good from at on for expires, which must be
// between one second and MaxExpires for the verifier to accept it. Headers that are set stay needed.
func Presign(r *Request, c Credentials, region, service string, expires time.Duration, at time.Time) {
	if r.Header == nil {
		r.Header = http.Header{}
	}
	s := newSignature(c, region, service, at)
	s.Presigned = true
	for _, name := range [...]string{"Authorization", "X-Amz-Date", "X-Amz-Security-Token"} {
		r.Header.Del(name)
	}
	s.SignedHeaders = signable(r.Header)
	path, query, _ := cutTarget(r.RequestURI)
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(part, "=")
		if part != "" && !slices.Contains(presignNames(), name) {
			kept = append(kept, part)
		}
	}
	add := func(name, value string) { kept = append(kept, name+"="+encodeComponent(value)) }
	add(paramAlgorithm, algorithm)
	add(paramCredential, s.AccessKeyID+"/"+s.Scope.String())
	add(paramDate, stamp(s.Time))
	add(paramExpires, strconv.FormatInt(int64(expires/time.Second), 10))
	if c.SessionToken != "" {
		add(paramSecurityToken, c.SessionToken)
	}
	add(paramSignedHeaders, strings.Join(s.SignedHeaders, ";"))
	r.RequestURI = path + "?" + strings.Join(kept, "&")
	r.RequestURI += "&" + paramSignature + "=" + s.create(r, c)
}

func presignNames() []string {
	names := params()
	return names[:]
}

func newSignature(c Credentials, region, service string, at time.Time) *Signature {
	at = at.UTC().Truncate(time.Second)
	return &Signature{
		AccessKeyID: c.AccessKeyID,
		Scope:       Scope{Date: at.Format("20060102"), Region: region, Service: service},
		Time:        at,
		Expires:     Skew,
	}
}

// create computes the signature over the normalised path.
func (s *Signature) create(r *Request, c Credentials) string {
	normal := *r
	path, query, had := cutTarget(r.RequestURI)
	normal.RequestURI = normalise(path)
	if had {
		normal.RequestURI += "?" + query
	}
	signature, err := s.calculate(&normal, DeriveKey(c.SecretAccessKey, s.Scope))
	if err != nil {
		// The request cannot be put into canonical form, so no verifier can accept it: send a signature of the
		// right shape that is certainly wrong, and let the server name the fault.
		return strings.Repeat("0", len(signature))
	}
	return string(signature[:])
}

// signable lists the headers to sign, lower-case and sorted. Left out is what HTTP clients, load balancers and
// tracing rewrite; the official SDKs leave out the same.
func signable(h http.Header) []string {
	names := []string{"host"}
	for key := range h {
		switch name := strings.ToLower(key); name {
		case "host", "authorization", "user-agent", "x-amzn-trace-id", "expect", "connection", "transfer-encoding",
			"content-length", "accept-encoding", "te", "trailer", "upgrade", "keep-alive":
		default:
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
