package protection

import (
	"context"
	"crypto/rand"
	"errors"
	"net/netip"
	"sync"
	"testing"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/keys"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
	"github.com/mayfly-id/mayfly/internal/wire"
)

const (
	testPool   = "eu-west-1_AAAAAAAAA"
	testClient = "client1"
	testSub    = "11111111-1111-4111-8111-111111111111"
	account    = "111122223333"
)

// house is a service with a pool, a client and a user, and what it told others.
type house struct {
	*Service
	ctx      context.Context
	pool     *directory.Pool
	user     *directory.User
	mu       sync.Mutex
	now      time.Time
	lines    []string
	mails    []directory.Message
	reported []error
	sinkErr  error
}

func (h *house) Write(_ context.Context, destination string, line []byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lines = append(h.lines, destination+" "+string(line))
	return h.sinkErr
}

func (h *house) Send(_ context.Context, m directory.Message) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.mails = append(h.mails, m)
	return h.sinkErr
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// as gives the context of a signed request of an account.
func (h *house) as(account string) context.Context {
	ctx := caller.WithPrincipal(context.WithoutCancel(h.ctx), &caller.Principal{Account: account})
	return caller.WithRequest(ctx, &caller.Request{Region: "eu-west-1", Time: h.clock()})
}

func newHouse(t testing.TB, securityMode string) *house {
	t.Helper()
	engine, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC), ctx: t.Context()}
	tables := append(append(directory.Tables(), keys.Tables()...), Tables()...)
	db, err := store.Open(t.Context(), engine, store.Options{Now: h.clock}, tables...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	root, err := keys.NewRoot(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := keys.Open(t.Context(), db, root, "deployment", rand.Reader, h.clock)
	if err != nil {
		t.Fatal(err)
	}
	h.Service = New(Config{
		Store: db, Keys: ring, Notifier: h, Log: h, Passwords: Common(), Now: h.clock, Random: rand.Reader, Region: "eu-west-1",
		FeedbackURL: "https://id.example.org/feedback", Report: func(err error) { h.reported = append(h.reported, err) },
	})
	h.ctx = h.as(account)
	h.pool = &directory.Pool{ID: testPool, Account: account, Region: "eu-west-1", Tier: "PLUS", AddOns: directory.AddOns{SecurityMode: securityMode}}
	h.user = &directory.User{PoolID: testPool, Sub: testSub, Username: "ann", Enabled: true, Attributes: map[string]string{"email": "ann@example.org"}}
	if err := db.Update(t.Context(), func(w store.Writer) error {
		return errors.Join(directory.Pools.Insert(t.Context(), w, h.pool), directory.InsertUser(t.Context(), w, h.pool, h.user),
			directory.Clients.Insert(t.Context(), w, &directory.Client{ID: testClient, PoolID: testPool}))
	}); err != nil {
		t.Fatal(err)
	}
	return h
}

// attempt is a sign-in from an address with a device.
func (h *house) attempt(ip, device string) directory.Attempt {
	a := directory.Attempt{Pool: h.pool, ClientID: testClient, User: h.user, Kind: "SignIn", DeviceKey: device, UserAgent: "Firefox"}
	if ip != "" {
		a.IP = netip.MustParseAddr(ip)
	}
	return a
}

func (h *house) assess(t testing.TB, a directory.Attempt) directory.Assessment {
	t.Helper()
	out, err := h.Assess(h.ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// signIn assesses and records an attempt, and gives the event.
func (h *house) signIn(t testing.TB, a directory.Attempt, response string) *directory.AuthEvent {
	t.Helper()
	e := &directory.AuthEvent{Attempt: a, Assessment: h.assess(t, a), Response: response, Challenges: []directory.Challenge{{Name: "Password", Response: "Success"}}}
	if err := h.Save(h.ctx, e); err != nil {
		t.Fatal(err)
	}
	return e
}

func (h *house) setRisk(t testing.TB, in api.SetRiskConfigurationRequest) {
	t.Helper()
	in.UserPoolId = testPool
	if _, err := h.SetRiskConfiguration(h.ctx, &in); err != nil {
		t.Fatal(err)
	}
}

func (h *house) list(t testing.TB) []api.AuthEventType {
	t.Helper()
	in := &api.AdminListUserAuthEventsRequest{UserPoolId: testPool, Username: "ann"}
	var all []api.AuthEventType
	for {
		out, err := h.AdminListUserAuthEvents(h.ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, out.AuthEvents...)
		if out.NextToken == nil {
			return all
		}
		in.NextToken = out.NextToken
	}
}

// takeover is a rule for each level.
func takeover(low, medium, high api.AccountTakeoverEventActionType, notify bool) *api.AccountTakeoverRiskConfigurationType {
	act := func(a api.AccountTakeoverEventActionType) *api.AccountTakeoverActionType {
		return &api.AccountTakeoverActionType{EventAction: a, Notify: notify}
	}
	return &api.AccountTakeoverRiskConfigurationType{
		Actions: api.AccountTakeoverActionsType{LowAction: act(low), MediumAction: act(medium), HighAction: act(high)},
		NotifyConfiguration: &api.NotifyConfigurationType{
			SourceArn: "arn:aws:ses:eu-west-1:111122223333:identity/example.org", From: new("security@example.org"), ReplyTo: new("help@example.org"),
			BlockEmail: &api.NotifyEmailType{
				Subject: "Blocked {username}", HtmlBody: new(`<p>{username} {ip-address} {device-name} {city} {login-time}</p><a href="{one-click-link-invalid}">no</a>`),
				TextBody: new("{event-id} {feedback-token}"),
			},
		},
	}
}

func wantError(t testing.TB, err error, kind *wire.ErrorType) {
	t.Helper()
	var e *wire.Error
	if !errors.As(err, &e) || e.Type != kind {
		t.Helper()
		t.Errorf("error %v, want %s", err, kind.Name)
	}
}
