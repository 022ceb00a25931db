package app_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/config"
	"github.com/mayfly-id/mayfly/jws"
	"github.com/mayfly-id/mayfly/sigv4"
)

// driver sends requests through the whole pipeline, without a network.
type driver struct {
	b       testing.TB
	handler http.Handler
	region  string
	account string
	root    sigv4.Credentials
}

func newDriver(b testing.TB) *driver {
	a, run := open(b, func(c *config.Config) { c.Outside.Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")} }) // where test issuers are
	return &driver{b, a.Handler(), run.Region, run.Account, sigv4.Credentials{AccessKeyID: run.AccessKeyID, SecretAccessKey: run.SecretAccessKey}}
}

// prepare makes a request that can be sent again and again, signed if there are credentials.
func (d *driver) prepare(by sigv4.Credentials, service string, form url.Values) func() *httptest.ResponseRecorder {
	body := []byte(form.Encode())
	signed := &sigv4.Request{Method: "POST", RequestURI: "/", Host: "127.0.0.1:8480", Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: body}
	if by.AccessKeyID != "" {
		sigv4.Sign(signed, by, d.region, service, time.Now())
	}
	return func() *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", "/", bytes.NewReader(body))
		r.Host, r.Header, r.RequestURI = signed.Host, signed.Header, "/"
		w := httptest.NewRecorder()
		d.handler.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			d.b.Fatal(w.Body)
		}
		return w
	}
}

// iam performs an operation of IAM as the root.
func (d *driver) iam(pairs ...string) []byte {
	d.b.Helper()
	form := url.Values{"Version": {"2010-05-08"}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return d.prepare(d.root, "iam", form)().Body.Bytes()
}

// user makes a user who may do everything.
func (d *driver) user() sigv4.Credentials {
	d.b.Helper()
	d.iam("Action", "CreateUser", "UserName", "bench")
	d.iam("Action", "PutUserPolicy", "UserName", "bench", "PolicyName", "all", "PolicyDocument", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`)
	var key struct {
		ID     string `xml:"CreateAccessKeyResult>AccessKey>AccessKeyId"`
		Secret string `xml:"CreateAccessKeyResult>AccessKey>SecretAccessKey"`
	}
	if err := xml.Unmarshal(d.iam("Action", "CreateAccessKey", "UserName", "bench"), &key); err != nil {
		d.b.Fatal(err)
	}
	return sigv4.Credentials{AccessKeyID: key.ID, SecretAccessKey: key.Secret}
}

func (d *driver) role(name, trust string) string {
	d.b.Helper()
	d.iam("Action", "CreateRole", "RoleName", name, "AssumeRolePolicyDocument", `{"Version":"2012-10-17","Statement":[`+trust+`]}`)
	return "arn:aws:iam::" + d.account + ":role/" + name
}

func run(b *testing.B, send func() *httptest.ResponseRecorder) {
	b.ReportAllocs()
	for b.Loop() {
		send()
	}
}

// BenchmarkCallerIdentity is a signed GetCallerIdentity.
func BenchmarkCallerIdentity(b *testing.B) {
	d := newDriver(b)
	run(b, d.prepare(d.root, "sts", url.Values{"Action": {"GetCallerIdentity"}, "Version": {"2011-06-15"}}))
}

// BenchmarkAssumeRole is an AssumeRole, and one with tags, a source identity and a session policy.
func BenchmarkAssumeRole(b *testing.B) {
	d := newDriver(b)
	user := d.user()
	arn := d.role("bench", `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::`+d.account+`:root"},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]}`)
	plain := url.Values{"Action": {"AssumeRole"}, "Version": {"2011-06-15"}, "RoleArn": {arn}, "RoleSessionName": {"bench"}}
	b.Run("plain", func(b *testing.B) { run(b, d.prepare(user, "sts", plain)) })
	full := url.Values{
		"Policy":         {`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bench/*"}]}`},
		"SourceIdentity": {"ann"}, "TransitiveTagKeys.member.1": {"key1"},
	}
	for k, v := range plain {
		full[k] = v
	}
	for i := range 5 {
		full.Set(fmt.Sprintf("Tags.member.%d.Key", i+1), fmt.Sprint("key", i))
		full.Set(fmt.Sprintf("Tags.member.%d.Value", i+1), fmt.Sprint("value", i))
	}
	b.Run("full", func(b *testing.B) { run(b, d.prepare(user, "sts", full)) })
}

// BenchmarkWebIdentity is an AssumeRoleWithWebIdentity of a build job, and beside it the RSA verification that it cannot do without.
func BenchmarkWebIdentity(b *testing.B) {
	d := newDriver(b)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	signer := jws.NewRSASigner("bench", key)
	mux := http.NewServeMux()
	issuer := httptest.NewServer(mux)
	b.Cleanup(issuer.Close)
	answers := func(path string, v any) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(v) })
	}
	answers("/.well-known/openid-configuration", map[string]string{"issuer": issuer.URL, "jwks_uri": issuer.URL + "/jwks"})
	answers("/jwks", jws.KeySet{signer.Public()})
	host, now := issuer.URL[len("http://"):], time.Now()
	claims, err := json.Marshal(map[string]any{
		"iss": issuer.URL, "aud": "sts.amazonaws.com", "sub": "repo:octo/app:ref:refs/heads/main", "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		"repository": "octo/app", "ref": "refs/heads/main", "actor": "octo", "job_workflow_ref": "octo/app/.github/workflows/ci.yml@refs/heads/main",
	})
	if err != nil {
		b.Fatal(err)
	}
	token, err := jws.Encode(rand.Reader, signer, claims)
	if err != nil {
		b.Fatal(err)
	}
	d.iam("Action", "CreateOpenIDConnectProvider", "Url", issuer.URL, "ClientIDList.member.1", "sts.amazonaws.com")
	arn := d.role("build", `{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::`+d.account+`:oidc-provider/`+host+`"},"Action":"sts:AssumeRoleWithWebIdentity",`+
		`"Condition":{"StringEquals":{"`+host+`:aud":"sts.amazonaws.com"},"StringLike":{"`+host+`:sub":"repo:octo/app:*"}}}`)
	b.Run("request", func(b *testing.B) {
		run(b, d.prepare(sigv4.Credentials{}, "", url.Values{
			"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"}, "RoleArn": {arn}, "RoleSessionName": {"job-1"}, "WebIdentityToken": {token},
		}))
	})
	b.Run("verification", func(b *testing.B) {
		digest := sha256.Sum256(claims)
		signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, digest[:], signature); err != nil {
				b.Fatal(err)
			}
		}
	})
}
