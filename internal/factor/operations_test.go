package factor

import (
	"context"
	"errors"
	"reflect"
	"testing"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// input makes an operation's input with these members set, as far as it has them.
func input(b wire.Binding, members map[string]string) any {
	in := reflect.New(b.Operation.Input)
	for name, value := range members {
		switch f := in.Elem().FieldByName(name); {
		case !f.IsValid():
		case f.Kind() == reflect.String:
			f.SetString(value)
		case f.Kind() == reflect.Pointer && f.Type().Elem().Kind() == reflect.String:
			f.Set(reflect.ValueOf(&value).Convert(f.Type()))
		}
	}
	return in.Interface()
}

// TestOperations walks every operation: bound by its name and once; the administrator's ones ask for the pool, and pools of others do not exist;
// the unsigned ones refuse every access token that is not good for them.
func TestOperations(t *testing.T) {
	h := newHouse(t)
	members := map[string]string{"UserPoolId": poolID, "Username": "ada", "DeviceKey": "eu-west-1_11111111-2222-4333-8444-555555555555"}
	seen := map[string]bool{}
	for _, b := range h.Operations() {
		name := b.Operation.Name
		if b.Method != name || seen[name] {
			t.Errorf("%s is bound to %s, before: %v", name, b.Method, seen[name])
		}
		seen[name] = true
		if b.Operation.Auth == wire.AuthSigV4 {
			ask, err := b.Asks(h.ctx, api.Service(), input(b, members))
			if err != nil || len(ask) != 1 || ask[0].Resource != "arn:aws:cognito-idp:eu-west-1:"+account0+":userpool/"+poolID {
				t.Errorf("%s asks for %v (%v)", name, ask, err)
			}
			for _, ctx := range []context.Context{
				caller.WithPrincipal(h.ctx, &caller.Principal{Account: "999999999999"}), caller.WithRequest(h.ctx, &caller.Request{Region: "us-east-1"}),
			} {
				_, err := b.Call(ctx, input(b, members))
				fails(t, err, api.ResourceNotFoundException, "User pool "+poolID+" does not exist.")
			}
			continue
		}
		for access, message := range map[string]string{
			"": "Invalid Access Token", "client " + ada + " openid": "Access Token does not have required scopes",
			"client " + ada + " aws.cognito.signin.user.admin2": "Access Token does not have required scopes",
		} {
			members["AccessToken"] = access
			_, err := b.Call(h.ctx, input(b, members))
			fails(t, err, api.NotAuthorizedException, message)
		}
		members["AccessToken"] = "gone " + ada + " " + directory.ScopeUser
		_, err := b.Call(h.ctx, input(b, members))
		fails(t, err, api.ResourceNotFoundException, "User pool client gone does not exist.")
		members["AccessToken"] = token("nobody")
		_, err = b.Call(h.ctx, input(b, members))
		fails(t, err, api.UserNotFoundException, "")
	}
	if len(seen) != 20 {
		t.Errorf("%d operations are bound, want 20", len(seen))
	}
}

func TestAskTags(t *testing.T) {
	h := newHouse(t, func(p *directory.Pool) { p.Tags = map[string]string{"Team": "red"} })
	ask := onPool(h.Service, func(in *api.AdminGetDeviceRequest) string { return in.UserPoolId })
	got := get[[]caller.Ask](t)(ask(h.ctx, &api.AdminGetDeviceRequest{UserPoolId: poolID}))
	if v, ok := got[0].Context.Lookup("aws:resourcetag/team"); !ok || v[0] != "red" {
		t.Errorf("asks for %+v", got)
	}
	foreign := caller.WithPrincipal(h.ctx, &caller.Principal{Account: "999999999999"})
	got = get[[]caller.Ask](t)(ask(foreign, &api.AdminGetDeviceRequest{UserPoolId: poolID}))
	if _, ok := got[0].Context.Lookup("aws:resourcetag/team"); ok || got[0].Resource != "arn:aws:cognito-idp:eu-west-1:999999999999:userpool/"+poolID {
		t.Errorf("a stranger asks for %+v", got)
	}
}

func TestAccessErrors(t *testing.T) {
	odd := errors.New("odd")
	for cause, want := range map[error]*wire.ErrorType{
		directory.ErrTokenExpired: api.NotAuthorizedException, directory.ErrTokenRevoked: api.NotAuthorizedException, directory.ErrTokenInvalid: api.NotAuthorizedException,
		directory.ErrUserDisabled: api.NotAuthorizedException, directory.ErrUserGone: api.UserNotFoundException,
	} {
		fails(t, accessError(cause), want, "")
	}
	if got := accessError(odd); !errors.Is(got, odd) {
		t.Errorf("got %v", got)
	}
}

// TestUnreadPoolIsNoPoolWithoutTags: a policy may deny by tags, so that tags that cannot be read are an error.
func TestUnreadPoolIsNoPoolWithoutTags(t *testing.T) {
	h := newHouse(t)
	ask := onPool(h.Service, func(id *string) string { return *id })
	none := "eu-west-1_none"
	if asks, err := ask(h.ctx, &none); err != nil || len(asks) != 1 {
		t.Errorf("of a pool that is not there: %+v, %v", asks, err)
	}
	ctx, cancel := context.WithCancel(h.ctx)
	cancel()
	if asks, err := ask(ctx, &none); err == nil {
		t.Errorf("of a pool that cannot be read: %+v", asks)
	}
}
