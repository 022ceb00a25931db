package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	algorithm  = "AWS4-HMAC-SHA256"
	terminator = "aws4_request"
	timeLayout = "20060102T150405Z"

	// Skew is how far the signing time of a request may lie from the verifier's clock, either way.
	Skew = 15 * time.Minute
	// MaxExpires is the longest life of a presigned URL.
	MaxExpires = 7 * 24 * time.Hour
)

const redacted = "[redacted]"

// Credentials sign requests. They print without the secret and the token.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string // empty for long-term credentials
}

// Format prints the access key id alone, whatever the verb.
func (c Credentials) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "{"+c.AccessKeyID+" "+redacted+"}")
}

// MarshalText writes the access key id alone: no encoder prints a secret by accident.
func (c Credentials) MarshalText() ([]byte, error) {
	return []byte(c.AccessKeyID + " " + redacted), nil
}

// Scope is what a signature and its key are good for.
type Scope struct {
	Date    string // YYYYMMDD, UTC
	Region  string
	Service string
}

// Key is the signing key of one secret for one Scope: whoever has it can sign for that day, region and service,
// and nothing else. It prints as redacted.
type Key [sha256.Size]byte

// DeriveKey computes the signing key of a secret access key for a scope.
// Source: AWS, "Create a signed AWS API request", step "Calculate the signature".
func DeriveKey(secret string, s Scope) Key {
	k := mac([]byte("AWS4"+secret), s.Date)
	k = mac(k[:], s.Region)
	k = mac(k[:], s.Service)
	return mac(k[:], terminator)
}

func mac(key []byte, data string) Key {
	h := hmac.New(sha256.New, key)
	_, _ = io.WriteString(h, data)
	var out Key
	h.Sum(out[:0])
	return out
}

// String returns a placeholder.
func (Key) String() string { return redacted }

// GoString returns a placeholder.
func (Key) GoString() string { return redacted }

// Format prints a placeholder, whatever the verb.
func (Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText returns a placeholder, so that no encoder writes the key.
func (Key) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Request is what a signature covers, as it stood on the wire.
type Request struct {
	Method     string      // "GET", upper case
	RequestURI string      // the target of the request line, undecoded: path, then optionally "?" and query
	Host       string      // the Host header or :authority, with the port if it was sent
	Header     http.Header // canonical names, without Host
	Body       []byte
}

// Format prints method and path: headers, query and body may hold secrets.
func (r Request) Format(f fmt.State, _ rune) {
	path, _, _ := cutTarget(r.RequestURI)
	_, _ = io.WriteString(f, r.Method+" "+path)
}

// Signature is what a request says about its signing. Nothing in it is proven before Verify returns nil.
type Signature struct {
	AccessKeyID   string
	Scope         Scope
	Time          time.Time     // when the request was signed, UTC, whole seconds
	SignedHeaders []string      // lower case, sorted, no duplicates
	SessionToken  string        // empty if none was sent
	Presigned     bool          // the signature came in the query
	Expires       time.Duration // how long after Time it is good: Skew unless a presigned URL says otherwise

	signature [2 * sha256.Size]byte // lower-case hex
}

// Format prints access key id and scope; the session token is a secret.
func (s Signature) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, s.AccessKeyID+"/"+s.Scope.String())
}

// String returns the scope as it is written in a credential.
func (s Scope) String() string {
	return s.Date + "/" + s.Region + "/" + s.Service + "/" + terminator
}
