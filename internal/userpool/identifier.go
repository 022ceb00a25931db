package userpool

// Lengths of identifiers, as Cognito has them.
const (
	poolIDLength   = 9
	clientIDLength = 26
	secretLength   = 52
)
