package main

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/mayfly-id/mayfly/jws"
)

// issuer is a test identity provider in the driver, shaped like that of a build service.
type issuer struct {
	url    string
	signer jws.Signer
	stop   func() error
}

func newIssuer() (*issuer, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	i := &issuer{url: "http://" + listener.Addr().String(), signer: jws.NewRSASigner("bench", key), stop: listener.Close}
	public, err := json.Marshal(jws.KeySet{i.signer.Public()})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{
			"issuer": i.url, "jwks_uri": i.url + "/jwks", "response_types_supported": []string{"id_token"}, "subject_types_supported": []string{"public"},
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("GET /jwks", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(public) })
	go func() { _ = http.Serve(listener, mux) }()
	return i, nil
}

// token signs what a build job would get.
func (i *issuer) token() (string, error) {
	now := time.Now()
	claims, err := json.Marshal(map[string]any{
		"iss": i.url, "aud": "sts.amazonaws.com", "sub": "repo:octo/app:ref:refs/heads/main", "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		"repository": "octo/app", "ref": "refs/heads/main", "actor": "octo", "job_workflow_ref": "octo/app/.github/workflows/ci.yml@refs/heads/main",
	})
	if err != nil {
		return "", err
	}
	return jws.Encode(rand.Reader, i.signer, claims)
}

// webIdentity measures AssumeRoleWithWebIdentity beside one RSA verification and an AssumeRole that is signed with a key, each in its turn.
func (b *bench) webIdentity() error {
	const name = "AssumeRoleWithWebIdentity"
	if !b.wants(name) {
		return nil
	}
	i, err := newIssuer()
	if err != nil {
		return err
	}
	defer func() { _ = i.stop() }()
	if err := b.trustIssuer(i); err != nil {
		return err
	}
	token, err := i.token()
	if err != nil {
		return err
	}
	web := b.prepare(credentials{}, "sts", "", url.Values{
		"Action": {name}, "Version": {"2011-06-15"}, "RoleArn": {"arn:aws:iam::" + b.Account + ":role/build"}, "RoleSessionName": {"job-1"}, "WebIdentityToken": {token},
	}.Encode())
	assume := b.prepare(b.user, "sts", "", b.assume(0).Encode())
	var each, floors []time.Duration
	var ratios []float64
	for range turns {
		verify := mean(serverCPU, b.length/turns/2, b.p.verify)
		a, err := b.load(16, b.length/turns, same(assume))
		if err != nil {
			return err
		}
		w, err := b.load(16, b.length/turns, same(web))
		if err != nil {
			return err
		}
		floor := verify + a.each()
		each, floors, ratios = append(each, w.each()), append(floors, floor), append(ratios, float64(w.each())/float64(floor))
	}
	slices.Sort(each)
	slices.Sort(floors)
	slices.Sort(ratios)
	b.t.row(name, "%10s %14.0f %9.1f µs", "", float64(time.Second)/float64(each[turns/2]), micros(each[turns/2]))
	b.t.row("  beside 1 RSA verification + AssumeRole", "%25s %9.1f µs, ratio %.2f   (goal 1.30)", "", micros(floors[turns/2]), ratios[turns/2])
	return nil
}

// trustIssuer registers the issuer and a role for its jobs.
func (b *bench) trustIssuer(i *issuer) error {
	host := i.url[len("http://"):]
	provider := "arn:aws:iam::" + b.Account + ":oidc-provider/" + host
	trust := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":%q},"Action":"sts:AssumeRoleWithWebIdentity",`+
		`"Condition":{"StringEquals":{"%s:aud":"sts.amazonaws.com"},"StringLike":{"%s:sub":"repo:octo/app:*"}}}]}`, provider, host, host)
	for _, form := range []url.Values{
		{"Action": {"CreateOpenIDConnectProvider"}, "Url": {i.url}, "ClientIDList.member.1": {"sts.amazonaws.com"}},
		{"Action": {"CreateRole"}, "RoleName": {"build"}, "AssumeRolePolicyDocument": {trust}},
	} {
		form.Set("Version", "2010-05-08")
		if err := b.form(b.user, "iam", form, nil); err != nil {
			return err
		}
	}
	return nil
}
