package pooluser

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/hook"
	"github.com/mayfly-id/mayfly/internal/store"
)

// functions answers for the triggers of pools, and notes what they were asked.
type functions struct {
	answer map[hook.Source]string // JSON of the response
	fail   map[hook.Source]error
	asked  []hook.Source
	last   string // JSON of the last request
	client string
}

func (f *functions) Invoke(_ context.Context, c hook.Call, request, response any) (bool, error) {
	if arn, _ := c.Source.Function(&c.Pool.Triggers); arn == "" {
		return false, nil
	}
	b, err := json.Marshal(request)
	if err != nil {
		return false, err
	}
	f.asked, f.last, f.client = append(f.asked, c.Source), string(b), c.ClientID
	if err := f.fail[c.Source]; err != nil {
		return true, err
	}
	if text := f.answer[c.Source]; text != "" {
		return true, json.Unmarshal([]byte(text), response)
	}
	return true, nil
}

const testFunction = "arn:aws:lambda:eu-west-1:111122223333:function:f"

func TestPreSignUp(t *testing.T) {
	h := newHouse(t)
	f := &functions{answer: map[hook.Source]string{}, fail: map[hook.Source]error{}}
	h.Hooks = f
	p := h.newTestPool(t, directory.Pool{CaseSensitive: true, Triggers: directory.Triggers{PreSignUp: testFunction}})
	create := func(name string) error {
		return second(h.AdminCreateUser(h.ctx, &api.AdminCreateUserRequest{
			UserPoolId: p.ID, Username: name, UserAttributes: attributeList("email", "a@x.example"), ValidationData: attributeList("v", "1"),
			ClientMetadata: map[string]string{"m": "2"}, MessageAction: new(api.MessageActionTypeSuppress),
		}))
	}
	f.answer[hook.PreSignUpAdminCreateUser] = `{"autoConfirmUser":true,"autoVerifyEmail":true}`
	if err := create("ann"); err != nil {
		t.Fatal(err)
	}
	u := h.user(t, p, "ann")
	if u.Status != directory.ForceChangePassword || u.Attributes["email_verified"] != "true" {
		t.Errorf("user is %s with %v", u.Status, u.Attributes)
	}
	want := `{"userAttributes":{"cognito:user_status":"FORCE_CHANGE_PASSWORD","email":"a@x.example","sub":"` + u.Sub + `"},"clientMetadata":{"m":"2"},"validationData":{"v":"1"}}`
	if f.last != want || f.client != "CLIENT_ID_NOT_APPLICABLE" {
		t.Errorf("the function was asked %s by %s", f.last, f.client)
	}
	f.answer[hook.PreSignUpAdminCreateUser] = `{"autoVerifyPhone":true}`
	wantError(t, create("bob"), api.InvalidParameterException, "Phone Number is required to verify/un-verify a phone number")
	f.fail[hook.PreSignUpAdminCreateUser] = api.UserLambdaValidationException.New("PreSignUp failed with error no.")
	wantError(t, create("bob"), api.UserLambdaValidationException, "PreSignUp failed with error no.")
	h.Hooks = nil
	wantError(t, create("bob"), api.UnexpectedLambdaException, "")
	if _, err := directory.FindUser(h.ctx, h.Store, p, "bob"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a refused user is there: %v", err)
	}
}

func TestPostConfirmation(t *testing.T) {
	h := newHouse(t)
	f := &functions{fail: map[hook.Source]error{}}
	h.Hooks = f
	p := h.newTestPool(t, directory.Pool{CaseSensitive: true, Triggers: directory.Triggers{PostConfirmation: testFunction}})
	for _, name := range []string{"ann", "bob"} {
		h.newTestUser(t, p, name)
		if err := h.updateUser(h.ctx, p, name, func(u *directory.User) error { u.Status = directory.Unconfirmed; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	confirm := func(name string) error {
		return second(h.AdminConfirmSignUp(h.ctx, &api.AdminConfirmSignUpRequest{UserPoolId: p.ID, Username: name, ClientMetadata: map[string]string{"m": "2"}}))
	}
	if err := confirm("ann"); err != nil || len(f.asked) != 1 || f.asked[0] != hook.PostConfirmationSignUp {
		t.Fatalf("asked %v (%v)", f.asked, err)
	}
	f.fail[hook.PostConfirmationSignUp] = api.UserLambdaValidationException.New("PostConfirmation failed with error no.")
	wantError(t, confirm("bob"), api.UserLambdaValidationException, "")
	if u := h.user(t, p, "bob"); u.Status != directory.Confirmed {
		t.Errorf("status is %s", u.Status)
	}
}

func TestPasswordless(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, directory.Pool{CaseSensitive: true, FirstFactors: []string{"PASSWORD", "EMAIL_OTP"}, Invite: directory.MessageTemplate{Email: "Welcome, {username}.", SMS: "{username} {####}"}})
	create := func(in api.AdminCreateUserRequest) *directory.User {
		in.UserPoolId, in.DesiredDeliveryMediums = p.ID, []api.DeliveryMediumType{"EMAIL", "SMS"}
		must[*api.AdminCreateUserResponse](t)(h.AdminCreateUser(h.ctx, &in))
		return h.user(t, p, in.Username)
	}
	u := create(api.AdminCreateUserRequest{Username: "ann", UserAttributes: attributeList("email", "a@x.example", "phone_number", "+15550100")})
	if u.Status != directory.Confirmed || len(u.SealedVerifier) != 0 {
		t.Errorf("a user without a password is %s", u.Status)
	}
	if sent := h.outbox.List(0); len(sent) != 1 || sent[0].Body != "Welcome, ann." {
		t.Errorf("%d messages were sent: %v", len(sent), sent)
	}
	_, err := h.AdminCreateUser(h.ctx, &api.AdminCreateUserRequest{UserPoolId: p.ID, Username: "ann", MessageAction: new(api.MessageActionTypeResend)})
	wantError(t, err, api.UnsupportedUserStateException, "")
	for name, in := range map[string]api.AdminCreateUserRequest{
		"given a password":       {Username: "bob", TemporaryPassword: new("Passw0rd!"), UserAttributes: attributeList("email", "b@x.example")},
		"no address for a code":  {Username: "cid", UserAttributes: attributeList("phone_number", "+15550101")},
		"an address left empty":  {Username: "dee", UserAttributes: attributeList("email", "")},
		"no attributes whatever": {Username: "eve"},
	} {
		if u := create(in); u.Status != directory.ForceChangePassword || len(u.SealedVerifier) == 0 {
			t.Errorf("%s: the user is %s", name, u.Status)
		}
	}
}

func TestPasswordHistory(t *testing.T) {
	h := newHouse(t)
	policy := directory.DefaultPasswordPolicy()
	policy.History = 2
	p := h.newTestPool(t, directory.Pool{CaseSensitive: true, Password: policy})
	h.newTestUser(t, p, "ann")
	set := func(password string) error {
		return second(h.AdminSetUserPassword(h.ctx, &api.AdminSetUserPasswordRequest{UserPoolId: p.ID, Username: "ann", Password: password, Permanent: new(true)}))
	}
	for _, password := range []string{"Passw0rd!1", "Passw0rd!2"} {
		if err := set(password); err != nil {
			t.Fatal(err)
		}
	}
	before := h.user(t, p, "ann")
	for _, password := range []string{"Passw0rd!1", "Passw0rd!2"} {
		wantError(t, set(password), api.PasswordHistoryPolicyViolationException, "Password has previously been used")
	}
	if diff := cmp.Diff(before, h.user(t, p, "ann")); diff != "" {
		t.Errorf("a refused password changed the user:\n%s", diff)
	}
	h.now = h.now.Add(1e9)
	for _, password := range []string{"Passw0rd!3", "Passw0rd!1"} { // two back is far enough
		if err := set(password); err != nil {
			t.Fatalf("%s: %v", password, err)
		}
	}
	after := h.user(t, p, "ann")
	if len(after.PasswordHistory) != 2 || !after.PasswordSet.After(before.PasswordSet) || !h.fits(t, p, after, "Passw0rd!1") {
		t.Errorf("%d passwords are remembered, the last of %s", len(after.PasswordHistory), after.PasswordSet)
	}
}

func TestShownUser(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, directory.Pool{CaseSensitive: true})
	h.newTestUser(t, p, "ann")
	err := h.updateUser(h.ctx, p, "ann", func(u *directory.User) error {
		u.Status, u.MFAOptions = directory.ExternalProvider, []string{"phone_number"}
		u.MFA = directory.Preference{SMS: true, TOTP: true, Preferred: "SMS_MFA"}
		u.Identities = []directory.Identity{{Provider: "Corp", Type: "SAML", UserID: "7", Primary: true, Linked: h.now}}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got := must[*api.AdminGetUserResponse](t)(h.AdminGetUser(h.ctx, &api.AdminGetUserRequest{UserPoolId: p.ID, Username: "ann"}))
	sms := api.DeliveryMediumTypeSms
	want := *got
	want.UserStatus, want.MFAOptions = new(api.UserStatusTypeExternalProvider), []api.MFAOptionType{{AttributeName: new("phone_number"), DeliveryMedium: &sms}}
	want.UserMFASettingList, want.PreferredMfaSetting = []string{"SMS_MFA", "SOFTWARE_TOKEN_MFA"}, new("SMS_MFA")
	want.UserAttributes = attributeList("sub", h.user(t, p, "ann").Sub, "identities",
		`[{"userId":"7","providerName":"Corp","providerType":"SAML","issuer":null,"primary":true,"dateCreated":1795251600123}]`)
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Errorf("user differs (-want +got):\n%s", diff)
	}
	listed := must[*api.ListUsersResponse](t)(h.ListUsers(h.ctx, &api.ListUsersRequest{UserPoolId: p.ID})).Users[0]
	if diff := cmp.Diff(want.UserAttributes, listed.Attributes); diff != "" || len(listed.MFAOptions) != 1 {
		t.Errorf("the list differs:\n%s", diff)
	}
}

// sentCodes notes the addresses that were asked about.
type sentCodes []string

func (s *sentCodes) SendVerification(_ context.Context, _ *directory.Pool, u *directory.User, attribute string, metadata map[string]string) error {
	*s = append(*s, u.Attributes[attribute]+" "+metadata["m"])
	return nil
}

func TestVerificationOfNewAddresses(t *testing.T) {
	h := newHouse(t)
	codes := &sentCodes{}
	h.Codes = codes
	p := h.newTestPool(t, directory.Pool{CaseSensitive: true, AutoVerified: []string{"email"}, VerifyBeforeUpdate: []string{"email"}})
	h.newTestUser(t, p, "ann", "email", "old@x.example", "email_verified", "true", "phone_number", "+15550100", "phone_number_verified", "true")
	for _, step := range []struct {
		change    []string
		codes     []string
		email     string
		verified  string
		pending   map[string]string
		withPhone string
	}{
		{[]string{"email", "new@x.example"}, []string{"new@x.example 1"}, "old@x.example", "true", map[string]string{"email": "new@x.example"}, "true"},
		{[]string{"email", "old@x.example"}, nil, "old@x.example", "true", map[string]string{}, "true"}, // taken back
		{[]string{"email", "n2@x.example", "email_verified", "false"}, []string{"n2@x.example 1"}, "old@x.example", "true", map[string]string{"email": "n2@x.example"}, "true"},
		{[]string{"email", "n3@x.example", "email_verified", "true"}, nil, "n3@x.example", "true", map[string]string{}, "true"},
		{[]string{"phone_number", "+15550101"}, nil, "n3@x.example", "true", map[string]string{}, "false"}, // not verified by this pool
		{[]string{"email", ""}, nil, "", "", map[string]string{}, "false"},
		{[]string{"email", "n4@x.example"}, []string{"n4@x.example 1"}, "n4@x.example", "false", map[string]string{}, "false"}, // nothing to keep meanwhile
	} {
		*codes = nil
		must[*api.AdminUpdateUserAttributesResponse](t)(h.AdminUpdateUserAttributes(h.ctx, &api.AdminUpdateUserAttributesRequest{
			UserPoolId: p.ID, Username: "ann", UserAttributes: attributeList(step.change...), ClientMetadata: map[string]string{"m": "1"},
		}))
		u := h.user(t, p, "ann")
		if diff := cmp.Diff(step.codes, []string(*codes)); diff != "" {
			t.Errorf("%v: codes (-want +got):\n%s", step.change, diff)
		}
		if u.Attributes["email"] != step.email || u.Attributes["email_verified"] != step.verified || u.Attributes["phone_number_verified"] != step.withPhone || len(u.Pending) != len(step.pending) || u.Pending["email"] != step.pending["email"] {
			t.Errorf("%v: attributes %v, pending %v", step.change, u.Attributes, u.Pending)
		}
	}
}

func TestDeletionCleansUp(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, directory.Pool{CaseSensitive: true})
	h.newTestUser(t, p, "ann")
	sub := h.user(t, p, "ann").Sub
	var cleaned []string
	fail := errors.New("no")
	h.Cleanup = []Cleanup{func(_ context.Context, _ store.Writer, poolID, sub string) error {
		cleaned = append(cleaned, poolID+" "+sub)
		return fail
	}}
	in := &api.AdminDeleteUserRequest{UserPoolId: p.ID, Username: "ann"}
	if _, err := h.AdminDeleteUser(h.ctx, in); !errors.Is(err, fail) {
		t.Errorf("error is %v", err)
	}
	h.user(t, p, "ann") // still there
	fail = nil
	if _, err := h.AdminDeleteUser(h.ctx, in); err != nil || len(cleaned) != 2 || cleaned[1] != p.ID+" "+sub {
		t.Errorf("cleaned up %v (%v)", cleaned, err)
	}
}

func TestMembershipQuota(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, directory.Pool{CaseSensitive: true})
	h.newTestUser(t, p, "ann")
	sub := h.user(t, p, "ann").Sub
	err := h.Store.Update(h.ctx, func(w store.Writer) error {
		for i := range maxMemberships + 1 {
			name := string(rune('A'+i/26)) + string(rune('a'+i%26))
			if err := directory.Groups.Insert(h.ctx, w, &directory.Group{PoolID: p.ID, Name: name}); err != nil {
				return err
			}
			if i == maxMemberships {
				continue
			}
			if err := directory.Members.Insert(h.ctx, w, &directory.Member{PoolID: p.ID, Group: name, Sub: sub}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	add := func(group string) error {
		return second(h.AdminAddUserToGroup(h.ctx, &api.AdminAddUserToGroupRequest{UserPoolId: p.ID, GroupName: group, Username: "ann"}))
	}
	wantError(t, add(string(rune('A'+maxMemberships/26))+string(rune('a'+maxMemberships%26))), api.InvalidParameterException, "")
	if err := add("Aa"); err != nil { // a member already
		t.Error(err)
	}
}
