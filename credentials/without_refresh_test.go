package credentials_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mayfly-id/mayfly/credentials"
)

func TestTokensWithoutRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, refresh := range []func(*credentials.Tokens) credentials.TokenSource{nil, func(*credentials.Tokens) credentials.TokenSource { return &credentials.Refresh{} }} {
			s := &credentials.Session{Store: &credentials.Memory{}, Name: "work", Command: "mayfly login work", Refresh: refresh}
			if err := s.SignIn(t.Context(), &credentials.Tokens{Access: "a", Expires: time.Now().Add(time.Hour)}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(59 * time.Minute)
			if _, err := s.Tokens(t.Context()); err != nil {
				t.Error(err)
			}
			time.Sleep(2 * time.Minute)
			var ended *credentials.LoginRequiredError
			if _, err := s.Tokens(t.Context()); !errors.As(err, &ended) || ended.Command != "mayfly login work" {
				t.Errorf("tokens that have ended: %v", err)
			}
		}
	})
}
