package signin

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// guard is threat protection that says what a test wants, and keeps what it is told.
type guard struct {
	mu       sync.Mutex
	says     directory.Assessment
	asked    []directory.Attempt
	events   []directory.AuthEvent
	complete []directory.AuthEvent
}

func (g *guard) Assess(_ context.Context, a directory.Attempt) (directory.Assessment, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked = append(g.asked, a)
	return g.says, nil
}

func (g *guard) Save(_ context.Context, e *directory.AuthEvent) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	e.ID = fmt.Sprintf("event-%d", len(g.events))
	g.events = append(g.events, *e)
	return nil
}

func (g *guard) Complete(_ context.Context, _ store.Writer, e *directory.AuthEvent) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.complete = append(g.complete, *e)
	return nil
}

func (*guard) Tell(context.Context, *directory.AuthEvent) {}

func watched(p *directory.Pool) { p.AddOns.SecurityMode = "ENFORCED" }

func TestVerdictsOnSignIns(t *testing.T) {
	block := directory.Assessment{Action: "BLOCK", Decision: "Block"}
	compromised := directory.Assessment{Action: "BLOCK", Compromised: true}
	optional := func(p *directory.Pool) { watched(p); mfa("OPTIONAL")(p) }
	for name, c := range map[string]struct {
		says     directory.Assessment
		pool     func(*directory.Pool)
		user     func(*directory.User)
		password string
		hidden   bool
		want     *wire.ErrorType // nil: no error
		message  string          // or the challenge; empty: tokens
	}{
		"content":                    {directory.Assessment{Action: "NO_ACTION"}, watched, nil, password, false, nil, ""},
		"blocked":                    {block, watched, nil, password, false, api.NotAuthorizedException, "Unable to login because of security reasons."},
		"blocked, whatever is typed": {block, watched, nil, "wrong", false, api.NotAuthorizedException, "Unable to login because of security reasons."},
		"blocked and hidden":         {block, watched, nil, password, true, api.NotAuthorizedException, notRight},
		"compromised":                {compromised, watched, nil, password, true, api.PasswordResetRequiredException, "Password reset required for user due to security reasons"},
		"compromised but wrong":      {compromised, watched, nil, "wrong", true, api.NotAuthorizedException, notRight},
		"MFA for who can":            {directory.Assessment{Action: "MFA_IF_CONFIGURED"}, optional, withPhone, password, false, nil, "SELECT_MFA_TYPE"},
		"MFA, but cannot":            {directory.Assessment{Action: "MFA_IF_CONFIGURED"}, optional, func(u *directory.User) { u.Attributes = nil }, password, false, nil, ""},
		"MFA for everyone":           {directory.Assessment{Action: "MFA_REQUIRED"}, optional, func(u *directory.User) { u.Attributes = nil }, password, false, api.NotAuthorizedException, "Unable to login because of security reasons."},
		"MFA where there is none":    {directory.Assessment{Action: "MFA_REQUIRED"}, watched, withPhone, password, false, api.NotAuthorizedException, "Unable to login because of security reasons."},
		"not watched":                {block, nil, nil, password, false, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			g := &guard{says: c.says}
			h := open(t, setting{pool: c.pool, user: c.user, client: func(d *directory.Client) { d.PreventExistence = c.hidden }, guard: g})
			out, err := h.byName("ada", c.password)
			h.Drain()
			switch {
			case c.want != nil:
				fails(t, err, c.want, c.message)
			case c.message != "":
				must(t, err)
				asks(t, out.ChallengeName, api.ChallengeNameType(c.message))
			default:
				must(t, err)
				if out.AuthenticationResult == nil {
					t.Error("asked for ", *out.ChallengeName)
				}
			}
			if c.pool == nil && len(g.asked)+len(g.events)+len(g.complete) > 0 {
				t.Error("a pool without threat protection is watched")
			}
		})
	}
}

func TestEventsOfASignIn(t *testing.T) {
	g := &guard{}
	h := open(t, setting{pool: func(p *directory.Pool) { watched(p); mfa("OPTIONAL")(p) }, guard: g})
	app := h.withTOTP(t)
	_, err := h.byName("ada", "wrong")
	fails(t, err, api.NotAuthorizedException, notRight)
	out := h.password(t)
	_, err = h.reply(api.ChallengeNameTypeSoftwareTokenMfa, out.Session, map[string]string{"SOFTWARE_TOKEN_MFA_CODE": app.code()})
	must(t, err)
	type seen struct {
		Response   string
		Challenges []directory.Challenge
	}
	var got []seen
	for _, e := range append(g.events, g.complete...) {
		got = append(got, seen{e.Response, e.Challenges})
	}
	want := []seen{
		{"Fail", []directory.Challenge{{Name: "Password", Response: "Failure"}}},
		{"InProgress", []directory.Challenge{{Name: "Password", Response: "Success"}}},
		{"Pass", []directory.Challenge{{Name: "Mfa", Response: "Success"}}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if g.complete[0].ID != g.events[1].ID {
		t.Error("another event is completed")
	}
	if g.asked[0].Password != "wrong" || g.events[0].Attempt.Password != "" {
		t.Error("the password is not judged, or it is kept")
	}
}
