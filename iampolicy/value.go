package iampolicy

import "github.com/mayfly-id/mayfly/iampolicy/scalar"

// ValueType is the type of a context key's value, by the names of the policy simulator (ContextEntry in the IAM API reference).
type ValueType string

// The types of values.
const (
	StringValue  ValueType = "string"
	NumericValue ValueType = "numeric"
	BooleanValue ValueType = "boolean"
	AddressValue ValueType = "ip"
	BinaryValue  ValueType = "binary"
	DateValue    ValueType = "date"
)

// Reads reports whether the operators of the type can read a request's value: a decimal number, "true" or "false", an IP address, base 64,
// an ISO 8601 date or Unix seconds. Every text is a string; of a type that is none nothing is.
func (t ValueType) Reads(value string) bool {
	ok := false
	switch t {
	case StringValue:
		return true
	case NumericValue:
		_, ok = scalar.ParseDecimal(value)
	case BooleanValue:
		_, ok = parseBool(value)
	case AddressValue:
		_, ok = scalar.ParseAddress(value)
	case BinaryValue:
		_, ok = parseBinary(value)
	case DateValue:
		_, ok = scalar.ParseInstant(value)
	}
	return ok
}
