package userpool

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/wire"
)

const (
	testFunction = "arn:aws:lambda:eu-west-1:111122223333:function:f"
	testRole     = "arn:aws:iam::111122223333:role/sms"
)

// known lists the functions that can be called.
type known []string

func (k known) Known(arn string) bool { return strings.Contains(strings.Join(k, " "), arn) }

func smsRole() *api.SmsConfigurationType { return &api.SmsConfigurationType{SnsCallerArn: testRole} }

func firstFactors(f ...api.AuthFactorType) *api.UserPoolPolicyType {
	return &api.UserPoolPolicyType{SignInPolicy: &api.SignInPolicyType{AllowedFirstAuthFactors: f}}
}

// fullPool asks for every setting that a pool can have.
func fullPool() api.CreateUserPoolRequest {
	return api.CreateUserPoolRequest{
		UserPoolTier: new(api.UserPoolTierTypePlus), AutoVerifiedAttributes: []api.VerifiedAttributeType{"email", "phone_number"},
		MfaConfiguration: new(api.UserPoolMfaTypeOptional), SmsAuthenticationMessage: new("code {####}"),
		SmsConfiguration:            &api.SmsConfigurationType{SnsCallerArn: testRole, ExternalId: new("x"), SnsRegion: new("eu-central-1")},
		EmailConfiguration:          &api.EmailConfigurationType{EmailSendingAccount: new(api.EmailSendingAccountTypeDeveloper), SourceArn: new("arn:aws:ses:eu-west-1:111122223333:identity/a@b.example"), From: new("Ann <a@b.example>"), ReplyToEmailAddress: new("r@b.example"), ConfigurationSet: new("set")},
		DeviceConfiguration:         &api.DeviceConfigurationType{ChallengeRequiredOnNewDevice: new(true), DeviceOnlyRememberedOnUserPrompt: new(false)},
		UserAttributeUpdateSettings: &api.UserAttributeUpdateSettingsType{AttributesRequireVerificationBeforeUpdate: []api.VerifiedAttributeType{"email"}},
		UserPoolAddOns:              &api.UserPoolAddOnsType{AdvancedSecurityMode: "ENFORCED", AdvancedSecurityAdditionalFlows: &api.AdvancedSecurityAdditionalFlowsType{CustomAuthMode: new(api.AdvancedSecurityEnabledModeType("AUDIT"))}},
		Policies: &api.UserPoolPolicyType{
			PasswordPolicy: &api.PasswordPolicyType{MinimumLength: new(10), PasswordHistorySize: new(24), RequireLowercase: new(true), RequireUppercase: new(false), RequireNumbers: new(false), RequireSymbols: new(false), TemporaryPasswordValidityDays: new(1)},
			SignInPolicy:   &api.SignInPolicyType{AllowedFirstAuthFactors: []api.AuthFactorType{"PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"}},
		},
		VerificationMessageTemplate: &api.VerificationMessageTemplateType{
			DefaultEmailOption: new(api.DefaultEmailOptionTypeConfirmWithLink), EmailSubjectByLink: new("link"), EmailMessageByLink: new("{##go##}"),
		},
		LambdaConfig: &api.LambdaConfigType{
			PreSignUp: new(testFunction), PostConfirmation: new(testFunction), PreAuthentication: new(testFunction), PostAuthentication: new(testFunction),
			DefineAuthChallenge: new(testFunction), CreateAuthChallenge: new(testFunction), VerifyAuthChallengeResponse: new(testFunction),
			PreTokenGeneration:       new(testFunction),
			PreTokenGenerationConfig: &api.PreTokenGenerationVersionConfigType{LambdaArn: testFunction, LambdaVersion: "V3_0"},
			UserMigration:            new(testFunction), CustomMessage: new(testFunction), KMSKeyID: new("arn:aws:kms:eu-west-1:111122223333:key/k"),
			CustomEmailSender: &api.CustomEmailLambdaVersionConfigType{LambdaArn: testFunction, LambdaVersion: "V1_0"},
			CustomSMSSender:   &api.CustomSMSLambdaVersionConfigType{LambdaArn: testFunction, LambdaVersion: "V1_0"},
			InboundFederation: &api.InboundFederationLambdaType{LambdaArn: testFunction, LambdaVersion: "V1_0"},
		},
	}
}

// TestEverySettingIsShown gives every setting and looks for it in the answers; then an update that gives none takes them all back.
func TestEverySettingIsShown(t *testing.T) {
	h := newHouse(t)
	h.Functions = known{testFunction}
	in := fullPool()
	p := h.newTestPool(t, in)
	got := must[*api.DescribeUserPoolResponse](t)(h.DescribeUserPool(h.ctx, &api.DescribeUserPoolRequest{UserPoolId: p.ID})).UserPool
	want := *got
	want.UserPoolTier, want.AutoVerifiedAttributes, want.MfaConfiguration, want.SmsAuthenticationMessage = in.UserPoolTier, in.AutoVerifiedAttributes, in.MfaConfiguration, in.SmsAuthenticationMessage
	want.SmsConfiguration, want.EmailConfiguration, want.DeviceConfiguration = in.SmsConfiguration, in.EmailConfiguration, in.DeviceConfiguration
	want.UserAttributeUpdateSettings, want.UserPoolAddOns, want.Policies = in.UserAttributeUpdateSettings, in.UserPoolAddOns, in.Policies
	want.VerificationMessageTemplate, want.LambdaConfig = in.VerificationMessageTemplate, in.LambdaConfig
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Errorf("pool differs (-given +shown):\n%s", diff)
	}
	listed := must[*api.ListUserPoolsResponse](t)(h.ListUserPools(h.ctx, &api.ListUserPoolsRequest{MaxResults: 1})).UserPools[0]
	if diff := cmp.Diff(in.LambdaConfig, listed.LambdaConfig); diff != "" {
		t.Errorf("the list differs:\n%s", diff)
	}

	must[*api.UpdateUserPoolResponse](t)(h.UpdateUserPool(h.ctx, &api.UpdateUserPoolRequest{UserPoolId: p.ID}))
	bare := *must[*directory.Pool](t)(h.edge.Pool(h.ctx, p.ID))
	fresh := *h.newTestPool(t, api.CreateUserPoolRequest{})
	fresh.ID, fresh.Created, fresh.Modified = bare.ID, bare.Created, bare.Modified
	if diff := cmp.Diff(fresh, bare); diff != "" {
		t.Errorf("an empty update left something (-new pool +updated):\n%s", diff)
	}
}

func TestSettingsThatContradict(t *testing.T) {
	h := newHouse(t)
	h.Functions = known{testFunction}
	type request = api.CreateUserPoolRequest
	lambda := func(c api.LambdaConfigType) request { return request{LambdaConfig: &c} }
	tier := func(tier api.UserPoolTierType, r request) request { r.UserPoolTier = &tier; return r }
	mail := func(c api.EmailConfigurationType) request { return request{EmailConfiguration: &c} }
	const lite, essentials = api.UserPoolTierTypeLite, api.UserPoolTierTypeEssentials
	const disable = "The following features need to be disabled for the "
	history := &api.UserPoolPolicyType{PasswordPolicy: &api.PasswordPolicyType{PasswordHistorySize: new(1)}}
	for name, c := range map[string]struct {
		in      request
		want    *wire.ErrorType
		message string
	}{
		"MFA without SMS":       {request{MfaConfiguration: new(api.UserPoolMfaTypeOn)}, api.InvalidParameterException, "SMS configuration and Auto verification for phone_number are required when MFA is required/optional"},
		"phone without SMS":     {request{AutoVerifiedAttributes: []api.VerifiedAttributeType{"phone_number"}}, api.InvalidParameterException, "SMS configuration is required when phone_number is selected for auto verification"},
		"SMS codes without SMS": {request{Policies: firstFactors("PASSWORD", "SMS_OTP")}, api.InvalidParameterException, ""},
		"no password":           {request{Policies: firstFactors("EMAIL_OTP")}, api.InvalidParameterException, ""},
		"MFA and one factor":    {request{Policies: firstFactors("PASSWORD", "EMAIL_OTP"), SmsConfiguration: smsRole(), MfaConfiguration: new(api.UserPoolMfaTypeOn)}, api.InvalidParameterException, ""},
		"SMS role is no role":   {request{SmsConfiguration: &api.SmsConfigurationType{SnsCallerArn: "arn:aws:sns:eu-west-1:111122223333:topic"}}, api.InvalidSmsRoleTrustRelationshipException, ""},
		"recovery by the MFA phone": {request{SmsConfiguration: smsRole(), MfaConfiguration: new(api.UserPoolMfaTypeOptional), AccountRecoverySetting: &api.AccountRecoverySettingType{
			RecoveryMechanisms: []api.RecoveryOptionType{{Name: "verified_phone_number", Priority: 1}}}}, api.InvalidParameterException,
			"Invalid account recovery setting parameter. Account Recovery Setting cannot use verified_phone_number as a recovery mechanism when SMS MFA is configured."},
		"unverified update":          {request{UserAttributeUpdateSettings: &api.UserAttributeUpdateSettingsType{AttributesRequireVerificationBeforeUpdate: []api.VerifiedAttributeType{"email"}}}, api.InvalidParameterException, ""},
		"custom mode alone":          {tier("PLUS", request{UserPoolAddOns: &api.UserPoolAddOnsType{AdvancedSecurityMode: "OFF", AdvancedSecurityAdditionalFlows: &api.AdvancedSecurityAdditionalFlowsType{CustomAuthMode: new(api.AdvancedSecurityEnabledModeType("AUDIT"))}}}), api.InvalidParameterException, ""},
		"threats, default tier":      {request{UserPoolAddOns: &api.UserPoolAddOnsType{AdvancedSecurityMode: "AUDIT"}}, api.FeatureUnavailableInTierException, disable + "ESSENTIALS pricing tier configured: Threat Protection"},
		"threats, essentials":        {tier(essentials, request{UserPoolAddOns: &api.UserPoolAddOnsType{AdvancedSecurityMode: "ENFORCED"}}), api.FeatureUnavailableInTierException, ""},
		"passwordless, lite":         {tier(lite, request{Policies: firstFactors("PASSWORD", "EMAIL_OTP")}), api.FeatureUnavailableInTierException, disable + "LITE pricing tier configured: Passwordless Sign-In"},
		"history, lite":              {tier(lite, request{Policies: history}), api.FeatureUnavailableInTierException, ""},
		"access tokens, lite":        {tier(lite, lambda(api.LambdaConfigType{PreTokenGenerationConfig: &api.PreTokenGenerationVersionConfigType{LambdaArn: testFunction, LambdaVersion: "V2_0"}})), api.FeatureUnavailableInTierException, ""},
		"id tokens, lite":            {tier(lite, lambda(api.LambdaConfigType{PreTokenGenerationConfig: &api.PreTokenGenerationVersionConfigType{LambdaArn: testFunction, LambdaVersion: "V1_0"}})), nil, ""},
		"two token functions":        {lambda(api.LambdaConfigType{PreTokenGeneration: new(testFunction + "2"), PreTokenGenerationConfig: &api.PreTokenGenerationVersionConfigType{LambdaArn: testFunction, LambdaVersion: "V2_0"}}), api.InvalidParameterException, ""},
		"sender without key":         {lambda(api.LambdaConfigType{CustomSMSSender: &api.CustomSMSLambdaVersionConfigType{LambdaArn: testFunction, LambdaVersion: "V1_0"}}), api.InvalidParameterException, ""},
		"key is no key":              {lambda(api.LambdaConfigType{KMSKeyID: new(testFunction)}), api.InvalidParameterException, ""},
		"no function":                {lambda(api.LambdaConfigType{PreSignUp: new("arn:aws:sns:eu-west-1:111122223333:topic")}), api.InvalidParameterException, ""},
		"unknown function":           {lambda(api.LambdaConfigType{PreSignUp: new(testFunction + "-other")}), api.InvalidParameterException, "This server knows no endpoint for the function " + testFunction + "-other."},
		"developer without identity": {mail(api.EmailConfigurationType{EmailSendingAccount: new(api.EmailSendingAccountTypeDeveloper)}), api.InvalidParameterException, ""},
		"identity is a topic":        {mail(api.EmailConfigurationType{SourceArn: new("arn:aws:sns:eu-west-1:111122223333:identity/x")}), api.InvalidParameterException, ""},
		"set without developer":      {mail(api.EmailConfigurationType{ConfigurationSet: new("set")}), api.InvalidParameterException, ""},
		"sender with line break":     {mail(api.EmailConfigurationType{From: new("a@b.example\r\nBcc: c@d.example")}), api.InvalidParameterException, ""},
		"two senders":                {mail(api.EmailConfigurationType{From: new("a@b.example, c@d.example")}), api.InvalidParameterException, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c.in.PoolName = "people"
			_, err := h.CreateUserPool(h.ctx, &c.in)
			if c.want == nil {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			wantError(t, err, c.want, c.message)
		})
	}
}

func TestSetUserPoolMfaConfig(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, api.CreateUserPoolRequest{})
	type request = api.SetUserPoolMfaConfigRequest
	set := func(in request) error {
		in.UserPoolId = p.ID
		answer, err := h.SetUserPoolMfaConfig(h.ctx, &in)
		if err == nil {
			shown := must[*api.GetUserPoolMfaConfigResponse](t)(h.GetUserPoolMfaConfig(h.ctx, &api.GetUserPoolMfaConfigRequest{UserPoolId: p.ID}))
			if diff := cmp.Diff(shown, (*api.GetUserPoolMfaConfigResponse)(answer)); diff != "" {
				t.Errorf("the two answers differ:\n%s", diff)
			}
		}
		return err
	}
	want := func(step string, want directory.MFAConfig) {
		t.Helper()
		if diff := cmp.Diff(want, must[*directory.Pool](t)(h.edge.Pool(h.ctx, p.ID)).MFA); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step, diff)
		}
	}
	totp := &api.SoftwareTokenMfaConfigType{Enabled: new(true)}
	optionally, on, off := new(api.UserPoolMfaTypeOptional), new(api.UserPoolMfaTypeOn), new(api.UserPoolMfaTypeOff)
	refused := map[string]request{
		"Invalid MFA configuration given, can't disable all MFAs with a required or optional configuration.": {MfaConfiguration: on},
		"Invalid MFA configuration given, can't turn off MFA and configure an MFA together.":                 {MfaConfiguration: off, SoftwareTokenMfaConfiguration: totp},
		"SMS configuration is required when SMS MFA is enabled":                                              {MfaConfiguration: on, SmsMfaConfiguration: &api.SmsMfaConfigType{}},
		"RelyingPartyId must be a domain name.":                                                              {WebAuthnConfiguration: &api.WebAuthnConfigurationType{RelyingPartyId: new("https://a.example")}},
	}
	for message, in := range refused {
		wantError(t, set(in), api.InvalidParameterException, message)
	}
	want("refusals", directory.MFAConfig{})
	steps := []struct {
		name string
		in   request
		want directory.MFAConfig
	}{
		{"software token", request{MfaConfiguration: on, SoftwareTokenMfaConfiguration: totp}, directory.MFAConfig{Mode: "ON", TOTP: true}},
		{"passkeys alone", request{WebAuthnConfiguration: &api.WebAuthnConfigurationType{RelyingPartyId: new("a.example"), UserVerification: new(api.UserVerificationTypeRequired)}}, directory.MFAConfig{Mode: "ON", TOTP: true}},
		{"e-mail, token gone", request{MfaConfiguration: optionally, EmailMfaConfiguration: &api.EmailMfaConfigType{Message: new("m {####}"), Subject: new("s")}}, directory.MFAConfig{Mode: "OPTIONAL", Email: true, EmailMessage: "m {####}", EmailSubject: "s"}},
		{"token besides", request{SoftwareTokenMfaConfiguration: totp}, directory.MFAConfig{Mode: "OPTIONAL", Email: true, TOTP: true, EmailMessage: "m {####}", EmailSubject: "s"}},
		{"SMS", request{MfaConfiguration: on, SmsMfaConfiguration: &api.SmsMfaConfigType{SmsAuthenticationMessage: new("c {####}"), SmsConfiguration: smsRole()}}, directory.MFAConfig{Mode: "ON", SMS: true, EmailMessage: "m {####}", EmailSubject: "s"}},
		{"off", request{MfaConfiguration: off, SoftwareTokenMfaConfiguration: &api.SoftwareTokenMfaConfigType{Enabled: new(false)}}, directory.MFAConfig{EmailMessage: "m {####}", EmailSubject: "s"}},
	}
	for _, s := range steps {
		if err := set(s.in); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		want(s.name, s.want)
	}
	got := must[*directory.Pool](t)(h.edge.Pool(h.ctx, p.ID))
	if got.WebAuthn != (directory.WebAuthnConfig{RelyingPartyID: "a.example", UserVerification: "required"}) || got.SMSConfig == nil || got.SMSAuthMessage != "c {####}" {
		t.Errorf("pool is %+v", got)
	}
	must[*api.UpdateUserPoolResponse](t)(h.UpdateUserPool(h.ctx, &api.UpdateUserPoolRequest{UserPoolId: p.ID, UserPoolTier: new(api.UserPoolTierTypeLite)}))
	wantError(t, set(request{MfaConfiguration: on, EmailMfaConfiguration: &api.EmailMfaConfigType{}}), api.FeatureUnavailableInTierException,
		"The following features need to be disabled for the LITE pricing tier configured: Email MFA")
}

// TestUpdateKeepsSoftwareTokens shows that an update of the pool with the same mode does not need SMS where users have software tokens.
func TestUpdateKeepsSoftwareTokens(t *testing.T) {
	h := newHouse(t)
	p := h.newTestPool(t, api.CreateUserPoolRequest{})
	must[*api.SetUserPoolMfaConfigResponse](t)(h.SetUserPoolMfaConfig(h.ctx, &api.SetUserPoolMfaConfigRequest{
		UserPoolId: p.ID, MfaConfiguration: new(api.UserPoolMfaTypeOn), SoftwareTokenMfaConfiguration: &api.SoftwareTokenMfaConfigType{Enabled: new(true)},
	}))
	for _, sms := range []*api.SmsConfigurationType{nil, smsRole()} {
		must[*api.UpdateUserPoolResponse](t)(h.UpdateUserPool(h.ctx, &api.UpdateUserPoolRequest{UserPoolId: p.ID, MfaConfiguration: new(api.UserPoolMfaTypeOptional), SmsConfiguration: sms}))
		if m := must[*directory.Pool](t)(h.edge.Pool(h.ctx, p.ID)).MFA; m != (directory.MFAConfig{Mode: "OPTIONAL", TOTP: true}) {
			t.Errorf("MFA is %+v", m)
		}
	}
}
