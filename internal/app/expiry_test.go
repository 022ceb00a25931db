package app

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/sigv4"
)

// op finds an operation by the names of its service and its own.
func (w *world) op(service, name string) *wire.Entry {
	w.t.Helper()
	for _, s := range w.app.registry.Services() {
		if s.Name == service {
			if e := w.app.registry.Operation(s, name); e != nil {
				return e
			}
		}
	}
	w.t.Fatalf("no operation %s %s", service, name)
	return nil
}

// signIn gives the tokens of the first tenant's API token.
func (w *world) signIn() (access, id, refresh string) {
	w.t.Helper()
	r := w.send(w.op("cognitoidp", "InitiateAuth"), sigv4.Credentials{}, map[string]any{
		"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": w.run.ClientID,
		"AuthParameters": map[string]any{"USERNAME": w.run.APIAccessKey, "PASSWORD": w.run.APISecretKey},
	})
	var out struct {
		AuthenticationResult struct{ AccessToken, IdToken, RefreshToken string }
	}
	if err := json.Unmarshal(r.body, &out); err != nil || out.AuthenticationResult.AccessToken == "" {
		w.t.Fatalf("sign-in: %d %v", r.status, err)
	}
	t := out.AuthenticationResult
	return t.AccessToken, t.IdToken, t.RefreshToken
}

// exchange gives the input of an exchange of an id token.
func (w *world) exchange(id string) map[string]any {
	return map[string]any{
		"IdentityPoolId": w.run.IdentityPoolID,
		"Logins":         map[string]any{"cognito-idp.us-east-1.amazonaws.com/" + w.run.UserPoolID: id},
	}
}

// TestExpiredSession lets temporary credentials run out. Their last second counts, the next does not.
func TestExpiredSession(t *testing.T) {
	w := newWorld(t)
	r := w.send(w.op("sts", "GetSessionToken"), w.root, map[string]any{"DurationSeconds": 900})
	between := func(name string) string {
		_, rest, _ := strings.Cut(string(r.body), "<"+name+">")
		v, _, ok := strings.Cut(rest, "</"+name+">")
		if !ok {
			t.Fatalf("no %s in %s", name, r.body)
		}
		return v
	}
	c := sigv4.Credentials{AccessKeyID: between("AccessKeyId"), SecretAccessKey: between("SecretAccessKey"), SessionToken: between("SessionToken")}
	who := w.op("sts", "GetCallerIdentity")
	w.pass(899 * time.Second)
	if r := w.send(who, c, nil); r.status != 200 {
		t.Fatalf("a second before: %d %s", r.status, r.body)
	}
	w.pass(time.Second)
	if r := w.send(who, c, nil); r.status != 403 || r.code != "ExpiredToken" {
		t.Errorf("awsQuery: %d %s", r.status, r.body)
	}
	if r := w.send(w.op("cognitoidp", "ListUserPools"), c, map[string]any{"MaxResults": 1}); r.status != 400 || r.code != "ExpiredTokenException" {
		t.Errorf("awsJson: %d %s", r.status, r.body)
	}
	if r := w.send(who, w.root, nil); r.status != 200 {
		t.Errorf("the key behind it: %d %s", r.status, r.body)
	}
}

// TestExpiredTokens lets the tokens of a sign-in run out: after an hour nothing but the refresh token is worth anything, after thirty days
// not even that.
func TestExpiredTokens(t *testing.T) {
	w := newWorld(t)
	access, id, refresh := w.signIn()
	getUser, getID := w.op("cognitoidp", "GetUser"), w.op("cognitoidentity", "GetId")
	renew := func() reply {
		return w.send(w.op("cognitoidp", "InitiateAuth"), sigv4.Credentials{}, map[string]any{
			"AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": w.run.ClientID, "AuthParameters": map[string]any{"REFRESH_TOKEN": refresh},
		})
	}
	w.pass(time.Hour - time.Second)
	if r := w.send(getUser, sigv4.Credentials{}, map[string]any{"AccessToken": access}); r.status != 200 {
		t.Fatalf("access token, a second before: %d %s", r.status, r.body)
	}
	if r := w.send(getID, sigv4.Credentials{}, w.exchange(id)); r.status != 200 {
		t.Fatalf("id token, a second before: %d %s", r.status, r.body)
	}
	w.pass(time.Second)
	if r := w.send(getUser, sigv4.Credentials{}, map[string]any{"AccessToken": access}); r.status != 400 || r.code != "NotAuthorizedException" || r.message != "Access Token has expired" {
		t.Errorf("access token: %d %s", r.status, r.body)
	}
	if r := w.send(getID, sigv4.Credentials{}, w.exchange(id)); r.status != 400 || r.code != "NotAuthorizedException" || !strings.Contains(r.message, "expired") {
		t.Errorf("id token: %d %s", r.status, r.body)
	}
	if status := w.knock(access); status != http.StatusUnauthorized {
		t.Errorf("caller endpoint: %d", status)
	}
	if r := renew(); r.status != 200 {
		t.Errorf("refresh after an hour: %d %s", r.status, r.body)
	}
	w.pass(30 * 24 * time.Hour)
	if r := renew(); r.status != 400 || r.code != "NotAuthorizedException" || !strings.Contains(r.message, "expired") {
		t.Errorf("refresh after thirty days: %d %s", r.status, r.body)
	}
}

// knock shows an access token to the caller endpoint.
func (w *world) knock(token string) int {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.url+"/_mayfly/caller", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}
