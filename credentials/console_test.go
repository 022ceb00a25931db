package credentials_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/credentials"
)

func temporary() aws.Credentials {
	return aws.Credentials{AccessKeyID: "ASIA", SecretAccessKey: "secret-canary", SessionToken: "token-canary/+="}
}

// TestConsoleURL: where the session is exchanged, with what, and the link that comes of it, by partition.
func TestConsoleURL(t *testing.T) {
	for region, want := range map[string][2]string{
		"eu-west-1":      {"https://signin.aws.amazon.com", "https://console.aws.amazon.com/console/home?region=eu-west-1"},
		"cn-north-1":     {"https://signin.amazonaws.cn", "https://console.amazonaws.cn/console/home?region=cn-north-1"},
		"us-gov-west-1":  {"https://signin.amazonaws-us-gov.com", "https://console.amazonaws-us-gov.com/console/home?region=us-gov-west-1"},
		"eusc-de-east-1": {"https://eusc-de-east-1.signin.amazonaws-eusc.eu", "https://eusc-de-east-1.console.amazonaws-eusc.eu/console/home?region=eusc-de-east-1"},
	} {
		c := &credentials.Client{Region: region, HTTP: &http.Client{Transport: tripper(func(r *http.Request) (*http.Response, error) {
			q := r.URL.Query()
			var session map[string]string
			if err := json.Unmarshal([]byte(q.Get("Session")), &session); err != nil {
				t.Error(err)
			}
			if d := cmp.Diff(map[string]string{"sessionId": "ASIA", "sessionKey": "secret-canary", "sessionToken": "token-canary/+="}, session); d != "" {
				t.Error(d)
			}
			if got := r.URL.Scheme + "://" + r.Host; got != want[0] || r.URL.Path != "/federation" || r.Method != http.MethodGet || q.Get("Action") != "getSigninToken" || q.Get("SessionDuration") != "43200" {
				t.Errorf("%s: %s %s%s for %s", region, r.Method, got, r.URL.Path, q.Get("SessionDuration"))
			}
			return said(200, nil, `{"SigninToken":"signin-canary+/"}`), nil
		})}}
		link, err := c.ConsoleURL(t.Context(), temporary(), credentials.ConsoleOptions{Issuer: "https://portal.example.com/?a=b", Duration: 12 * time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(string(link))
		if err != nil {
			t.Fatal(err)
		}
		if u.Scheme+"://"+u.Host != want[0] || u.Path != "/federation" {
			t.Errorf("%s: %s", region, string(link))
		}
		if d := cmp.Diff(url.Values{"Action": {"login"}, "Issuer": {"https://portal.example.com/?a=b"}, "Destination": {want[1]}, "SigninToken": {"signin-canary+/"}}, u.Query()); d != "" {
			t.Error(d)
		}
		if strings.Contains(fmt.Sprintf("%s %v %+v", link, link, link), "canary") {
			t.Error("the link is printed")
		}
	}
}

func TestConsoleURLOfAServer(t *testing.T) {
	var asked []string
	c := &credentials.Client{Region: "eu-west-1", Endpoint: "https://id.example.com/", HTTP: &http.Client{Transport: tripper(func(r *http.Request) (*http.Response, error) {
		if asked = append(asked, r.URL.Scheme+"://"+r.Host+r.URL.Path); r.URL.Query().Has("SessionDuration") {
			t.Error("a duration that nobody asked for")
		}
		return said(200, nil, `{"SigninToken":"t"}`), nil
	})}}
	to := credentials.ConsoleOptions{Destination: "https://app.example.com/x?y=z"}
	link, err := c.ConsoleURL(t.Context(), temporary(), to)
	if err != nil || string(link) != "https://id.example.com/federation?Action=login&Destination=https%3A%2F%2Fapp.example.com%2Fx%3Fy%3Dz&SigninToken=t" {
		t.Errorf("%s, %v", string(link), err)
	}
	c.Endpoints = map[string]string{"signin": "https://signin.example.com"}
	if _, err := c.ConsoleURL(t.Context(), temporary(), to); err != nil {
		t.Error(err)
	}
	if d := cmp.Diff([]string{"https://id.example.com/federation", "https://signin.example.com/federation"}, asked); d != "" {
		t.Error(d)
	}
	if _, err := c.ConsoleURL(t.Context(), temporary(), credentials.ConsoleOptions{}); err == nil {
		t.Error("a server whose console nobody knows has one")
	}
}

// TestConsoleURLRefuses: what cannot succeed is not sent, and no error repeats what was.
func TestConsoleURLRefuses(t *testing.T) {
	long := aws.Credentials{AccessKeyID: "AKIA", SecretAccessKey: "secret-canary"}
	for name, c := range map[string]struct {
		keys   aws.Credentials
		to     credentials.ConsoleOptions
		region string
		is     error
	}{
		"long-term keys":  {keys: long, is: credentials.ErrConsoleKeys},
		"no TLS":          {to: credentials.ConsoleOptions{Destination: "http://console.aws.amazon.com/"}},
		"script":          {to: credentials.ConsoleOptions{Destination: "javascript:alert(1)"}},
		"a user":          {to: credentials.ConsoleOptions{Destination: "https://a:b@console.aws.amazon.com/"}},
		"relative":        {to: credentials.ConsoleOptions{Destination: "/s3"}},
		"too short":       {to: credentials.ConsoleOptions{Duration: time.Minute}},
		"too long":        {to: credentials.ConsoleOptions{Duration: 12*time.Hour + time.Second}},
		"before it began": {to: credentials.ConsoleOptions{Duration: -time.Hour}},
		"a host":          {region: "evil.example/"},
		"no console":      {region: "us-iso-east-1"},
	} {
		if c.keys.AccessKeyID == "" {
			c.keys = temporary()
		}
		if c.region == "" {
			c.region = "eu-west-1"
		}
		client := &credentials.Client{Region: c.region, HTTP: &http.Client{Transport: tripper(func(r *http.Request) (*http.Response, error) {
			t.Errorf("%s: goes to %s", name, r.Host)
			return said(200, nil, `{"SigninToken":"t"}`), nil
		})}}
		if _, err := client.ConsoleURL(t.Context(), c.keys, c.to); err == nil || c.is != nil && !errors.Is(err, c.is) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, answer := range map[string]func() (*http.Response, error){
		"refused":  func() (*http.Response, error) { return said(400, nil, "<html>"), nil },
		"no token": func() (*http.Response, error) { return said(200, nil, "{}"), nil },
		"no JSON":  func() (*http.Response, error) { return said(200, nil, "token-canary"), nil },
		"redirect": func() (*http.Response, error) {
			return said(302, http.Header{"Location": {"https://evil.example/"}}, ""), nil
		},
		"unreachable": func() (*http.Response, error) { return nil, errors.New("no route") },
	} {
		client := &credentials.Client{Region: "eu-west-1", HTTP: &http.Client{Transport: tripper(func(r *http.Request) (*http.Response, error) {
			if r.Host != "signin.aws.amazon.com" {
				t.Errorf("%s: goes to %s", name, r.Host)
			}
			return answer()
		})}}
		link, err := client.ConsoleURL(t.Context(), temporary(), credentials.ConsoleOptions{})
		if err == nil || link != "" || strings.Contains(fmt.Sprintf("%v %+v", err, err), "canary") {
			t.Errorf("%s: %v", name, err)
		}
		var refused *credentials.ConsoleRefusedError
		if errors.As(err, &refused) != (name == "refused") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
