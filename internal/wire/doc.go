// Package wire speaks the protocols of the AWS services: awsQuery (form in, XML out), awsJson 1.1 and restJson1.
//
// It owns the description types that the generated packages of internal/awsapi are made of (Service, Operation, Shape,
// ErrorType), one hand-written codec per protocol, the validation of input against the model's bounds in AWS's own wording, and
// the encoding of errors. It knows shapes, not services: nothing here names a service or an operation.
//
// The flow of a request through this package:
//
//	Registry.Operation   finds the binding of an operation
//	Codec.Decode         bytes -> typed input, noting required members that are absent
//	Validate             every violation of the model's bounds, as one error
//	Binding.Call         the typed operation
//	Codec.Encode         typed output -> bytes; Codec.EncodeError for the one error type
//
// A plan of a Go type (its members, their wire names and bounds) is built once, when the type is first met, and kept by the Registry.
package wire
