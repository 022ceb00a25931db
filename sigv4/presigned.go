package sigv4

import (
	"strconv"
	"time"
)

const (
	paramAlgorithm     = "X-Amz-Algorithm"
	paramCredential    = "X-Amz-Credential"
	paramDate          = "X-Amz-Date"
	paramExpires       = "X-Amz-Expires"
	paramSecurityToken = "X-Amz-Security-Token"
	paramSignedHeaders = "X-Amz-SignedHeaders"
	paramSignature     = "X-Amz-Signature"
	paramContentSHA256 = "X-Amz-Content-Sha256"
)

// params lists the names that make a request a presigned one. X-Amz-Content-Sha256 is not among them.
func params() [7]string {
	return [...]string{paramAlgorithm, paramCredential, paramDate, paramExpires, paramSecurityToken,
		paramSignedHeaders, paramSignature}
}

// signatureInQuery reports whether any parameter of a presigned URL is there, and refuses other spellings of
// them: "x-amz-credential" is not X-Amz-Credential to us, but may be to the next reader.
func signatureInQuery(pairs []pair) (bool, error) {
	found := false
	for _, p := range pairs {
		if !hasPrefixFold(p.name, "x-amz-") {
			continue
		}
		for _, name := range params() {
			if p.name == name {
				found = true
			} else if equalFold(p.name, name) {
				return false, incomplete("The query string misspells the parameter '" + name + "'.")
			}
		}
	}
	return found, nil
}

func param(pairs []pair, name string) string {
	for _, p := range pairs {
		if p.name == name {
			return decodeComponent(p.value)
		}
	}
	return ""
}

// fromQuery reads the parameters of a presigned URL.
// Source: AWS, "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)".
func (s *Signature) fromQuery(r *Request, pairs []pair) error {
	if len(r.Header["X-Amz-Date"]) > 0 || len(r.Header["X-Amz-Security-Token"]) > 0 {
		return incomplete("The request contains a query parameter that duplicates a header value.")
	}
	for _, name := range [...]string{paramAlgorithm, paramCredential, paramSignature, paramSignedHeaders, paramDate} {
		if param(pairs, name) == "" {
			return incomplete("AWS query-string parameters must include '" + name + "'. Re-examine the query-string parameters.")
		}
	}
	if name := param(pairs, paramAlgorithm); name != algorithm {
		return unsupported(name)
	}
	date, err := parseStamp(param(pairs, paramDate))
	if err != nil {
		return err
	}
	parts := authorization{
		credential:    param(pairs, paramCredential),
		signedHeaders: param(pairs, paramSignedHeaders),
		signature:     param(pairs, paramSignature),
	}
	if err := s.fill(&parts, date); err != nil {
		return err
	}
	if err := s.setExpires(pairs); err != nil {
		return err
	}
	s.Presigned = true
	if has(pairs, paramSecurityToken) {
		if s.SessionToken = param(pairs, paramSecurityToken); !validToken(s.SessionToken) {
			return incomplete("The X-Amz-Security-Token parameter is not valid.")
		}
	}
	return nil
}

func has(pairs []pair, name string) bool {
	for _, p := range pairs {
		if p.name == name {
			return true
		}
	}
	return false
}

// setExpires reads the life in whole seconds. Without one the URL is good for as long as a signed request: the
// AWS SDK for Go presigns STS calls that way.
func (s *Signature) setExpires(pairs []pair) error {
	if !has(pairs, paramExpires) {
		return nil
	}
	text := param(pairs, paramExpires)
	seconds, err := strconv.Atoi(text)
	if err != nil || strconv.Itoa(seconds) != text || seconds < 1 {
		return incomplete("X-Amz-Expires should be a number of seconds greater than 0")
	}
	if time.Duration(seconds) > MaxExpires/time.Second {
		return incomplete("X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds")
	}
	s.Expires = time.Duration(seconds) * time.Second
	return nil
}
