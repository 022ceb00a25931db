package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsfile"
)

// center stands for an instance of IAM Identity Center: what a client sees of its OIDC service and its portal. It keeps to what is asked of it: codes and tokens count once,
// verifiers are held against challenges.
type center struct {
	*httptest.Server
	mu        sync.Mutex
	now       func() time.Time
	n         int
	asked     map[string]int
	challenge map[string]string // by code
	good      map[string]bool   // access tokens
	refresh   map[string]bool
	names     [2]string // account and role that there are; empty: those of everyday
}

func newCenter(t *testing.T, now func() time.Time) *center {
	c := &center{now: now, asked: map[string]int{}, challenge: map[string]string{}, good: map[string]bool{}, refresh: map[string]bool{}}
	mux := http.NewServeMux()
	for path, f := range map[string]func(map[string]any, *http.Request) (int, any){
		"POST /client/register": c.register, "POST /device_authorization": c.device, "POST /token": c.token, "GET /assignment/accounts": c.accounts,
		"GET /assignment/roles": c.roles, "GET /federation/credentials": c.role, "POST /logout": c.logout,
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.asked[r.URL.Path]++
			in := map[string]any{}
			b, _ := io.ReadAll(r.Body)
			_ = json.Unmarshal(b, &in)
			status, out := f(in, r)
			w.Header().Set("Date", now().UTC().Format(http.TimeFormat))
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(out)
		})
	}
	c.Server = httptest.NewServer(mux)
	t.Cleanup(c.Close)
	return c
}

func (c *center) next(what string) string {
	c.n++
	return fmt.Sprintf("%s-%d-canary", what, c.n)
}

func (c *center) register(map[string]any, *http.Request) (int, any) {
	return 200, map[string]any{
		"clientId": "client", "clientSecret": c.next("secret"), "clientSecretExpiresAt": c.now().Add(90 * 24 * time.Hour).Unix(), "authorizationEndpoint": c.URL + "/authorize",
	}
}

func (c *center) device(map[string]any, *http.Request) (int, any) {
	code := c.next("device")
	c.challenge[code] = "pending"
	return 200, map[string]any{"deviceCode": code, "userCode": "ABCD-EFGH", "verificationUri": c.URL + "/device", "expiresIn": 600, "interval": 1}
}

func (c *center) token(in map[string]any, _ *http.Request) (int, any) {
	text := func(k string) string { s, _ := in[k].(string); return s }
	refused := func(code string) (int, any) { return 400, map[string]string{"error": code, "__type": code} }
	switch text("grantType") {
	case "urn:ietf:params:oauth:grant-type:device_code":
		switch c.challenge[text("deviceCode")] {
		case "pending": // confirmed while the client waits
			c.challenge[text("deviceCode")] = "confirmed"
			return refused("AuthorizationPendingException")
		case "":
			return refused("InvalidGrantException")
		}
		delete(c.challenge, text("deviceCode"))
	case "authorization_code":
		if len(text("codeVerifier")) != 64 || c.challenge[text("code")] == "" {
			return refused("InvalidGrantException")
		}
		delete(c.challenge, text("code"))
	default:
		if !c.refresh[text("refreshToken")] {
			return refused("InvalidGrantException")
		}
		delete(c.refresh, text("refreshToken"))
	}
	access, refresh := c.next("access"), c.next("refresh")
	c.good[access], c.refresh[refresh] = true, true
	return 200, map[string]any{"accessToken": access, "refreshToken": refresh, "tokenType": "Bearer", "expiresIn": 3600}
}

func (c *center) bearer(r *http.Request) bool { return c.good[r.Header.Get("x-amz-sso_bearer_token")] }

var unauthorized = map[string]string{"__type": "UnauthorizedException", "message": "Session token not found or invalid"}

func (c *center) accounts(_ map[string]any, r *http.Request) (int, any) {
	if !c.bearer(r) {
		return 401, unauthorized
	}
	if c.names != [2]string{} {
		return 200, map[string]any{"accountList": []map[string]string{{"accountId": c.names[0]}}}
	}
	return 200, map[string]any{"accountList": []map[string]string{{"accountId": "111122223333", "accountName": "Prod & Co"}, {"accountId": "444455556666", "accountName": "Dev"}}}
}

func (c *center) roles(_ map[string]any, r *http.Request) (int, any) {
	if !c.bearer(r) {
		return 401, unauthorized
	}
	if c.names != [2]string{} {
		return 200, map[string]any{"roleList": []map[string]string{{"roleName": c.names[1]}}}
	}
	return 200, map[string]any{"roleList": []map[string]string{{"roleName": "Admin"}, {"roleName": "ReadOnly"}}}
}

func (c *center) role(_ map[string]any, r *http.Request) (int, any) {
	if !c.bearer(r) {
		return 401, unauthorized
	}
	return 200, map[string]any{"roleCredentials": map[string]any{
		"accessKeyId": "ASIA" + r.URL.Query().Get("account_id") + r.URL.Query().Get("role_name"), "secretAccessKey": c.next("key"), "sessionToken": "t", "expiration": c.now().Add(time.Hour).UnixMilli(),
	}}
}

func (c *center) logout(_ map[string]any, r *http.Request) (int, any) {
	delete(c.good, r.Header.Get("x-amz-sso_bearer_token"))
	return 200, nil
}

// take gives how often each path was asked.
func (c *center) take() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.asked
	c.asked = map[string]int{}
	return n
}

// confirm is the browser of a person who agrees: it goes back to where the page says, with a code.
func (c *center) confirm(t *testing.T, page string) error {
	u, err := url.Parse(page)
	if err != nil {
		return err
	}
	q := u.Query()
	c.mu.Lock()
	code := c.next("code")
	c.challenge[code] = q.Get("code_challenge")
	c.mu.Unlock()
	resp, err := http.Get(q.Get("redirect_uri") + "?" + url.Values{"code": {code}, "state": {q.Get("state")}}.Encode())
	if err != nil {
		t.Error(err)
		return err
	}
	return resp.Body.Close()
}

// configured makes a session of an instance.
func (p *person) configured(c *center, more ...string) {
	p.t.Helper()
	p.ok(append([]string{"configure", "corp", "--kind", "sso", "--region", "eu-west-1", "--sso-region", "eu-west-1", "--sso-start-url", "https://corp.awsapps.com/start", "--endpoint", c.URL}, more...)...)
}

func TestSSOByDevice(t *testing.T) {
	p := newPerson(t)
	c := newCenter(t, p.server.Clock.Now)
	p.configured(c)
	p.env["SSH_CONNECTION"] = "10.0.0.1 22"
	_, says, code := p.run("", "login", "corp")
	if code != 0 || !strings.Contains(says, "ABCD-EFGH") || !strings.Contains(says, c.URL+"/device") || len(p.pages) > 0 {
		t.Fatalf("exit code %d, %d pages: %s", code, len(p.pages), says)
	}
	if out := p.ok("roles", "corp"); out != "111122223333\tAdmin\tProd & Co\n111122223333\tReadOnly\tProd & Co\n444455556666\tAdmin\tDev\n444455556666\tReadOnly\tDev\n" {
		t.Error(out)
	}
	if _, errs, code := p.run("", "process", "corp"); code != ExitUsage || !strings.Contains(errs, "--account and --role") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	admin := []string{"process", "corp", "--account", "111122223333", "--role", "Admin"}
	first := p.ok(admin...)
	if !strings.Contains(first, `"AccessKeyId":"ASIA111122223333Admin"`) || !strings.Contains(first, `"AccountId":"111122223333"`) {
		t.Error(first)
	}
	c.take()
	if p.ok(admin...) != first || len(c.take()) != 0 {
		t.Error("warm credentials were asked for again")
	}
	if out := p.ok("process", "corp", "--account", "444455556666", "--role", "ReadOnly"); !strings.Contains(out, "ASIA444455556666ReadOnly") {
		t.Errorf("credentials of another role: %s", out)
	}

	// Tokens and credentials have ended: one refresh, whoever asks.
	p.server.Clock.Move(2 * time.Hour)
	c.take()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { p.run("", admin...) })
	}
	wg.Wait()
	if n := c.take(); n["/token"] != 1 || n["/federation/credentials"] != 1 {
		t.Errorf("%v", n)
	}

	p.ok("logout", "corp")
	if _, errs, code := p.run("", admin...); code != ExitSignIn || !strings.Contains(errs, "mayfly login corp") {
		t.Errorf("after logout: exit code %d: %s", code, errs)
	}
}

func TestSSOByBrowser(t *testing.T) {
	p := newPerson(t)
	c := newCenter(t, p.server.Clock.Now)
	p.confirm = func(page string) error { return c.confirm(t, page) }
	p.configured(c, "--sso-account-id", "111122223333", "--sso-role-name", "Admin")
	p.env["DISPLAY"] = ":0"
	if runtime.GOOS == "linux" && p.ok("login", "corp") == "" || len(p.pages) != 1 {
		t.Fatalf("%d pages", len(p.pages))
	}
	if !strings.HasPrefix(p.pages[0], c.URL+"/authorize?") || strings.Contains(p.pages[0], "secret") {
		t.Error(p.pages[0])
	}
	if out := p.ok("process", "corp"); !strings.Contains(out, "ASIA111122223333Admin") {
		t.Error(out)
	}
	if _, errs, code := p.run("", "token", "corp", "--type", "id"); code != ExitUsage {
		t.Errorf("exit code %d: %s", code, errs)
	}
	if out := p.ok("token", "corp"); !strings.HasPrefix(out, "access-") {
		t.Error(out)
	}
}

// TestSSOShared: tokens of an sso-session of the shared config are where AWS's programs keep them, and those that they write count here.
func TestSSOShared(t *testing.T) {
	p := newPerson(t)
	c := newCenter(t, p.server.Clock.Now)
	dir := filepath.Join(p.home, ".aws")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	config := "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n" +
		"[profile admin]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin\nregion = eu-west-1\nendpoint_url = " + c.URL + "\n"
	if err := os.WriteFile(filepath.Join(dir, "config"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	p.ok("configure", "corp", "--from", "sso-session:corp", "--endpoint", c.URL)
	if _, errs, code := p.run("", "process", "--profile", "admin"); code != ExitSignIn || !strings.Contains(errs, "run mayfly login corp") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	p.ok("login", "corp", "--device")
	cache := &awsfile.Cache{Home: p.home}
	token, err := cache.SSOToken("corp")
	if err != nil || token.Region != "eu-west-1" || token.StartURL != "https://corp.awsapps.com/start" || !token.CanRefresh(p.server.Clock.Now()) {
		t.Fatalf("%+v, %v", token, err)
	}
	p.ok("exec", "--server", "admin", "--", "true") // a name that no session has is a profile
	if out := p.ok("process", "--profile", "admin"); !strings.Contains(out, "ASIA111122223333Admin") {
		t.Error(out)
	}

	// They are renewed in place, once.
	p.server.Clock.Move(50 * time.Minute)
	c.take()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { p.run("", "token", "corp") })
	}
	wg.Wait()
	if n := c.take(); n["/token"] != 1 {
		t.Errorf("%v", n)
	}
	if next, err := cache.SSOToken("corp"); err != nil || next.AccessToken == token.AccessToken || next.ClientID != token.ClientID {
		t.Errorf("%+v, %v", next, err)
	}

	// Those of another program count as they are.
	other := *token
	other.AccessToken, other.ExpiresAt = "from-another-program", p.server.Clock.Now().Add(time.Hour)
	if err := cache.WriteSSOToken("corp", &other); err != nil {
		t.Fatal(err)
	}
	if out := strings.TrimSpace(p.ok("token", "corp")); out != "from-another-program" {
		t.Error(out)
	}
	p.ok("logout", "corp")
	if _, err := cache.SSOToken("corp"); err == nil {
		t.Error("the tokens are still there")
	}
}

// TestSSOProfiles: a profile for each role, by names that need no quotes.
func TestSSOProfiles(t *testing.T) {
	p := newPerson(t)
	c := newCenter(t, p.server.Clock.Now)
	p.configured(c)
	p.ok("login", "corp", "--device")
	if out := p.ok("setup", "profiles", "--name", "{account-name}.{role}"); out != "Prod---Co.Admin\nProd---Co.ReadOnly\nDev.Admin\nDev.ReadOnly\n" {
		t.Error(out)
	}
	if _, errs, code := p.run("", "setup", "profiles", "--name", "{role}"); code != ExitUsage || !strings.Contains(errs, "two roles would have the profile Admin") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	shared := awsfile.Load(func(k string) string { return p.env[k] }, runtime.GOOS)
	profile, ok := shared.Profile("Dev.Admin")
	if !ok || profile.Get("credential_process") != "mayfly process corp --account 444455556666 --role Admin" {
		t.Errorf("%v", profile)
	}
}
