package pooluser

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/notify"
	"github.com/mayfly-id/mayfly/internal/wire"
)

func TestAdminCreateUser(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, directory.Pool{CaseSensitive: true})
	got := must[*api.AdminCreateUserResponse](t)(h.AdminCreateUser(h.ctx, &api.AdminCreateUserRequest{
		UserPoolId: p.ID, Username: "Ann", UserAttributes: attributeList("name", "Ann B", "email", "ann@example.com", "email_verified", "true"),
		TemporaryPassword: new("Passw0rd!"), DesiredDeliveryMediums: []api.DeliveryMediumType{"EMAIL", "SMS"},
	})).User
	u := h.user(t, p, "Ann")
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(u.Sub) {
		t.Errorf("sub is %s", u.Sub)
	}
	stamp := h.now.Truncate(time.Millisecond)
	want := &api.UserType{
		Username: new("Ann"), Enabled: new(true), UserStatus: new(api.UserStatusTypeForceChangePassword), UserCreateDate: &stamp, UserLastModifiedDate: &stamp,
		Attributes: attributeList("name", "Ann B", "email", "ann@example.com", "email_verified", "true", "sub", u.Sub),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("user differs (-want +got):\n%s", diff)
	}
	if !h.fits(t, p, u, "Passw0rd!") || h.fits(t, p, u, "passw0rd!") {
		t.Error("the verifier is not that of the password")
	}
	if !u.TemporaryUntil.Equal(stamp.Add(7 * 24 * time.Hour)) {
		t.Errorf("temporary password ends at %s", u.TemporaryUntil)
	}
	message := notify.Message{
		Time: h.now, Medium: notify.Email, To: "ann@example.com", Subject: "Your temporary password", Code: "Passw0rd!", Username: "Ann", PoolID: p.ID,
		Kind: notify.Invitation, Body: "Your username is Ann and temporary password is Passw0rd!.",
	}
	if diff := cmp.Diff([]notify.Message{message}, h.outbox.List(0)); diff != "" {
		t.Errorf("outbox differs (-want +got):\n%s", diff)
	}
	shown := must[*api.AdminGetUserResponse](t)(h.AdminGetUser(h.ctx, &api.AdminGetUserRequest{UserPoolId: p.ID, Username: u.Sub}))
	if diff := cmp.Diff(want.Attributes, shown.UserAttributes); diff != "" || shown.Username != "Ann" {
		t.Errorf("AdminGetUser by sub gave %s:\n%s", shown.Username, diff)
	}
}

func TestAdminCreateUserRefusals(t *testing.T) {
	h := newHouse(t)
	plain := h.newTestPool(t, directory.Pool{CaseSensitive: true, Schema: []directory.Attribute{
		{Name: "custom:tenant", Type: directory.StringType, Mutable: true, Min: "2", Max: "3"},
		{Name: "custom:age", Type: directory.NumberType, Mutable: true, Min: "1", Max: "9"},
		{Name: "custom:ok", Type: directory.BooleanType, Mutable: true},
		{Name: "custom:at", Type: directory.DateTimeType, Mutable: true},
	}})
	byEmail := h.newTestPool(t, directory.Pool{UsernameAttributes: []string{"email"}, CaseSensitive: true})
	byPhone := h.newTestPool(t, directory.Pool{UsernameAttributes: []string{"phone_number"}, CaseSensitive: true})
	byBoth := h.newTestPool(t, directory.Pool{UsernameAttributes: []string{"phone_number", "email"}, CaseSensitive: true})
	alias := h.newTestPool(t, directory.Pool{AliasAttributes: []string{"phone_number", "email"}, CaseSensitive: true})
	taken := h.newTestUser(t, plain, "taken")
	takenSub := *taken.Attributes[len(taken.Attributes)-1].Value
	const nonconforming = "Attributes did not conform to the schema: "
	for name, c := range map[string]struct {
		pool       *directory.Pool
		username   string
		attributes []string
		password   string
		want       *wire.ErrorType
		message    string
	}{
		"taken":            {plain, "taken", nil, "", api.UsernameExistsException, "User account already exists"},
		"another's sub":    {plain, takenSub, nil, "", api.UsernameExistsException, "User account already exists"},
		"short":            {plain, "a", nil, "Aa1!", api.InvalidPasswordException, "Password did not conform with policy: Password not long enough"},
		"no upper case":    {plain, "a", nil, "passw0rd!", api.InvalidPasswordException, "Password did not conform with policy: Password must have uppercase characters"},
		"no lower case":    {plain, "a", nil, "PASSW0RD!", api.InvalidPasswordException, "Password did not conform with policy: Password must have lowercase characters"},
		"no digit":         {plain, "a", nil, "Password!", api.InvalidPasswordException, "Password did not conform with policy: Password must have numeric characters"},
		"no symbol":        {plain, "a", nil, "Passw0rdd", api.InvalidPasswordException, "Password did not conform with policy: Password must have symbol characters"},
		"sub":              {plain, "a", []string{"sub", "x"}, "", api.InvalidParameterException, "Cannot modify the non-mutable attribute sub"},
		"twice":            {plain, "a", []string{"name", "x", "name", "y"}, "", api.InvalidParameterException, "Attribute name is given more than once."},
		"unknown":          {plain, "a", []string{"nam", "x"}, "", api.InvalidParameterException, nonconforming + "The attribute nam is not defined in schema."},
		"unknown custom":   {plain, "a", []string{"custom:x", "x"}, "", api.InvalidParameterException, nonconforming + "Type for attribute {custom:x} could not be determined"},
		"too short value":  {plain, "a", []string{"custom:tenant", "x"}, "", api.InvalidParameterException, ""},
		"too long value":   {plain, "a", []string{"custom:tenant", "xxxx"}, "", api.InvalidParameterException, ""},
		"too small":        {plain, "a", []string{"custom:age", "0"}, "", api.InvalidParameterException, ""},
		"too large":        {plain, "a", []string{"custom:age", "10"}, "", api.InvalidParameterException, ""},
		"no number":        {plain, "a", []string{"custom:age", "+1"}, "", api.InvalidParameterException, ""},
		"no boolean":       {plain, "a", []string{"custom:ok", "yes"}, "", api.InvalidParameterException, ""},
		"no time":          {plain, "a", []string{"custom:at", "today"}, "", api.InvalidParameterException, ""},
		"no e-mail":        {plain, "a", []string{"email", "x"}, "", api.InvalidParameterException, "Invalid email address format."},
		"no phone":         {plain, "a", []string{"phone_number", "123"}, "", api.InvalidParameterException, "Invalid phone number format."},
		"verified nothing": {plain, "a", []string{"email_verified", "true"}, "", api.InvalidParameterException, "Email is required to verify/un-verify an email"},
		"no phone at all":  {plain, "a", []string{"phone_number_verified", "true"}, "", api.InvalidParameterException, "Phone Number is required to verify/un-verify a phone number"},
		"not an e-mail":    {byEmail, "ann", nil, "", api.InvalidParameterException, "Username should be an email."},
		"not a phone":      {byPhone, "ann", nil, "", api.InvalidParameterException, "Username should be a phone number."},
		"neither":          {byBoth, "ann", nil, "", api.InvalidParameterException, "Username should be either an email or a phone number."},
		"other e-mail":     {byEmail, "a@x.example", []string{"email", "b@x.example"}, "", api.InvalidParameterException, "User email should be empty or same as username, since username attribute is email"},
		"name like e-mail": {alias, "a@x.example", nil, "", api.InvalidParameterException, "Username cannot be of email format, since user pool is configured for email alias."},
		"name like phone":  {alias, "+15550100", nil, "", api.InvalidParameterException, "Username cannot be of phone number format, since user pool is configured for phone number alias."},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.AdminCreateUser(h.ctx, &api.AdminCreateUserRequest{
				UserPoolId: c.pool.ID, Username: c.username, UserAttributes: attributeList(c.attributes...), TemporaryPassword: optional(c.password),
			})
			wantError(t, err, c.want, c.message)
		})
	}
}

func TestUsernameAttributes(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, directory.Pool{UsernameAttributes: []string{"email"}})
	got := h.newTestUser(t, p, "Ann@Example.com")
	u := h.user(t, p, "ann@example.COM")
	if *got.Username != u.Sub || u.Username != u.Sub || u.Attributes["email"] != "Ann@Example.com" || u.EmailAlias != "ann@example.com" {
		t.Errorf("user is %+v", u)
	}
	_, err := h.AdminCreateUser(h.ctx, &api.AdminCreateUserRequest{UserPoolId: p.ID, Username: "ANN@example.com"})
	wantError(t, err, api.UsernameExistsException, "An account with the given email already exists.")
	_, err = h.AdminDeleteUserAttributes(h.ctx, &api.AdminDeleteUserAttributesRequest{UserPoolId: p.ID, Username: u.Sub, UserAttributeNames: []string{"email"}})
	wantError(t, err, api.InvalidParameterException, "")
}

func TestAliases(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, directory.Pool{AliasAttributes: []string{"email", "preferred_username"}, CaseSensitive: true})
	h.newTestUser(t, p, "first", "email", "a@x.example", "email_verified", "true", "preferred_username", "chief")
	h.newTestUser(t, p, "second", "email", "a@x.example")
	if u := h.user(t, p, "a@x.example"); u.Username != "first" {
		t.Errorf("an address that is not verified names %s", u.Username)
	}
	verify := api.AdminUpdateUserAttributesRequest{UserPoolId: p.ID, Username: "second", UserAttributes: attributeList("email_verified", "true")}
	wantError(t, second(h.AdminUpdateUserAttributes(h.ctx, &verify)), api.AliasExistsException, "An account with the given email already exists.")
	third := api.AdminCreateUserRequest{UserPoolId: p.ID, Username: "third", UserAttributes: attributeList("email", "a@x.example", "email_verified", "true")}
	wantError(t, second(h.AdminCreateUser(h.ctx, &third)), api.AliasExistsException, "An account with the given email already exists.")
	third.ForceAliasCreation = new(true)
	must[*api.AdminCreateUserResponse](t)(h.AdminCreateUser(h.ctx, &third))
	if u := h.user(t, p, "a@x.example"); u.Username != "third" {
		t.Errorf("the alias names %s", u.Username)
	}
	if u := h.user(t, p, "first"); u.Attributes["email"] != "a@x.example" || u.Attributes["email_verified"] != "false" {
		t.Errorf("the old owner has %v", u.Attributes)
	}
	// A name of one kind cannot be taken as a name of another kind.
	_, err := h.AdminCreateUser(h.ctx, &api.AdminCreateUserRequest{UserPoolId: p.ID, Username: "chief"})
	wantError(t, err, api.UsernameExistsException, "")
	_, err = h.AdminCreateUser(h.ctx, &api.AdminCreateUserRequest{UserPoolId: p.ID, Username: "fourth", UserAttributes: attributeList("preferred_username", "second")})
	wantError(t, err, api.AliasExistsException, "")
	_, err = h.AdminCreateUser(h.ctx, &api.AdminCreateUserRequest{UserPoolId: p.ID, Username: "fourth", UserAttributes: attributeList("preferred_username", h.user(t, p, "second").Sub)})
	wantError(t, err, api.AliasExistsException, "")
}

func TestInvitations(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, directory.Pool{CaseSensitive: true, Invite: directory.MessageTemplate{SMS: "{username}, come with {####}"}})
	create := func(name string, action string, media ...api.DeliveryMediumType) error {
		return second(h.AdminCreateUser(h.ctx, &api.AdminCreateUserRequest{
			UserPoolId: p.ID, Username: name, UserAttributes: attributeList("phone_number", "+15550100"), DesiredDeliveryMediums: media,
			MessageAction: optional(api.MessageActionType(action)),
		}))
	}
	for _, err := range []error{create("quiet", "SUPPRESS"), create("mail", "", "EMAIL"), create("{####}", "")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	sent := h.outbox.List(0)
	if len(sent) != 1 || sent[0].Medium != notify.SMS || sent[0].To != "+15550100" || sent[0].Body != "{####}, come with "+sent[0].Code {
		t.Fatalf("sent %d messages, the first %q", len(sent), sent[0].Body)
	}
	u := h.user(t, p, "{####}")
	if !h.fits(t, p, u, sent[0].Code) {
		t.Error("the password that was sent is not the user's")
	}
	h.now = h.now.Add(time.Hour)
	if err := create("{####}", "RESEND"); err != nil {
		t.Fatal(err)
	}
	again := h.outbox.List(1)[0]
	u = h.user(t, p, "{####}")
	if again.Code == sent[0].Code || !h.fits(t, p, u, again.Code) || h.fits(t, p, u, sent[0].Code) {
		t.Error("the second invitation did not replace the password")
	}
	must[*api.AdminSetUserPasswordResponse](t)(h.AdminSetUserPassword(h.ctx, &api.AdminSetUserPasswordRequest{UserPoolId: p.ID, Username: "quiet", Password: "Passw0rd!", Permanent: new(true)}))
	wantError(t, create("quiet", "RESEND"), api.UnsupportedUserStateException, "Resend not possible. quiet status is not FORCE_CHANGE_PASSWORD")
	wantError(t, create("nobody", "RESEND"), api.UserNotFoundException, "User does not exist.")
}

func TestGeneratedPasswords(t *testing.T) {
	random := seeded(3)
	for _, policy := range []directory.PasswordPolicy{{}, directory.DefaultPasswordPolicy(), {MinLength: 60, Symbols: true}, {MinLength: 99, Lower: true, Upper: true}} {
		seen := map[string]bool{}
		for range 200 {
			password := must[string](t)(generate(random, &policy))
			if problem := policy.Problem(password); problem != "" || len(password) != max(12, policy.MinLength) || seen[password] {
				t.Fatalf("%q: %s", password, problem)
			}
			seen[password] = true
		}
	}
}

func TestAdminSetUserPassword(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, directory.Pool{CaseSensitive: true, Password: directory.PasswordPolicy{MinLength: 8, TemporaryValidityDays: 2}})
	h.newTestUser(t, p, "ann")
	set := func(password string, permanent bool) error {
		return second(h.AdminSetUserPassword(h.ctx, &api.AdminSetUserPasswordRequest{UserPoolId: p.ID, Username: "ann", Password: password, Permanent: &permanent}))
	}
	if err := set("permanent", true); err != nil {
		t.Fatal(err)
	}
	u := h.user(t, p, "ann")
	if u.Status != directory.Confirmed || !u.TemporaryUntil.IsZero() || !h.fits(t, p, u, "permanent") {
		t.Errorf("user is %s until %s", u.Status, u.TemporaryUntil)
	}
	if err := set("temporary", false); err != nil {
		t.Fatal(err)
	}
	u = h.user(t, p, "ann")
	if u.Status != directory.ForceChangePassword || u.TemporaryUntil.Sub(u.PasswordSet) != 48*time.Hour || !h.fits(t, p, u, "temporary") {
		t.Errorf("user is %s until %s", u.Status, u.TemporaryUntil)
	}
	wantError(t, set("short", true), api.InvalidPasswordException, "")
	_, err := h.AdminSetUserPassword(h.ctx, &api.AdminSetUserPasswordRequest{UserPoolId: p.ID, Username: "nobody", Password: "permanent"})
	wantError(t, err, api.UserNotFoundException, "User does not exist.")
}

func TestAdminUpdateUserAttributes(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, directory.Pool{CaseSensitive: true, Schema: []directory.Attribute{
		{Name: "dev:custom:tenant", Type: directory.StringType, DeveloperOnly: true}, {Name: "name", Type: directory.StringType, Mutable: true, Required: true},
	}})
	h.newTestUser(t, p, "ann", "name", "Ann", "email", "a@x.example", "email_verified", "true", "phone_number", "+15550100", "phone_number_verified", "true")
	update := func(pairs ...string) error {
		return second(h.AdminUpdateUserAttributes(h.ctx, &api.AdminUpdateUserAttributesRequest{UserPoolId: p.ID, Username: "ann", UserAttributes: attributeList(pairs...)}))
	}
	remove := func(names ...string) error {
		return second(h.AdminDeleteUserAttributes(h.ctx, &api.AdminDeleteUserAttributesRequest{UserPoolId: p.ID, Username: "ann", UserAttributeNames: names}))
	}
	for _, err := range []error{
		update("dev:custom:tenant", "t1", "email", "b@x.example"), // a new address is not verified
		update("phone_number", "+15550199", "phone_number_verified", "true", "nickname", "A"),
		update("dev:custom:tenant", "t1"), // the same value again
		remove("nickname", "email"),       // and its verification with it
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]string{"name": "Ann", "phone_number": "+15550199", "phone_number_verified": "true", "dev:custom:tenant": "t1"}
	if diff := cmp.Diff(want, h.user(t, p, "ann").Attributes); diff != "" {
		t.Error(diff)
	}
	wantError(t, update("dev:custom:tenant", "t2"), api.InvalidParameterException, "user.dev:custom:tenant: Attribute cannot be updated.")
	wantError(t, update("email_verified", "true"), api.InvalidParameterException, "Email is required to verify/un-verify an email")
	wantError(t, update("name", ""), api.InvalidParameterException, "")
	wantError(t, remove("name"), api.InvalidParameterException, "user.name: Attribute cannot be deleted.")
	wantError(t, remove("dev:custom:tenant"), api.InvalidParameterException, "")
	wantError(t, remove("custom:unknown"), api.InvalidParameterException, "")
	if diff := cmp.Diff(want, h.user(t, p, "ann").Attributes); diff != "" {
		t.Errorf("refusals changed something:\n%s", diff)
	}
}

func TestUserStates(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, directory.Pool{CaseSensitive: true})
	h.newTestUser(t, p, "ann")
	u := h.user(t, p, "ann")
	must[*api.AdminDisableUserResponse](t)(h.AdminDisableUser(h.ctx, &api.AdminDisableUserRequest{UserPoolId: p.ID, Username: "ann"}))
	off := h.user(t, p, "ann")
	if off.Enabled || !off.SignedOutAt.Equal(h.now) || !slices.Equal(h.revoked, []string{u.Sub}) {
		t.Errorf("disabled user is %+v, revoked are %v", off, h.revoked)
	}
	must[*api.AdminEnableUserResponse](t)(h.AdminEnableUser(h.ctx, &api.AdminEnableUserRequest{UserPoolId: p.ID, Username: "ann"}))
	if on := h.user(t, p, "ann"); !on.Enabled || !on.SignedOutAt.Equal(h.now) {
		t.Errorf("enabled user is %+v", on)
	}
	_, err := h.AdminConfirmSignUp(h.ctx, &api.AdminConfirmSignUpRequest{UserPoolId: p.ID, Username: "ann"})
	wantError(t, err, api.NotAuthorizedException, "User cannot be confirmed. Current status is FORCE_CHANGE_PASSWORD")
	err = h.updateUser(h.ctx, p, "ann", func(u *directory.User) error { u.Status = directory.Unconfirmed; return nil })
	if err != nil {
		t.Fatal(err)
	}
	must[*api.AdminConfirmSignUpResponse](t)(h.AdminConfirmSignUp(h.ctx, &api.AdminConfirmSignUpRequest{UserPoolId: p.ID, Username: "ann"}))
	if c := h.user(t, p, "ann"); c.Status != directory.Confirmed {
		t.Errorf("status is %s", c.Status)
	}
	must[*wire.Empty](t)(h.AdminDeleteUser(h.ctx, &api.AdminDeleteUserRequest{UserPoolId: p.ID, Username: "ann"}))
	if len(h.revoked) != 2 {
		t.Error("deleting did not revoke")
	}
	for name, err := range map[string]error{
		"get":     second(h.AdminGetUser(h.ctx, &api.AdminGetUserRequest{UserPoolId: p.ID, Username: u.Sub})),
		"delete":  second(h.AdminDeleteUser(h.ctx, &api.AdminDeleteUserRequest{UserPoolId: p.ID, Username: "ann"})),
		"enable":  second(h.AdminEnableUser(h.ctx, &api.AdminEnableUserRequest{UserPoolId: p.ID, Username: "ann"})),
		"disable": second(h.AdminDisableUser(h.ctx, &api.AdminDisableUserRequest{UserPoolId: p.ID, Username: "ann"})),
	} {
		t.Run(name, func(t *testing.T) { wantError(t, err, api.UserNotFoundException, "User does not exist.") })
	}
}

// TestPasswordsStayInside looks for the password in everything that an administrator can see.
func TestPasswordsStayInside(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, directory.Pool{CaseSensitive: true})
	const canary = "Canary-0-Password!"
	_, err := h.AdminCreateUser(h.ctx, &api.AdminCreateUserRequest{UserPoolId: p.ID, Username: "ann", TemporaryPassword: new(canary)})
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.AdminCreateUser(h.ctx, &api.AdminCreateUserRequest{UserPoolId: p.ID, Username: "ann", TemporaryPassword: new(canary)})
	if err == nil || strings.Contains(err.Error(), canary) {
		t.Errorf("error is %v", err)
	}
	h.Notifier = brokenNotifier{}
	_, err = h.AdminCreateUser(h.ctx, &api.AdminCreateUserRequest{
		UserPoolId: p.ID, Username: "bob", TemporaryPassword: new(canary), UserAttributes: attributeList("phone_number", "+15550100"),
	})
	wantError(t, err, api.CodeDeliveryFailureException, "")
}

type brokenNotifier struct{}

func (brokenNotifier) Send(context.Context, directory.Message) error {
	return context.DeadlineExceeded
}

func second[T any](_ T, err error) error { return err }
