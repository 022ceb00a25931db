package credentials_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/credentials"
	"github.com/mayfly-id/mayfly/mayflytest"
)

// asRoot performs an operation of IAM as the account's root, signed by the AWS SDK, and gives the answer.
func asRoot(t testing.TB, s *mayflytest.Server, form url.Values) string {
	t.Helper()
	form.Set("Version", "2010-05-08")
	body := form.Encode()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	keys, err := s.Root().Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(body))
	if err := v4.NewSigner().SignHTTP(t.Context(), keys, req, hex.EncodeToString(sum[:]), "iam", s.Region, s.Client().Time()); err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s %v", form.Get("Action"), resp.StatusCode, b, err)
	}
	return string(b)
}

// between gives what is between two texts.
func between(s, before, after string) string {
	_, s, _ = strings.Cut(s, before)
	s, _, _ = strings.Cut(s, after)
	return s
}

// user makes an IAM user who may do what a policy says, and gives keys of theirs.
func user(t testing.TB, s *mayflytest.Server, name, actions string) aws.Credentials {
	t.Helper()
	asRoot(t, s, url.Values{"Action": {"CreateUser"}, "UserName": {name}})
	asRoot(t, s, url.Values{"Action": {"PutUserPolicy"}, "UserName": {name}, "PolicyName": {"own"}, "PolicyDocument": {
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":` + actions + `,"Resource":"*"}]}`,
	}})
	answer := asRoot(t, s, url.Values{"Action": {"CreateAccessKey"}, "UserName": {name}})
	return aws.Credentials{AccessKeyID: between(answer, "<AccessKeyId>", "<"), SecretAccessKey: between(answer, "<SecretAccessKey>", "<")}
}

// TestAccessKeys changes the key of a user for another one, as a rotation does.
func TestAccessKeys(t *testing.T) {
	s := mayflytest.New(t, mayflytest.Region("eu-west-1"))
	c, ctx := s.Client(), t.Context()
	old := user(t, s, "anna", `["iam:*AccessKey*","iam:GetAccessKeyLastUsed"]`)
	key, err := c.CreateAccessKey(ctx, old)
	if err != nil {
		t.Fatal(err)
	}
	if key.UserName != "anna" || key.Status != credentials.AccessKeyActive || key.Secret == "" || time.Since(key.Created).Abs() > time.Minute {
		t.Errorf("%+v", key)
	}
	if text := fmt.Sprintf("%v %+v %#v %s", *key, *key, key.Secret, key.Secret); strings.Contains(text, string(key.Secret)[:12]) {
		t.Errorf("printed: %s", text)
	}
	if _, err := c.CreateAccessKey(ctx, old); !credentials.IsCode(err, "LimitExceeded") {
		t.Errorf("a third key: %v", err)
	}
	fresh := aws.Credentials{AccessKeyID: key.ID, SecretAccessKey: string(key.Secret)}
	if err := c.UpdateAccessKey(ctx, fresh, old.AccessKeyID, credentials.AccessKeyInactive); err != nil {
		t.Fatal(err)
	}
	if _, err := c.ListAccessKeys(ctx, old); err == nil {
		t.Error("an inactive key lists")
	}
	all, err := c.ListAccessKeys(ctx, fresh)
	if err != nil {
		t.Fatal(err)
	}
	status := map[string]credentials.AccessKeyStatus{}
	for _, k := range all {
		status[k.ID] = k.Status
		if k.Secret != "" {
			t.Error("a list has a secret")
		}
	}
	if d := cmp.Diff(map[string]credentials.AccessKeyStatus{old.AccessKeyID: credentials.AccessKeyInactive, key.ID: credentials.AccessKeyActive}, status); d != "" {
		t.Error(d)
	}
	if use, err := c.AccessKeyLastUsed(ctx, fresh, old.AccessKeyID); err != nil || use.UserName != "anna" {
		t.Errorf("%+v, %v", use, err)
	}
	if err := c.DeleteAccessKey(ctx, fresh, old.AccessKeyID); err != nil {
		t.Fatal(err)
	}
	if err := c.DeleteAccessKey(ctx, fresh, old.AccessKeyID); !credentials.IsCode(err, "NoSuchEntity") {
		t.Errorf("deleted twice: %v", err)
	}
	if all, err = c.ListAccessKeys(ctx, fresh); err != nil || len(all) != 1 || all[0].ID != key.ID {
		t.Errorf("%v, %v", all, err)
	}
}

// TestWhereIAMIs: one host and one Region for a partition, and the server's own where there is one.
func TestWhereIAMIs(t *testing.T) {
	for region, want := range map[string]string{
		"eu-west-1": "https://iam.amazonaws.com us-east-1", "cn-northwest-1": "https://iam.cn-north-1.amazonaws.com.cn cn-north-1",
		"us-gov-east-1": "https://iam.us-gov.amazonaws.com us-gov-west-1", "eusc-de-east-1": "https://iam.eusc-de-east-1.amazonaws.eu eusc-de-east-1",
		"own": "https://id.example.com own", "single": "http://127.0.0.1:9 single",
	} {
		var got string
		c := &credentials.Client{Region: region, HTTP: &http.Client{Transport: inProcess{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			scope := strings.Split(between(r.Header.Get("Authorization"), "Credential=", ","), "/")
			got = r.URL.Scheme + "://" + r.Host + " " + scope[2]
			if scope[3] != "iam" {
				t.Errorf("%s: signed for %s", region, scope[3])
			}
			fmt.Fprint(w, `<ListAccessKeysResponse><ListAccessKeysResult><AccessKeyMetadata/></ListAccessKeysResult></ListAccessKeysResponse>`)
		})}}}
		switch region {
		case "own":
			c.Endpoint = "https://id.example.com/"
		case "single":
			c.Endpoint, c.Endpoints = "https://elsewhere.example.com", map[string]string{"iam": "http://127.0.0.1:9"}
		}
		if _, err := c.ListAccessKeys(t.Context(), aws.Credentials{AccessKeyID: "AKIA", SecretAccessKey: "s"}); err != nil || got != want {
			t.Errorf("%s: %s, %v", region, got, err)
		}
	}
}

// tripper answers as it likes.
type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func said(status int, header http.Header, body string) *http.Response {
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body))}
}

// TestOneKeyAtATime: a request that makes something is made again only when it is certain that it made nothing.
func TestOneKeyAtATime(t *testing.T) {
	const made = `<R><CreateAccessKeyResult><AccessKey><AccessKeyId>AKIANEW</AccessKeyId><SecretAccessKey>s</SecretAccessKey><CreateDate>2026-01-02T03:04:05Z</CreateDate></AccessKey></CreateAccessKeyResult></R>`
	refused := func(status int, code string) func() (*http.Response, error) {
		return func() (*http.Response, error) {
			return said(status, nil, "<ErrorResponse><Error><Code>"+code+"</Code><Message>m</Message></Error></ErrorResponse>"), nil
		}
	}
	for name, c := range map[string]struct {
		first func() (*http.Response, error)
		again bool
	}{
		"lost answer": {func() (*http.Response, error) { return nil, io.ErrUnexpectedEOF }, false},
		"half an answer": {func() (*http.Response, error) {
			r := said(200, nil, "")
			r.Body = io.NopCloser(io.MultiReader(strings.NewReader("<R>"), failing{}))
			return r, nil
		}, false},
		"reset":       {func() (*http.Response, error) { return nil, &net.OpError{Op: "read", Err: errors.New("reset")} }, false},
		"trouble":     {refused(500, "ServiceFailure"), false},
		"bad gateway": {func() (*http.Response, error) { return said(502, nil, "<html>"), nil }, false},
		"no route":    {func() (*http.Response, error) { return nil, &net.OpError{Op: "dial", Err: errors.New("no route")} }, true},
		"throttled":   {refused(400, "Throttling"), true},
		"patience":    {refused(429, "TooManyRequestsException"), true},
	} {
		asked := 0
		client := &credentials.Client{Region: "eu-west-1", HTTP: &http.Client{Transport: tripper(func(*http.Request) (*http.Response, error) {
			if asked++; asked == 1 {
				return c.first()
			}
			return said(200, nil, made), nil
		})}, Random: bytes.NewReader(nil)}
		key, err := client.CreateAccessKey(t.Context(), aws.Credentials{AccessKeyID: "AKIA", SecretAccessKey: "s"})
		if c.again != (asked == 2) || c.again != (err == nil) {
			t.Errorf("%s: asked %d times, %v", name, asked, err)
		}
		if err == nil && key.ID != "AKIANEW" {
			t.Errorf("%s: %+v", name, key)
		}
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// TestAccessKeyPages: a list is read to its end, and one without an end is given up.
func TestAccessKeyPages(t *testing.T) {
	endless := false
	asked := 0
	c := &credentials.Client{Region: "eu-west-1", HTTP: &http.Client{Transport: tripper(func(r *http.Request) (*http.Response, error) {
		if err := r.ParseForm(); err != nil {
			return nil, err
		}
		asked++
		more := endless || r.PostForm.Get("Marker") == ""
		return said(200, nil, fmt.Sprintf(`<R><ListAccessKeysResult><AccessKeyMetadata><member><AccessKeyId>K%s</AccessKeyId><Status>Active</Status></member></AccessKeyMetadata><IsTruncated>%t</IsTruncated><Marker>m</Marker></ListAccessKeysResult></R>`, r.PostForm.Get("Marker"), more)), nil
	})}}
	all, err := c.ListAccessKeys(context.Background(), aws.Credentials{AccessKeyID: "AKIA", SecretAccessKey: "s"})
	if err != nil || len(all) != 2 || all[0].ID != "K" || all[1].ID != "Km" {
		t.Errorf("%v, %v", all, err)
	}
	asked, endless = 0, true
	if _, err := c.ListAccessKeys(context.Background(), aws.Credentials{AccessKeyID: "AKIA", SecretAccessKey: "s"}); err == nil || asked != 1000 {
		t.Errorf("asked %d times, %v", asked, err)
	}
}
