package profile

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

func attr(name, value string) api.AttributeType { return api.AttributeType{Name: name, Value: &value} }

func ptr[T any](v T) *T { return &v }

func (h *house) signUp(name string, attributes ...api.AttributeType) (*api.SignUpResponse, error) {
	return h.SignUp(h.ctx, &api.SignUpRequest{ClientId: clientID, Username: name, Password: ptr(password), UserAttributes: attributes})
}

func (h *house) confirm(name, code string) error {
	_, err := h.ConfirmSignUp(h.ctx, &api.ConfirmSignUpRequest{ClientId: clientID, Username: name, ConfirmationCode: code})
	return err
}

func TestSignUp(t *testing.T) {
	h := open(t, setting{})
	out, err := h.signUp("Bob", attr("email", "bob@example.org"))
	must(t, err)
	d := out.CodeDeliveryDetails
	if out.UserConfirmed || len(out.UserSub) != 36 || *d.Destination != "b***@e***" || *d.AttributeName != "email" || *d.DeliveryMedium != "EMAIL" {
		t.Errorf("%+v %+v", out, d)
	}
	m := h.post.last(t)
	if m.Kind != "SignUp" || len(m.Code) != 6 || m.Destination != "bob@example.org" {
		t.Errorf("%+v", m)
	}
	_, err = h.byName("bob", password)
	fails(t, err, api.UserNotConfirmedException, "User is not confirmed.")
	fails(t, h.confirm("bob", "x"), api.CodeMismatchException, "Invalid verification code provided, please try again.")
	must(t, h.confirm("bob", m.Code))
	fails(t, h.confirm("bob", m.Code), api.NotAuthorizedException, "User cannot be confirmed. Current status is CONFIRMED")
	in, err := h.byName("bob", password)
	must(t, err)
	if c := h.claimsOf(t, in.AuthenticationResult.IdToken); c["email_verified"] != true || c["cognito:username"] != "Bob" {
		t.Error("claims are ", c)
	}
}

func TestRefusedSignUps(t *testing.T) {
	for name, c := range map[string]struct {
		set     setting
		in      api.SignUpRequest
		want    *wire.ErrorType
		message string
	}{
		"taken":          {setting{}, api.SignUpRequest{Username: "ADA"}, api.UsernameExistsException, "User already exists"},
		"taken, hidden":  {setting{client: hidden}, api.SignUpRequest{Username: "ADA"}, api.UsernameExistsException, "User already exists"},
		"sub of another": {setting{}, api.SignUpRequest{Username: userID}, api.UsernameExistsException, "User already exists"},
		"administrators only": {setting{pool: func(p *directory.Pool) { p.AdminCreateOnly = true }}, api.SignUpRequest{Username: "bob"},
			api.NotAuthorizedException, "SignUp is not permitted for this user pool"},
		"weak password": {setting{}, api.SignUpRequest{Username: "bob", Password: ptr("Weak-7")}, api.InvalidPasswordException,
			"Password did not conform with policy: Password not long enough"},
		"verified by themselves": {setting{}, api.SignUpRequest{Username: "bob", UserAttributes: []api.AttributeType{attr("email_verified", "true")}},
			api.NotAuthorizedException, "A client attempted to write unauthorized attribute"},
		"developer's attribute": {setting{pool: func(p *directory.Pool) {
			p.Schema = []directory.Attribute{{Name: "dev:custom:tenant", Type: directory.StringType, DeveloperOnly: true}}
		}}, api.SignUpRequest{Username: "bob", UserAttributes: []api.AttributeType{attr("dev:custom:tenant", "t")}},
			api.NotAuthorizedException, "A client attempted to write unauthorized attribute"},
		"not writable": {setting{client: func(c *directory.Client) { c.WriteAttributes = []string{"name"} }},
			api.SignUpRequest{Username: "bob", UserAttributes: []api.AttributeType{attr("email", "b@example.org")}},
			api.NotAuthorizedException, "A client attempted to write unauthorized attribute"},
		"bad address": {setting{}, api.SignUpRequest{Username: "bob", UserAttributes: []api.AttributeType{attr("email", "bob")}},
			api.InvalidParameterException, "Invalid email address format."},
		"missing attribute": {setting{pool: func(p *directory.Pool) {
			p.Schema = []directory.Attribute{{Name: "name", Type: directory.StringType, Required: true}}
		}}, api.SignUpRequest{Username: "bob"}, api.InvalidParameterException, "Attributes did not conform to the schema: name: The attribute is required\n"},
		"not an address": {setting{pool: func(p *directory.Pool) { p.UsernameAttributes = []string{"email"} }}, api.SignUpRequest{Username: "bob"},
			api.InvalidParameterException, "Username should be an email."},
		"address as a name": {setting{pool: func(p *directory.Pool) { p.AliasAttributes = []string{"email"} }}, api.SignUpRequest{Username: "b@example.org"},
			api.InvalidParameterException, "Username cannot be of email format, since user pool is configured for email alias."},
		"address of another": {setting{pool: func(p *directory.Pool) { p.UsernameAttributes = []string{"email"} }}, api.SignUpRequest{Username: "Ada@example.org"},
			api.UsernameExistsException, "An account with the given email already exists."},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, c.set)
			c.in.ClientId = clientID
			if c.in.Password == nil {
				c.in.Password = ptr(password)
			}
			_, err := h.SignUp(h.ctx, &c.in)
			fails(t, err, c.want, c.message)
			if len(h.post.messages) != 0 {
				t.Error("a message was sent")
			}
		})
	}
}

func TestSignUpByAddress(t *testing.T) {
	h := open(t, setting{pool: func(p *directory.Pool) { p.UsernameAttributes = []string{"email"} }})
	out, err := h.signUp("Bob@Example.org")
	must(t, err)
	must(t, h.confirm("bob@example.org", h.post.last(t).Code))
	in, err := h.byName("BOB@example.org", password)
	must(t, err)
	if c := h.claimsOf(t, in.AuthenticationResult.IdToken); c["cognito:username"] != out.UserSub || c["email"] != "Bob@Example.org" {
		t.Error("claims are ", c)
	}
}

func TestAliasOfAnotherIsTakenOnlyByForce(t *testing.T) {
	h := open(t, setting{pool: func(p *directory.Pool) { p.AliasAttributes = []string{"email"} }})
	_, err := h.signUp("bob", attr("email", "ada@example.org"))
	must(t, err)
	code := h.post.last(t).Code
	fails(t, h.confirm("bob", code), api.AliasExistsException, "An account with the email already exists.")
	_, err = h.ConfirmSignUp(h.ctx, &api.ConfirmSignUpRequest{ClientId: clientID, Username: "bob", ConfirmationCode: code, ForceAliasCreation: ptr(true)})
	must(t, err)
	row, err := directory.FindUser(h.ctx, h.core.Store, &h.pool, "ada@example.org")
	must(t, err)
	if row.Doc.Username != "bob" || h.user(t).Attributes["email_verified"] != "false" {
		t.Error("the alias names ", row.Doc.Username)
	}
}

func TestCodesEnd(t *testing.T) {
	h := open(t, setting{})
	_, err := h.signUp("bob", attr("email", "bob@example.org"))
	must(t, err)
	code := h.post.last(t).Code
	for range account.MaxAttempts {
		fails(t, h.confirm("bob", "000000x"), api.CodeMismatchException, "")
	}
	fails(t, h.confirm("bob", code), api.LimitExceededException, "Attempt limit exceeded, please try after some time.")
	resend := &api.ResendConfirmationCodeRequest{ClientId: clientID, Username: "bob"}
	_, err = h.ResendConfirmationCode(h.ctx, resend)
	must(t, err)
	fails(t, h.confirm("bob", code), api.CodeMismatchException, "")
	code = h.post.last(t).Code
	h.clock.move(account.SignUpLife)
	fails(t, h.confirm("bob", code), api.ExpiredCodeException, "Invalid code provided, please request a code again.")
	for range account.MaxSent {
		_, err = h.ResendConfirmationCode(h.ctx, resend)
		must(t, err)
	}
	_, err = h.ResendConfirmationCode(h.ctx, resend)
	fails(t, err, api.LimitExceededException, "Attempt limit exceeded, please try after some time.")
	h.clock.move(account.SendWindow)
	_, err = h.ResendConfirmationCode(h.ctx, resend)
	must(t, err)
	must(t, h.confirm("bob", h.post.last(t).Code))
	_, err = h.ResendConfirmationCode(h.ctx, resend)
	fails(t, err, api.InvalidParameterException, "User is already confirmed.")
}

func (h *house) forgot(name string) (*api.CodeDeliveryDetailsType, error) {
	out, err := h.ForgotPassword(h.ctx, &api.ForgotPasswordRequest{ClientId: clientID, Username: name})
	if err != nil {
		return nil, err
	}
	return out.CodeDeliveryDetails, nil
}

func (h *house) reset(name, code, password string) error {
	_, err := h.ConfirmForgotPassword(h.ctx, &api.ConfirmForgotPasswordRequest{ClientId: clientID, Username: name, ConfirmationCode: code, Password: password})
	return err
}

func TestForgottenPassword(t *testing.T) {
	h := open(t, setting{user: func(u *directory.User) { u.Status = directory.ResetRequired }})
	d, err := h.forgot("ada")
	must(t, err)
	if *d.Destination != "a***@e***" || *d.AttributeName != "email" {
		t.Errorf("%+v", d)
	}
	code := h.post.last(t).Code
	fails(t, h.reset("ada", code, "weak"), api.InvalidPasswordException, "")
	fails(t, h.reset("ada", "x", "Another-Horse-8"), api.CodeMismatchException, "")
	must(t, h.reset("ada", code, "Another-Horse-8"))
	fails(t, h.reset("ada", code, "Another-Horse-9"), api.ExpiredCodeException, "")
	_, err = h.byName("ada", "Another-Horse-8")
	must(t, err)
	_, err = h.byName("ada", password)
	fails(t, err, api.NotAuthorizedException, notRight)
}

func TestWhoCannotRecover(t *testing.T) {
	for name, c := range map[string]struct {
		set  setting
		who  string
		want *wire.ErrorType
	}{
		"nobody":             {setting{}, "eve", api.UserNotFoundException},
		"no address":         {setting{user: func(u *directory.User) { u.Attributes["email_verified"] = "false" }}, "ada", api.InvalidParameterException},
		"temporary password": {setting{user: temporary}, "ada", api.NotAuthorizedException},
		"disabled":           {setting{user: func(u *directory.User) { u.Enabled = false }}, "ada", api.NotAuthorizedException},
		"administrators only": {setting{pool: func(p *directory.Pool) { p.RecoveryOrder = []string{"admin_only"} }}, "ada",
			api.NotAuthorizedException},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, c.set)
			_, err := h.forgot(c.who)
			fails(t, err, c.want, "")

			c.set.client = hidden // the same people, and the answers tell nothing
			h = open(t, c.set)
			for range account.MaxSent {
				d, err := h.forgot(c.who)
				must(t, err)
				if *d.AttributeName != "email" || *d.DeliveryMedium != "EMAIL" || len(*d.Destination) != len("a***@e***") {
					t.Errorf("%+v", d)
				}
			}
			_, err = h.forgot(c.who)
			fails(t, err, api.LimitExceededException, "")
			for range account.MaxAttempts {
				fails(t, h.reset(c.who, "123456", "Another-Horse-8"), api.CodeMismatchException, "")
			}
			fails(t, h.reset(c.who, "123456", "Another-Horse-8"), api.LimitExceededException, "")
			if len(h.post.messages) != 0 {
				t.Error("a message was sent")
			}
		})
	}
}

// Where a user is there, the same steps give the same answers as for a ghost.
func TestGhostsRecoverAsUsersDo(t *testing.T) {
	h := open(t, setting{client: hidden})
	for _, who := range []string{"ada", "eve"} {
		_, err := h.forgot(who)
		must(t, err)
		for range account.MaxAttempts {
			fails(t, h.reset(who, "x", "Another-Horse-8"), api.CodeMismatchException, "")
		}
		fails(t, h.reset(who, "x", "Another-Horse-8"), api.LimitExceededException, "")
		fails(t, h.confirm(who, "123456"), api.ExpiredCodeException, "")
		_, err = h.ResendConfirmationCode(h.ctx, &api.ResendConfirmationCodeRequest{ClientId: clientID, Username: who})
		must(t, err)
		fails(t, h.confirm(who, "x"), api.CodeMismatchException, "")
	}
}

func TestFixedCodeDoesNotResetGhosts(t *testing.T) {
	h := open(t, setting{client: hidden})
	h.core.FixedCode = "123456"
	for _, who := range []string{"ada", "eve"} {
		_, err := h.forgot(who)
		must(t, err)
	}
	fails(t, h.reset("eve", "123456", "Another-Horse-8"), api.CodeMismatchException, "")
	must(t, h.reset("ada", "123456", "Another-Horse-8"))
}

func TestGetUser(t *testing.T) {
	h := open(t, setting{client: func(c *directory.Client) { c.ReadAttributes = []string{"email"} }})
	in := h.in(t)
	out, err := h.GetUser(h.ctx, &api.GetUserRequest{AccessToken: *in.AccessToken})
	must(t, err)
	want := &api.GetUserResponse{Username: "ada", UserAttributes: []api.AttributeType{attr("sub", userID), attr("email", "ada@example.org")}}
	if d := cmp.Diff(want, out); d != "" {
		t.Error(d)
	}
	_, err = h.GetUser(h.ctx, &api.GetUserRequest{AccessToken: *in.IdToken})
	fails(t, err, api.NotAuthorizedException, "Invalid Access Token")
	h.clock.move(time.Hour)
	_, err = h.GetUser(h.ctx, &api.GetUserRequest{AccessToken: *in.AccessToken})
	fails(t, err, api.NotAuthorizedException, "Access Token has expired")
}

func TestGlobalSignOut(t *testing.T) {
	for _, revocation := range []bool{true, false} {
		h := open(t, setting{client: func(c *directory.Client) { c.Revocation = revocation }})
		in := h.in(t)
		_, err := h.GlobalSignOut(h.ctx, &api.GlobalSignOutRequest{AccessToken: *in.AccessToken})
		must(t, err)
		_, err = h.GetUser(h.ctx, &api.GetUserRequest{AccessToken: *in.AccessToken})
		fails(t, err, api.NotAuthorizedException, "Access Token has been revoked")
		err = h.refreshBy(*in.RefreshToken)
		fails(t, err, api.NotAuthorizedException, "Refresh Token has been revoked")
		_, err = h.GetUser(h.ctx, &api.GetUserRequest{AccessToken: *h.in(t).AccessToken}) // within the same second
		must(t, err)
	}
}

func TestChangePassword(t *testing.T) {
	h := open(t, setting{pool: func(p *directory.Pool) { p.Password.History = 2 }})
	token := *h.in(t).AccessToken
	change := func(from, to string) error {
		_, err := h.ChangePassword(h.ctx, &api.ChangePasswordRequest{AccessToken: token, PreviousPassword: &from, ProposedPassword: to})
		return err
	}
	fails(t, change("wrong", "Another-Horse-8"), api.NotAuthorizedException, notRight)
	fails(t, change(password, "weak"), api.InvalidPasswordException, "")
	fails(t, change(password, password), api.PasswordHistoryPolicyViolationException, "")
	must(t, change(password, "Another-Horse-8"))
	fails(t, change("Another-Horse-8", password), api.PasswordHistoryPolicyViolationException, "")
	must(t, change("Another-Horse-8", "Another-Horse-9"))
	must(t, change("Another-Horse-9", password)) // two later it may come back
	for range account.FreeFailures {
		fails(t, change("wrong", "Another-Horse-8"), api.NotAuthorizedException, notRight)
	}
	fails(t, change(password, "Another-Horse-8"), api.LimitExceededException, "")
}

func TestAttributesOfMine(t *testing.T) {
	h := open(t, setting{pool: func(p *directory.Pool) {
		p.Schema = []directory.Attribute{{Name: "custom:tenant", Type: directory.StringType}}
	}})
	token := *h.in(t).AccessToken
	update := func(a ...api.AttributeType) (*api.UpdateUserAttributesResponse, error) {
		return h.UpdateUserAttributes(h.ctx, &api.UpdateUserAttributesRequest{AccessToken: token, UserAttributes: a})
	}
	_, err := update(attr("custom:tenant", "t1"))
	fails(t, err, api.InvalidParameterException, "user.custom:tenant: Attribute cannot be updated.")
	_, err = update(attr("email_verified", "true"))
	fails(t, err, api.NotAuthorizedException, "")
	_, err = update(attr("name", "A"), attr("name", "B"))
	fails(t, err, api.InvalidParameterException, "")
	out, err := update(attr("email", "new@example.org"), attr("name", "Ada"))
	must(t, err)
	if len(out.CodeDeliveryDetailsList) != 1 || h.user(t).Attributes["email_verified"] != "false" {
		t.Errorf("%+v %v", out, h.user(t).Attributes)
	}
	first := h.post.last(t)
	_, err = update(attr("email", "newer@example.org"))
	must(t, err)
	verify := func(code string) error {
		_, err := h.VerifyUserAttribute(h.ctx, &api.VerifyUserAttributeRequest{AccessToken: token, AttributeName: "email", Code: code})
		return err
	}
	fails(t, verify(first.Code), api.CodeMismatchException, "")
	must(t, verify(h.post.last(t).Code))
	if u := h.user(t); u.Attributes["email_verified"] != "true" || u.Attributes["email"] != "newer@example.org" || u.Attributes["name"] != "Ada" {
		t.Error(u.Attributes)
	}
	_, err = h.DeleteUserAttributes(h.ctx, &api.DeleteUserAttributesRequest{AccessToken: token, UserAttributeNames: []string{"name", "email"}})
	must(t, err)
	if d := cmp.Diff(map[string]string{}, h.user(t).Attributes, cmp.Transformer("nil", func(m map[string]string) int { return len(m) })); d != "" {
		t.Error(d)
	}
}

func TestACodeProvesOnlyTheAddressItWentTo(t *testing.T) {
	h := open(t, setting{pool: func(p *directory.Pool) { p.AutoVerified = nil }})
	token := *h.in(t).AccessToken
	_, err := h.GetUserAttributeVerificationCode(h.ctx, &api.GetUserAttributeVerificationCodeRequest{AccessToken: token, AttributeName: "email"})
	must(t, err)
	_, err = h.UpdateUserAttributes(h.ctx, &api.UpdateUserAttributesRequest{AccessToken: token, UserAttributes: []api.AttributeType{attr("email", "not-mine@example.org")}})
	must(t, err)
	_, err = h.VerifyUserAttribute(h.ctx, &api.VerifyUserAttributeRequest{AccessToken: token, AttributeName: "email", Code: h.post.last(t).Code})
	fails(t, err, api.CodeMismatchException, "")
	if h.user(t).Attributes["email_verified"] != "false" {
		t.Error("an address was verified by another's code")
	}
}

func TestDeleteUser(t *testing.T) {
	h := open(t, setting{})
	in := h.in(t)
	must(t, h.core.Store.Update(h.ctx, func(w store.Writer) error {
		return directory.Members.Insert(h.ctx, w, &directory.Member{PoolID: poolID, Group: "g", Sub: userID})
	}))
	_, err := h.DeleteUser(h.ctx, &api.DeleteUserRequest{AccessToken: *in.AccessToken})
	must(t, err)
	_, err = h.byName("ada", password)
	fails(t, err, api.UserNotFoundException, "")
	err = h.refreshBy(*in.RefreshToken)
	fails(t, err, api.NotAuthorizedException, "Refresh Token has been revoked")
	if n, err := directory.Members.Count(h.ctx, h.core.Store, ""); err != nil || n != 0 {
		t.Error("memberships: ", n, err)
	}
	_, err = h.GetUser(h.ctx, &api.GetUserRequest{AccessToken: *in.AccessToken})
	if err == nil {
		t.Error("the token of a deleted user is good")
	}
}

func TestOperationsAreNamedAsTheirMethods(t *testing.T) {
	seen := map[string]bool{}
	for _, b := range new(Service).Operations() {
		if b.Method != b.Operation.Name || seen[b.Method] {
			t.Errorf("%s is bound to %s", b.Operation.Name, b.Method)
		}
		seen[b.Method] = true
	}
}
