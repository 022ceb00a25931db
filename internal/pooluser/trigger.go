package pooluser

import (
	"context"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/hook"
)

// noClient is the client of events of operations that no app client takes part in
// (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html).
const noClient = "CLIENT_ID_NOT_APPLICABLE"

// invoke calls the function that a pool names for a source. A server that can call none refuses for pools that name one.
func (s *Service) invoke(ctx context.Context, p *directory.Pool, u *directory.User, source hook.Source, request, response any) (bool, error) {
	if s.Hooks == nil {
		if function, _ := source.Function(&p.Triggers); function != "" {
			return false, api.UnexpectedLambdaException.New("%s cannot be invoked.", source.Trigger())
		}
		return false, nil
	}
	return s.Hooks.Invoke(ctx, hook.Call{Pool: p, ClientID: noClient, Username: u.Username, Source: source}, request, response)
}

// beforeCreation asks the pre sign-up trigger about a user that an administrator makes. It may verify their addresses; that it confirms them is
// passed over, as with AWS (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-sign-up.html).
func (s *Service) beforeCreation(ctx context.Context, p *directory.Pool, u *directory.User, in *api.AdminCreateUserRequest) error {
	validation := make(map[string]string, len(in.ValidationData))
	for i := range in.ValidationData {
		validation[in.ValidationData[i].Name] = deref(in.ValidationData[i].Value)
	}
	request := hook.Request{UserAttributes: hook.Attributes(u), ClientMetadata: in.ClientMetadata, ValidationData: validation}
	var decided hook.SignUpResponse
	called, err := s.invoke(ctx, p, u, hook.PreSignUpAdminCreateUser, &request, &decided)
	if err != nil || !called {
		return err
	}
	if decided.AutoVerifyEmail {
		u.Attributes["email_verified"] = "true"
	}
	if decided.AutoVerifyPhone {
		u.Attributes["phone_number_verified"] = "true"
	}
	return verifiedNeeds(u.Attributes)
}

// afterConfirmation tells the post confirmation trigger that a user was confirmed.
func (s *Service) afterConfirmation(ctx context.Context, p *directory.Pool, u *directory.User, metadata map[string]string) error {
	request := hook.Request{UserAttributes: hook.Attributes(u), ClientMetadata: metadata}
	_, err := s.invoke(ctx, p, u, hook.PostConfirmationSignUp, &request, &struct{}{})
	return err
}
