package userpool

import (
	"strings"

	"github.com/mayfly-id/mayfly/internal/pooledge"

	"github.com/mayfly-id/mayfly/arn"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// firstEvent is the version of a trigger's event where none is given.
const firstEvent = "V1_0"

// readTriggers reads a LambdaConfig
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_LambdaConfigType.html).
func readTriggers(in *api.LambdaConfigType) (directory.Triggers, error) {
	if in == nil {
		return directory.Triggers{}, nil
	}
	t := directory.Triggers{
		PreSignUp: pooledge.Deref(in.PreSignUp), PostConfirmation: pooledge.Deref(in.PostConfirmation), PreAuthentication: pooledge.Deref(in.PreAuthentication),
		PostAuthentication: pooledge.Deref(in.PostAuthentication), DefineAuthChallenge: pooledge.Deref(in.DefineAuthChallenge), CreateAuthChallenge: pooledge.Deref(in.CreateAuthChallenge),
		VerifyAuthChallengeResponse: pooledge.Deref(in.VerifyAuthChallengeResponse), PreTokenGeneration: pooledge.Deref(in.PreTokenGeneration), UserMigration: pooledge.Deref(in.UserMigration),
		CustomMessage: pooledge.Deref(in.CustomMessage), KMSKeyID: pooledge.Deref(in.KMSKeyID),
	}
	if t.PreTokenGeneration != "" {
		t.PreTokenGenerationVersion = firstEvent
	}
	if c := in.PreTokenGenerationConfig; c != nil {
		if t.PreTokenGeneration != "" && t.PreTokenGeneration != c.LambdaArn {
			return t, api.InvalidParameterException.New("PreTokenGeneration and PreTokenGenerationConfig must have the same Lambda ARN.")
		}
		t.PreTokenGeneration, t.PreTokenGenerationVersion = c.LambdaArn, string(c.LambdaVersion)
	}
	if c := in.InboundFederation; c != nil {
		t.InboundFederation, t.InboundFederationVersion = c.LambdaArn, string(c.LambdaVersion)
	}
	if c := in.CustomEmailSender; c != nil {
		t.CustomEmailSender, t.CustomEmailSenderVersion = c.LambdaArn, string(c.LambdaVersion)
	}
	if c := in.CustomSMSSender; c != nil {
		t.CustomSMSSender, t.CustomSMSSenderVersion = c.LambdaArn, string(c.LambdaVersion)
	}
	return t, nil
}

// applyTriggers keeps the functions of a pool. One that the server cannot call is refused here: as a trigger it would keep everybody out.
func (in *poolSettings) applyTriggers(p *directory.Pool, known Functions) error {
	t, err := readTriggers(in.lambda)
	if err != nil {
		return err
	}
	if (t.CustomEmailSender != "" || t.CustomSMSSender != "") && t.KMSKeyID == "" {
		return api.InvalidParameterException.New("KMSKeyID is required when CustomEmailSender or CustomSMSSender is given.")
	}
	if a, err := arn.Parse(t.KMSKeyID); t.KMSKeyID != "" && (err != nil || a.Service != "kms") {
		return api.InvalidParameterException.New("KMSKeyID must be the ARN of a KMS key.")
	}
	for _, function := range []string{
		t.PreSignUp, t.PostConfirmation, t.PreAuthentication, t.PostAuthentication, t.DefineAuthChallenge, t.CreateAuthChallenge,
		t.VerifyAuthChallengeResponse, t.PreTokenGeneration, t.UserMigration, t.CustomMessage, t.InboundFederation, t.CustomEmailSender, t.CustomSMSSender,
	} {
		if function == "" {
			continue
		}
		if a, err := arn.Parse(function); err != nil || a.Service != "lambda" || !strings.HasPrefix(a.Resource, "function:") {
			return api.InvalidParameterException.New("%s is not the ARN of a Lambda function.", function)
		}
		if known != nil && !known.Known(function) {
			return api.InvalidParameterException.New("This server knows no endpoint for the function %s.", function)
		}
	}
	p.Triggers = t
	return nil
}

// triggersView shows the functions of a pool. The pre token generation function stands in both of its places.
func triggersView(t *directory.Triggers) *api.LambdaConfigType {
	v := &api.LambdaConfigType{
		PreSignUp: pooledge.Optional(t.PreSignUp), PostConfirmation: pooledge.Optional(t.PostConfirmation), PreAuthentication: pooledge.Optional(t.PreAuthentication),
		PostAuthentication: pooledge.Optional(t.PostAuthentication), DefineAuthChallenge: pooledge.Optional(t.DefineAuthChallenge), CreateAuthChallenge: pooledge.Optional(t.CreateAuthChallenge),
		VerifyAuthChallengeResponse: pooledge.Optional(t.VerifyAuthChallengeResponse), PreTokenGeneration: pooledge.Optional(t.PreTokenGeneration),
		UserMigration: pooledge.Optional(t.UserMigration), CustomMessage: pooledge.Optional(t.CustomMessage), KMSKeyID: pooledge.Optional(t.KMSKeyID),
	}
	if t.PreTokenGeneration != "" {
		v.PreTokenGenerationConfig = &api.PreTokenGenerationVersionConfigType{
			LambdaArn: t.PreTokenGeneration, LambdaVersion: api.PreTokenGenerationLambdaVersionType(t.PreTokenGenerationVersion),
		}
	}
	if t.InboundFederation != "" {
		v.InboundFederation = &api.InboundFederationLambdaType{LambdaArn: t.InboundFederation, LambdaVersion: api.InboundFederationLambdaVersionType(t.InboundFederationVersion)}
	}
	if t.CustomEmailSender != "" {
		v.CustomEmailSender = &api.CustomEmailLambdaVersionConfigType{LambdaArn: t.CustomEmailSender, LambdaVersion: api.CustomEmailSenderLambdaVersionType(t.CustomEmailSenderVersion)}
	}
	if t.CustomSMSSender != "" {
		v.CustomSMSSender = &api.CustomSMSLambdaVersionConfigType{LambdaArn: t.CustomSMSSender, LambdaVersion: api.CustomSMSSenderLambdaVersionType(t.CustomSMSSenderVersion)}
	}
	return v
}
