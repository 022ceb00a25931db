package sigv4

import "time"

// Kind tells the families of refusals apart; each AWS protocol has its own error code for them.
type Kind int

const (
	// Missing: the request carries no signature at all.
	Missing Kind = iota + 1
	// Incomplete: there is a signature, but the request cannot be read unambiguously.
	Incomplete
	// Expired: signed too long ago.
	Expired
	// NotYetCurrent: signed in the future.
	NotYetCurrent
	// Mismatch: the signature is not the one of this request, key and scope.
	Mismatch
)

// String names the kind.
func (k Kind) String() string {
	switch k {
	case Missing:
		return "missing"
	case Incomplete:
		return "incomplete"
	case Expired:
		return "expired"
	case NotYetCurrent:
		return "not yet current"
	case Mismatch:
		return "mismatch"
	}
	return "unknown"
}

// Error is every refusal of this package. Message is in AWS's wording and safe to show to the caller: it never
// repeats a header or query value except dates and names.
type Error struct {
	Kind    Kind
	Message string
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

func incomplete(message string) *Error { return &Error{Kind: Incomplete, Message: message} }

func mismatch(message string) *Error { return &Error{Kind: Mismatch, Message: message} }

const (
	msgMissing  = "Request is missing Authentication Token"
	msgMismatch = "The request signature we calculated does not match the signature you provided. Check your AWS " +
		"Secret Access Key and signing method. Consult the service documentation for details."
	msgTwoMechanisms = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query " +
		"string parameter or the Authorization header should be specified"
	msgCredentialParts = "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term"
	msgTerminator      = "Credential should be scoped with a valid terminator: 'aws4_request'"
	msgNoDate          = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
	msgHostUnsigned    = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
	msgIncompleteHex   = "Incomplete trailing escape % sequence"
	msgIllegalHex      = "Illegal hex character in escape % pattern: %"
)

// checkTime refuses signatures that are too old or too new. Both bounds are inclusive, as AWS's are.
func (s *Signature) checkTime(now time.Time) error {
	if earliest := now.Add(-s.Expires); s.Time.Before(earliest) {
		return &Error{Kind: Expired, Message: "Signature expired: " + stamp(s.Time) + " is now earlier than " +
			stamp(earliest) + " (" + stamp(now) + " - " + span(s.Expires) + ")"}
	}
	if latest := now.Add(Skew); s.Time.After(latest) {
		return &Error{Kind: NotYetCurrent, Message: "Signature not yet current: " + stamp(s.Time) +
			" is still later than " + stamp(latest) + " (" + stamp(now) + " + " + span(Skew) + ")"}
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(timeLayout) }
