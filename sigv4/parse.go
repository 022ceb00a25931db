package sigv4

import (
	"strings"
	"time"
)

const (
	maxAuthorization = 8 << 10 // bytes of an Authorization header
	maxSignedHeaders = 64
	maxTarget        = 64 << 10 // bytes of a request target
	maxToken         = 8 << 10  // bytes of a session token
)

// Parse reads who signed the request, how and when, from the Authorization header or, for presigned URLs, from
// the query. It checks form only: nothing is proven before Verify. Its errors are *Error.
func Parse(r *Request) (*Signature, error) {
	if err := checkRequest(r); err != nil {
		return nil, err
	}
	_, query, _ := cutTarget(r.RequestURI)
	var stack [16]pair
	pairs, err := parseQuery(stack[:0], query)
	if err != nil {
		return nil, err
	}
	inQuery, err := signatureInQuery(pairs)
	if err != nil {
		return nil, err
	}
	s := &Signature{Expires: Skew}
	authorization := r.Header["Authorization"]
	switch {
	case len(authorization) > 1 || len(authorization) == 1 && inQuery:
		return nil, incomplete(msgTwoMechanisms)
	case len(authorization) == 1:
		err = s.fromHeader(r, authorization[0])
	case inQuery:
		err = s.fromQuery(r, pairs)
	default:
		return nil, &Error{Kind: Missing, Message: msgMissing}
	}
	if err != nil {
		return nil, err
	}
	if err := s.checkSigned(r); err != nil {
		return nil, err
	}
	return s, nil
}

// checkRequest refuses requests whose canonical form would be ambiguous.
func checkRequest(r *Request) error {
	if r.Method == "" || len(r.Method) > 32 || !all(r.Method, func(c byte) bool { return 'A' <= c && c <= 'Z' || c == '-' }) {
		return incomplete("The request method is not valid.")
	}
	if r.Host == "" || !all(r.Host, func(c byte) bool { return ' ' < c && c < 0x7f && c != ',' }) {
		return incomplete("The request has no valid Host.")
	}
	visible := func(c byte) bool { return ' ' < c && c != 0x7f && c != '#' }
	if len(r.RequestURI) > maxTarget || !all(r.RequestURI, visible) {
		return incomplete("The request target is not valid.")
	}
	if path, _, _ := cutTarget(r.RequestURI); !normalPath(path) {
		return incomplete("The request path must be absolute, without empty or dot segments.")
	}
	return nil
}

func all(s string, ok func(byte) bool) bool {
	for i := range len(s) {
		if !ok(s[i]) {
			return false
		}
	}
	return true
}

// fill takes the three parts and the date apart and checks them against one another.
func (s *Signature) fill(p *authorization, date time.Time) error {
	s.Time = date
	if err := s.setSignedHeaders(p.signedHeaders); err != nil {
		return err
	}
	if err := s.setCredential(p.credential); err != nil {
		return err
	}
	if copy(s.signature[:], p.signature) != len(p.signature) || len(p.signature) != len(s.signature) ||
		!all(p.signature, func(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' }) {
		return mismatch(msgMismatch)
	}
	return nil
}

// setCredential reads keyid/date/region/service/aws4_request. The date must be the day of the signing time:
// otherwise a key that leaked for one day would sign for another.
func (s *Signature) setCredential(credential string) error {
	if len(credential) > 512 || strings.Count(credential, "/") != 4 {
		return incomplete(msgCredentialParts)
	}
	word := func(c byte) bool { return unreserved(c) && c != '~' && c != '.' }
	var parts [5]string
	for i := range parts {
		parts[i], credential, _ = strings.Cut(credential, "/")
		if parts[i] == "" || len(parts[i]) > 128 || !all(parts[i], word) {
			return incomplete(msgCredentialParts)
		}
	}
	if parts[4] != terminator {
		return mismatch(msgTerminator)
	}
	var day [8]byte
	if string(s.Time.AppendFormat(day[:0], "20060102")) != parts[1] {
		at := stamp(s.Time)
		return mismatch("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
			parts[1] + "' != '" + at[:8] + "', from '" + at + "'.")
	}
	s.AccessKeyID = parts[0]
	s.Scope = Scope{Date: parts[1], Region: parts[2], Service: parts[3]}
	return nil
}

// setSignedHeaders reads the list, which must be lower-case, sorted and free of duplicates: there is one way
// only to write down what is signed.
func (s *Signature) setSignedHeaders(list string) error {
	token := func(c byte) bool { return unreserved(c) && (c < 'A' || c > 'Z') && c != '~' }
	names := strings.Split(list, ";")
	if len(names) > maxSignedHeaders {
		return incomplete("The list of signed headers is too long.")
	}
	for i, name := range names {
		if name == "" || len(name) > 128 || !all(name, token) || i > 0 && names[i-1] >= name {
			return incomplete("The signed headers must be lower-case names in alphabetical order, separated by ';'.")
		}
		if name == "authorization" {
			return incomplete("The Authorization header cannot be signed.")
		}
	}
	s.SignedHeaders = names
	return nil
}
