package factor

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"pgregory.net/rapid"
)

func TestMFAPreference(t *testing.T) {
	on, first := new(true), new(true)
	sms := func(enabled, preferred *bool) *api.SMSMfaSettingsType {
		return &api.SMSMfaSettingsType{Enabled: enabled, PreferredMfa: preferred}
	}
	app := func(enabled, preferred *bool) *api.SoftwareTokenMfaSettingsType {
		return &api.SoftwareTokenMfaSettingsType{Enabled: enabled, PreferredMfa: preferred}
	}
	mail := func(enabled, preferred *bool) *api.EmailMfaSettingsType {
		return &api.EmailMfaSettingsType{Enabled: enabled, PreferredMfa: preferred}
	}
	full := func(u *directory.User) {
		u.Attributes = map[string]string{"email": "ada@example.org", "phone_number": "+15550100"}
		u.TOTP = &directory.TOTP{Sealed: []byte{1}, Verified: true}
	}
	both := directory.Preference{SMS: true, TOTP: true, Preferred: "SMS_MFA"}
	for name, tc := range map[string]struct {
		user    func(*directory.User)
		before  directory.Preference
		in      api.SetUserMFAPreferenceRequest
		want    directory.Preference
		message string // of an InvalidParameterException
	}{
		"nothing":              {user: full, before: both, want: both},
		"software token":       {user: full, in: api.SetUserMFAPreferenceRequest{SoftwareTokenMfaSettings: app(on, first)}, want: directory.Preference{TOTP: true, Preferred: "SOFTWARE_TOKEN_MFA"}},
		"enabled, not first":   {user: full, in: api.SetUserMFAPreferenceRequest{SoftwareTokenMfaSettings: app(on, nil)}, want: directory.Preference{TOTP: true}},
		"another comes first":  {user: full, before: both, in: api.SetUserMFAPreferenceRequest{EmailMfaSettings: mail(on, first)}, want: directory.Preference{SMS: true, TOTP: true, Email: true, Preferred: "EMAIL_OTP"}},
		"off":                  {user: full, before: both, in: api.SetUserMFAPreferenceRequest{SMSMfaSettings: sms(new(false), new(false))}, want: directory.Preference{TOTP: true}},
		"off by silence":       {user: full, before: both, in: api.SetUserMFAPreferenceRequest{SMSMfaSettings: sms(nil, nil)}, want: directory.Preference{TOTP: true}},
		"no longer first":      {user: full, before: both, in: api.SetUserMFAPreferenceRequest{SMSMfaSettings: sms(on, new(false))}, want: directory.Preference{SMS: true, TOTP: true}},
		"still first":          {user: full, before: both, in: api.SetUserMFAPreferenceRequest{SMSMfaSettings: sms(on, nil)}, want: both},
		"first, but off":       {user: full, before: both, in: api.SetUserMFAPreferenceRequest{SMSMfaSettings: sms(new(false), first)}, want: both, message: "SMS_MFA cannot be preferred while it is not enabled."},
		"two come first":       {user: full, in: api.SetUserMFAPreferenceRequest{SMSMfaSettings: sms(on, first), EmailMfaSettings: mail(on, first)}, message: "Only one MFA method can be preferred."},
		"no phone":             {in: api.SetUserMFAPreferenceRequest{SMSMfaSettings: sms(on, nil)}, message: "User does not have delivery config set to turn on SMS_MFA"},
		"no e-mail":            {in: api.SetUserMFAPreferenceRequest{EmailMfaSettings: mail(on, nil)}, message: "User does not have delivery config set to turn on EMAIL_OTP"},
		"no app":               {in: api.SetUserMFAPreferenceRequest{SoftwareTokenMfaSettings: app(on, nil)}, message: "User does not have delivery config set to turn on SOFTWARE_TOKEN_MFA"},
		"no app, off":          {in: api.SetUserMFAPreferenceRequest{SoftwareTokenMfaSettings: app(new(false), new(false))}},
		"passkeys not for MFA": {user: full, in: api.SetUserMFAPreferenceRequest{WebAuthnMfaSettings: &api.WebAuthnMfaSettingsType{Enabled: on}}, message: "User does not have delivery config set to turn on WEB_AUTHN_MFA"},
		"an app without proof": {
			user: func(u *directory.User) { u.TOTP = &directory.TOTP{Pending: []byte{1}} },
			in:   api.SetUserMFAPreferenceRequest{SoftwareTokenMfaSettings: app(on, nil)}, message: "User does not have delivery config set to turn on SOFTWARE_TOKEN_MFA",
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.changeAda(t, func(u *directory.User) {
				if u.MFA = tc.before; tc.user != nil {
					tc.user(u)
				}
			})
			tc.in.AccessToken = token()
			_, err := h.SetUserMFAPreference(h.ctx, &tc.in)
			if tc.message != "" {
				fails(t, err, api.InvalidParameterException, tc.message)
			} else {
				must(t, err)
			}
			if d := cmp.Diff(tc.want, h.user(t, ada).MFA); d != "" {
				t.Error(d)
			}
			// The administrator's operation follows the same rules.
			h.changeAda(t, func(u *directory.User) { u.MFA = tc.before })
			_, err = h.AdminSetUserMFAPreference(h.ctx, &api.AdminSetUserMFAPreferenceRequest{
				UserPoolId: poolID, Username: "ada", SMSMfaSettings: tc.in.SMSMfaSettings, SoftwareTokenMfaSettings: tc.in.SoftwareTokenMfaSettings,
				EmailMfaSettings: tc.in.EmailMfaSettings, WebAuthnMfaSettings: tc.in.WebAuthnMfaSettings,
			})
			if d := cmp.Diff(tc.want, h.user(t, ada).MFA); d != "" || (err != nil) != (tc.message != "") {
				t.Error(err, d)
			}
		})
	}
}

// TestPreferredIsEnabled: whatever is asked for, the preferred factor is an enabled one, and every enabled one was possible.
func TestPreferredIsEnabled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &directory.Pool{MFA: directory.MFAConfig{SMS: rapid.Bool().Draw(t, "sms"), Email: rapid.Bool().Draw(t, "email")}}
		u := &directory.User{Attributes: map[string]string{}}
		for _, a := range []string{"email", "phone_number"} {
			if rapid.Bool().Draw(t, a) {
				u.Attributes[a] = "x"
			}
		}
		if rapid.Bool().Draw(t, "app") {
			u.TOTP = &directory.TOTP{Verified: true}
		}
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			var asked []wish
			for _, f := range []string{smsMFA, softwareMFA, emailMFA} {
				if rapid.Bool().Draw(t, "given") {
					asked = append(asked, wish{f, rapid.Bool().Draw(t, "on"), rapid.SampledFrom([]*bool{nil, new(true), new(false)}).Draw(t, "first")})
				}
			}
			before := u.MFA
			if err := prefer(p, u, asked); err != nil && u.MFA != before {
				t.Fatal("a refused wish changes something")
			}
			if f := u.MFA.Preferred; f != "" && !*flag(&u.MFA, f) {
				t.Fatalf("%s is preferred and not enabled", f)
			}
			for _, f := range u.MFA.List() {
				if !ready(p, u, f) {
					t.Fatalf("%s is enabled", f)
				}
			}
		}
	})
}

func TestUserSettings(t *testing.T) {
	h := newHouse(t)
	set := func(options ...api.MFAOptionType) error {
		_, err := h.SetUserSettings(h.ctx, &api.SetUserSettingsRequest{AccessToken: token(), MFAOptions: options})
		return err
	}
	sms := api.MFAOptionType{AttributeName: new("phone_number"), DeliveryMedium: new(api.DeliveryMediumTypeSms)}
	fails(t, set(sms), api.InvalidParameterException, "User does not have delivery config set to turn on SMS_MFA")
	h.changeAda(t, func(u *directory.User) { u.Attributes = map[string]string{"phone_number": "+15550100"} })
	must(t, set(sms))
	if d := cmp.Diff([]string{"phone_number"}, h.user(t, ada).MFAOptions); d != "" {
		t.Error(d)
	}
	fails(t, set(api.MFAOptionType{AttributeName: new("email"), DeliveryMedium: new(api.DeliveryMediumTypeEmail)}), api.InvalidParameterException, "")
	fails(t, set(api.MFAOptionType{}), api.InvalidParameterException, "")
	must(t, set())
	if got := h.user(t, ada).MFAOptions; got != nil {
		t.Errorf("options are %v", got)
	}
	get[*api.AdminSetUserSettingsResponse](t)(h.AdminSetUserSettings(h.ctx, &api.AdminSetUserSettingsRequest{UserPoolId: poolID, Username: "ada", MFAOptions: []api.MFAOptionType{sms}}))
	if got := h.user(t, ada).MFAOptions; len(got) != 1 {
		t.Errorf("options are %v", got)
	}
}

func TestAuthFactors(t *testing.T) {
	h := newHouse(t)
	show := func() *api.GetUserAuthFactorsResponse {
		return get[*api.GetUserAuthFactorsResponse](t)(h.GetUserAuthFactors(h.ctx, &api.GetUserAuthFactorsRequest{AccessToken: token()}))
	}
	if d := cmp.Diff(&api.GetUserAuthFactorsResponse{Username: "ada", ConfiguredUserAuthFactors: []api.AuthFactorType{}}, show()); d != "" {
		t.Error(d)
	}
	h.register(t, newAuthenticator(t))
	h.changeAda(t, func(u *directory.User) {
		u.Attributes = map[string]string{"email": "ada@example.org", "email_verified": "true", "phone_number": "+15550100"}
		u.SealedVerifier = []byte{1}
		u.MFA = directory.Preference{SMS: true, TOTP: true, Preferred: "SMS_MFA"}
	})
	want := &api.GetUserAuthFactorsResponse{
		Username: "ada", ConfiguredUserAuthFactors: []api.AuthFactorType{"PASSWORD", "EMAIL_OTP", "WEB_AUTHN"},
		PreferredMfaSetting: new("SMS_MFA"), UserMFASettingList: []string{"SMS_MFA", "SOFTWARE_TOKEN_MFA"},
	}
	if d := cmp.Diff(want, show()); d != "" {
		t.Error(d)
	}
	h.changePool(t, func(p *directory.Pool) { p.FirstFactors = nil })
	want.ConfiguredUserAuthFactors = []api.AuthFactorType{"PASSWORD"}
	if d := cmp.Diff(want, show()); d != "" {
		t.Error(d)
	}
}

// TestPasskeyPreference: passkeys are a second factor where the pool counts them as several.
func TestPasskeyPreference(t *testing.T) {
	h := newHouse(t, func(p *directory.Pool) { p.WebAuthn.Factor = multiFactor })
	set := func(on bool) {
		t.Helper()
		get[*api.SetUserMFAPreferenceResponse](t)(h.SetUserMFAPreference(h.ctx, &api.SetUserMFAPreferenceRequest{
			AccessToken: token(), WebAuthnMfaSettings: &api.WebAuthnMfaSettingsType{Enabled: &on},
		}))
	}
	set(true)
	if d := cmp.Diff([]string{"WEB_AUTHN_MFA"}, h.user(t, ada).MFA.List()); d != "" {
		t.Error(d)
	}
	set(false)
	if got := h.user(t, ada).MFA.List(); got != nil {
		t.Errorf("enabled are %v", got)
	}
}
