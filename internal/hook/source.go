package hook

import (
	"strings"

	"github.com/mayfly-id/mayfly/internal/directory"
)

// Source is the occasion of a call: "triggerSource" of its event.
type Source string

// The sources.
const (
	PreSignUpSignUp           Source = "PreSignUp_SignUp"
	PreSignUpAdminCreateUser  Source = "PreSignUp_AdminCreateUser"
	PreSignUpExternalProvider Source = "PreSignUp_ExternalProvider"

	PostConfirmationSignUp         Source = "PostConfirmation_ConfirmSignUp"
	PostConfirmationForgotPassword Source = "PostConfirmation_ConfirmForgotPassword"

	PreAuthentication  Source = "PreAuthentication_Authentication"
	PostAuthentication Source = "PostAuthentication_Authentication"

	DefineAuthChallenge         Source = "DefineAuthChallenge_Authentication"
	CreateAuthChallenge         Source = "CreateAuthChallenge_Authentication"
	VerifyAuthChallengeResponse Source = "VerifyAuthChallengeResponse_Authentication"

	TokensAuthentication Source = "TokenGeneration_Authentication"
	TokensHostedAuth     Source = "TokenGeneration_HostedAuth"
	TokensNewPassword    Source = "TokenGeneration_NewPasswordChallenge"
	TokensDevice         Source = "TokenGeneration_AuthenticateDevice"
	TokensRefresh        Source = "TokenGeneration_RefreshTokens"
	TokensClient         Source = "TokenGeneration_ClientCredentials"

	MigrationAuthentication Source = "UserMigration_Authentication"
	MigrationForgotPassword Source = "UserMigration_ForgotPassword"

	InboundFederation Source = "InboundFederation_ExternalProvider"
)

// MessageSource is the source of the custom message trigger for a kind of message.
func MessageSource(kind string) Source { return Source("CustomMessage_" + kind) }

// EmailSource is the source of the custom e-mail sender.
func EmailSource(kind string) Source { return Source("CustomEmailSender_" + kind) }

// SMSSource is the source of the custom SMS sender.
func SMSSource(kind string) Source { return Source("CustomSMSSender_" + kind) }

// Trigger is the name of the source's trigger, as LambdaConfig spells it and as errors do, except for TokenGeneration (PreTokenGeneration).
func (s Source) Trigger() string {
	name, _, _ := strings.Cut(string(s), "_")
	if name == "TokenGeneration" {
		return "PreTokenGeneration"
	}
	return name
}

// Function gives the ARN of the function that a pool names for the source, and the version of its event; empty: none.
func (s Source) Function(t *directory.Triggers) (arn, version string) {
	switch s.Trigger() {
	case "PreSignUp":
		return t.PreSignUp, "1"
	case "PostConfirmation":
		return t.PostConfirmation, "1"
	case "PreAuthentication":
		return t.PreAuthentication, "1"
	case "PostAuthentication":
		return t.PostAuthentication, "1"
	case "DefineAuthChallenge":
		return t.DefineAuthChallenge, "1"
	case "CreateAuthChallenge":
		return t.CreateAuthChallenge, "1"
	case "VerifyAuthChallengeResponse":
		return t.VerifyAuthChallengeResponse, "1"
	case "PreTokenGeneration":
		return t.PreTokenGeneration, eventVersion(t.PreTokenGenerationVersion)
	case "UserMigration":
		return t.UserMigration, "1"
	case "CustomMessage":
		return t.CustomMessage, "1"
	case "CustomEmailSender":
		return t.CustomEmailSender, "1"
	case "CustomSMSSender":
		return t.CustomSMSSender, "1"
	case "InboundFederation":
		return t.InboundFederation, eventVersion(t.InboundFederationVersion)
	}
	return "", ""
}

// eventVersion turns V2_0 into 2.
func eventVersion(v string) string {
	if len(v) < 2 {
		return "1"
	}
	return v[1:2]
}
