package userpool

import (
	"math"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// poolView shows a pool as DescribeUserPool does.
func poolView(p *directory.Pool, users int64) *api.UserPoolType {
	v := &api.UserPoolType{
		Id: &p.ID, Name: &p.Name, Arn: new(poolARN(p)), CreationDate: &p.Created, LastModifiedDate: &p.Modified,
		Policies: policiesView(&p.Password), LambdaConfig: &api.LambdaConfigType{},
		DeletionProtection: new(api.DeletionProtectionTypeInactive),
		SchemaAttributes:   schemaView(p), EstimatedNumberOfUsers: new(int(min(users, math.MaxInt32))),
		AutoVerifiedAttributes: typed[api.VerifiedAttributeType](p.AutoVerified),
		UsernameAttributes:     typed[api.UsernameAttributeType](p.UsernameAttributes),
		AliasAttributes:        typed[api.AliasAttributeType](p.AliasAttributes),
		MfaConfiguration:       new(api.UserPoolMfaTypeOff),
		EmailConfiguration:     &api.EmailConfigurationType{EmailSendingAccount: new(api.EmailSendingAccountType("COGNITO_DEFAULT"))},
		UserPoolTags:           p.Tags, UserPoolTier: optional(api.UserPoolTierType(p.Tier)),
		EmailVerificationSubject: optional(p.Verification.Subject), EmailVerificationMessage: optional(p.Verification.Email),
		SmsVerificationMessage: optional(p.Verification.SMS),
		VerificationMessageTemplate: &api.VerificationMessageTemplateType{
			DefaultEmailOption: new(api.DefaultEmailOptionTypeConfirmWithCode), EmailSubject: optional(p.Verification.Subject),
			EmailMessage: optional(p.Verification.Email), SmsMessage: optional(p.Verification.SMS),
		},
		AdminCreateUserConfig: adminView(p), AccountRecoverySetting: recoveryView(p),
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
	return v
}

func policiesView(p *directory.PasswordPolicy) *api.UserPoolPolicyType {
	return &api.UserPoolPolicyType{
		PasswordPolicy: &api.PasswordPolicyType{
			MinimumLength: &p.MinLength, RequireUppercase: &p.Upper, RequireLowercase: &p.Lower, RequireNumbers: &p.Numbers,
			RequireSymbols: &p.Symbols, TemporaryPasswordValidityDays: &p.TemporaryValidityDays,
		},
		SignInPolicy: &api.SignInPolicyType{AllowedFirstAuthFactors: []api.AuthFactorType{api.AuthFactorTypePassword}},
	}
}

func adminView(p *directory.Pool) *api.AdminCreateUserConfigType {
	v := &api.AdminCreateUserConfigType{AllowAdminCreateUserOnly: &p.AdminCreateOnly, UnusedAccountValidityDays: &p.Password.TemporaryValidityDays}
	if p.Invite != (directory.MessageTemplate{}) {
		v.InviteMessageTemplate = &api.MessageTemplateType{
			EmailSubject: optional(p.Invite.Subject), EmailMessage: optional(p.Invite.Email), SMSMessage: optional(p.Invite.SMS),
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
			out[i].StringAttributeConstraints = &api.StringAttributeConstraintsType{MinLength: optional(a.Min), MaxLength: optional(a.Max)}
		case directory.NumberType:
			out[i].NumberAttributeConstraints = &api.NumberAttributeConstraintsType{MinValue: optional(a.Min), MaxValue: optional(a.Max)}
		}
	}
	return out
}
