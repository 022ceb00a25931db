package credentials_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/credentials"
)

// instance is an instance of IAM Identity Center, as far as the models of SSO OIDC and SSO say how one answers.
type instance struct {
	t   *testing.T
	now func() time.Time

	mu         sync.Mutex
	clients    map[string]map[string]any // by id: what they registered with
	registered int
	asked      []time.Time // when CreateToken came
	replies    []string    // error codes that CreateToken answers with first
	challenge  string      // of the authorization request
	redirect   string
	codes      map[string]bool
	refresh    map[string]string // token -> client
	rotates    bool
	logouts    int
	life       time.Duration // of registrations
	shown      map[string]string
	keysUntil  int64
}

func newInstance(t *testing.T) *instance {
	return &instance{t: t, now: time.Now, clients: map[string]map[string]any{}, codes: map[string]bool{}, refresh: map[string]string{}, life: 90 * 24 * time.Hour}
}

// inProcess answers without a network, so that a test can turn the clock. Headers are checked as a network's client would.
type inProcess struct{ http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	for name, values := range r.Header {
		if strings.ContainsAny(values[0], "\r\n") {
			return nil, errors.New("invalid value of header " + name)
		}
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w.Result(), nil
}

func (s *instance) sso() *credentials.SSO {
	return &credentials.SSO{
		Client:   &credentials.Client{Region: "eu-west-1", HTTP: &http.Client{Transport: inProcess{s}}},
		StartURL: "https://d-1234567890.awsapps.com/start", Store: &credentials.Memory{},
	}
}

func (s *instance) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	want := "oidc.eu-west-1.amazonaws.com"
	if r.Method == http.MethodGet || r.URL.Path == "/logout" {
		want = "portal.sso.eu-west-1.amazonaws.com"
	}
	if r.Host != want {
		s.t.Errorf("%s went to %s", r.URL.Path, r.Host)
	}
	if r.Header.Get("Authorization") != "" {
		s.t.Errorf("%s is signed", r.URL.Path)
	}
	var in map[string]any
	if r.Method == http.MethodPost && r.URL.Path != "/logout" {
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			s.t.Error(err)
		}
	}
	switch r.Method + " " + r.URL.Path {
	case "POST /client/register":
		s.register(w, in)
	case "POST /device_authorization":
		s.device(w, in)
	case "POST /token":
		s.token(w, in)
	default:
		s.portal(w, r)
	}
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("X-Amzn-Errortype", code+":http://internal.amazon.com/coral/com.amazonaws.sso/")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"error":%q,"error_description":"because"}`, code)
}

func answer(w http.ResponseWriter, v any) {
	if err := json.NewEncoder(w).Encode(v); err != nil {
		panic(err)
	}
}

func (s *instance) register(w http.ResponseWriter, in map[string]any) {
	if in["clientName"] == nil || in["clientType"] != "public" {
		refuse(w, 400, "InvalidClientMetadataException")
		return
	}
	s.registered++
	id := "client" + strconv.Itoa(s.registered)
	s.clients[id] = in
	answer(w, map[string]any{"clientId": id, "clientSecret": "secret-canary-" + id, "clientSecretExpiresAt": s.now().Add(s.life).Unix(), "clientIdIssuedAt": s.now().Unix()})
}

// known tells whether a request has the id and the secret of a client.
func (s *instance) known(in map[string]any) bool {
	id, _ := in["clientId"].(string)
	return s.clients[id] != nil && in["clientSecret"] == "secret-canary-"+id
}

func (s *instance) device(w http.ResponseWriter, in map[string]any) {
	switch {
	case !s.known(in):
		refuse(w, 401, "InvalidClientException")
	case in["startUrl"] != "https://d-1234567890.awsapps.com/start":
		refuse(w, 400, "InvalidRequestException")
	default:
		out := map[string]any{
			"deviceCode": "device-canary", "userCode": "ABCD-EFGH", "verificationUri": "https://d-1234567890.awsapps.com/start/#/device",
			"verificationUriComplete": "https://d-1234567890.awsapps.com/start/#/device?user_code=ABCD-EFGH", "expiresIn": 600, "interval": 1,
		}
		for k, v := range s.shown {
			out[k] = v
		}
		answer(w, out)
	}
}

func (s *instance) token(w http.ResponseWriter, in map[string]any) {
	s.asked = append(s.asked, s.now())
	if len(s.replies) > 0 {
		code := s.replies[0]
		s.replies = s.replies[1:]
		refuse(w, map[bool]int{true: 500, false: 400}[code == "InternalServerException"], code)
		return
	}
	if !s.known(in) {
		refuse(w, 401, "InvalidClientException")
		return
	}
	client := in["clientId"].(string)
	good := false
	switch in["grantType"] {
	case "urn:ietf:params:oauth:grant-type:device_code":
		good = in["deviceCode"] == "device-canary"
	case "authorization_code":
		code, _ := in["code"].(string)
		verifier, _ := in["codeVerifier"].(string)
		sum := sha256.Sum256([]byte(verifier))
		good = s.codes[code] && len(verifier) == 64 && base64.RawURLEncoding.EncodeToString(sum[:]) == s.challenge && in["redirectUri"] == s.redirect
		delete(s.codes, code)
	case "refresh_token":
		token, _ := in["refreshToken"].(string)
		good = token != "" && s.refresh[token] == client
	}
	if !good {
		refuse(w, 400, "InvalidGrantException")
		return
	}
	out := map[string]any{"accessToken": "access-canary-" + strconv.Itoa(len(s.asked)), "expiresIn": 28800, "tokenType": "Bearer"}
	if in["grantType"] != "refresh_token" || s.rotates {
		token := "refresh-canary-" + strconv.Itoa(len(s.asked))
		s.refresh[token] = client
		out["refreshToken"] = token
	}
	answer(w, out)
}

// browse is the person's browser: it checks the page it is sent to, and gives the address that the service sends it back to.
func (s *instance) browse(page string) (*url.URL, url.Values) {
	u, err := url.Parse(page)
	if err != nil {
		s.t.Fatal(err)
	}
	q := u.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.clients[q.Get("client_id")]; u.Host != "oidc.eu-west-1.amazonaws.com" || u.Path != "/authorize" || c == nil ||
		!slices.Equal(c["redirectUris"].([]any), []any{"http://127.0.0.1/oauth/callback"}) || c["issuerUrl"] != "https://d-1234567890.awsapps.com/start" ||
		!slices.Equal(c["grantTypes"].([]any), []any{"authorization_code", "refresh_token"}) {
		s.t.Errorf("%s for %v", page, c)
	}
	if q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("scopes") != "sso:account:access" || back.Hostname() != "127.0.0.1" ||
		back.Path != "/oauth/callback" {
		s.t.Errorf("page %s", page)
	}
	s.challenge, s.redirect = q.Get("code_challenge"), q.Get("redirect_uri")
	s.codes["code-canary"] = true
	return back, url.Values{"code": {"code-canary"}, "state": {q.Get("state")}}
}

func (s *instance) portal(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("x-amz-sso_bearer_token") != "access-canary" {
		refuse(w, 401, "UnauthorizedException")
		return
	}
	q := r.URL.Query()
	page, _ := strconv.Atoi(q.Get("next_token"))
	next := map[string]any{}
	if page < 2 {
		next["nextToken"] = strconv.Itoa(page + 1)
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /federation/credentials":
		if q.Get("account_id") != "123456789012" || q.Get("role_name") != "Reader + Writer" {
			refuse(w, 404, "ResourceNotFoundException")
			return
		}
		answer(w, map[string]any{"roleCredentials": map[string]any{"accessKeyId": "ASIA", "secretAccessKey": "s", "sessionToken": "t", "expiration": s.keysUntil}})
	case "GET /assignment/accounts":
		next["accountList"] = []any{map[string]any{"accountId": fmt.Sprintf("%012d", page), "accountName": "n", "emailAddress": "e@example.com"}}
		answer(w, next)
	case "GET /assignment/roles":
		next["roleList"] = []any{map[string]any{"roleName": q.Get("account_id") + q.Get("next_token"), "accountId": q.Get("account_id")}}
		answer(w, next)
	case "POST /logout":
		s.logouts++
	default:
		s.t.Errorf("%s %s", r.Method, r.URL)
	}
}
