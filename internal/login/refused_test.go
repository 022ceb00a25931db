package login

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/credentials"
)

// answers is a sign-in of a test.
type answers struct {
	err   error
	asked int
}

func (a *answers) Tokens(context.Context) (*credentials.Tokens, error) {
	a.asked++
	return &credentials.Tokens{}, a.err
}

// TestPatient: a refused secret is not tried again for a minute, whichever process has it; another one, a server in trouble and a clock set back are no reason to wait.
func TestPatient(t *testing.T) {
	store, now := &credentials.Memory{}, time.Unix(1_700_000_000, 0)
	to := &answers{err: &credentials.ServiceError{Service: "cognito-idp", Operation: "InitiateAuth", Code: "NotAuthorizedException", Message: "Incorrect username or password."}}
	with := func(secret credentials.Secret) *patient {
		return &patient{to: to, secret: secret, store: store, name: "refused", now: func() time.Time { return now }, random: rand.Reader}
	}
	try := func(name string, secret credentials.Secret, asked int, says string) {
		t.Helper()
		to.asked = 0
		_, err := with(secret).Tokens(t.Context())
		if to.asked != asked || (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%s: asked %d times: %v", name, to.asked, err)
		}
		if err != nil && to.err != nil && credentials.IsCode(to.err, "NotAuthorizedException") && !credentials.IsCode(err, "NotAuthorizedException") {
			t.Errorf("%s: the code is lost: %v", name, err)
		}
	}
	try("first", "wrong-Canary", 1, "Incorrect username")
	try("again", "wrong-Canary", 0, "not asked again before")
	if b, err := store.Load(t.Context(), "refused"); err != nil || bytes.Contains(b, []byte("Canary")) {
		t.Errorf("the secret is written down: %s, %v", b, err)
	}
	try("another", "wrong-Canary-2", 1, "Incorrect username")
	now = now.Add(-time.Hour)
	try("the clock is set back", "wrong-Canary-2", 1, "Incorrect username")
	now = now.Add(refusalPause)
	try("after the pause", "wrong-Canary-2", 1, "Incorrect username")
	to.err = nil
	try("the right one", "right", 1, "")
	if _, err := store.Load(t.Context(), "refused"); !errors.Is(err, credentials.ErrNotStored) {
		t.Errorf("it is remembered: %v", err)
	}
	to.err = errors.New("the server is down")
	try("a server that is down", "right", 1, "down")
	try("and again", "right", 1, "down")
	if text := fmt.Sprintf("%v %+v %#v %s", with("Canary"), with("Canary"), with("Canary"), with("Canary")); strings.Contains(text, "Canary") {
		t.Error(text)
	}
}
