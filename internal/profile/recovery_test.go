package profile

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
)

func byLink(p *directory.Pool) { p.VerifyByLink = true }

// get follows a link.
func (h *house) get(method, link string) *httptest.ResponseRecorder {
	mux := http.NewServeMux()
	mux.HandleFunc("/{pool}/confirmUser", h.ConfirmUser)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(method, strings.TrimPrefix(link, "https://id.example.org"), nil))
	return w
}

func TestConfirmByLink(t *testing.T) {
	h := open(t, setting{pool: byLink, secret: "the client's"})
	u, err := url.Parse("https://id.example.org/" + poolID + "/confirmUser")
	must(t, err)
	h.newcomer(t, "b&b")
	link, err := url.Parse(h.post.last(t).Link)
	must(t, err)
	if link.Host != u.Host || link.Path != u.Path || link.Query().Get("user_name") != "b&b" || link.Query().Get("client_id") != clientID {
		t.Errorf("link %s", link)
	}
	if w := h.get(http.MethodHead, link.String()); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("HEAD answers %d", w.Code)
	}
	w := h.get(http.MethodGet, link.String())
	if w.Code != 200 || w.Body.String() != confirmedPage {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Content-Type": "text/html; charset=utf-8",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	if !strings.HasPrefix(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
		t.Error("the page may load things")
	}
	row, err := directory.FindUser(h.ctx, h.core.Store, &h.pool, "b&b")
	must(t, err)
	if row.Doc.Status != directory.Confirmed || row.Doc.Attributes["email_verified"] != "true" {
		t.Errorf("%s %v", row.Doc.Status, row.Doc.Attributes)
	}
	if w := h.get(http.MethodGet, link.String()); w.Code != 400 || w.Body.String() != refusedPage {
		t.Errorf("the second use answers %d", w.Code)
	}
}

// newcomer puts a user who waits for confirmation into the store and sends them a code, as SignUp does.
func (h *house) newcomer(t testing.TB, name string) {
	t.Helper()
	d, err := h.core.Open(h.ctx, clientID)
	must(t, err)
	u, err := h.newUser(d, &api.SignUpRequest{Username: name, UserAttributes: []api.AttributeType{attr("email", "new@example.org")}})
	must(t, err)
	must(t, h.core.SetPassword(h.ctx, d.Pool, u, password))
	c, err := h.addUser(h.ctx, d, u, false, nil)
	must(t, err)
	_, err = h.core.Send(h.ctx, c)
	must(t, err)
}

func TestLinksThatAreRefused(t *testing.T) {
	h := open(t, setting{pool: byLink})
	h.newcomer(t, "bob")
	good, err := url.Parse(h.post.last(t).Link)
	must(t, err)
	with := func(change func(url.Values)) string {
		q := good.Query()
		change(q)
		return good.Path + "?" + q.Encode()
	}
	for name, link := range map[string]string{
		"nothing":          good.Path,
		"code is missing":  with(func(q url.Values) { q.Del("confirmation_code") }),
		"code is another":  with(func(q url.Values) { q.Set("confirmation_code", "x") }),
		"code comes twice": with(func(q url.Values) { q.Add("confirmation_code", q.Get("confirmation_code")) }),
		"nobody":           with(func(q url.Values) { q.Set("user_name", "eve") }),
		"somebody else":    with(func(q url.Values) { q.Set("user_name", "ada") }),
		"no client":        with(func(q url.Values) { q.Set("client_id", "another") }),
		"another pool":     strings.Replace(good.String(), poolID, "us-east-1_BBBBBBBBB", 1),
		"bad escapes":      good.Path + "?client_id=%zz",
		"semicolons":       good.Path + "?" + strings.ReplaceAll(good.RawQuery, "&", ";"),
	} {
		if w := h.get(http.MethodGet, link); w.Code != 400 || w.Body.String() != refusedPage {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	for range account.MaxAttempts {
		h.get(http.MethodGet, with(func(q url.Values) { q.Set("confirmation_code", "x") }))
	}
	if w := h.get(http.MethodGet, good.String()); w.Code != 400 {
		t.Error("guesses are not counted")
	}
	h = open(t, setting{})
	h.newcomer(t, "bob")
	m := h.post.last(t)
	q := url.Values{"client_id": {clientID}, "user_name": {"bob"}, "confirmation_code": {m.Code}}
	if w := h.get(http.MethodGet, "/"+poolID+"/confirmUser?"+q.Encode()); m.Link != "" || w.Code != 400 {
		t.Error("a pool without links takes one")
	}
	must(t, h.confirm("bob", m.Code))
}

func TestLinksAreForAddressesThatReadMail(t *testing.T) {
	h := open(t, setting{pool: func(p *directory.Pool) { byLink(p); p.AutoVerified = []string{"phone_number"} }})
	_, err := h.signUp("bob", attr("phone_number", "+15550100"))
	must(t, err)
	if h.post.last(t).Link != "" || h.post.last(t).Medium != "SMS" {
		t.Error("a phone is sent a link")
	}
	h = open(t, setting{pool: byLink})
	_, err = h.forgot("ada")
	must(t, err)
	if h.post.last(t).Link != "" {
		t.Error("a forgotten password is reset by a link")
	}
}

func verifyFirst(p *directory.Pool) {
	p.VerifyBeforeUpdate, p.AliasAttributes = []string{"email"}, []string{"email"}
}

func TestVerifyBeforeUpdate(t *testing.T) {
	h := open(t, setting{pool: verifyFirst})
	token := *h.in(t).AccessToken
	update := func(address string) {
		t.Helper()
		out, err := h.UpdateUserAttributes(h.ctx, &api.UpdateUserAttributesRequest{
			AccessToken: token, UserAttributes: []api.AttributeType{attr("email", address), attr("name", "Ada")}, ClientMetadata: map[string]string{"k": "v"},
		})
		must(t, err)
		m := h.post.last(t)
		if len(out.CodeDeliveryDetailsList) != 1 || m.Destination != address || m.Kind != "UpdateUserAttribute" || m.Metadata["k"] != "v" || m.ClientID != clientID {
			t.Errorf("%+v to %s", m, m.Destination)
		}
		if m.User.Attributes["email"] != address {
			t.Error("triggers are told the old address")
		}
	}
	verify := func(code string) error {
		_, err := h.VerifyUserAttribute(h.ctx, &api.VerifyUserAttributeRequest{AccessToken: token, AttributeName: "email", Code: code})
		return err
	}
	holds := func(email, pending string) {
		t.Helper()
		u := h.user(t)
		if u.Attributes["email"] != email || u.Attributes["email_verified"] != "true" || u.Attributes["name"] != "Ada" || u.Pending["email"] != pending {
			t.Errorf("%v, pending %v", u.Attributes, u.Pending)
		}
		_, err := h.byName(email, password)
		must(t, err)
	}
	update("first@example.org")
	holds("ada@example.org", "first@example.org")
	first := h.post.last(t).Code
	update("second@example.org")
	fails(t, verify(first), api.CodeMismatchException, "")
	holds("ada@example.org", "second@example.org")
	_, err := h.GetUserAttributeVerificationCode(h.ctx, &api.GetUserAttributeVerificationCodeRequest{AccessToken: token, AttributeName: "email"})
	must(t, err)
	if m := h.post.last(t); m.Destination != "second@example.org" || m.Kind != "VerifyUserAttribute" {
		t.Errorf("%+v to %s", m, m.Destination)
	}
	must(t, verify(h.post.last(t).Code))
	holds("second@example.org", "")
	_, err = h.byName("ada@example.org", password)
	fails(t, err, api.UserNotFoundException, "")
}

func TestGivingUpANewAddress(t *testing.T) {
	for name, change := range map[string]func(h *house, token string) error{
		"the old one again": func(h *house, token string) error {
			out, err := h.UpdateUserAttributes(h.ctx, &api.UpdateUserAttributesRequest{AccessToken: token, UserAttributes: []api.AttributeType{attr("email", "ada@example.org")}})
			if err == nil && len(out.CodeDeliveryDetailsList) != 0 {
				return errors.New("a code was sent for nothing")
			}
			return err
		},
		"none": func(h *house, token string) error {
			_, err := h.DeleteUserAttributes(h.ctx, &api.DeleteUserAttributesRequest{AccessToken: token, UserAttributeNames: []string{"email"}})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, setting{pool: verifyFirst})
			token := *h.in(t).AccessToken
			_, err := h.UpdateUserAttributes(h.ctx, &api.UpdateUserAttributesRequest{AccessToken: token, UserAttributes: []api.AttributeType{attr("email", "new@example.org")}})
			must(t, err)
			must(t, change(h, token))
			if len(h.user(t).Pending) != 0 {
				t.Error(h.user(t).Pending)
			}
			_, err = h.VerifyUserAttribute(h.ctx, &api.VerifyUserAttributeRequest{AccessToken: token, AttributeName: "email", Code: h.post.last(t).Code})
			fails(t, err, api.CodeMismatchException, "")
			if h.user(t).Attributes["email"] == "new@example.org" {
				t.Error("an address that was given up came back")
			}
		})
	}
}

// A new address that somebody else has meanwhile does not become the user's, and the code can be used when it is free.
func TestNewAddressOfAnother(t *testing.T) {
	h := open(t, setting{pool: verifyFirst})
	token := *h.in(t).AccessToken
	_, err := h.UpdateUserAttributes(h.ctx, &api.UpdateUserAttributesRequest{AccessToken: token, UserAttributes: []api.AttributeType{attr("email", "bob@example.org")}})
	must(t, err)
	code := h.post.last(t).Code
	_, err = h.signUp("bob", attr("email", "bob@example.org"))
	must(t, err)
	must(t, h.confirm("bob", h.post.last(t).Code))
	_, err = h.VerifyUserAttribute(h.ctx, &api.VerifyUserAttributeRequest{AccessToken: token, AttributeName: "email", Code: code})
	fails(t, err, api.AliasExistsException, "An account with the email already exists.")
	if u := h.user(t); u.Attributes["email"] != "ada@example.org" || u.Pending["email"] != "bob@example.org" {
		t.Errorf("%v %v", u.Attributes, u.Pending)
	}
}

func (h *house) adminReset(name string) error {
	_, err := h.AdminResetUserPassword(h.ctx, &api.AdminResetUserPasswordRequest{UserPoolId: poolID, Username: name, ClientMetadata: map[string]string{"k": "v"}})
	return err
}

func TestAdminResetUserPassword(t *testing.T) {
	h := open(t, setting{pool: func(p *directory.Pool) { p.Password.History = 1 }})
	must(t, h.adminReset("ada"))
	m := h.post.last(t)
	if m.Kind != "ForgotPassword" || m.ClientID != "" || m.Metadata["k"] != "v" || h.user(t).Status != directory.ResetRequired {
		t.Errorf("%+v, %s", m, h.user(t).Status)
	}
	_, err := h.byName("ada", password)
	fails(t, err, api.PasswordResetRequiredException, "Password reset required for the user")
	fails(t, h.reset("ada", m.Code, password), api.PasswordHistoryPolicyViolationException, "")
	must(t, h.reset("ada", m.Code, "Another-Horse-8"))
	_, err = h.byName("ada", "Another-Horse-8")
	must(t, err)

	fails(t, h.adminReset("eve"), api.UserNotFoundException, "User does not exist.")
	h.changeUser(t, temporary)
	fails(t, h.adminReset("ada"), api.NotAuthorizedException, "User password cannot be reset in the current state.")
	h.changeUser(t, func(u *directory.User) { u.Status, u.Attributes["email_verified"] = directory.Confirmed, "false" })
	fails(t, h.adminReset("ada"), api.InvalidParameterException, "")
	if h.user(t).Status != directory.Confirmed {
		t.Error("who cannot be sent a code is locked out")
	}
	h.ctx = caller.WithPrincipal(t.Context(), &caller.Principal{Kind: caller.Root, Account: "999999999999"})
	fails(t, h.adminReset("ada"), api.ResourceNotFoundException, "")
}

func TestSignUpWithoutPassword(t *testing.T) {
	passwordless := func(factors ...string) func(*directory.Pool) {
		return func(p *directory.Pool) { p.FirstFactors = append([]string{"PASSWORD"}, factors...) }
	}
	userAuth := func(c *directory.Client) { c.Flows = append(c.Flows, "ALLOW_USER_AUTH") }
	mail := attr("email", "bob@example.org")
	for name, c := range map[string]struct {
		pool   func(*directory.Pool)
		client func(*directory.Client)
		given  api.AttributeType
		ok     bool
	}{
		"code by mail":          {passwordless("EMAIL_OTP"), userAuth, mail, true},
		"the pool wants one":    {passwordless(), userAuth, mail, false},
		"the client knows none": {passwordless("EMAIL_OTP"), func(*directory.Client) {}, mail, false},
		"other address":         {passwordless("SMS_OTP"), userAuth, mail, false},
		"not verified":          {passwordless("SMS_OTP"), userAuth, attr("phone_number", "+15550100"), false},
		"passkeys alone":        {passwordless("WEB_AUTHN"), userAuth, mail, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, setting{pool: c.pool, client: c.client})
			_, err := h.SignUp(h.ctx, &api.SignUpRequest{ClientId: clientID, Username: "bob", UserAttributes: []api.AttributeType{c.given}})
			if !c.ok {
				fails(t, err, api.InvalidParameterException, "Missing required parameter Password")
				return
			}
			must(t, err)
			must(t, h.confirm("bob", h.post.last(t).Code))
			_, err = h.byName("bob", password)
			fails(t, err, api.NotAuthorizedException, notRight)
		})
	}
}

func TestGetUserShowsFactors(t *testing.T) {
	h := open(t, setting{user: func(u *directory.User) {
		u.MFA = directory.Preference{TOTP: true, SMS: true, Preferred: "SOFTWARE_TOKEN_MFA"}
		u.MFAOptions = []string{"phone_number"}
		u.Identities = []directory.Identity{{Provider: "Corp", Type: "SAML", UserID: "ada", Linked: time.UnixMilli(5)}}
	}})
	token := *h.in(t).AccessToken
	out, err := h.GetUser(h.ctx, &api.GetUserRequest{AccessToken: token})
	must(t, err)
	sms := api.DeliveryMediumTypeSms
	want := &api.GetUserResponse{
		Username: "ada", PreferredMfaSetting: ptr("SOFTWARE_TOKEN_MFA"), UserMFASettingList: []string{"SMS_MFA", "SOFTWARE_TOKEN_MFA"},
		MFAOptions: []api.MFAOptionType{{AttributeName: ptr("phone_number"), DeliveryMedium: &sms}},
		UserAttributes: []api.AttributeType{
			attr("sub", userID), attr("email", "ada@example.org"), attr("email_verified", "true"),
			attr("identities", `[{"userId":"ada","providerName":"Corp","providerType":"SAML","issuer":null,"primary":false,"dateCreated":5}]`),
		},
	}
	if d := cmp.Diff(want, out); d != "" {
		t.Error(d)
	}
}

// A hundred people with the right code: one of them gets what it is good for.
func TestCodesCountOnce(t *testing.T) {
	for name, prepare := range map[string]func(*testing.T, *house) func(i int) error{
		"sign-up": func(t *testing.T, h *house) func(int) error {
			h.newcomer(t, "bob")
			code := h.post.last(t).Code
			return func(int) error { return h.confirm("bob", code) }
		},
		"link": func(t *testing.T, h *house) func(int) error {
			h.newcomer(t, "bob")
			link := h.post.last(t).Link
			return func(int) error {
				if w := h.get(http.MethodGet, link); w.Code != 200 {
					return errors.New(w.Body.String())
				}
				return nil
			}
		},
		"reset": func(t *testing.T, h *house) func(int) error {
			_, err := h.forgot("ada")
			must(t, err)
			code := h.post.last(t).Code
			return func(i int) error { return h.reset("ada", code, fmt.Sprintf("Another-Horse-%d", i)) }
		},
		"address": func(t *testing.T, h *house) func(int) error {
			token := *h.in(t).AccessToken
			_, err := h.UpdateUserAttributes(h.ctx, &api.UpdateUserAttributesRequest{AccessToken: token, UserAttributes: []api.AttributeType{attr("email", "n@example.org")}})
			must(t, err)
			code := h.post.last(t).Code
			return func(int) error {
				_, err := h.VerifyUserAttribute(h.ctx, &api.VerifyUserAttributeRequest{AccessToken: token, AttributeName: "email", Code: code})
				return err
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, setting{pool: func(p *directory.Pool) { byLink(p); verifyFirst(p) }})
			use := prepare(t, h)
			const people = 100
			var done atomic.Int32
			var all sync.WaitGroup
			for i := range people {
				all.Go(func() {
					if use(i) == nil {
						done.Add(1)
					}
				})
			}
			all.Wait()
			if n := done.Load(); n != 1 {
				t.Errorf("%d succeeded", n)
			}
		})
	}
}

// Wrong guesses are counted exactly, however many come at once.
func TestGuessesAreCountedAtOnce(t *testing.T) {
	h := open(t, setting{})
	_, err := h.forgot("ada")
	must(t, err)
	var mismatched atomic.Int32
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if errors.Is(h.reset("ada", "x", "Another-Horse-8"), api.CodeMismatchException) {
				mismatched.Add(1)
			}
		})
	}
	all.Wait()
	if n := mismatched.Load(); n != account.MaxAttempts {
		t.Errorf("%d guesses were judged", n)
	}
	fails(t, h.reset("ada", h.post.last(t).Code, "Another-Horse-8"), api.LimitExceededException, "")
}

// Where the client hides who exists and messages leave the server, the answer does not wait for them, and does not tell what became of them.
func TestMessagesGoOutAfterTheAnswer(t *testing.T) {
	h := open(t, setting{client: hidden})
	h.newcomer(t, "bob")
	h.post.hold = make(chan struct{})
	h.Outside = func(*directory.Pool, string) bool { return true }
	d, err := h.forgot("ada")
	must(t, err)
	if *d.Destination != "a***@e***" {
		t.Errorf("%+v", d)
	}
	_, err = h.ResendConfirmationCode(h.ctx, &api.ResendConfirmationCodeRequest{ClientId: clientID, Username: "bob"})
	must(t, err)
	if n := len(h.post.messages); n != 1 {
		t.Errorf("%d messages before they are let go", n)
	}
	close(h.post.hold)
	h.Service.Drain()
	if n := len(h.post.messages); n != 3 {
		t.Errorf("%d messages went out", n)
	}
}

func TestHiddenFailuresAreReported(t *testing.T) {
	for _, outside := range []bool{false, true} {
		h := open(t, setting{client: hidden})
		var reported atomic.Int32
		h.Report = func(error) { reported.Add(1) }
		h.Outside = func(*directory.Pool, string) bool { return outside }
		h.post.err = errors.New("the gateway is down")
		_, err := h.forgot("ada")
		must(t, err)
		h.Service.Drain()
		if reported.Load() != 1 {
			t.Error("nobody learns of it")
		}
	}
	h := open(t, setting{})
	h.post.err = errors.New("the gateway is down")
	_, err := h.forgot("ada")
	fails(t, err, api.CodeDeliveryFailureException, "")
}

// The history counts wherever a user chooses a password: at ChangePassword (see there), and by a code.
func TestHistoryCountsAtRecovery(t *testing.T) {
	h := open(t, setting{pool: func(p *directory.Pool) { p.Password.History = 2 }, client: hidden})
	_, err := h.forgot("ada")
	must(t, err)
	code := h.post.last(t).Code
	fails(t, h.reset("ada", "x", password), api.CodeMismatchException, "") // who has no code learns nothing
	fails(t, h.reset("ada", code, password), api.PasswordHistoryPolicyViolationException, "Password has previously been used")
	must(t, h.reset("ada", code, "Another-Horse-8"))
}

// GetUser and the id token agree on what a client may read. Identities are no attribute that it could list.
func TestGetUserAgreesWithTheIDToken(t *testing.T) {
	for name, reads := range map[string][]string{"all": nil, "some": {"email"}} {
		t.Run(name, func(t *testing.T) {
			h := open(t, setting{client: func(c *directory.Client) { c.ReadAttributes = reads }, user: func(u *directory.User) {
				u.Attributes["nickname"] = "Ada"
				u.Identities = []directory.Identity{{Provider: "Corp", Type: "SAML", UserID: "ada", Linked: time.UnixMilli(5)}}
			}})
			result := h.in(t)
			out, err := h.GetUser(h.ctx, &api.GetUserRequest{AccessToken: *result.AccessToken})
			must(t, err)
			shown := map[string]bool{}
			for _, a := range out.UserAttributes {
				shown[a.Name] = true
			}
			claims, err := h.tokens.VerifyID(h.ctx, directory.Token(*result.IdToken), poolID)
			must(t, err)
			for _, attribute := range []string{"sub", "email", "nickname", "identities"} {
				_, claimed := claims.All[attribute]
				want := reads == nil || attribute != "nickname"
				if shown[attribute] != want || claimed != want {
					t.Errorf("%s: GetUser %v, id token %v, want %v", attribute, shown[attribute], claimed, want)
				}
			}
		})
	}
}
