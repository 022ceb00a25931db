package identitypool

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidentityapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/keys"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/seal"
)

const (
	account  = "123456789012"
	poolA    = "eu-west-1_AAAAAAAAA"
	poolB    = "eu-west-1_BBBBBBBBB"
	nameA    = "cognito-idp.eu-west-1.amazonaws.com/" + poolA
	nameB    = "cognito-idp.eu-west-1.amazonaws.com/" + poolB
	inRole   = "arn:aws:iam::" + account + ":role/in"
	guest    = "arn:aws:iam::" + account + ":role/guest"
	other    = "arn:aws:iam::" + account + ":role/other"
	mistrust = "arn:aws:iam::" + account + ":role/mistrust"
)

var now = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)

// house is a service over a store. Tokens of user pools are texts "pool subject audience role,role", with claims in JSON after a "|"; those of other
// providers "provider subject" and claims.
type house struct {
	*Service
	t       testing.TB
	ctx     context.Context
	trust   string // policy of every role but mistrust
	revoked bool
	mu      sync.Mutex
	minted  []caller.Principal
	clock   time.Time
	entries []entry // what was recorded
	deaf    bool    // recording fails
	untag   bool    // roles do not trust tags
}

type entry struct {
	action, role, user string
	allowed            bool
}

type lockedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *lockedReader) Read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(b)
}

func newHouse(t testing.TB) *house {
	t.Helper()
	engine, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return now }
	db, err := store.Open(t.Context(), engine, store.Options{Now: clock}, append(Tables(), keys.Tables()...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	random := &lockedReader{r: rand.NewChaCha8([32]byte{5})}
	ring, err := keys.Open(t.Context(), db, seal.Key{7}, "d", random, clock)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, trust: `"Condition":{"ForAnyValue:StringEquals":{"cognito-identity.amazonaws.com:amr":["authenticated","unauthenticated"]}}`}
	h.Service = &Service{Store: db, Random: random, Account: account, Issuer: "https://id.example.org:8443", Verifier: h, Roles: h, Minter: h, Keys: ring,
		Now: func() time.Time { return h.clock }, Federated: h, Decisions: h}
	h.clock = now
	h.ctx = as(account)
	return h
}

// as is a context in which the administrator of an account calls.
func as(account string) context.Context {
	ctx := caller.WithPrincipal(context.Background(), &caller.Principal{Kind: caller.Root, Account: account, UniqueID: account, UserID: account})
	return caller.WithRequest(ctx, &caller.Request{ID: "r", Time: now, Region: "eu-west-1"})
}

func (h *house) VerifyLogin(_ context.Context, userPool, token string, revocation bool) (Login, error) {
	token, claims := split(h.t, token)
	parts := strings.Split(token, " ")
	switch {
	case token == "expired":
		return Login{}, fmt.Errorf("x: %w", ErrExpired)
	case token == "broken":
		return Login{}, context.DeadlineExceeded
	case len(parts) != 4 || parts[0] != userPool:
		return Login{}, fmt.Errorf("x: %w", ErrBadSignature)
	case revocation && h.revoked:
		return Login{}, fmt.Errorf("x: %w", ErrRevoked)
	}
	return Login{Subject: parts[1], Audience: parts[2], Roles: strings.Split(parts[3], ","), Claims: claims}, nil
}

// split cuts the claims off a token of these tests.
func split(t testing.TB, token string) (string, map[string]any) {
	token, text, ok := strings.Cut(token, "|")
	claims := map[string]any{}
	if ok {
		if err := json.Unmarshal([]byte(text), &claims); err != nil {
			t.Error(err)
		}
	}
	return token, claims
}

func (h *house) foreignLogin(provider, token string) (Login, error) {
	token, claims := split(h.t, token)
	parts := strings.Split(token, " ")
	switch {
	case token == "expired":
		return Login{}, ErrExpired
	case token == "unreachable":
		return Login{}, fmt.Errorf("x: %w", ErrUnreachable)
	case len(parts) != 2 || parts[0] != provider:
		return Login{}, ErrBadSignature
	}
	l := Login{Subject: parts[1], Audience: "app", Claims: claims}
	if list, ok := claims["roles"].([]any); ok {
		for _, v := range list {
			l.Roles = append(l.Roles, v.(string))
		}
	}
	return l, nil
}

func (h *house) VerifyOIDC(_ context.Context, arn, token string) (Login, error) {
	return h.foreignLogin(arn, token)
}

func (h *house) VerifySAML(_ context.Context, arn, assertion string) (Login, error) {
	return h.foreignLogin(arn, assertion)
}

func (h *house) VerifyKnown(_ context.Context, issuer, clientID, token string) (Login, error) {
	return h.foreignLogin(issuer+"#"+clientID, token)
}

func (h *house) Record(_ context.Context, p *caller.Principal, ask *caller.Ask, allowed bool, reason string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.deaf {
		return context.DeadlineExceeded
	}
	if allowed != (reason == "") {
		h.t.Errorf("allowed %v because %q", allowed, reason)
	}
	h.entries = append(h.entries, entry{ask.Action, ask.Resource, p.UserID, allowed})
	return nil
}

func token(userPool, subject string) string { return userPool + " " + subject + " client " + other }

func (h *house) LoginRole(_ context.Context, arn string) (Role, error) {
	name := arn[strings.LastIndexByte(arn, '/')+1:]
	trust := h.trust
	switch arn {
	case inRole, guest, other:
	case mistrust:
		trust = `"Condition":{"StringEquals":{"cognito-identity.amazonaws.com:aud":"another pool"}}`
	case "arn:broken":
		return Role{}, context.DeadlineExceeded
	default:
		return Role{}, caller.ErrUnknown
	}
	actions := `"sts:AssumeRoleWithWebIdentity","sts:TagSession"`
	if h.untag {
		actions = `"sts:AssumeRoleWithWebIdentity"`
	}
	p, err := iampolicy.Parse([]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":[`+actions+`],`+trust+`}]}`), iampolicy.TrustPolicy)
	if err != nil {
		h.t.Error(err)
	}
	return Role{ARN: arn, Name: name, UniqueID: "AROA" + name, Account: account, Trust: p}, err
}

func (h *house) Mint(p caller.Principal) (caller.Credentials, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.minted = append(h.minted, p)
	return caller.Credentials{AccessKeyID: "ASIA", SecretAccessKey: "secret", SessionToken: "token", Expiration: p.Session.Expires}, nil
}

func (h *house) last() caller.Principal {
	h.t.Helper()
	if len(h.minted) == 0 {
		h.t.Fatal("nothing was minted")
	}
	return h.minted[len(h.minted)-1]
}

// pool makes a pool that takes logins of two user pools, with both roles.
func (h *house) pool(guests bool, edit ...func(*api.CreateIdentityPoolInput)) string {
	h.t.Helper()
	in := &api.CreateIdentityPoolInput{IdentityPoolName: "p", AllowUnauthenticatedIdentities: guests, CognitoIdentityProviders: []api.CognitoIdentityProvider{
		{ProviderName: ptr(nameA), ClientId: ptr("client")}, {ProviderName: ptr(nameB), ClientId: ptr("client")},
	}}
	for _, e := range edit {
		e(in)
	}
	out, err := h.CreateIdentityPool(h.ctx, in)
	if err != nil {
		h.t.Fatal(err)
	}
	h.roles(out.IdentityPoolId, map[string]string{"authenticated": inRole, "unauthenticated": guest})
	return out.IdentityPoolId
}

func (h *house) roles(pool string, roles map[string]string) {
	h.t.Helper()
	if _, err := h.SetIdentityPoolRoles(h.ctx, &api.SetIdentityPoolRolesInput{IdentityPoolId: pool, Roles: roles}); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) id(pool string, logins map[string]string) (string, error) {
	out, err := h.GetId(h.ctx, &api.GetIdInput{IdentityPoolId: pool, Logins: logins})
	if err != nil {
		return "", err
	}
	return *out.IdentityId, nil
}

func (h *house) mustID(pool string, logins map[string]string) string {
	h.t.Helper()
	id, err := h.id(pool, logins)
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}

func (h *house) credentials(id string, logins map[string]string, custom *string) error {
	out, err := h.GetCredentialsForIdentity(h.ctx, &api.GetCredentialsForIdentityInput{IdentityId: id, Logins: logins, CustomRoleArn: custom})
	if err == nil && (*out.Credentials.SecretKey != "secret" || !out.Credentials.Expiration.Equal(now.Add(time.Hour))) {
		h.t.Errorf("credentials are %+v", out.Credentials)
	}
	return err
}

func ptr[T any](v T) *T { return &v }

func fails(t testing.TB, name string, err error, want *wire.ErrorType, message string) {
	t.Helper()
	e, ok := wire.AsError(err)
	if !ok || e.Type.Code != want.Code || message != "" && e.Message != message {
		t.Errorf("%s: %v, want %s: %s", name, err, want.Code, message)
	}
}
