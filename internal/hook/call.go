package hook

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/directory"
)

// Call is one call of a trigger of a pool.
type Call struct {
	Pool     *directory.Pool
	ClientID string // empty: "CLIENT_ID_NOT_APPLICABLE"
	Username string
	Source   Source
}

// Invoker calls the function that a pool names for a source.
type Invoker interface {
	// Invoke sends the event and decodes what the function put into "response" over response, a pointer. called is false, and nothing
	// happens, where the pool names no function. The error is the service's own: UserLambdaValidationException ("PreSignUp failed with
	// error <text>.") when the function fails, UnexpectedLambdaException when it cannot be reached or does not answer in five seconds,
	// InvalidLambdaResponseException when its answer has no sense.
	Invoke(ctx context.Context, c Call, request, response any) (called bool, err error)
}

// Attributes gives a user's attributes as events carry them: with sub and cognito:user_status.
func Attributes(u *directory.User) map[string]string {
	out := make(map[string]string, len(u.Attributes)+2)
	for name, value := range u.Attributes {
		out[name] = value
	}
	out["sub"], out["cognito:user_status"] = u.Sub, string(u.Status)
	return out
}
