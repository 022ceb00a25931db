package wire

import "reflect"

// Protocol is the wire protocol of a service.
type Protocol string

// The protocols of the services that Mayfly speaks (https://smithy.io/2.0/aws/protocols).
const (
	Query    Protocol = "query"     // awsQuery: application/x-www-form-urlencoded in, XML out
	JSON     Protocol = "json"      // awsJson1_1: X-Amz-Target names the operation
	RESTJSON Protocol = "rest-json" // restJson1: method and path name the operation
)

// Auth says how the caller of an operation proves who they are.
type Auth string

// The authentication modes that the service models use.
const (
	AuthSigV4 Auth = "sigv4" // AWS Signature Version 4
	AuthNone  Auth = "none"  // unsigned; what authority there is travels as a member of the input
)

// Service describes one AWS service, as its model states it. It is never changed after it was built.
type Service struct {
	Name          string // the package's short name, such as "cognitoidp"
	ID            string // the SDKs' service id, such as "Cognito Identity Provider"
	Prefix        string // endpoint prefix, such as "cognito-idp"
	SigningName   string // service part of the credential scope
	Action        string // IAM action prefix, such as "cognito-idp"
	Version       string // API version, such as "2016-04-18"
	Protocol      Protocol
	TargetPrefix  string // X-Amz-Target before the dot (awsJson)
	Namespace     string // XML namespace (awsQuery)
	Invalid       *ErrorType
	Shapes        map[string]Shape
	OperationList []*Operation
}

// Operation describes one operation of a service.
type Operation struct {
	Name          string
	Auth          Auth
	Method        string // HTTP method
	Path          string // request path with {labels} (restJson1)
	Status        int    // status of a good answer; 0 is 200
	ResultWrapper string // awsQuery element around the result; empty when there is no output
	Input, Output reflect.Type
	Errors        []*ErrorType
}

// Op is an operation with its Go types, so that the compiler checks what is bound to it.
type Op[In, Out any] struct{ *Operation }

// NewOp completes the description of an operation with its types.
func NewOp[In, Out any](o Operation) Op[In, Out] {
	o.Input, o.Output = reflect.TypeFor[In](), reflect.TypeFor[Out]()
	return Op[In, Out]{&o}
}

// Empty is the input or output of an operation that has none.
type Empty struct{}

// Document is a free-form JSON value, kept as the text it came in.
type Document []byte

// Shape holds the bounds of a named shape of a model. Only shapes that bound something, lists and maps have one.
type Shape struct {
	Min, Max  *int64 // length of strings (in characters), blobs (in bytes), lists and maps; value of numbers; inclusive
	Pattern   string // as the model writes it; the whole value must match
	RE2       string // the same in RE2 syntax, when the model's text is not
	Refusal   string // what the service says, of the member %s, when a value does not match; empty: it names the pattern
	Enum      []string
	Sensitive bool   // the value never shows in an error or a log
	Elem, Key string // shapes of a list's members and of a map's values and keys
	ISO8601   bool   // a timestamp written as text although the protocol's default is a number
}

// Bound makes a pointer for Min and Max.
func Bound(n int64) *int64 { return &n }

// ErrorType is one error of a service model. Operations return New(...) of it, and errors.Is works on the result.
type ErrorType struct {
	Name          string // shape name
	Code          string // code on the wire
	Status        int    // HTTP status
	Server        bool   // the service is at fault, not the sender
	MessageMember string // wire name of the member that carries the message; empty is "message"
}
