package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/config"
	"github.com/mayfly-id/mayfly/internal/discovery"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/sigv4"
)

// onDisk is the configuration of a server with a data folder of its own.
func onDisk(t *testing.T) config.Config {
	return config.Config{
		Data: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0", Region: "us-east-1", URL: "http://127.0.0.1:8480", Output: "json",
		RotateKeys: 90 * 24 * time.Hour, Outside: config.Outside{RotateSigning: 90 * 24 * time.Hour}, StaleFor: time.Hour,
	}
}

// start opens a server as it is after Announce, and closes it with the test unless the test does.
func start(t *testing.T, c config.Config) (*App, FirstRun, func()) {
	t.Helper()
	a, err := Open(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	stop := sync.OnceFunc(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	var out bytes.Buffer
	if err := a.Announce(&out, "json"); err != nil {
		t.Fatal(err)
	}
	var run FirstRun
	if err := json.Unmarshal(out.Bytes(), &run); err != nil {
		t.Fatal(err)
	}
	return a, run, stop
}

// post sends a request to the server's handler.
func post(a *App, target, body string, sign *sigv4.Credentials, service string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "http://127.0.0.1:8480/", strings.NewReader(body))
	r.RequestURI = "/"
	if target == "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	} else {
		r.Header.Set("X-Amz-Target", target)
	}
	if sign != nil {
		sigv4.Sign(&sigv4.Request{Method: "POST", RequestURI: "/", Host: r.Host, Header: r.Header, Body: []byte(body)}, *sign, "us-east-1", service, a.now())
	}
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(w, r)
	return w
}

// signIn signs the first API token in and gives its tokens.
func signIn(t *testing.T, a *App, run FirstRun) (id, access string) {
	t.Helper()
	w := post(a, "AWSCognitoIdentityProviderService.InitiateAuth", fmt.Sprintf(`{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":%q,"AuthParameters":{"USERNAME":%q,"PASSWORD":%q}}`,
		run.ClientID, run.APIAccessKey, run.APISecretKey), nil, "")
	var out struct {
		AuthenticationResult struct{ IdToken, AccessToken string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != 200 || out.AuthenticationResult.IdToken == "" {
		t.Fatalf("sign-in: %d %s %v", w.Code, w.Body, err)
	}
	return out.AuthenticationResult.IdToken, out.AuthenticationResult.AccessToken
}

// exchange turns an id token into credentials on a server.
func exchange(t *testing.T, a *App, run FirstRun, idToken string) sigv4.Credentials {
	t.Helper()
	logins := fmt.Sprintf(`"Logins":{"cognito-idp.us-east-1.amazonaws.com/%s":%q}`, run.UserPoolID, idToken)
	w := post(a, "AWSCognitoIdentityService.GetId", fmt.Sprintf(`{"IdentityPoolId":%q,%s}`, run.IdentityPoolID, logins), nil, "")
	var id struct{ IdentityId string }
	if err := json.Unmarshal(w.Body.Bytes(), &id); err != nil || w.Code != 200 {
		t.Fatalf("GetId: %d %s", w.Code, w.Body)
	}
	w = post(a, "AWSCognitoIdentityService.GetCredentialsForIdentity", fmt.Sprintf(`{"IdentityId":%q,%s}`, id.IdentityId, logins), nil, "")
	var out struct {
		Credentials struct{ AccessKeyId, SecretKey, SessionToken string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != 200 {
		t.Fatalf("GetCredentialsForIdentity: %d %s", w.Code, w.Body)
	}
	return sigv4.Credentials{AccessKeyID: out.Credentials.AccessKeyId, SecretAccessKey: out.Credentials.SecretKey, SessionToken: out.Credentials.SessionToken}
}

const whoAmI = "Action=GetCallerIdentity&Version=2011-06-15"

func rootKey(run FirstRun) sigv4.Credentials {
	return sigv4.Credentials{AccessKeyID: run.AccessKeyID, SecretAccessKey: run.SecretAccessKey}
}

// works holds the main job: from the two halves of the API token to a signed call.
func works(t *testing.T, a *App, run FirstRun) {
	t.Helper()
	id, _ := signIn(t, a, run)
	c := exchange(t, a, run, id)
	if w := post(a, "", whoAmI, &c, "sts"); w.Code != 200 || !strings.Contains(w.Body.String(), ":assumed-role/mayfly-api-user-") {
		t.Fatalf("a signed call: %d %s", w.Code, w.Body)
	}
	root := rootKey(run)
	if w := post(a, "", whoAmI, &root, "sts"); w.Code != 200 || !strings.Contains(w.Body.String(), ":root<") {
		t.Fatalf("the root key: %d %s", w.Code, w.Body)
	}
}

func TestSecondStart(t *testing.T) {
	c := onDisk(t)
	a, first, stop := start(t, c)
	works(t, a, first)
	stop()
	b, second, _ := start(t, c)
	if second.AccessKeyID != "" || second.SecretAccessKey != "" || second.APIAccessKey != "" || second.APISecretKey != "" {
		t.Error("a second start shows secrets")
	}
	if second.UserPoolID != first.UserPoolID || second.ClientID != first.ClientID || second.IdentityPoolID != first.IdentityPoolID || second.Account != first.Account {
		t.Errorf("it is another server: %+v", second)
	}
	works(t, b, first)
	for name, mode := range map[string]os.FileMode{".": 0o700, "root.key": 0o600, "audit.log": 0o600} {
		if info, err := os.Stat(filepath.Join(c.Data, name)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	scan(t, c.Data, first)
}

// scan looks for secrets in every file.
func scan(t *testing.T, dir string, run FirstRun) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		for _, s := range []string{run.SecretAccessKey, run.APISecretKey} {
			if bytes.Contains(b, []byte(s)) {
				t.Errorf("a secret is in %s", filepath.Base(path))
			}
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRootKeyIsNeverReplaced(t *testing.T) {
	c := onDisk(t)
	_, _, stop := start(t, c)
	stop()
	path := filepath.Join(c.Data, "root.key")
	for name, change := range map[string]func() error{
		"missing": func() error { return os.Remove(path) },
		"another": func() error { return os.WriteFile(path, []byte(strings.Repeat("ab", 32)), 0o600) },
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
		if a, err := Open(t.Context(), c, slog.New(slog.DiscardHandler)); err == nil {
			t.Errorf("%s root key: the server starts", name)
			_ = a.Close()
		}
		if _, err := os.Stat(path); name == "missing" && err == nil {
			t.Error("a new root key was made for an old store")
		}
	}
}

// cutReader fails when it has given n bytes: a start that breaks off there.
type cutReader struct {
	mu sync.Mutex
	n  int
}

var errCut = errors.New("cut")

func (c *cutReader) Read(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n < len(b) {
		c.n = 0
		return 0, errCut
	}
	c.n -= len(b)
	return rand.Read(b)
}

// TestInterruptedFirstStart breaks a first start off at many points; the next one completes.
func TestInterruptedFirstStart(t *testing.T) {
	cuts := 0
	for n := 0; n < 2000; n += 90 {
		c := onDisk(t)
		a, err := open(context.Background(), c, slog.New(slog.DiscardHandler), time.Now, &cutReader{n: n})
		if err == nil { // it came through
			if err := a.Close(); err != nil {
				t.Error(err)
			}
			break
		}
		cuts++
		began := time.Now()
		b, run, stop := start(t, c)
		if run.APISecretKey == "" || run.SecretAccessKey == "" {
			t.Fatalf("cut after %d bytes: the next start shows no secrets: %+v", n, run)
		}
		if took := time.Since(began); took > prepareFor/2 {
			t.Errorf("cut after %d bytes: it waited %s", n, took)
		}
		works(t, b, run)
		alone(t, b, run)
		stop()
	}
	if cuts < 4 {
		t.Errorf("only %d points", cuts)
	}
}

// TestInterruptedAtTheEnd: everything is made, and the last write is lost.
func TestInterruptedAtTheEnd(t *testing.T) {
	c := onDisk(t)
	a, lost, stop := start(t, c)
	err := a.db.Update(t.Context(), func(w store.Writer) error {
		row, err := deployments.Get(t.Context(), w, "deployment")
		if err != nil {
			return err
		}
		row.Doc.Ready, row.Doc.Tenant = false, nil
		return deployments.Update(t.Context(), w, &row)
	})
	if err != nil {
		t.Fatal(err)
	}
	stop()
	b, run, _ := start(t, c)
	works(t, b, run)
	alone(t, b, run)
	if run.Account != lost.Account || run.APISecretKey == lost.APISecretKey {
		t.Error("the account changed, or a secret came twice")
	}
	gone := rootKey(lost)
	if w := post(b, "", whoAmI, &gone, "sts"); w.Code != http.StatusForbidden {
		t.Errorf("the root key of the lost start: %d %s", w.Code, w.Body)
	}
}

// alone fails when there is more than one first start makes: leftovers of another.
func alone(t *testing.T, a *App, run FirstRun) {
	t.Helper()
	root := rootKey(run)
	for _, c := range []struct{ target, body, service, each string }{
		{"", "Action=ListAccessKeys&Version=2010-05-08", "iam", "<AccessKeyId>"},
		{"", "Action=ListRoles&Version=2010-05-08", "iam", "<RoleName>"},
		{"AWSCognitoIdentityProviderService.ListUserPools", `{"MaxResults":60}`, "cognito-idp", `"Id":`},
		{"AWSCognitoIdentityService.ListIdentityPools", `{"MaxResults":60}`, "cognito-identity", `"IdentityPoolId":`},
	} {
		w := post(a, c.target, c.body, &root, c.service)
		if n := strings.Count(w.Body.String(), c.each); w.Code != http.StatusOK || n != 1 {
			t.Errorf("%s%s: %d, %d of them: %s", c.target, c.body, w.Code, n, w.Body)
		}
	}
}

// TestOvertakenFirstStart: a node that took too long hands nothing out.
func TestOvertakenFirstStart(t *testing.T) {
	a, _, _ := start(t, onDisk(t))
	err := a.db.Update(t.Context(), func(w store.Writer) error {
		row, err := deployments.Get(t.Context(), w, "deployment")
		if err != nil {
			return err
		}
		row.Doc.Ready, row.Doc.Tenant, row.Doc.PreparedBy = false, nil, row.Doc.PreparedBy.Add(time.Second)
		return deployments.Update(t.Context(), w, &row)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.saveTenant(t.Context(), discovery.Tenant{}); !errors.Is(err, errOvertaken) {
		t.Errorf("another node's first start was overwritten: %v", err)
	}
}

func TestReset(t *testing.T) {
	c := config.Config{Listen: "127.0.0.1:0", Region: "us-east-1", URL: "http://127.0.0.1:8480", Ephemeral: true, RotateKeys: time.Hour, Outside: config.Outside{RotateSigning: 90 * 24 * time.Hour}, StaleFor: time.Hour}
	a, run, _ := start(t, c)
	root := rootKey(run)
	works(t, a, run)
	reset := func(edit func(*http.Request)) int {
		r := httptest.NewRequest("POST", "http://127.0.0.1:8480/_mayfly/reset", nil)
		r.RemoteAddr = "127.0.0.1:1"
		if edit != nil {
			edit(r)
		}
		w := httptest.NewRecorder()
		a.Handler().ServeHTTP(w, r)
		return w.Code
	}
	for name, edit := range map[string]func(*http.Request){
		"another machine": func(r *http.Request) { r.RemoteAddr = "192.0.2.1:1" },
		"a web page":      func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
		"a rebound name":  func(r *http.Request) { r.Host = "evil.example" },
	} {
		if code := reset(edit); code != http.StatusForbidden {
			t.Errorf("%s may reset: %d", name, code)
		}
	}
	for round := range 2 {
		id, _ := signIn(t, a, run)
		if w := post(a, "", "Action=CreateUser&UserName=bob&Version=2010-05-08", &root, "iam"); w.Code != 200 {
			t.Fatalf("round %d: %s", round, w.Body)
		}
		if w := post(a, "AWSCognitoIdentityProviderService.DeleteUserPool", fmt.Sprintf(`{"UserPoolId":%q}`, run.UserPoolID), &root, "cognito-idp"); w.Code != 200 {
			t.Fatalf("round %d: %s", round, w.Body)
		}
		if w := post(a, "AWSCognitoIdentityService.GetId", fmt.Sprintf(`{"IdentityPoolId":%q,"Logins":{"cognito-idp.us-east-1.amazonaws.com/%s":%q}}`, run.IdentityPoolID, run.UserPoolID, id), nil, ""); w.Code == 200 {
			t.Error("a token of a deleted pool is good")
		}
		if code := reset(nil); code != http.StatusNoContent {
			t.Fatalf("reset: %d", code)
		}
		works(t, a, run)
	}
	if w := post(a, "", "Action=GetUser&UserName=bob&Version=2010-05-08", &root, "iam"); w.Code != 404 {
		t.Errorf("what was made after the start is there after the reset: %d %s", w.Code, w.Body)
	}
	empty := httptest.NewRequest("GET", "http://127.0.0.1:8480/_mayfly/outbox", nil)
	empty.RemoteAddr = "127.0.0.1:1"
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(w, empty)
	if got := strings.TrimSpace(w.Body.String()); w.Code != 200 || got != "[]" {
		t.Errorf("an outbox without messages: %d %s", w.Code, got)
	}
	durable, _, _ := start(t, onDisk(t))
	for _, path := range []string{"/_mayfly/reset", "/_mayfly/outbox"} {
		for _, method := range []string{"GET", "POST"} {
			r := httptest.NewRequest(method, "http://127.0.0.1:8480"+path, nil)
			r.RemoteAddr = "127.0.0.1:1"
			w := httptest.NewRecorder()
			durable.Handler().ServeHTTP(w, r)
			if w.Code < 400 {
				t.Errorf("a server with a data folder answers %s %s: %d", method, path, w.Code)
			}
		}
	}
}
