package credentials_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/credentials/keep"
)

// TestNothingPrints a secret, whichever way a program prints what it has from this package.
func TestNothingPrints(t *testing.T) {
	const canary = "canary"
	var store credentials.Memory
	session := &credentials.Session{Store: &store, Name: "s"}
	tokens := &credentials.Tokens{
		ID: canary, Access: canary, Refresh: canary, Expires: time.Now().Add(time.Hour), Registration: &credentials.SSORegistration{ClientSecret: canary},
	}
	if err := session.SignIn(t.Context(), tokens); err != nil {
		t.Fatal(err)
	}
	_, client, login := newSignin(t)
	login.RefreshToken, login.SecretAccessKey, login.SessionToken = canary, canary, canary
	kept := keep.NewKept(time.Now(), keep.Brought[aws.Credentials]{Value: aws.Credentials{SecretAccessKey: canary, SessionToken: canary}})
	pool := &credentials.UserPool{ClientSecret: canary}
	for name, v := range map[string]any{
		"deep":       &credentials.IdentityPool{Client: client, Tokens: session},
		"deeper":     &credentials.Cached{Provider: &credentials.AssumeRole{Base: &credentials.IdentityPool{Tokens: &credentials.APIToken{SecretKey: canary}}}, Store: &store},
		"by pointer": []any{pool, &credentials.SRP{Pool: pool}, &credentials.Refresh{Token: canary}, tokens.Registration, tokens, session},
		"session":    session, "tokens": tokens, "tokens by value": *tokens, "store": &store, "login": login, "client": client, "kept": kept, "kept by value": *kept,
		"brought": keep.Brought[aws.Credentials]{Value: kept.Value}, "api token": credentials.APIToken{SecretKey: canary},
		"srp": &credentials.SRP{Password: canary}, "pool": &credentials.UserPool{ClientSecret: canary}, "key": credentials.AccessKey{Secret: canary},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			text := fmt.Sprintf(verb, v)
			for _, form := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary), strings.Trim(fmt.Sprint([]byte(canary)), "[]"), "0x63, 0x61, 0x6e"} {
				if strings.Contains(text, form) {
					t.Errorf("%s: %s gives %s", name, verb, text)
				}
			}
		}
		if k := strings.HasPrefix(name, "kept"); k || name == "brought" {
			continue // JSON is how they are stored
		}
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v)
		b, err := json.Marshal(v)
		if text := log.String() + string(b); strings.Contains(text, canary) {
			t.Errorf("%s: %s %v", name, text, err)
		}
	}
}
