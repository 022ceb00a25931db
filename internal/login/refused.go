package login

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/mayfly-id/mayfly/credentials"
)

// refusalPause is how long a sign-in that was refused is not tried again by itself.
const refusalPause = time.Minute

// patient signs in by itself, and remembers for all processes that it was refused: servers lock a user out at whom is guessed, and a wrong secret in the environment of
// many processes looks like guessing. Another secret is tried at once, and so is what a person does.
type patient struct {
	to     credentials.TokenSource
	secret credentials.Secret
	store  credentials.Store // under the session's lock
	name   string
	now    func() time.Time
	random io.Reader
}

// Format keeps the secret out of everything that package fmt prints.
func (*patient) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "login.patient") }

// refusal is what is remembered.
type refusal struct {
	At    time.Time                `json:"at"`
	Salt  []byte                   `json:"salt"`
	Given []byte                   `json:"given"` // HMAC-SHA256 of the secret under the salt
	Error credentials.ServiceError `json:"error"`
}

func (r *refusal) of(secret credentials.Secret) []byte {
	h := hmac.New(sha256.New, r.Salt)
	h.Write([]byte(secret))
	return h.Sum(nil)
}

// Tokens implements credentials.TokenSource.
func (p *patient) Tokens(ctx context.Context) (*credentials.Tokens, error) {
	last, found := p.last(ctx)
	if found && hmac.Equal(last.Given, last.of(p.secret)) && !p.now().Before(last.At) && p.now().Before(last.At.Add(refusalPause)) {
		return nil, fmt.Errorf("%w (a moment ago, and not asked again before %s)", &last.Error, last.At.Add(refusalPause).Local().Format(time.TimeOnly))
	}
	t, err := p.to.Tokens(ctx)
	var refused *credentials.ServiceError
	switch {
	case err == nil && found:
		_ = p.store.Delete(ctx, p.name) // it counts for a minute at most
	case errors.As(err, &refused) && credentials.IsCode(err, "NotAuthorizedException", "UserNotFoundException", "PasswordResetRequiredException", "UserNotConfirmedException"):
		p.remember(ctx, refused)
	}
	return t, err
}

func (p *patient) last(ctx context.Context) (r refusal, found bool) {
	b, err := p.store.Load(ctx, p.name)
	found = err == nil && json.Unmarshal(b, &r) == nil
	return r, found
}

// remember writes a refusal down. Where nothing can be kept, each process asks for itself.
func (p *patient) remember(ctx context.Context, e *credentials.ServiceError) {
	r := &refusal{At: p.now().UTC(), Salt: make([]byte, 16), Error: *e}
	if _, err := io.ReadFull(p.random, r.Salt); err != nil {
		return
	}
	r.Given = r.of(p.secret)
	if b, err := json.Marshal(r); err == nil {
		_ = p.store.Save(context.WithoutCancel(ctx), p.name, b)
	}
}
