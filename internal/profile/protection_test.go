package profile

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/srp"
)

// guard refuses passwords that hold "Known", and notes events.
type guard struct {
	err    error
	asked  []string
	events []string
}

func (g *guard) Refuses(_ context.Context, _ *directory.Pool, _, action, password string) (bool, error) {
	g.asked = append(g.asked, action)
	return strings.Contains(password, "Known"), g.err
}

func (g *guard) Record(_ context.Context, e Event) error {
	g.events = append(g.events, strings.TrimSpace(e.Type+" "+e.Response+" "+e.User.Username+" "+e.IP))
	return g.err
}

func TestProtection(t *testing.T) {
	h := open(t, setting{pool: func(p *directory.Pool) { p.AddOns.SecurityMode = "ENFORCED" }})
	g := &guard{}
	h.Protection = g
	const refused = "Provided password cannot be used for security reasons."
	known := &api.SignUpRequest{ClientId: clientID, Username: "bob", Password: ptr("Well-Known-7"), UserContextData: &api.UserContextDataType{IpAddress: ptr("192.0.2.1")}}
	_, err := h.SignUp(h.ctx, known)
	fails(t, err, api.InvalidPasswordException, refused)
	known.Password, known.UserAttributes = ptr(password), []api.AttributeType{attr("email", "b@example.org")}
	_, err = h.SignUp(h.ctx, known)
	must(t, err)
	_, err = h.ResendConfirmationCode(h.ctx, &api.ResendConfirmationCodeRequest{ClientId: clientID, Username: "bob"})
	must(t, err)
	_, err = h.forgot("ada")
	must(t, err)
	code := h.post.last(t).Code
	fails(t, h.reset("ada", code, "Well-Known-7"), api.InvalidPasswordException, refused)
	fails(t, h.reset("ada", "x", "Another-Horse-8"), api.CodeMismatchException, "")
	must(t, h.reset("ada", code, "Another-Horse-8"))
	in, err := h.byName("ada", "Another-Horse-8")
	must(t, err)
	change := func(from, to string) error {
		_, err := h.ChangePassword(h.ctx, &api.ChangePasswordRequest{AccessToken: *in.AuthenticationResult.AccessToken, PreviousPassword: &from, ProposedPassword: to})
		return err
	}
	fails(t, change("wrong", password), api.NotAuthorizedException, notRight)
	fails(t, change("Another-Horse-8", "Well-Known-7"), api.InvalidPasswordException, refused)
	must(t, change("Another-Horse-8", password))
	want := []string{
		"SignUp Pass bob", "ResendCode Pass bob", "ForgotPassword InProgress ada", "ForgotPassword Fail ada", "ForgotPassword Pass ada",
		"PasswordChange Fail ada", "PasswordChange Pass ada",
	}
	if d := cmp.Diff(want, g.events); d != "" {
		t.Error(d)
	}
	g.err = errors.New("the list is gone")
	if err := change(password, "Another-Horse-9"); err == nil {
		t.Error("a password that cannot be judged is taken")
	}
}

// Events carry the address that a client states only where the client has a secret and is trusted with it: anybody could put another's into the record.
func TestWhoseAddressIsRecorded(t *testing.T) {
	for name, c := range map[string]struct {
		trusted bool
		secret  string
		want    string
	}{
		"not trusted": {false, "secret", "ForgotPassword InProgress ada"},
		"no secret":   {true, "", "ForgotPassword InProgress ada"},
		"trusted":     {true, "secret", "ForgotPassword InProgress ada 192.0.2.1"},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, setting{
				pool: func(p *directory.Pool) { p.AddOns.SecurityMode = "AUDIT" }, secret: c.secret,
				client: func(d *directory.Client) { d.PropagateContext = c.trusted },
			})
			g := &guard{}
			h.Protection = g
			in := &api.ForgotPasswordRequest{ClientId: clientID, Username: "ada", UserContextData: &api.UserContextDataType{IpAddress: ptr("192.0.2.1")}}
			if c.secret != "" {
				in.SecretHash = ptr(srp.SecretHash(c.secret, "ada", clientID))
			}
			_, err := h.ForgotPassword(h.ctx, in)
			must(t, err)
			if d := cmp.Diff([]string{c.want}, g.events); d != "" {
				t.Error(d)
			}
		})
	}
}

// Where the client hides who exists, what is recorded of users does not hold up their answers.
func TestRecordsAreKeptAfterTheAnswer(t *testing.T) {
	h := open(t, setting{pool: func(p *directory.Pool) { p.AddOns.SecurityMode = "AUDIT" }, client: hidden})
	g := &slowGuard{let: make(chan struct{})}
	h.Protection = g
	for _, who := range []string{"ada", "eve"} {
		_, err := h.forgot(who)
		must(t, err)
	}
	close(g.let)
	h.Service.Drain()
	if d := cmp.Diff([]string{"ForgotPassword InProgress ada"}, g.events); d != "" {
		t.Error(d)
	}
}

// slowGuard records when it is let.
type slowGuard struct {
	guard
	let chan struct{}
}

func (g *slowGuard) Record(ctx context.Context, e Event) error {
	<-g.let
	return g.guard.Record(ctx, e)
}

func TestNoProtection(t *testing.T) {
	for _, mode := range []string{"", "OFF"} {
		h := open(t, setting{pool: func(p *directory.Pool) { p.AddOns.SecurityMode = mode }})
		g := &guard{err: errors.New("not to be asked")}
		h.Protection = g
		_, err := h.signUp("bob", attr("email", "bob@example.org"))
		must(t, err)
		if len(g.asked)+len(g.events) != 0 {
			t.Error("a pool without protection is protected")
		}
	}
}
