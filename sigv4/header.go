package sigv4

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// headerDate reads the signing time: X-Amz-Date if there is one, else Date (fromDateHeader is true), else zero.
func headerDate(r *Request) (at time.Time, fromDateHeader bool, err error) {
	if values, ok := r.Header["X-Amz-Date"]; ok {
		if len(values) != 1 {
			return time.Time{}, false, incomplete("The X-Amz-Date header must be given once.")
		}
		at, err = parseStamp(values[0])
		return at, false, err
	}
	values := r.Header["Date"]
	if len(values) == 0 {
		return time.Time{}, false, nil
	}
	if len(values) != 1 {
		return time.Time{}, false, incomplete("The Date header must be given once.")
	}
	if at, err = time.Parse(http.TimeFormat, values[0]); err == nil && at.Format(http.TimeFormat) == values[0] {
		return at.UTC(), true, nil
	}
	at, err = parseStamp(values[0])
	return at, true, err
}

// parseStamp reads YYYYMMDDTHHMMSSZ and nothing else.
func parseStamp(s string) (time.Time, error) {
	if len(s) == len(timeLayout) {
		if at, err := time.Parse(timeLayout, s); err == nil && at.Year() > 0 {
			return at, nil
		}
	}
	shown := s
	if len(shown) > 40 || !all(shown, func(c byte) bool { return ' ' <= c && c < 0x7f && c != '\'' }) {
		shown = "..."
	}
	return time.Time{}, incomplete("Date must be in ISO-8601 'basic format'. Got '" + shown +
		"'. See http://en.wikipedia.org/wiki/ISO_8601")
}

func headerToken(r *Request) (string, error) {
	values := r.Header["X-Amz-Security-Token"]
	if len(values) == 0 {
		return "", nil
	}
	if len(values) != 1 || !validToken(values[0]) {
		return "", incomplete("The X-Amz-Security-Token header is not valid.")
	}
	return values[0], nil
}

// validToken admits printable ASCII without blanks: such a value is the same before and after canonicalisation.
func validToken(token string) bool {
	return token != "" && len(token) <= maxToken && all(token, func(c byte) bool { return ' ' < c && c < 0x7f })
}

// signs reports whether the header of this lower-case name is signed.
func (s *Signature) signs(name string) bool {
	for _, signed := range s.SignedHeaders {
		if signed == name {
			return true
		}
	}
	return false
}

// checkSigned refuses requests with a header that steers the service but is not signed: host, content-type and
// every x-amz-* (AWS, "Create a signed AWS API request": these must be included when present). Such headers may
// not be repeated either, nor be spelt so that a look-up by canonical name misses them.
func (s *Signature) checkSigned(r *Request) error {
	if !s.signs("host") {
		return incomplete(msgHostUnsigned)
	}
	for key, values := range r.Header {
		if !canonicalName(key) || key == "Host" {
			return incomplete("The request has a header with an invalid name.")
		}
		if !strings.HasPrefix(key, "X-Amz-") && key != "Content-Type" {
			continue
		}
		if len(values) != 1 {
			return incomplete("The header '" + key + "' must be given once.")
		}
		if !s.signsKey(key) && !(key == "Content-Type" && s.harmlessType(r, values[0])) {
			return incomplete("'" + key + "' must be a 'SignedHeader' in the AWS Authorization.")
		}
	}
	return nil
}

// harmlessType tells the two cases in which clients leave Content-Type unsigned and nobody can gain by changing
// it: a presigned URL without a body, where the type means nothing; and the type HTTP clients put on every body
// by themselves after signing (curl --aws-sigv4 with -d), where no other value is admitted.
func (s *Signature) harmlessType(r *Request, value string) bool {
	return s.Presigned && len(r.Body) == 0 || value == "application/x-www-form-urlencoded"
}

func (s *Signature) signsKey(key string) bool {
	for _, signed := range s.SignedHeaders {
		if equalFold(signed, key) {
			return true
		}
	}
	return false
}

// canonicalName reports whether a header key is in the form net/http gives it ("X-Amz-Date"), so that no second
// spelling of one header can hide beside the first.
func canonicalName(key string) bool {
	upper := true
	for i := range len(key) {
		c := key[i]
		if upper && 'a' <= c && c <= 'z' || !upper && 'A' <= c && c <= 'Z' || c <= ' ' || c >= 0x7f || c == ':' {
			return false
		}
		upper = c == '-'
	}
	return key != ""
}

// span writes a duration as AWS does: "15 min.", or in seconds when it is not whole minutes.
func span(d time.Duration) string {
	if d%time.Minute == 0 {
		return strconv.FormatInt(int64(d/time.Minute), 10) + " min."
	}
	return strconv.FormatInt(int64(d/time.Second), 10) + " sec."
}
