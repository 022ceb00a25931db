package profile

import (
	"context"
	"reflect"
	"testing"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// scoped verifies every token, as one that grants scope.
type scoped struct{ scope string }

// VerifyAccess implements account.Tokens.
func (s scoped) VerifyAccess(context.Context, directory.Token) (directory.AccessClaims, error) {
	return directory.AccessClaims{PoolID: poolID, ClientID: clientID, Sub: userID, Username: "ada", Scope: s.scope}, nil
}

// A function of the pool may take the scope away that users need for what is theirs; then no operation of theirs takes the token, and nothing changes.
func TestTokensWithoutTheUsersScope(t *testing.T) {
	for scope, good := range map[string]bool{
		"": false, " ": false, "openid": false, "aws.cognito.signin.user.admin2": false, "x-aws.cognito.signin.user.admin": false,
		"AWS.cognito.signin.user.admin": false, "openid,aws.cognito.signin.user.admin": false,
		"aws.cognito.signin.user.admin": true, "openid aws.cognito.signin.user.admin email": true,
	} {
		h := open(t, setting{})
		h.core.Tokens = scoped{scope}
		if _, err := h.GetUser(h.ctx, &api.GetUserRequest{AccessToken: "any"}); (err == nil) != good {
			t.Errorf("scope %q: %v", scope, err)
		}
		if good {
			continue
		}
		walked := 0
		for _, b := range append(h.Service.Operations(), h.entrance.Operations()...) {
			in := reflect.New(b.Operation.Input)
			access := in.Elem().FieldByName("AccessToken")
			if !access.IsValid() {
				continue
			}
			walked++
			access.SetString("any")
			_, err := b.Call(h.ctx, in.Interface())
			fails(t, err, api.NotAuthorizedException, "Access Token does not have required scopes")
		}
		if walked != 8 {
			t.Errorf("%d operations take an access token", walked)
		}
		if _, err := directory.Users.Get(h.ctx, h.core.Store, poolID, userID); err != nil {
			t.Errorf("scope %q: %v", scope, err)
		}
	}
}
