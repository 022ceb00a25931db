package userpool

import (
	"cmp"
	"slices"

	"github.com/mayfly-id/mayfly/internal/pooledge"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// poolSettings are the members that CreateUserPool and UpdateUserPool share. Both replace all of them: what is absent takes its default
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html).
type poolSettings struct {
	recovery                               *api.AccountRecoverySettingType
	admin                                  *api.AdminCreateUserConfigType
	autoVerified                           []api.VerifiedAttributeType
	deletion                               *api.DeletionProtectionType
	device                                 *api.DeviceConfigurationType
	email                                  *api.EmailConfigurationType
	emailMessage, emailSubject, smsMessage *string
	lambda                                 *api.LambdaConfigType
	mfa                                    *api.UserPoolMfaType
	policies                               *api.UserPoolPolicyType
	smsAuthentication                      *string
	smsConfig                              *api.SmsConfigurationType
	updates                                *api.UserAttributeUpdateSettingsType
	addOns                                 *api.UserPoolAddOnsType
	tier                                   *api.UserPoolTierType
	template                               *api.VerificationMessageTemplateType
}

func createSettings(in *api.CreateUserPoolRequest) *poolSettings {
	return &poolSettings{
		in.AccountRecoverySetting, in.AdminCreateUserConfig, in.AutoVerifiedAttributes, in.DeletionProtection, in.DeviceConfiguration,
		in.EmailConfiguration, in.EmailVerificationMessage, in.EmailVerificationSubject, in.SmsVerificationMessage, in.LambdaConfig,
		in.MfaConfiguration, in.Policies, in.SmsAuthenticationMessage, in.SmsConfiguration, in.UserAttributeUpdateSettings,
		in.UserPoolAddOns, in.UserPoolTier, in.VerificationMessageTemplate,
	}
}

func updateSettings(in *api.UpdateUserPoolRequest) *poolSettings {
	return &poolSettings{
		in.AccountRecoverySetting, in.AdminCreateUserConfig, in.AutoVerifiedAttributes, in.DeletionProtection, in.DeviceConfiguration,
		in.EmailConfiguration, in.EmailVerificationMessage, in.EmailVerificationSubject, in.SmsVerificationMessage, in.LambdaConfig,
		in.MfaConfiguration, in.Policies, in.SmsAuthenticationMessage, in.SmsConfiguration, in.UserAttributeUpdateSettings,
		in.UserPoolAddOns, in.UserPoolTier, in.VerificationMessageTemplate,
	}
}

// apply writes the settings into a pool, and holds them against one another.
func (in *poolSettings) apply(p *directory.Pool, known Functions) error {
	p.AutoVerified = unique(texts(in.autoVerified))
	p.DeletionProtection = pooledge.Deref(in.deletion) == api.DeletionProtectionTypeActive
	p.Tier = string(cmp.Or(pooledge.Deref(in.tier), api.UserPoolTierTypeEssentials))
	p.Password = directory.DefaultPasswordPolicy()
	if in.policies != nil && in.policies.PasswordPolicy != nil {
		p.Password = passwordPolicy(in.policies.PasswordPolicy)
	}
	for _, step := range []func(*directory.Pool) error{in.applyVerification, in.applyAdmin, in.applyRecovery, in.applyDelivery, in.applyFactors, in.applyUpdates} {
		if err := step(p); err != nil {
			return err
		}
	}
	if err := in.applyTriggers(p, known); err != nil {
		return err
	}
	return checkPool(p)
}

// passwordPolicy takes what is absent as off, as Cognito does once a policy is given. Zero days stand for no value.
func passwordPolicy(in *api.PasswordPolicyType) directory.PasswordPolicy {
	def := directory.DefaultPasswordPolicy()
	return directory.PasswordPolicy{
		MinLength:             cmp.Or(pooledge.Deref(in.MinimumLength), def.MinLength),
		TemporaryValidityDays: cmp.Or(pooledge.Deref(in.TemporaryPasswordValidityDays), def.TemporaryValidityDays),
		Lower:                 pooledge.Deref(in.RequireLowercase), Upper: pooledge.Deref(in.RequireUppercase), Numbers: pooledge.Deref(in.RequireNumbers), Symbols: pooledge.Deref(in.RequireSymbols),
		History: pooledge.Deref(in.PasswordHistorySize),
	}
}

func (in *poolSettings) applyAdmin(p *directory.Pool) error {
	p.AdminCreateOnly, p.Invite = false, directory.MessageTemplate{}
	if in.admin == nil {
		return nil
	}
	p.AdminCreateOnly = pooledge.Deref(in.admin.AllowAdminCreateUserOnly)
	if t := in.admin.InviteMessageTemplate; t != nil {
		p.Invite = directory.MessageTemplate{Subject: pooledge.Deref(t.EmailSubject), Email: pooledge.Deref(t.EmailMessage), SMS: pooledge.Deref(t.SMSMessage)}
	}
	// The older name of TemporaryPasswordValidityDays: it counts where that one is absent, and must not contradict it.
	days := pooledge.Deref(in.admin.UnusedAccountValidityDays)
	if days == 0 {
		return nil
	}
	given := in.policies != nil && in.policies.PasswordPolicy != nil && pooledge.Deref(in.policies.PasswordPolicy.TemporaryPasswordValidityDays) != 0
	if given && days != p.Password.TemporaryValidityDays {
		return api.InvalidParameterException.New("UnusedAccountValidityDays is deprecated. Please use TemporaryPasswordValidityDays in PasswordPolicy instead.")
	}
	p.Password.TemporaryValidityDays = days
	return nil
}

// applyRecovery keeps the names in the order of their priorities.
func (in *poolSettings) applyRecovery(p *directory.Pool) error {
	p.RecoveryOrder = nil
	if in.recovery == nil {
		return nil
	}
	options := slices.Clone(in.recovery.RecoveryMechanisms)
	slices.SortStableFunc(options, func(a, b api.RecoveryOptionType) int { return cmp.Compare(a.Priority, b.Priority) })
	for i, o := range options {
		if i > 0 && options[i-1].Priority == o.Priority {
			return api.InvalidParameterException.New("Recovery mechanisms must have different priorities.")
		}
		if slices.Contains(p.RecoveryOrder, string(o.Name)) {
			return api.InvalidParameterException.New("Recovery mechanism %s is given more than once.", o.Name)
		}
		p.RecoveryOrder = append(p.RecoveryOrder, string(o.Name))
	}
	if len(p.RecoveryOrder) > 1 && slices.Contains(p.RecoveryOrder, string(api.RecoveryOptionNameTypeAdminOnly)) {
		return api.InvalidParameterException.New("Invalid account recovery setting parameter. Account Recovery Setting cannot use admin_only setting with any other recovery mechanisms.")
	}
	return nil
}

// unique drops repetitions and keeps the order.
func unique(in []string) []string {
	var out []string
	for _, v := range in {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
