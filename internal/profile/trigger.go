package profile

import (
	"context"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/hook"
)

// trigger calls the function that the pool names for an occasion. called is false, and nothing happens, where it names none. It is never called in a
// transaction: functions take seconds.
func (s *Service) trigger(ctx context.Context, d account.Door, username string, source hook.Source, request, response any) (called bool, err error) {
	if arn, _ := source.Function(&d.Pool.Triggers); arn == "" {
		return false, nil
	}
	if s.Triggers == nil {
		return false, api.UnexpectedLambdaException.New("%s cannot be called by this server.", source.Trigger())
	}
	c := hook.Call{Pool: d.Pool, Username: username, Source: source}
	if d.Client != nil {
		c.ClientID = d.Client.ID
	}
	return s.Triggers.Invoke(ctx, c, request, response)
}

// afterwards calls the post confirmation trigger. The user is confirmed whatever it says; its error is the caller's to see, as with Cognito.
func (s *Service) afterwards(ctx context.Context, d account.Door, u *directory.User, source hook.Source, metadata map[string]string) error {
	request := hook.Request{UserAttributes: hook.Attributes(u), ClientMetadata: metadata}
	_, err := s.trigger(ctx, d, u.Username, source, request, &struct{}{})
	return err
}

// preSignUp asks the pre sign-up trigger about a new user, and does what it decides. The address of a user whom it calls verified names them from now
// on, and nobody else (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-sign-up.html)..
func (s *Service) preSignUp(ctx context.Context, d account.Door, u *directory.User, in *api.SignUpRequest) (verified bool, err error) {
	given := map[string]string{}
	for name, value := range u.Attributes {
		if name != "email_verified" && name != "phone_number_verified" {
			given[name] = value
		}
	}
	request := hook.Request{UserAttributes: given, ClientMetadata: in.ClientMetadata}
	if request.ValidationData, err = attributesOf(in.ValidationData); err != nil {
		return false, err
	}
	if len(in.ValidationData) == 0 {
		request.ValidationData = nil
	}
	var decision hook.SignUpResponse
	called, err := s.trigger(ctx, d, u.Username, hook.PreSignUpSignUp, request, &decision)
	if err != nil || !called {
		return false, err
	}
	for _, v := range []struct {
		attribute string
		verified  bool
	}{{"email", decision.AutoVerifyEmail}, {"phone_number", decision.AutoVerifyPhone}} {
		if !v.verified {
			continue
		}
		if u.Attributes[v.attribute] == "" {
			return false, api.InvalidLambdaResponseException.New("PreSignUp cannot verify %s: the user has none", v.attribute)
		}
		u.Attributes[v.attribute+"_verified"], verified = "true", true
	}
	if decision.AutoConfirmUser {
		u.Status = directory.Confirmed
	}
	return verified, nil
}
