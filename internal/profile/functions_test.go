package profile

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/hook"
	"github.com/mayfly-id/mayfly/internal/store"
)

// functions stands for the functions of a pool: it answers each source with a JSON object or an error, and notes what was asked.
type functions struct {
	mu      sync.Mutex
	answers map[hook.Source]string
	errs    map[hook.Source]error
	calls   []hook.Call
	asked   []any
}

func (f *functions) Invoke(_ context.Context, c hook.Call, request, response any) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls, f.asked = append(f.calls, c), append(f.asked, request)
	if err := f.errs[c.Source]; err != nil {
		return true, err
	}
	if answer := f.answers[c.Source]; answer != "" {
		return true, json.Unmarshal([]byte(answer), response)
	}
	return true, nil
}

// sources lists what was called.
func (f *functions) sources() []hook.Source {
	var out []hook.Source
	for _, c := range f.calls {
		out = append(out, c.Source)
	}
	return out
}

func everyTrigger(p *directory.Pool) {
	p.Triggers = directory.Triggers{PreSignUp: "arn:pre", PostConfirmation: "arn:post", UserMigration: "arn:migrate"}
}

var errFunction = api.UserLambdaValidationException.New("PreSignUp failed with error no.")

func TestPreSignUp(t *testing.T) {
	for name, c := range map[string]struct {
		answer    string
		confirmed bool
		verified  string
		sent      int
		sources   []hook.Source
	}{
		"lets pass": {`{}`, false, "false", 1, []hook.Source{hook.PreSignUpSignUp}},
		"confirms":  {`{"autoConfirmUser":true}`, true, "false", 0, []hook.Source{hook.PreSignUpSignUp, hook.PostConfirmationSignUp}},
		"confirms and verifies": {`{"autoConfirmUser":true,"autoVerifyEmail":true}`, true, "true", 0,
			[]hook.Source{hook.PreSignUpSignUp, hook.PostConfirmationSignUp}},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, setting{pool: everyTrigger})
			h.functions.answers = map[hook.Source]string{hook.PreSignUpSignUp: c.answer}
			out, err := h.SignUp(h.ctx, &api.SignUpRequest{
				ClientId: clientID, Username: "bob", Password: ptr(password), UserAttributes: []api.AttributeType{attr("email", "bob@example.org")},
				ValidationData: []api.AttributeType{attr("captcha", "7")}, ClientMetadata: map[string]string{"k": "v"},
			})
			must(t, err)
			if out.UserConfirmed != c.confirmed || len(h.post.messages) != c.sent || (out.CodeDeliveryDetails != nil) != (c.sent > 0) {
				t.Errorf("%+v, %d messages", out, len(h.post.messages))
			}
			row, err := directory.FindUser(h.ctx, h.core.Store, &h.pool, "bob")
			must(t, err)
			if row.Doc.Attributes["email_verified"] != c.verified || (row.Doc.Status == directory.Confirmed) != c.confirmed {
				t.Errorf("%s %v", row.Doc.Status, row.Doc.Attributes)
			}
			if d := cmp.Diff(c.sources, h.functions.sources()); d != "" {
				t.Error(d)
			}
			want := hook.Request{
				UserAttributes: map[string]string{"email": "bob@example.org"}, ValidationData: map[string]string{"captcha": "7"}, ClientMetadata: map[string]string{"k": "v"},
			}
			if d := cmp.Diff(want, h.functions.asked[0]); d != "" {
				t.Error(d)
			}
			if first := h.functions.calls[0]; first.ClientID != clientID || first.Username != "bob" {
				t.Errorf("%+v", first)
			}
		})
	}
}

func TestPreSignUpRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		err    error
		none   bool // nobody can call functions
		want   error
	}{
		"error":            {err: errFunction, want: api.UserLambdaValidationException},
		"verifies nothing": {answer: `{"autoVerifyPhone":true}`, want: api.InvalidLambdaResponseException},
		"cannot be called": {none: true, want: api.UnexpectedLambdaException},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, setting{pool: everyTrigger})
			h.functions.answers = map[hook.Source]string{hook.PreSignUpSignUp: c.answer}
			h.functions.errs = map[hook.Source]error{hook.PreSignUpSignUp: c.err}
			if c.none {
				h.Triggers = nil
			}
			if _, err := h.signUp("bob", attr("email", "bob@example.org")); !errors.Is(err, c.want) {
				t.Errorf("error is %v", err)
			}
			if _, err := directory.FindUser(h.ctx, h.core.Store, &h.pool, "bob"); !errors.Is(err, store.ErrNotFound) || len(h.post.messages) != 0 {
				t.Errorf("the user is there (%v), or was sent a code", err)
			}
		})
	}
}

// An address that the trigger calls verified names the new user, and no longer the one before.
func TestPreSignUpMovesAliases(t *testing.T) {
	h := open(t, setting{pool: func(p *directory.Pool) { everyTrigger(p); p.AliasAttributes = []string{"email"} }})
	h.functions.answers = map[hook.Source]string{hook.PreSignUpSignUp: `{"autoConfirmUser":true,"autoVerifyEmail":true}`}
	_, err := h.signUp("bob", attr("email", "ada@example.org"))
	must(t, err)
	row, err := directory.FindUser(h.ctx, h.core.Store, &h.pool, "ada@example.org")
	must(t, err)
	if row.Doc.Username != "bob" || h.user(t).Attributes["email_verified"] != "false" {
		t.Error("the alias names ", row.Doc.Username)
	}
}

func TestPostConfirmation(t *testing.T) {
	h := open(t, setting{pool: everyTrigger})
	_, err := h.signUp("bob", attr("email", "bob@example.org"))
	must(t, err)
	metadata := map[string]string{"k": "v"}
	_, err = h.ConfirmSignUp(h.ctx, &api.ConfirmSignUpRequest{ClientId: clientID, Username: "bob", ConfirmationCode: h.post.last(t).Code, ClientMetadata: metadata})
	must(t, err)
	_, err = h.forgot("ada")
	must(t, err)
	reset := &api.ConfirmForgotPasswordRequest{ClientId: clientID, Username: "ada", ConfirmationCode: h.post.last(t).Code, Password: "Another-Horse-8", ClientMetadata: metadata}
	_, err = h.ConfirmForgotPassword(h.ctx, reset)
	must(t, err)
	want := []hook.Source{hook.PreSignUpSignUp, hook.PostConfirmationSignUp, hook.PostConfirmationForgotPassword}
	if d := cmp.Diff(want, h.functions.sources()); d != "" {
		t.Fatal(d)
	}
	for i, name := range map[int]string{1: "bob@example.org", 2: "ada@example.org"} {
		r := h.functions.asked[i].(hook.Request)
		if r.UserAttributes["email"] != name || r.UserAttributes["cognito:user_status"] != "CONFIRMED" || r.UserAttributes["email_verified"] != "true" || r.ClientMetadata["k"] != "v" {
			t.Errorf("%+v", r)
		}
	}
}

// What a post confirmation trigger says comes too late to undo anything.
func TestPostConfirmationFails(t *testing.T) {
	h := open(t, setting{pool: everyTrigger})
	h.functions.errs = map[hook.Source]error{hook.PostConfirmationSignUp: errFunction, hook.PostConfirmationForgotPassword: errFunction}
	_, err := h.signUp("bob", attr("email", "bob@example.org"))
	must(t, err)
	fails(t, h.confirm("bob", h.post.last(t).Code), api.UserLambdaValidationException, "")
	_, err = h.byName("bob", password)
	must(t, err)
	_, err = h.forgot("ada")
	must(t, err)
	fails(t, h.reset("ada", h.post.last(t).Code, "Another-Horse-8"), api.UserLambdaValidationException, "")
	_, err = h.byName("ada", "Another-Horse-8")
	must(t, err)
}

func TestMigration(t *testing.T) {
	for name, c := range map[string]struct {
		pool     func(*directory.Pool)
		typed    string
		answer   string
		username string // empty: the sub
	}{
		"name":    {everyTrigger, "eve", `{"userAttributes":{"email":"eve@example.org","email_verified":"true"},"finalUserStatus":"CONFIRMED"}`, "eve"},
		"address": {func(p *directory.Pool) { everyTrigger(p); p.UsernameAttributes = []string{"email"} }, "eve@example.org", `{"userAttributes":{"email":"Eve@example.org","email_verified":"true"}}`, ""},
		"alias":   {func(p *directory.Pool) { everyTrigger(p); p.AliasAttributes = []string{"email"} }, "eve@example.org", `{"userAttributes":{"username":"eve","sub":"chosen","email":"eve@example.org","email_verified":"true"}}`, "eve"},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, setting{pool: c.pool, client: hidden})
			h.functions.answers = map[hook.Source]string{hook.MigrationForgotPassword: c.answer}
			out, err := h.ForgotPassword(h.ctx, &api.ForgotPasswordRequest{ClientId: clientID, Username: c.typed, ClientMetadata: map[string]string{"k": "v"}})
			must(t, err)
			if *out.CodeDeliveryDetails.Destination != "e***@e***" {
				t.Errorf("%+v", out.CodeDeliveryDetails)
			}
			if ask := h.functions.asked[0].(hook.MigrationRequest); ask.ClientMetadata["k"] != "v" || ask.Password != "" || h.functions.calls[0].Username != c.typed {
				t.Errorf("%+v", ask)
			}
			row, err := directory.FindUser(h.ctx, h.core.Store, &h.pool, c.typed)
			must(t, err)
			if u := row.Doc; u.Status != directory.ResetRequired || u.Sub == "chosen" || u.Username != c.username && (c.username != "" || u.Username != u.Sub) {
				t.Errorf("%+v", u)
			}
			must(t, h.reset(c.typed, h.post.last(t).Code, "Another-Horse-8"))
			_, err = h.byName(c.typed, "Another-Horse-8")
			must(t, err)
		})
	}
}

func TestNotMigrated(t *testing.T) {
	taken := `{"userAttributes":{"email":"ada@example.org","email_verified":"true"}}`
	for name, c := range map[string]struct {
		answer  string
		err     error
		message string
	}{
		"unknown there":    {``, nil, "Username/client id combination not found."},
		"function fails":   {``, errFunction, "Username/client id combination not found."},
		"against schema":   {`{"userAttributes":{"nonsense":"1"}}`, nil, "Username/client id combination not found."},
		"alias of another": {taken, nil, "Username/client id combination not found."},
	} {
		t.Run(name, func(t *testing.T) {
			set := setting{pool: func(p *directory.Pool) { everyTrigger(p); p.AliasAttributes = []string{"email"} }}
			for _, hide := range []bool{false, true} {
				if hide {
					set.client = hidden
				}
				h := open(t, set)
				h.functions.answers = map[hook.Source]string{hook.MigrationForgotPassword: c.answer}
				h.functions.errs = map[hook.Source]error{hook.MigrationForgotPassword: c.err}
				d, err := h.forgot("eve")
				if !hide {
					fails(t, err, api.UserNotFoundException, c.message)
				} else if err != nil || *d.AttributeName != "email" {
					t.Errorf("%+v, %v", d, err)
				}
				if len(h.post.messages) != 0 || h.user(t).Attributes["email_verified"] != "true" {
					t.Error("a code was sent, or ada's address is taken")
				}
				if _, err := directory.FindUser(h.ctx, h.core.Store, &h.pool, "eve"); !errors.Is(err, store.ErrNotFound) {
					t.Error(err)
				}
			}
		})
	}
}

// sessions stands for those of sign-in: it hands out the user's name, and takes it once.
type sessions struct{ used bool }

func (s *sessions) SignedUp(_ context.Context, _ account.Door, u *directory.User) (string, error) {
	return "signed-up:" + u.Sub + "-padding", nil
}

func (s *sessions) Confirmed(_ context.Context, _ store.Writer, _ account.Door, u *directory.User, session, attribute string) (string, error) {
	if s.used || session != "signed-up:"+u.Sub+"-padding" {
		return "", api.NotAuthorizedException.New("Invalid session for the user.")
	}
	s.used = true
	return "confirmed by " + attribute, nil
}

func TestSessionsOfNewUsers(t *testing.T) {
	h := open(t, setting{client: func(c *directory.Client) { c.Flows = append(c.Flows, "ALLOW_USER_AUTH") }})
	out, err := h.signUp("bob", attr("email", "bob@example.org"))
	must(t, err)
	code := h.post.last(t).Code
	confirm := func(session *string) (*api.ConfirmSignUpResponse, error) {
		return h.ConfirmSignUp(h.ctx, &api.ConfirmSignUpRequest{ClientId: clientID, Username: "bob", ConfirmationCode: code, Session: session})
	}
	_, err = confirm(ptr("signed-up:another-user-altogether"))
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user.")
	confirmed, err := confirm(out.Session) // the code still counts
	must(t, err)
	if *confirmed.Session != "confirmed by email" {
		t.Error(*confirmed.Session)
	}

	h = open(t, setting{})
	out, err = h.signUp("bob", attr("email", "bob@example.org"))
	must(t, err)
	code = h.post.last(t).Code
	if out.Session != nil {
		t.Error("a client without USER_AUTH gets a session")
	}
	_, err = confirm(ptr("signed-up:" + out.UserSub + "-padding"))
	fails(t, err, api.NotAuthorizedException, "Invalid session for the user.")
	confirmed, err = confirm(nil)
	must(t, err)
	if confirmed.Session != nil {
		t.Error("a session comes of none")
	}
}
