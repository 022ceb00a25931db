package userpool

import (
	"slices"

	"github.com/mayfly-id/mayfly/internal/pooledge"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// First factors of a sign-in, as AllowedFirstAuthFactors spells them.
const (
	passwordFactor = "PASSWORD"
	emailFactor    = "EMAIL_OTP"
	smsFactor      = "SMS_OTP"
	passkeyFactor  = "WEB_AUTHN"
)

// passkeyIsMFA is the FactorConfiguration with which a passkey that verified its user counts for two factors.
const passkeyIsMFA = "MULTI_FACTOR_WITH_USER_VERIFICATION"

// applyFactors reads what users prove themselves by. Which second factors there are SetUserPoolMfaConfig says; here only the mode is given, and
// an SMS configuration stands for SMS where nothing else was set up
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html).
func (in *poolSettings) applyFactors(p *directory.Pool) error {
	p.FirstFactors = nil
	if in.policies != nil && in.policies.SignInPolicy != nil {
		p.FirstFactors = unique(texts(in.policies.SignInPolicy.AllowedFirstAuthFactors))
	}
	p.Devices = nil
	if d := in.device; d != nil {
		p.Devices = &directory.DeviceConfig{ChallengeOnNew: pooledge.Deref(d.ChallengeRequiredOnNewDevice), OnPrompt: pooledge.Deref(d.DeviceOnlyRememberedOnUserPrompt)}
	}
	p.AddOns = directory.AddOns{}
	if a := in.addOns; a != nil {
		p.AddOns.SecurityMode = string(a.AdvancedSecurityMode)
		if a.AdvancedSecurityAdditionalFlows != nil {
			p.AddOns.CustomAuthMode = string(pooledge.Deref(a.AdvancedSecurityAdditionalFlows.CustomAuthMode))
		}
	}
	mode := pooledge.Deref(in.mfa)
	if mode == "" || mode == api.UserPoolMfaTypeOff {
		p.MFA.Mode, p.MFA.SMS, p.MFA.TOTP, p.MFA.Email = "", false, false, false
		return nil
	}
	p.MFA.Mode = string(mode)
	p.MFA.SMS = p.SMSConfig != nil && (p.MFA.SMS || !p.MFA.TOTP && !p.MFA.Email)
	if !p.MFA.SMS && !p.MFA.TOTP && !p.MFA.Email {
		return api.InvalidParameterException.New("SMS configuration and Auto verification for phone_number are required when MFA is required/optional")
	}
	return nil
}

// applyUpdates reads which addresses are verified before they replace the old ones.
func (in *poolSettings) applyUpdates(p *directory.Pool) error {
	p.VerifyBeforeUpdate = nil
	if in.updates == nil {
		return nil
	}
	p.VerifyBeforeUpdate = unique(texts(in.updates.AttributesRequireVerificationBeforeUpdate))
	for _, name := range p.VerifyBeforeUpdate {
		if !slices.Contains(p.AutoVerified, name) {
			return api.InvalidParameterException.New("AttributesRequireVerificationBeforeUpdate must be a subset of AutoVerifiedAttributes: %s is not verified automatically.", name)
		}
	}
	return nil
}

// checkPool holds the settings of a pool against one another, whoever wrote them.
func checkPool(p *directory.Pool) error {
	if err := checkTier(p); err != nil {
		return err
	}
	bad := api.InvalidParameterException
	switch {
	case p.SMSConfig == nil && slices.Contains(p.AutoVerified, "phone_number"):
		return bad.New("SMS configuration is required when phone_number is selected for auto verification")
	case p.SMSConfig == nil && p.MFA.SMS:
		return bad.New("SMS configuration is required when SMS MFA is enabled")
	case p.SMSConfig == nil && slices.Contains(p.FirstFactors, smsFactor):
		return bad.New("SMS configuration is required when SMS_OTP is an allowed first authentication factor")
	case len(p.FirstFactors) > 0 && !slices.Contains(p.FirstFactors, passwordFactor):
		return bad.New("PASSWORD must be one of the allowed first authentication factors")
	case p.MFA.Mode == string(api.UserPoolMfaTypeOn) && oneFactorEnough(p):
		return bad.New("MFA cannot be required in a user pool that allows sign-in with a one-time password or a passkey alone")
	case p.AddOns.CustomAuthMode != "" && (p.AddOns.SecurityMode == "" || p.AddOns.SecurityMode == "OFF"):
		return bad.New("AdvancedSecurityAdditionalFlows needs an AdvancedSecurityMode other than OFF")
	}
	return checkRecovery(p)
}

// oneFactorEnough tells whether a first factor of the pool lets users in without a password and without counting for two.
func oneFactorEnough(p *directory.Pool) bool {
	return slices.ContainsFunc(p.FirstFactors, func(f string) bool {
		return f == emailFactor || f == smsFactor || f == passkeyFactor && p.WebAuthn.Factor != passkeyIsMFA
	})
}

// checkRecovery refuses to let the address that takes second factors be the only way to a new password: who has it would have both.
func checkRecovery(p *directory.Pool) error {
	const text = "Invalid account recovery setting parameter. Account Recovery Setting cannot use %s as a recovery mechanism when %s MFA is configured."
	if p.MFA.Mode == "" || len(p.RecoveryOrder) != 1 {
		return nil
	}
	switch only := p.RecoveryOrder[0]; {
	case only == string(api.RecoveryOptionNameTypeVerifiedPhoneNumber) && p.MFA.SMS:
		return api.InvalidParameterException.New(text, only, "SMS")
	case only == string(api.RecoveryOptionNameTypeVerifiedEmail) && p.MFA.Email:
		return api.InvalidParameterException.New(text, only, "Email")
	}
	return nil
}
