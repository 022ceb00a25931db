package chain

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/credentials"
)

func TestContainer(t *testing.T) {
	var answers []int
	var seen []*http.Request
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r)
		status := http.StatusOK
		if len(answers) > 0 {
			status, answers = answers[0], answers[1:]
		}
		if status == http.StatusFound {
			http.Redirect(w, r, "http://127.0.0.1:1/", status)
			return
		}
		w.WriteHeader(status)
		if status != http.StatusOK {
			fmt.Fprint(w, `{"code":"Broken","message":"try later"}`)
			return
		}
		fmt.Fprint(w, `{"AccessKeyId":"ASIA1","SecretAccessKey":"s3cr3t","Token":"t","Expiration":"2026-05-04T13:00:00Z","AccountId":"111122223333"}`)
	}))
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	full := "http://localhost:" + u.Port() + "/slot/x"
	h := newHome(t, "", "", map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": full, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "variable"})
	r := h.chain().Resolve(context.Background())
	if r.Err != nil || len(seen) != 0 {
		t.Fatalf("%v, %d requests of an explanation", r.Err, len(seen))
	}
	answers = []int{http.StatusTooManyRequests, http.StatusServiceUnavailable}
	v, err := r.Provider.Retrieve(context.Background())
	if err != nil || v.AccessKeyID != "ASIA1" || v.SessionToken != "t" || v.AccountID != "111122223333" || !v.Expires.Equal(noon().Add(time.Hour)) || len(seen) != 3 {
		t.Fatalf("%v, %v, %d requests", v.AccessKeyID, err, len(seen))
	}
	if got := seen[2]; got.Header.Get("Authorization") != "variable" || got.URL.Path != "/slot/x" || got.Host != "localhost:"+u.Port() {
		t.Errorf("%s %s %s", got.Header, got.URL, got.Host)
	}
	h.env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = h.dir + "/token"
	for _, token := range []string{"one", "two"} {
		h.write(t, "token", token)
		if _, err := r.Provider.Retrieve(context.Background()); err != nil || seen[len(seen)-1].Header.Get("Authorization") != token {
			t.Errorf("%s: %v, %s", token, err, seen[len(seen)-1].Header)
		}
	}
	for _, status := range []int{http.StatusForbidden, http.StatusFound} {
		answers, seen = []int{status}, nil
		if _, err := r.Provider.Retrieve(context.Background()); err == nil || len(seen) != 1 || strings.Contains(err.Error(), "slot") {
			t.Errorf("%d: %v after %d requests", status, err, len(seen))
		}
	}
}

// fakeMetadata is a metadata service of version 2.
func fakeMetadata(t *testing.T, role, document string) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPut && r.URL.Path == "/latest/api/token" && r.Header.Get("X-aws-ec2-metadata-token-ttl-seconds") == "300":
			w.Header().Set("X-aws-ec2-metadata-token-ttl-seconds", "300")
			fmt.Fprint(w, "token")
		case r.Header.Get(tokenHeader) != "token":
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path == rolesPath:
			fmt.Fprint(w, role)
		case r.URL.Path == rolesPath+"worker":
			fmt.Fprint(w, document)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func TestMetadata(t *testing.T) {
	good := `{"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"ASIA1","SecretAccessKey":"s","Token":"t","Expiration":"2026-05-04T18:00:00Z"}`
	for _, c := range []struct {
		name, role, document string
		state                string
		ok                   bool
	}{
		{"good", "worker\n", good, "answers", true},
		{"no role", "", good, "absent", false},
		{"a role that fails", "worker", `{"Code":"Failed"}`, "answers", false},
		{"half an answer", "worker", `{"Code":"Succ`, "answers", false},
	} {
		s := fakeMetadata(t, c.role, c.document)
		r := newHome(t, "[default]\nec2_metadata_service_endpoint = "+s.URL+"/\n", "", map[string]string{metadataDisabled: ""}).chain().Resolve(context.Background())
		if got := r.state(linkMetadata, ""); got != c.state {
			t.Errorf("%s: %s", c.name, got)
		}
		if r.Provider == nil {
			if c.ok || r.Err == nil {
				t.Errorf("%s: %v", c.name, r.Err)
			}
			continue
		}
		v, err := r.Provider.Retrieve(context.Background())
		if (err == nil) != c.ok || c.ok && (v.AccessKeyID != "ASIA1" || !v.Expires.Equal(noon().Add(time.Hour))) {
			t.Errorf("%s: %v %v", c.name, v.Expires, err)
		}
	}
}

// The metadata service is asked when nothing else is configured, and only then.
func TestMetadataIsTheLastHope(t *testing.T) {
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { asked++; w.WriteHeader(http.StatusForbidden) }))
	t.Cleanup(s.Close)
	env := map[string]string{metadataDisabled: "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": s.URL}
	r := newHome(t, "", "[default]\n"+keys("D"), env).chain().Resolve(context.Background())
	if asked != 0 || r.state(linkMetadata, "") != "hidden by static keys of profile default" {
		t.Error(asked, r.state(linkMetadata, ""))
	}
	env[metadataDisabled] = "TRUE"
	r = newHome(t, "", "", env).chain().Resolve(context.Background())
	if asked != 0 || r.state(linkMetadata, "") != "absent" {
		t.Error(asked, r.state(linkMetadata, ""))
	}
	env[metadataDisabled] = "false"
	r = newHome(t, "", "", env).chain().Resolve(context.Background())
	if asked != 1 || r.state(linkMetadata, "") != "absent" || r.Provider != nil { // one PUT, and no version 1 behind it
		t.Error(asked, r.state(linkMetadata, ""))
	}
}

func TestSSO(t *testing.T) {
	var seen []*http.Request
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r)
		fmt.Fprintf(w, `{"roleCredentials":{"accessKeyId":"ASIA1","secretAccessKey":"s","sessionToken":"t","expiration":%d}}`, noon().Add(time.Hour).UnixMilli())
	}))
	t.Cleanup(s.Close)
	const role = "sso_account_id = 111122223333\nsso_role_name = Admin\n"
	session := "[default]\nsso_session = work\n" + role + "[sso-session work]\nsso_region = eu-west-1\nsso_start_url = https://x.awsapps.com/start\n"
	legacy := "[default]\nsso_region = eu-west-1\nsso_start_url = https://x.awsapps.com/start\n" + role
	token := `{"accessToken":"access","expiresAt":"2026-05-04T12:30:00Z","region":"eu-west-1"}`
	for name, config := range map[string]string{"session": session, "legacy": legacy} {
		h := newHome(t, config, "", map[string]string{"AWS_ENDPOINT_URL_SSO": s.URL})
		ch := h.chain()
		ch.SignIn = "mayfly login"
		path := ".aws/sso/cache/e274eeff768c6396088ec6eb091f4bf4d47ab1e0.json" // SHA-1 of "work"
		if name == "legacy" {
			path = strings.TrimPrefix(ch.Shared.Cache().SSOTokenPath("https://x.awsapps.com/start"), h.dir)
		}
		h.write(t, path, token[:30])
		if r := ch.Resolve(context.Background()); r.state("SSO", "") != "refused" || !strings.Contains(r.Err.Error(), "run mayfly login") {
			t.Errorf("%s: half of a file: %v", name, r.Err)
		}
		h.write(t, path, strings.Replace(token, "12:30", "11:30", 1))
		if r := ch.Resolve(context.Background()); r.state("SSO", "") != "refused" {
			t.Errorf("%s: an ended token: %v", name, r.Err)
		}
		h.write(t, path, token)
		seen = nil
		r := ch.Resolve(context.Background())
		if r.Err != nil || len(seen) != 0 {
			t.Errorf("%s: %v, %d requests", name, r.Err, len(seen))
			continue
		}
		v, err := r.Provider.Retrieve(context.Background())
		if err != nil || v.AccessKeyID != "ASIA1" || seen[0].Header.Get("X-Amz-Sso_bearer_token") != "access" || seen[0].URL.Query().Get("role_name") != "Admin" {
			t.Errorf("%s: %q %v", name, v.AccessKeyID, err)
		}
	}
	ch := newHome(t, session, "", map[string]string{"AWS_ENDPOINT_URL_SSO": s.URL}).chain()
	ch.SSOTokens = func(s SSOSession) credentials.TokenSource { return given(s.Key() + " " + s.Region) }
	r := ch.Resolve(context.Background())
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	if _, err := r.Provider.Retrieve(context.Background()); err != nil || seen[len(seen)-1].Header.Get("X-Amz-Sso_bearer_token") != "work eu-west-1" {
		t.Error("tokens of a caller:", err)
	}
}

type given string

func (g given) Tokens(context.Context) (*credentials.Tokens, error) {
	return &credentials.Tokens{Access: credentials.Secret(g)}, nil
}
