package userpool

import (
	"cmp"
	"net/mail"
	"strings"

	"github.com/mayfly-id/mayfly/internal/pooledge"

	"github.com/mayfly-id/mayfly/arn"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// Accounts that send the e-mail of a pool.
const (
	defaultSender   = "COGNITO_DEFAULT"
	developerSender = "DEVELOPER"
)

// applyDelivery reads how messages are sent.
func (in *poolSettings) applyDelivery(p *directory.Pool) error {
	p.SMSAuthMessage = pooledge.Deref(in.smsAuthentication)
	var err error
	if p.SMSConfig, err = smsConfig(p, in.smsConfig); err != nil {
		return err
	}
	p.EmailConfig, err = emailConfig(in.email)
	return err
}

// smsConfig reads an SmsConfiguration; nil for none. The role is what AWS would send through, so it has to look like one; nothing here asks
// for it. An absent region is the pool's.
func smsConfig(p *directory.Pool, in *api.SmsConfigurationType) (*directory.SMSConfig, error) {
	if in == nil {
		return nil, nil
	}
	if a, err := arn.Parse(in.SnsCallerArn); err != nil || a.Service != "iam" || !strings.HasPrefix(a.Resource, "role/") {
		return nil, api.InvalidSmsRoleTrustRelationshipException.New("Role does not have a trust relationship allowing Cognito to assume the role")
	}
	return &directory.SMSConfig{CallerARN: in.SnsCallerArn, ExternalID: pooledge.Deref(in.ExternalId), Region: cmp.Or(pooledge.Deref(in.SnsRegion), p.Region)}, nil
}

// emailConfig reads an EmailConfiguration; nil for one that says no more than the default.
func emailConfig(in *api.EmailConfigurationType) (*directory.EmailConfig, error) {
	if in == nil {
		return nil, nil
	}
	c := &directory.EmailConfig{
		Account: string(cmp.Or(pooledge.Deref(in.EmailSendingAccount), api.EmailSendingAccountType(defaultSender))), SourceARN: pooledge.Deref(in.SourceArn), From: pooledge.Deref(in.From),
		ReplyTo: pooledge.Deref(in.ReplyToEmailAddress), ConfigurationSet: pooledge.Deref(in.ConfigurationSet),
	}
	if c.Account == developerSender && c.SourceARN == "" {
		return nil, api.InvalidParameterException.New("SourceArn is required when EmailSendingAccount is DEVELOPER.")
	}
	if c.Account == defaultSender && c.ConfigurationSet != "" {
		return nil, api.InvalidParameterException.New("ConfigurationSet can be given only when EmailSendingAccount is DEVELOPER.")
	}
	if c.SourceARN != "" {
		if a, err := arn.Parse(c.SourceARN); err != nil || a.Service != "ses" || !strings.HasPrefix(a.Resource, "identity/") {
			return nil, api.InvalidParameterException.New("Invalid SourceArn: it must be the ARN of an Amazon SES identity.")
		}
	}
	for name, address := range map[string]string{"From": c.From, "ReplyToEmailAddress": c.ReplyTo} {
		if parsed, err := mail.ParseAddress(address); address != "" && (err != nil || !directory.IsEmail(parsed.Address)) {
			return nil, api.InvalidParameterException.New("Invalid email address in %s.", name)
		}
	}
	if *c == (directory.EmailConfig{Account: defaultSender}) {
		return nil, nil
	}
	return c, nil
}

// applyVerification merges the two places in which the verification texts can stand. They must agree.
func (in *poolSettings) applyVerification(p *directory.Pool) error {
	p.Verification = directory.MessageTemplate{Subject: pooledge.Deref(in.emailSubject), Email: pooledge.Deref(in.emailMessage), SMS: pooledge.Deref(in.smsMessage)}
	p.VerifyByLink, p.LinkSubject, p.LinkMessage = false, "", ""
	if in.template == nil {
		return nil
	}
	p.VerifyByLink = pooledge.Deref(in.template.DefaultEmailOption) == api.DefaultEmailOptionTypeConfirmWithLink
	p.LinkSubject, p.LinkMessage = pooledge.Deref(in.template.EmailSubjectByLink), pooledge.Deref(in.template.EmailMessageByLink)
	for _, f := range []struct {
		name string
		have *string
		want *string
	}{
		{"EmailVerificationSubject", &p.Verification.Subject, in.template.EmailSubject},
		{"EmailVerificationMessage", &p.Verification.Email, in.template.EmailMessage},
		{"SmsVerificationMessage", &p.Verification.SMS, in.template.SmsMessage},
	} {
		if f.want == nil {
			continue
		}
		if *f.have != "" && *f.have != *f.want {
			return api.InvalidParameterException.New("%s and VerificationMessageTemplate must have the same value.", f.name)
		}
		*f.have = *f.want
	}
	return nil
}
