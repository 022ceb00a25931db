package signin

import (
	"context"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/hook"
)

// hooked tells whether a pool names a function for a source.
func hooked(p *directory.Pool, source hook.Source) bool {
	arn, _ := source.Function(&p.Triggers)
	return arn != ""
}

// trigger calls the function that the pool names for an occasion. called is false, and nothing happens, where it names none. It is never called in a
// transaction: functions take seconds.
func (s *Service) trigger(ctx context.Context, p *progress, source hook.Source, request, response any) (called bool, err error) {
	if !hooked(p.Pool, source) {
		return false, nil
	}
	if s.triggers == nil {
		return false, api.UnexpectedLambdaException.New("%s cannot be called by this server.", source.Trigger())
	}
	name := p.who.User().Username
	if p.who.Ghost {
		name = p.name
	}
	return s.triggers.Invoke(ctx, hook.Call{Pool: p.Pool, ClientID: p.Client.ID, Username: name, Source: source}, request, response)
}

// attributes are the user's as functions see them; of somebody who does not exist there are none.
func (p *progress) attributes() map[string]string {
	if p.who.Ghost {
		return map[string]string{}
	}
	return hook.Attributes(p.who.User())
}

// preAuthentication lets the pool's function refuse an attempt before anything is proven. The client's metadata are its validation data
// (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-authentication.html).
func (s *Service) preAuthentication(ctx context.Context, p *progress, validation map[string]string) error {
	if !hooked(p.Pool, hook.PreAuthentication) {
		return nil
	}
	request := hook.Request{UserAttributes: p.attributes(), ValidationData: validation}
	if p.Client.PreventExistence {
		request.UserNotFound = new(p.who.Ghost)
	}
	_, err := s.trigger(ctx, p, hook.PreAuthentication, request, &struct{}{})
	return err
}

// postAuthentication tells the pool's function that somebody has signed in. It may still refuse
// (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-authentication.html).
func (s *Service) postAuthentication(ctx context.Context, p *progress, newDevice bool) error {
	request := hook.Request{UserAttributes: p.attributes(), ClientMetadata: p.metadata, NewDeviceUsed: &newDevice}
	_, err := s.trigger(ctx, p, hook.PostAuthentication, request, &struct{}{})
	return err
}
