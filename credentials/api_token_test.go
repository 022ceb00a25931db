package credentials_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/mayflytest"
)

func TestAPIToken(t *testing.T) {
	s := mayflytest.New(t)
	login := &credentials.APIToken{Pool: pool(s), AccessKey: s.APIAccessKey, SecretKey: credentials.Secret(s.APISecretKey)}
	tokens, err := login.Tokens(t.Context())
	if err != nil || tokens.ID == "" || tokens.Username != s.APIAccessKey {
		t.Fatal(err)
	}
	login.SecretKey = credentials.Secret(strings.Repeat("x", 32))
	if _, err := login.Tokens(t.Context()); !credentials.IsCode(err, "NotAuthorizedException") {
		t.Errorf("a wrong secret key: %v", err)
	}
}

// TestAPITokenShape: what can be no API token goes nowhere.
func TestAPITokenShape(t *testing.T) {
	const key = "01234567-89ab-4cde-8f01-23456789abcd"
	secret := strings.Repeat("s", 32)
	for name, c := range map[string]struct {
		key, secret string
		want        error
	}{
		"right":               {key, secret, nil},
		"capital letters":     {strings.ToUpper(key), secret, nil},
		"swapped":             {secret, key, credentials.ErrAccessKey},
		"version 1":           {"01234567-89ab-1cde-8f01-23456789abcd", secret, credentials.ErrAccessKey},
		"another variant":     {"01234567-89ab-4cde-cf01-23456789abcd", secret, credentials.ErrAccessKey},
		"no hyphens":          {"0123456789ab4cde8f0123456789abcd1234", secret, credentials.ErrAccessKey},
		"a hyphen elsewhere":  {"0123456-789ab-4cde-8f01-23456789abcd", secret, credentials.ErrAccessKey},
		"no digit":            {"g1234567-89ab-4cde-8f01-23456789abcd", secret, credentials.ErrAccessKey},
		"empty":               {"", "", credentials.ErrAccessKey},
		"a secret too short":  {key, secret[1:], credentials.ErrSecretKey},
		"a secret too long":   {key, secret + "s", credentials.ErrSecretKey},
		"a secret and a line": {key, secret + "\n", credentials.ErrSecretKey},
	} {
		asked := 0
		c2 := &credentials.Client{Region: "eu-west-1", HTTP: &http.Client{Transport: tripper(func(*http.Request) (*http.Response, error) {
			asked++
			return said(200, nil, `{"ChallengeName":"NEW_PASSWORD_REQUIRED","Session":"s","ChallengeParameters":{}}`), nil
		})}}
		_, err := (&credentials.APIToken{
			Pool: &credentials.UserPool{Client: c2, ID: "eu-west-1_x", ClientID: "c"}, AccessKey: c.key, SecretKey: credentials.Secret(c.secret),
		}).Tokens(t.Context())
		if c.want != nil {
			if !errors.Is(err, c.want) || asked != 0 || strings.Contains(err.Error(), "sss") {
				t.Errorf("%s: %v, asked %d times", name, err, asked)
			}
			continue
		}
		var challenge *credentials.ChallengeError
		if !errors.As(err, &challenge) || challenge.Name != "NEW_PASSWORD_REQUIRED" || asked != 1 {
			t.Errorf("%s: %v, asked %d times", name, err, asked)
		}
	}
}
