package sts

import (
	"context"
	"time"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/awsapi/stsapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// Role is what STS needs of an IAM role.
type Role struct {
	ARN         string
	Name        string
	UniqueID    string // AROA…
	Account     string
	MaxDuration time.Duration
	Trust       *iampolicy.Policy
	Tags        map[string]string
}

// Roles finds IAM's entities.
type Roles interface {
	Role(ctx context.Context, arn string) (Role, error)                  // caller.ErrUnknown
	KeyAccount(ctx context.Context, accessKeyID string) (string, error)  // account of a long-term key; caller.ErrUnknown
	PolicyExists(ctx context.Context, account, arn string) (bool, error) // managed policies, for session policies
	SessionPolicy(document string) error                                 // parses an inline session policy; *iampolicy.ParseError
}

// Service is the STS. Every field is required.
type Service struct {
	Roles       Roles
	Minter      Minter
	MFA         MFA
	Preferences Preferences
	Members     Members
	Messages    Messages
	Outbound    Outbound
	Federation  Federation
}

// Operations is the table of bound operations.
func (s *Service) Operations() []wire.Binding {
	return []wire.Binding{
		wire.Bind(stsapi.AssumeRole, s.AssumeRole, s.askAssumeRole),
		wire.Bind(stsapi.AssumeRoleWithSAML, s.AssumeRoleWithSAML),
		wire.Bind(stsapi.AssumeRoleWithWebIdentity, s.AssumeRoleWithWebIdentity),
		wire.Bind(stsapi.AssumeRoot, s.AssumeRoot, s.askAssumeRoot),
		wire.Bind(stsapi.DecodeAuthorizationMessage, s.DecodeAuthorizationMessage),
		wire.Bind(stsapi.GetAccessKeyInfo, s.GetAccessKeyInfo),
		wire.Bind(stsapi.GetCallerIdentity, s.GetCallerIdentity, wire.Exempt),
		wire.Bind(stsapi.GetFederationToken, s.GetFederationToken, s.askGetFederationToken),
		wire.Bind(stsapi.GetSessionToken, s.GetSessionToken, wire.Exempt),
		wire.Bind(stsapi.GetWebIdentityToken, s.Outbound.GetWebIdentityToken, s.Outbound.askGetWebIdentityToken),
	}
}

// Errors that STS gives beside those of its model (https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html).
var (
	accessDenied    = &wire.ErrorType{Name: "AccessDenied", Code: "AccessDenied", Status: 403}
	validationError = &wire.ErrorType{Name: "ValidationError", Code: "ValidationError", Status: 400}
	invalidValue    = &wire.ErrorType{Name: "InvalidParameterValue", Code: "InvalidParameterValue", Status: 400}
	notImplemented  = &wire.ErrorType{Name: "NotImplemented", Code: "NotImplemented", Status: 501, Server: true}
)

// refuse records that an operation itself refuses what its caller asked for, whatever policies say, and gives the refusal. What cannot be recorded is a
// failure.
func (s *Service) refuse(ctx context.Context, resource string, refusal *wire.Error) error {
	ask := &caller.Ask{Action: "sts:" + caller.RequestFrom(ctx).Operation, Resource: resource}
	if err := s.Federation.Decisions.Record(ctx, caller.PrincipalFrom(ctx), ask, false, refusal.Message); err != nil {
		return err
	}
	return refusal
}

func credentials(c caller.Credentials) *stsapi.Credentials {
	return &stsapi.Credentials{
		AccessKeyId: c.AccessKeyID, SecretAccessKey: string(c.SecretAccessKey),
		SessionToken: string(c.SessionToken), Expiration: c.Expiration,
	}
}
