package signin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/factor"
	"github.com/mayfly-id/mayfly/internal/hook"
	"github.com/mayfly-id/mayfly/internal/idtoken"
	"github.com/mayfly-id/mayfly/internal/keys"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
	"github.com/mayfly-id/mayfly/internal/wire"
	"github.com/mayfly-id/mayfly/seal"
	"github.com/mayfly-id/mayfly/srp"
)

const (
	poolID   = "us-east-1_AAAAAAAAA"
	clientID = "client"
	account0 = "000000000000"
	userID   = "11111111-2222-4333-8444-555555555555"
	password = "Correct-Horse-7"
)

// seeded is randomness that is the same in every run and may be used by many goroutines.
type seeded struct {
	mu sync.Mutex
	r  *rand.ChaCha8
}

func (s *seeded) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.Read(b)
}

// clock stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// postbox keeps messages.
type postbox struct {
	mu       sync.Mutex
	messages []directory.Message
}

func (p *postbox) Send(_ context.Context, m directory.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.messages = append(p.messages, m)
	return nil
}

func (p *postbox) last(t testing.TB) directory.Message {
	t.Helper()
	if len(p.messages) == 0 {
		t.Fatal("nothing was sent")
	}
	return p.messages[len(p.messages)-1]
}

type house struct {
	*Service
	core    *account.Core
	ctx     context.Context // of an administrator of the pool's account
	clock   *clock
	post    *postbox
	tokens  *idtoken.Service
	ring    *keys.Ring
	pool    directory.Pool
	client  directory.Client
	keys    *passkeyFactors
	guard   Protection
	outside func(*directory.Pool, string) bool
	report  func(error)
	hooks   *functions
}

// setting is what a test wants other than the usual: a pool and client that allow everything, and the user "ada".
type setting struct {
	pool   func(*directory.Pool)
	client func(*directory.Client)
	user   func(*directory.User)
	secret string // of the client
	guard  Protection
}

func open(t testing.TB, set setting) *house {
	t.Helper()
	h := &house{clock: &clock{at: time.Date(2026, 1, 2, 3, 4, 5, 600_000_000, time.UTC)}, post: &postbox{}, guard: set.guard}
	h.ctx = caller.WithPrincipal(t.Context(), &caller.Principal{Kind: caller.Root, Account: account0})
	engine, err := sqlite.OpenMemory()
	must(t, err)
	var tables []store.AnyTable
	for _, l := range [][]store.AnyTable{account.Tables(), Tables(), factor.Tables(), idtoken.Tables(), directory.Tables(), keys.Tables()} {
		tables = append(tables, l...)
	}
	db, err := store.Open(h.ctx, engine, store.Options{Now: h.clock.now}, tables...)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	random := &seeded{r: rand.NewChaCha8([32]byte{1})}
	h.ring, err = keys.Open(h.ctx, db, seal.Key{7}, "test", random, h.clock.now)
	must(t, err)
	h.tokens = idtoken.New(idtoken.Config{Store: db, Keys: h.ring, Now: h.clock.now, Random: random, PublicURL: "https://id.example.org"})
	h.core = account.New(account.Config{
		Store: db, Keys: h.ring, Tokens: h.tokens, Notifier: h.post, Group: srp.Cognito(), Now: h.clock.now, Random: random,
	})
	h.restart()
	h.pool = directory.Pool{
		ID: poolID, Account: account0, Region: "us-east-1", SigningAlg: "ES256", Password: directory.DefaultPasswordPolicy(), AutoVerified: []string{"email"},
	}
	h.client = directory.Client{
		ID: clientID, PoolID: poolID, Revocation: true,
		Flows: []string{"ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"},
	}
	h.furnish(t, set)
	return h
}

// restart makes the service anew over the same store.
func (h *house) restart() {
	if h.hooks == nil {
		h.hooks = &functions{answers: map[hook.Source]func(map[string]any) (any, error){}}
	}
	h.Service = New(Config{Core: h.core, Tokens: h.tokens, Triggers: h.hooks, Protection: h.guard, Outside: h.outside, Report: h.report})
	h.keys = &passkeyFactors{Service: factor.New(factor.Config{
		Store: h.core.Store, Keys: h.ring, Tokens: verifyOnly{h.tokens}, Sessions: h.Service, Group: h.core.Group, Now: h.clock.now, Random: h.core.Random,
		Host: "id.example.org", Region: "us-east-1",
	})}
	h.Use(h.keys)
}

func (h *house) furnish(t testing.TB, set setting) {
	t.Helper()
	if set.pool != nil {
		set.pool(&h.pool)
	}
	if set.client != nil {
		set.client(&h.client)
	}
	if set.secret != "" {
		var err error
		h.client.SealedSecret, err = h.ring.Seal(seal.ClientSecret, poolID, []byte(set.secret), seal.AAD("user_pool_clients", clientID, "secret"))
		must(t, err)
	}
	u := &directory.User{
		PoolID: poolID, Sub: userID, Username: "ada", Status: directory.Confirmed, Enabled: true,
		Attributes: map[string]string{"email": "ada@example.org", "email_verified": "true"},
	}
	must(t, h.core.SetPassword(h.ctx, &h.pool, u, password))
	if set.user != nil {
		set.user(u)
	}
	insertKeys, err := h.tokens.NewPoolKeys(poolID, h.pool.SigningAlg)
	must(t, err)
	must(t, h.core.Store.Update(h.ctx, func(w store.Writer) error {
		if err := directory.Pools.Insert(h.ctx, w, &h.pool); err != nil {
			return err
		}
		if err := directory.Clients.Insert(h.ctx, w, &h.client); err != nil {
			return err
		}
		if err := insertKeys(h.ctx, w); err != nil {
			return err
		}
		return directory.InsertUser(h.ctx, w, &h.pool, u)
	}))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// fails checks the type and, unless it is empty, the message of an error.
func fails(t testing.TB, err error, want *wire.ErrorType, message string) {
	t.Helper()
	e, ok := wire.AsError(err)
	if !ok || e.Type != want || message != "" && e.Message != message {
		t.Helper()
		t.Errorf("got %v, want %s: %s", err, want.Code, message)
	}
}

func hidden(c *directory.Client) { c.PreventExistence = true }

func (h *house) user(t testing.TB) directory.User {
	t.Helper()
	row, err := directory.Users.Get(h.ctx, h.core.Store, poolID, userID)
	must(t, err)
	return row.Doc
}

func (h *house) changeUser(t testing.TB, change func(*directory.User)) {
	t.Helper()
	must(t, h.core.Store.Update(h.ctx, func(w store.Writer) error {
		row, err := directory.Users.Get(h.ctx, w, poolID, userID)
		if err != nil {
			return err
		}
		change(&row.Doc)
		return directory.Users.Update(h.ctx, w, &row)
	}))
}

// byName signs in with USER_PASSWORD_AUTH.
func (h *house) byName(name, password string) (*api.InitiateAuthResponse, error) {
	return h.InitiateAuth(h.ctx, &api.InitiateAuthRequest{
		ClientId: clientID, AuthFlow: api.AuthFlowTypeUserPasswordAuth, AuthParameters: map[string]string{"USERNAME": name, "PASSWORD": password},
	})
}

// in signs ada in.
func (h *house) in(t testing.TB) *api.AuthenticationResultType {
	t.Helper()
	out, err := h.byName("ada", password)
	must(t, err)
	return out.AuthenticationResult
}

// exchange is a client's side of USER_SRP_AUTH.
type exchange struct {
	h         *house
	srp       *srp.Client
	name      string
	challenge map[string]string
	hash      func(name string) string // SECRET_HASH; nil: none
}

func (h *house) begin(name string, hash func(string) string) (*exchange, error) {
	c, err := h.core.Group.NewClient(h.core.Random)
	if err != nil {
		return nil, err
	}
	params := map[string]string{"USERNAME": name, "SRP_A": c.A(), "CHALLENGE_NAME": "SRP_A"}
	if hash != nil {
		params["SECRET_HASH"] = hash(name)
	}
	out, err := h.InitiateAuth(h.ctx, &api.InitiateAuthRequest{ClientId: clientID, AuthFlow: api.AuthFlowTypeUserSrpAuth, AuthParameters: params})
	if err != nil {
		return nil, err
	}
	return &exchange{h, c, name, out.ChallengeParameters, hash}, nil
}

// answer computes the proof for a password.
func (x *exchange) answer(t testing.TB, password string) map[string]string {
	t.Helper()
	block, err := base64.StdEncoding.DecodeString(x.challenge["SECRET_BLOCK"])
	must(t, err)
	timestamp, signature, err := x.srp.Claim(
		"AAAAAAAAA", x.challenge["USER_ID_FOR_SRP"], password, x.challenge["SALT"], x.challenge["SRP_B"], block, x.h.clock.now())
	must(t, err)
	params := map[string]string{
		"TIMESTAMP": timestamp, "USERNAME": x.challenge["USER_ID_FOR_SRP"],
		"PASSWORD_CLAIM_SECRET_BLOCK": x.challenge["SECRET_BLOCK"], "PASSWORD_CLAIM_SIGNATURE": base64.StdEncoding.EncodeToString(signature),
	}
	if x.hash != nil {
		params["SECRET_HASH"] = x.hash(params["USERNAME"])
	}
	return params
}

func (h *house) finish(params map[string]string) (*api.RespondToAuthChallengeResponse, error) {
	return h.RespondToAuthChallenge(h.ctx, &api.RespondToAuthChallengeRequest{
		ClientId: clientID, ChallengeName: api.ChallengeNameTypePasswordVerifier, ChallengeResponses: params,
	})
}

// claimsOf reads the claims of a token that this server issued.
func (h *house) claimsOf(t testing.TB, token *string) map[string]any {
	t.Helper()
	c, err := h.tokens.VerifyID(h.ctx, directory.Token(*token), poolID)
	must(t, err)
	b, err := json.Marshal(c.All)
	must(t, err)
	var m map[string]any
	must(t, json.Unmarshal(b, &m))
	return m
}

func (h *house) insertClient(c *directory.Client) error {
	return h.core.Store.Update(h.ctx, func(w store.Writer) error { return directory.Clients.Insert(h.ctx, w, c) })
}
