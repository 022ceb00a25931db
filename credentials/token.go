package credentials

import (
	"context"
	"time"
)

// Tokens are what a sign-in gives. Which of them there are depends on the way.
type Tokens struct {
	ID      Secret // says who somebody is; a JWT
	Access  Secret // opens APIs
	Refresh Secret // brings new ones
	Expires time.Time
	// Username is who signed in, as far as it is known.
	Username string
}

// TokenSource gives tokens that are good now. It is safe for concurrent use.
type TokenSource interface {
	Tokens(ctx context.Context) (*Tokens, error)
}
