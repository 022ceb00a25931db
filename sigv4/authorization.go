package sigv4

import (
	"strings"
	"time"
)

// fromHeader reads the Authorization header and the headers it refers to.
func (s *Signature) fromHeader(r *Request, authorization string) error {
	if len(authorization) > maxAuthorization {
		return incomplete("The Authorization header is too long.")
	}
	scheme, rest, _ := strings.Cut(authorization, " ")
	if scheme != algorithm {
		return unsupported(scheme)
	}
	parts, err := splitAuthorization(rest)
	if err != nil {
		return err
	}
	date, fromDateHeader, err := headerDate(r)
	if err == nil {
		err = parts.complete(date)
	}
	if err != nil {
		return err
	}
	if err := s.fill(&parts, date); err != nil {
		return err
	}
	if fromDateHeader && !s.signs("date") {
		return incomplete("'Date' must be a 'SignedHeader' in the AWS Authorization.")
	}
	s.SessionToken, err = headerToken(r)
	return err
}

// unsupported answers another scheme. Its name is repeated only if it looks like one of AWS's: the header of
// another scheme may be nothing but a secret.
func unsupported(scheme string) error {
	plain := func(c byte) bool { return 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' }
	if len(scheme) <= 40 && strings.HasPrefix(scheme, "AWS") && all(scheme, plain) {
		return incomplete("Unsupported AWS 'algorithm': '" + scheme + "'.")
	}
	return (&authorization{}).complete(time.Time{})
}

// authorization holds the three parts of the header; an empty part is a missing one.
type authorization struct{ credential, signedHeaders, signature string }

func splitAuthorization(rest string) (parts authorization, err error) {
	for more := true; more; {
		var part string
		part, rest, more = strings.Cut(rest, ",")
		name, value, ok := strings.Cut(strings.Trim(part, " "), "=")
		var field *string
		switch name {
		case "Credential":
			field = &parts.credential
		case "SignedHeaders":
			field = &parts.signedHeaders
		case "Signature":
			field = &parts.signature
		}
		if !ok || value == "" {
			return parts, incomplete("The Authorization header has a part that is not a valid key=value pair (missing equal-sign).")
		}
		if field == nil || *field != "" {
			return parts, incomplete("The Authorization header has a part that is unknown or given twice.")
		}
		*field = value
	}
	return parts, nil
}

// complete lists everything that is missing in one message, as AWS does. A zero date means there is none.
func (p *authorization) complete(date time.Time) error {
	var missing []string
	if p.credential == "" {
		missing = append(missing, "Authorization header requires 'Credential' parameter.")
	}
	if p.signature == "" {
		missing = append(missing, "Authorization header requires 'Signature' parameter.")
	}
	if p.signedHeaders == "" {
		missing = append(missing, "Authorization header requires 'SignedHeaders' parameter.")
	}
	if date.IsZero() {
		missing = append(missing, msgNoDate)
	}
	if missing == nil {
		return nil
	}
	return incomplete(strings.Join(missing, " "))
}
