package app

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestLockoutOutlivesARestart guesses at a user and at somebody who is not there, many at once, and restarts the server on its data folder: no more is
// judged than before, and the wait goes on.
func TestLockoutOutlivesARestart(t *testing.T) {
	const free = 5 // wrong passwords without a wait
	c := onDisk(t)
	at := time.Now().Truncate(time.Second)
	serve := func() (*App, func()) {
		a, err := open(t.Context(), c, slog.New(slog.DiscardHandler), func() time.Time { return at }, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		stop := sync.OnceFunc(func() {
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		})
		t.Cleanup(stop)
		return a, stop
	}
	a, stop := serve()
	run := *a.firstRun
	enter := func(a *App, name, password string) (status int, body string) {
		w := post(a, "AWSCognitoIdentityProviderService.InitiateAuth", fmt.Sprintf(
			`{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":%q,"AuthParameters":{"USERNAME":%q,"PASSWORD":%q}}`, run.ClientID, name, password), nil, "")
		return w.Code, w.Body.String()
	}
	names := []string{run.APIAccessKey, "nobody"}
	for _, name := range names {
		var judged, waiting atomic.Int32
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				switch _, body := enter(a, name, "wrong"); {
				case strings.Contains(body, "Incorrect username or password."):
					judged.Add(1)
				case strings.Contains(body, "Password attempts exceeded"):
					waiting.Add(1)
				default:
					t.Error(body)
				}
			})
		}
		all.Wait()
		if judged.Load() != free || waiting.Load() != 100-free {
			t.Errorf("%s: %d guesses were judged, %d had to wait", name, judged.Load(), waiting.Load())
		}
	}
	stop()
	a, stop = serve()
	for _, name := range names {
		if _, body := enter(a, name, run.APISecretKey); !strings.Contains(body, "Password attempts exceeded") {
			t.Errorf("%s after a restart: %s", name, body)
		}
	}
	at = at.Add(time.Second)
	for i, name := range names {
		if status, body := enter(a, name, run.APISecretKey); (status == 200) != (i == 0) {
			t.Errorf("%s after the wait: %d %s", name, status, body)
		}
	}
	stop()
}
