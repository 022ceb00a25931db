package userpool

import api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"

// setting is one member of an input that AWS honours and this server does not; given says that it asks for more than AWS's default.
type setting struct {
	name  string
	given bool
}

// refuse answers the first setting that is given.
func refuse(settings []setting) error {
	for _, s := range settings {
		if s.given {
			return errUnsupported.New("%s is not supported by this server yet.", s.name)
		}
	}
	return nil
}

// refusePool refuses the settings of a pool that are not honoured.
func refusePool(in *poolSettings) error {
	return refuse([]setting{
		{"LambdaConfig", in.lambda != nil && *in.lambda != (api.LambdaConfigType{})},
		{"MfaConfiguration " + string(deref(in.mfa)), in.mfa != nil && *in.mfa != api.UserPoolMfaTypeOff},
		{"DeviceConfiguration", in.device != nil},
		{"SmsConfiguration", in.smsConfig != nil},
		{"SmsAuthenticationMessage", in.smsAuthentication != nil},
		{"EmailConfiguration", in.email != nil && !defaultEmail(in.email)},
		{"UserPoolAddOns", in.addOns != nil && (in.addOns.AdvancedSecurityMode != "OFF" || in.addOns.AdvancedSecurityAdditionalFlows != nil)},
		{"UserPoolTier PLUS", in.tier != nil && *in.tier == api.UserPoolTierTypePlus},
		{"AttributesRequireVerificationBeforeUpdate", in.updates != nil && len(in.updates.AttributesRequireVerificationBeforeUpdate) > 0},
		{"SignInPolicy other than PASSWORD", in.policies != nil && !passwordOnly(in.policies.SignInPolicy)},
		{"PasswordHistorySize", in.policies != nil && in.policies.PasswordPolicy != nil && deref(in.policies.PasswordPolicy.PasswordHistorySize) > 0},
		{"Verification by link", in.template != nil && (deref(in.template.DefaultEmailOption) == api.DefaultEmailOptionTypeConfirmWithLink ||
			in.template.EmailMessageByLink != nil || in.template.EmailSubjectByLink != nil)},
	})
}

func defaultEmail(e *api.EmailConfigurationType) bool {
	rest := *e
	rest.EmailSendingAccount = nil
	return rest == (api.EmailConfigurationType{}) && (e.EmailSendingAccount == nil || *e.EmailSendingAccount == "COGNITO_DEFAULT")
}

func passwordOnly(p *api.SignInPolicyType) bool {
	if p == nil {
		return true
	}
	for _, f := range p.AllowedFirstAuthFactors {
		if f != api.AuthFactorTypePassword {
			return false
		}
	}
	return true
}

// refuseClient refuses the settings of an app client that are not honoured.
func refuseClient(in *api.CreateUserPoolClientRequest) error {
	settings := []setting{
		{"OAuth", deref(in.AllowedOAuthFlowsUserPoolClient) || len(in.AllowedOAuthFlows) > 0 || len(in.AllowedOAuthScopes) > 0},
		{"CallbackURLs", len(in.CallbackURLs) > 0},
		{"LogoutURLs", len(in.LogoutURLs) > 0},
		{"DefaultRedirectURI", in.DefaultRedirectURI != nil},
		{"AnalyticsConfiguration", in.AnalyticsConfiguration != nil},
		{"EnablePropagateAdditionalUserContextData", deref(in.EnablePropagateAdditionalUserContextData)},
	}
	for _, f := range in.ExplicitAuthFlows {
		settings = append(settings, setting{"ExplicitAuthFlows " + string(f),
			f == api.ExplicitAuthFlowsTypeAllowUserAuth || f == api.ExplicitAuthFlowsTypeCustomAuthFlowOnly})
	}
	for _, p := range in.SupportedIdentityProviders {
		settings = append(settings, setting{"SupportedIdentityProviders other than COGNITO", p != localProvider})
	}
	return refuse(settings)
}
