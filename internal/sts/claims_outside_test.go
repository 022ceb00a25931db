package sts_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/federate"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/provider"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/sts"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// claimant is a registered provider on loopback whose issuer has a path, and the service that its tokens go to.
type claimant struct {
	t      *testing.T
	world  *world
	sts    *sts.Service
	key    *ecdsa.PrivateKey
	issuer string
	name   string // of the provider
	now    time.Time
}

func newClaimant(t *testing.T, path string) *claimant {
	t.Helper()
	w := iamtest.New(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	enc := base64.RawURLEncoding.EncodeToString
	mux := http.NewServeMux()
	server := httptest.NewTLSServer(mux)
	t.Cleanup(server.Close)
	c := &claimant{t: t, key: key, issuer: server.URL + path, now: w.Clock.Now()}
	c.name = c.issuer[len("https://"):]
	mux.HandleFunc(path+"/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q}`, c.issuer, c.issuer+"/keys")
	})
	mux.HandleFunc(path+"/keys", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"keys":[{"kty":"EC","crv":"P-256","kid":"k","alg":"ES256","x":%q,"y":%q}]}`, enc(point[1:33]), enc(point[33:]))
	})
	c.world = &world{client: server.Client()}
	c.world.Service = provider.New(provider.Config{Store: w.DB, Keys: w.Keys, Now: w.Clock.Now, Random: w.Random, ReadMetadata: func([]byte) (record.SAMLMetadata, error) {
		return record.SAMLMetadata{}, errors.New("not asked here")
	}})
	c.world.verifier = federate.New(federate.Config{Client: c.world, Store: w.DB, Now: w.Clock.Now})
	c.sts = &sts.Service{Roles: c.world, Minter: c.world}
	c.sts.Federation = sts.Federation{Providers: providers{c.world.Service}, Verifier: verifier{c.world.verifier}, Cognito: c.world, Decisions: c.world}
	_, err = c.world.CreateOpenIDConnectProvider(iamtest.Root(iamtest.Account), &iamapi.CreateOpenIDConnectProviderRequest{Url: c.issuer, ClientIDList: []string{"sts.amazonaws.com"}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// trust sets the condition of the role's trust policy; %s in it is the provider's name.
func (c *claimant) trust(condition string) {
	c.t.Helper()
	arn := "arn:aws:iam::" + iamtest.Account + ":oidc-provider/" + c.name
	p, err := iampolicy.Parse(fmt.Appendf(nil, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":%q},`+
		`"Action":"sts:AssumeRoleWithWebIdentity","Condition":%s}]}`, arn, fmt.Sprintf(condition, c.name)), iampolicy.TrustPolicy)
	if err != nil {
		c.t.Fatal(err)
	}
	c.world.trust = p
}

// assume comes with a token of these claims.
func (c *claimant) assume(more map[string]any) error {
	claims := map[string]any{"iss": c.issuer, "sub": "s", "aud": []string{"sts.amazonaws.com"}, "iat": c.now.Unix(), "exp": c.now.Add(time.Hour).Unix()}
	maps.Copy(claims, more)
	ctx := caller.WithRequest(c.t.Context(), &caller.Request{Time: c.now})
	_, err := c.sts.AssumeRoleWithWebIdentity(ctx, &stsapi.AssumeRoleWithWebIdentityRequest{
		RoleArn: "arn:aws:iam::" + iamtest.Account + ":role/r", RoleSessionName: "ci", WebIdentityToken: sign(c.t, c.key, claims),
	})
	return err
}

func (c *claimant) check(name string, more map[string]any, allowed bool) {
	c.t.Helper()
	err := c.assume(more)
	if allowed && err != nil {
		c.t.Errorf("%s: %v", name, err)
	}
	if e, ok := wire.AsError(err); !allowed && (!ok || e.Type.Code != "AccessDenied") {
		c.t.Errorf("%s: %v", name, err)
	}
}

// with is a copy of claims with one changed; nil takes it away.
func with(claims map[string]any, name string, value any) map[string]any {
	out := maps.Clone(claims)
	out[name] = value
	if value == nil {
		delete(out, name)
	}
	return out
}

func TestWorkflowTokens(t *testing.T) {
	c := newClaimant(t, "/_services/token") // as the issuers of GitHub Enterprise Server have it
	c.trust(`{"StringEquals":{"%[1]s:ref":"refs/heads/main","%[1]s:environment":"production","%[1]s:repository_id":"74"},` +
		`"StringLike":{"%[1]s:job_workflow_ref":"octo/flows/.github/workflows/deploy.yml@*"}}`)
	good := map[string]any{
		"sub": "repo:octo/x:environment:production", "repository": "octo/x", "repository_id": "74", "ref": "refs/heads/main", "environment": "production",
		"job_workflow_ref": "octo/flows/.github/workflows/deploy.yml@refs/heads/main", "actor": "mona", "run_attempt": "1",
	}
	c.check("good", good, true)
	c.check("another branch", with(good, "ref", "refs/heads/dev"), false)
	c.check("another environment", with(good, "environment", "staging"), false)
	c.check("no environment", with(good, "environment", nil), false)
	c.check("another repository of the same name", with(good, "repository_id", "75"), false)
	c.check("another workflow", with(good, "job_workflow_ref", "mallory/flows/.github/workflows/deploy.yml@x"), false)
	c.check("a list", with(good, "ref", []string{"refs/heads/main", "refs/heads/dev"}), false)
	if c.world.minted != 1 {
		t.Errorf("%d sessions minted", c.world.minted)
	}
	c.trust(`{"StringEquals":{"%s:run_attempt":"1"}}`)
	c.check("a claim that is no key", good, false)
}

func TestServiceAccountTokens(t *testing.T) {
	c := newClaimant(t, "/id/0123")
	c.trust(`{"StringEquals":{"%[1]s:kubernetes.io/namespace":"shop","%[1]s:kubernetes.io/serviceaccount/name":"web","%[1]s:aud":"sts.amazonaws.com"}}`)
	object := func(namespace, account string) map[string]any {
		return map[string]any{"namespace": namespace, "serviceaccount": map[string]any{"name": account, "uid": "u"}, "pod": map[string]any{"name": "web-0", "uid": "p"}}
	}
	good := map[string]any{"sub": "system:serviceaccount:shop:web", "kubernetes.io": object("shop", "web")}
	c.check("good", good, true)
	c.check("another namespace", with(good, "kubernetes.io", object("kube-system", "web")), false)
	c.check("another service account", with(good, "kubernetes.io", object("shop", "db")), false)
	c.check("no such claim", with(good, "kubernetes.io", nil), false)
	c.check("flat claims", map[string]any{"kubernetes.io/namespace": "shop", "kubernetes.io/serviceaccount/name": "web"}, false)
	c.check("several audiences", with(good, "aud", []string{"https://cluster", "sts.amazonaws.com"}), true)
	c.trust(`{"StringEquals":{"%s:ref":"refs/heads/main"}}`)
	c.check("a workflow's claim of a cluster", with(good, "ref", "refs/heads/main"), false)
}
