package userpool

import (
	"math"

	"github.com/mayfly-id/mayfly/internal/pooledge"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// poolView shows a pool as DescribeUserPool does.
func poolView(p *directory.Pool, users int64, domains []store.Row[directory.Domain]) *api.UserPoolType {
	v := &api.UserPoolType{
		Id: &p.ID, Name: &p.Name, Arn: new(pooledge.ARN(p)), CreationDate: &p.Created, LastModifiedDate: &p.Modified,
		Policies: policiesView(p), LambdaConfig: triggersView(&p.Triggers),
		DeletionProtection: new(api.DeletionProtectionTypeInactive),
		SchemaAttributes:   schemaView(p), EstimatedNumberOfUsers: new(int(min(users, math.MaxInt32))),
		AutoVerifiedAttributes: typed[api.VerifiedAttributeType](p.AutoVerified),
		UsernameAttributes:     typed[api.UsernameAttributeType](p.UsernameAttributes),
		AliasAttributes:        typed[api.AliasAttributeType](p.AliasAttributes),
		MfaConfiguration:       modeView(p), EmailConfiguration: emailView(p.EmailConfig), SmsConfiguration: smsView(p.SMSConfig),
		UserPoolTags: p.Tags, UserPoolTier: pooledge.Optional(api.UserPoolTierType(p.Tier)),
		EmailVerificationSubject: pooledge.Optional(p.Verification.Subject), EmailVerificationMessage: pooledge.Optional(p.Verification.Email),
		SmsVerificationMessage: pooledge.Optional(p.Verification.SMS), SmsAuthenticationMessage: pooledge.Optional(p.SMSAuthMessage),
		VerificationMessageTemplate: verificationView(p), AdminCreateUserConfig: adminView(p), AccountRecoverySetting: recoveryView(p),
		UserPoolAddOns: addOnsView(&p.AddOns),
	}
	if v.UserPoolTags == nil {
		v.UserPoolTags = map[string]string{}
	}
	if p.DeletionProtection {
		v.DeletionProtection = new(api.DeletionProtectionTypeActive)
	}
	if p.CaseGiven {
		v.UsernameConfiguration = &api.UsernameConfigurationType{CaseSensitive: p.CaseSensitive}
	}
	if d := p.Devices; d != nil {
		v.DeviceConfiguration = &api.DeviceConfigurationType{ChallengeRequiredOnNewDevice: &d.ChallengeOnNew, DeviceOnlyRememberedOnUserPrompt: &d.OnPrompt}
	}
	if len(p.VerifyBeforeUpdate) > 0 {
		v.UserAttributeUpdateSettings = &api.UserAttributeUpdateSettingsType{
			AttributesRequireVerificationBeforeUpdate: typed[api.VerifiedAttributeType](p.VerifyBeforeUpdate),
		}
	}
	for i := range domains {
		if d := &domains[i].Doc; d.Custom {
			v.CustomDomain = &d.Name
		} else {
			v.Domain = &d.Name
		}
	}
	return v
}

func verificationView(p *directory.Pool) *api.VerificationMessageTemplateType {
	v := &api.VerificationMessageTemplateType{
		DefaultEmailOption: new(api.DefaultEmailOptionTypeConfirmWithCode), EmailSubject: pooledge.Optional(p.Verification.Subject),
		EmailMessage: pooledge.Optional(p.Verification.Email), SmsMessage: pooledge.Optional(p.Verification.SMS),
		EmailSubjectByLink: pooledge.Optional(p.LinkSubject), EmailMessageByLink: pooledge.Optional(p.LinkMessage),
	}
	if p.VerifyByLink {
		v.DefaultEmailOption = new(api.DefaultEmailOptionTypeConfirmWithLink)
	}
	return v
}

func emailView(c *directory.EmailConfig) *api.EmailConfigurationType {
	if c == nil {
		return &api.EmailConfigurationType{EmailSendingAccount: new(api.EmailSendingAccountTypeCognitoDefault)}
	}
	return &api.EmailConfigurationType{
		EmailSendingAccount: new(api.EmailSendingAccountType(c.Account)), SourceArn: pooledge.Optional(c.SourceARN), From: pooledge.Optional(c.From),
		ReplyToEmailAddress: pooledge.Optional(c.ReplyTo), ConfigurationSet: pooledge.Optional(c.ConfigurationSet),
	}
}

func smsView(c *directory.SMSConfig) *api.SmsConfigurationType {
	if c == nil {
		return nil
	}
	return &api.SmsConfigurationType{SnsCallerArn: c.CallerARN, ExternalId: pooledge.Optional(c.ExternalID), SnsRegion: pooledge.Optional(c.Region)}
}

func addOnsView(a *directory.AddOns) *api.UserPoolAddOnsType {
	if *a == (directory.AddOns{}) {
		return nil
	}
	v := &api.UserPoolAddOnsType{AdvancedSecurityMode: api.AdvancedSecurityModeType(a.SecurityMode)}
	if a.CustomAuthMode != "" {
		v.AdvancedSecurityAdditionalFlows = &api.AdvancedSecurityAdditionalFlowsType{CustomAuthMode: new(api.AdvancedSecurityEnabledModeType(a.CustomAuthMode))}
	}
	return v
}

func policiesView(p *directory.Pool) *api.UserPoolPolicyType {
	factors := p.FirstFactors
	if len(factors) == 0 {
		factors = []string{passwordFactor}
	}
	return &api.UserPoolPolicyType{
		PasswordPolicy: &api.PasswordPolicyType{
			MinimumLength: &p.Password.MinLength, RequireUppercase: &p.Password.Upper, RequireLowercase: &p.Password.Lower,
			RequireNumbers: &p.Password.Numbers, RequireSymbols: &p.Password.Symbols, TemporaryPasswordValidityDays: &p.Password.TemporaryValidityDays,
			PasswordHistorySize: pooledge.Optional(p.Password.History),
		},
		SignInPolicy: &api.SignInPolicyType{AllowedFirstAuthFactors: typed[api.AuthFactorType](factors)},
	}
}

func adminView(p *directory.Pool) *api.AdminCreateUserConfigType {
	v := &api.AdminCreateUserConfigType{AllowAdminCreateUserOnly: &p.AdminCreateOnly, UnusedAccountValidityDays: &p.Password.TemporaryValidityDays}
	if p.Invite != (directory.MessageTemplate{}) {
		v.InviteMessageTemplate = &api.MessageTemplateType{
			EmailSubject: pooledge.Optional(p.Invite.Subject), EmailMessage: pooledge.Optional(p.Invite.Email), SMSMessage: pooledge.Optional(p.Invite.SMS),
		}
	}
	return v
}

func recoveryView(p *directory.Pool) *api.AccountRecoverySettingType {
	if len(p.RecoveryOrder) == 0 {
		return nil
	}
	v := &api.AccountRecoverySettingType{}
	for i, name := range p.RecoveryOrder {
		v.RecoveryMechanisms = append(v.RecoveryMechanisms, api.RecoveryOptionType{Name: api.RecoveryOptionNameType(name), Priority: i + 1})
	}
	return v
}

func schemaView(p *directory.Pool) []api.SchemaAttributeType {
	all := p.Attributes()
	out := make([]api.SchemaAttributeType, len(all))
	for i := range all {
		a := &all[i]
		out[i] = api.SchemaAttributeType{
			Name: &a.Name, AttributeDataType: new(api.AttributeDataType(a.Type)), DeveloperOnlyAttribute: &a.DeveloperOnly,
			Mutable: &a.Mutable, Required: &a.Required,
		}
		switch a.Type {
		case directory.StringType:
			out[i].StringAttributeConstraints = &api.StringAttributeConstraintsType{MinLength: pooledge.Optional(a.Min), MaxLength: pooledge.Optional(a.Max)}
		case directory.NumberType:
			out[i].NumberAttributeConstraints = &api.NumberAttributeConstraintsType{MinValue: pooledge.Optional(a.Min), MaxValue: pooledge.Optional(a.Max)}
		}
	}
	return out
}
